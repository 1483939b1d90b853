//! Sentences for outcomes.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;

use linux::Errno;
use sandbox::Cause;
use spec::Outcome;

/// How a run ended, from why its sandbox did.
pub(crate) fn outcome(cause: Cause, program: &OsStr) -> Outcome {
    use linux::process::Status;
    match cause {
        Cause::Ended(Status::Exited(code)) => Outcome::Exited { code },
        Cause::Ended(Status::Signaled(signal)) => Outcome::Signaled { signal },
        Cause::TimedOut(limit) => Outcome::TimedOut { limit },
        Cause::NotExecuted(errno, found) => {
            let reason = not_executed(errno, found, &program.to_string_lossy());
            Outcome::NotExecuted { code: if found { 126 } else { 127 }, reason }
        }
    }
}

fn not_executed(errno: Errno, found: bool, program: &str) -> String {
    match (errno, found) {
        (_, false) if program.contains('/') => format!("`{program}` does not exist in the sandbox"),
        (_, false) => format!("`{program}` was not found in the sandbox's PATH"),
        (Errno::NOENT, true) => {
            format!("`{program}` needs an interpreter or loader that does not exist in the sandbox")
        }
        (Errno::ACCESS, true) => format!("`{program}` is not executable"),
        (Errno::NOEXEC, true) => format!("`{program}` is no program of this machine; a script needs a `#!` line"),
        (errno, true) => format!("`{program}` cannot be executed: {errno}"),
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _infallible = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
