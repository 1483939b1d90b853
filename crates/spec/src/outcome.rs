//! How a run ended.

use serde::{Deserialize, Serialize};

use crate::Lifetime;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// The command returned this exit code.
    Exited {
        /// 0 to 255.
        code: u8,
    },
    /// A signal ended the command.
    Signaled {
        /// The signal's number, 1 to 64.
        signal: u8,
    },
    /// The command outlived its `lifetime` and was killed.
    TimedOut {
        /// The limit that was reached.
        limit: Lifetime,
    },
    /// The command could not be executed.
    NotExecuted {
        /// 126: found but not executable; 127: not found.
        code: u8,
        /// Why, in a sentence.
        reason: String,
    },
    /// The sandbox was not built, or not as promised, and nothing ran.
    Refused {
        /// Why, in a sentence.
        reason: String,
    },
    /// The monitor was killed before the command ended.
    Interrupted,
}

/// The exit code of `aisbx run` for an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// The command outlived its time, as `timeout(1)` has it.
    pub const TIMED_OUT: Self = Self(124);
    /// aisbx itself failed or refused, as Docker and `timeout(1)` have it.
    pub const REFUSED: Self = Self(125);
}

impl Outcome {
    /// The exit code that tells this outcome: the command's own; 124 timed out; 125 refused; 126 and 127 not executed; 128 + N killed by signal N.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Exited { code } | Self::NotExecuted { code, .. } => ExitCode(*code),
            Self::Signaled { signal } => ExitCode(128_u8.saturating_add(*signal)),
            Self::TimedOut { .. } => ExitCode::TIMED_OUT,
            Self::Refused { .. } | Self::Interrupted => ExitCode::REFUSED,
        }
    }
}
