//! What was found out.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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

    /// The name of the error number or signal.
    pub(crate) fn name(&self) -> Json {
        match self {
            Self::Errno(errno) => Json::text(errno::name(*errno).as_ref()),
            Self::Killed(signal) => Json::text(errno::signal_name(*signal).as_ref()),
            Self::Words(_) => Json::text("other"),
        }
    }

    /// Why no more was to be had of something that was had in part, or null where all was.
    pub(crate) fn refusal(refused: Option<&Self>) -> Json {
        refused.map_or(Json::Null, Self::name)
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
        match self.write(probe, &mut io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    }

    /// Writes the fact as one line.
    pub(crate) fn write(&self, probe: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut line = self.to_json(probe).to_string();
        line.push('\n');
        out.write_all(line.as_bytes()).and_then(|()| out.flush())
    }

    /// Prints the fact now and keeps for a while what was taken.
    pub(crate) fn held(&self, probe: &str, hold: Duration) -> Answer {
        let written = self.write(probe, &mut io::stdout());
        thread::sleep(hold);
        Answer::Exit(u8::from(written.is_err()))
    }

    fn to_json(&self, probe: &str) -> Json {
        let failure = self.result.as_ref().err();
        let number = match failure {
            Some(Failure::Errno(errno)) => Json::number(*errno),
            _ => Json::Null,
        };
        let detail = match &self.result {
            Ok(detail) => detail.clone(),
            Err(Failure::Words(words)) => Json::text(words),
            Err(_) => Json::Null,
        };
        Json::object([
            ("probe", Json::text(probe)),
            ("subject", Json::text(&self.subject)),
            ("ok", Json::Bool(failure.is_none())),
            ("errno", number),
            ("error", Failure::refusal(failure)),
            ("detail", detail),
        ])
    }
}

impl From<Fact> for Answer {
    fn from(fact: Fact) -> Self {
        Self::Fact(fact)
    }
}
