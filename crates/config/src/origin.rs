//! Where a value came from.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// Where a value came from. Lines and columns count from 1; columns count characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line with its dashes, or the command line itself.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(String),
    /// A place in a profile file.
    File {
        /// The file.
        path: Arc<Path>,
        /// Line of the key.
        line: usize,
        /// Column of the key.
        column: usize,
    },
    /// A line of a built-in profile.
    BuiltIn {
        /// Name of the profile.
        profile: &'static str,
        /// Line of the key.
        line: usize,
    },
    /// Found by looking at the host.
    Detected(String),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::BuiltIn { profile, line } => write!(f, "built-in profile {profile}, line {line}"),
            Self::Detected(what) => write!(f, "detected: {what}"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value with its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// A value that nobody asked for.
    pub fn default(value: T) -> Self {
        Self::new(value, Origin::Default)
    }

    /// The same origin with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: change(self.value), origin: self.origin }
    }
}
