//! What is wrong in a profile, and where.

use std::fmt;

use spec::{CpuError, LifetimeError};

use super::source::Source;
use crate::limit::LimitError;
use crate::mount::MountError;
use crate::printable::printable;
use crate::variable::VariableError;
use crate::yaml::{self, Mark};

/// One thing that is wrong in a profile.
#[derive(Debug)]
pub struct Problem {
    pub(crate) source: Source,
    pub(crate) mark: Mark,
    pub(crate) fault: Fault,
}

impl Problem {
    /// Line and column, from 1.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// What is wrong, in a sentence that names the way out.
    pub fn message(&self) -> String {
        printable(&self.fault.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.source, self.mark.line, self.mark.column, self.message())
    }
}

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Yaml(yaml::Fault),
    #[error("unknown key `{key}`{}", meant(*near, known))]
    UnknownKey { key: String, near: Option<&'static str>, known: Vec<&'static str> },
    #[error("a profile is a mapping of keys, not {0}")]
    NoProfile(&'static str),
    #[error("`{key}` must be {wanted}, not {found}")]
    Type { key: String, wanted: &'static str, found: &'static str },
    #[error("`{key}` has no value")]
    NoValue { key: String },
    #[error("`{key}` cannot be `{word}`{}", meant(*near, known))]
    UnknownWord { key: String, word: String, near: Option<&'static str>, known: Vec<&'static str> },
    #[error("`{key}` and `{first_key}` (line {}) are the same setting; keep one", first.line)]
    Twice { key: String, first_key: String, first: Mark },
    #[error("`{key}` is given twice; keep one")]
    VariableTwice { key: String },
    #[error("`{key}`: {error}")]
    Cpu { key: String, error: CpuError },
    #[error("`{key}`: {error}")]
    Limit { key: String, error: LimitError },
    #[error("`{key}`: {error}")]
    Lifetime { key: String, error: LifetimeError },
    #[error("`{key}`: {error}")]
    Variable { key: String, error: VariableError },
    #[error("{0}")]
    Mount(MountError),
    #[error("`{key}` holds a NUL character, which no path, argument or variable can")]
    Nul { key: String },
    #[error("a mount needs `{missing}`; write `source`, `target` and optionally `mode`")]
    MountPart { missing: &'static str },
    #[error("`{0}` starts at the home directory, but HOME names none")]
    NoHome(String),
    #[error("`network` is not enabled, yet allows names; keep one of the two")]
    AllowWithoutNetwork,
    #[error("a file with `profiles` holds nothing else; move `{0}` into one of them")]
    BesideProfiles(String),
    #[error(
        "`workdir` is an absolute path inside the sandbox, or one relative to the workspace, without `..`; not `{0}`"
    )]
    Workdir(String),
}

/// The nearest known word, or all of them.
fn meant(near: Option<&str>, known: &[&str]) -> String {
    match near {
        Some(word) => format!("; did you mean `{word}`?"),
        None => format!("; known are {}", known.join(", ")),
    }
}
