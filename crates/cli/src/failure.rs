//! Why a verb failed, as the user reads it.

use std::process::ExitCode;

use crate::say;

/// Why a verb failed: what was tried and why it did not work, and the next step if we know one.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    hint: Option<String>,
}

impl Failure {
    /// The exit code for a failure of aisbx itself, as Docker and timeout(1) have it.
    pub(crate) fn exit_code() -> ExitCode {
        ExitCode::from(spec::ExitCode::REFUSED.0)
    }

    /// A failure with no known next step.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hint: None }
    }

    /// The same failure with a next step.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn print(&self) {
        say::error(&self.sentence);
        if let Some(hint) = &self.hint {
            say::hint(hint);
        }
    }
}

impl From<aisbx::Error> for Failure {
    fn from(error: aisbx::Error) -> Self {
        let sentence = error.sentence();
        // Errors of settings have the way out as their last clause.
        match sentence.rsplit_once("; ") {
            Some((what, way_out)) if !sentence.contains('\n') => Self::new(what).hint(way_out),
            _ => Self::new(sentence),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("cannot write the output: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("cannot write JSON: {error}"))
    }
}
