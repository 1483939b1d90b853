//! What was found out.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

use crate::errno;
use crate::json::Json;

/// How a probe ends.
pub(crate) enum Answer {
    /// With a fact to print.
    Fact(Fact),
    /// With an exit code and nothing to print.
    Exit(u8),
}

/// What was found out about one subject.
pub(crate) struct Fact {
    subject: Vec<u8>,
    result: Result<Json, Failure>,
}

/// Why the thing that was tried did not work.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The kernel said so.
    Errno(i32),
    /// The process that tried was killed by a signal.
    Killed(i32),
    /// It worked only half, in words.
    Words(String),
}

impl Failure {
    /// The last error of this thread.
    pub(crate) fn last() -> Self {
        io::Error::last_os_error().into()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        error.raw_os_error().map_or_else(|| Self::Words(error.to_string()), Self::Errno)
    }
}

/// What a call of libc returned: `-1` is a failure with its number in `errno`.
pub(crate) fn checked(returned: impl Into<i64>) -> Result<i64, Failure> {
    match returned.into() {
        -1 => Err(Failure::last()),
        value => Ok(value),
    }
}

impl Fact {
    /// The fact that trying something on `subject` went this way.
    pub(crate) fn new(subject: impl AsRef<OsStr>, result: Result<Json, Failure>) -> Self {
        Self { subject: subject.as_ref().as_bytes().to_vec(), result }
    }

    /// Prints the fact as one line; exit code 1 where even that is impossible.
    pub(crate) fn print(&self, probe: &str) -> ExitCode {
        let mut line = self.to_json(probe).to_string();
        line.push('\n');
        match io::stdout().write_all(line.as_bytes()).and_then(|()| io::stdout().flush()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    }

    fn to_json(&self, probe: &str) -> Json {
        let (ok, number, error, detail) = match &self.result {
            Ok(detail) => (true, Json::Null, Json::Null, detail.clone()),
            Err(Failure::Errno(errno)) => {
                (false, Json::number(*errno), Json::text(errno::name(*errno).as_ref()), Json::Null)
            }
            Err(Failure::Killed(signal)) => {
                (false, Json::Null, Json::text(errno::signal_name(*signal).as_ref()), Json::Null)
            }
            Err(Failure::Words(words)) => (false, Json::Null, Json::text("other"), Json::text(words)),
        };
        Json::object([
            ("probe", Json::text(probe)),
            ("subject", Json::text(&self.subject)),
            ("ok", Json::Bool(ok)),
            ("errno", number),
            ("error", error),
            ("detail", detail),
        ])
    }
}

impl From<Fact> for Answer {
    fn from(fact: Fact) -> Self {
        Self::Fact(fact)
    }
}
