//! Which text a profile was read from.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::Origin;
use crate::yaml::Mark;

/// Which text a profile was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// One that comes with aisbx, by name.
    BuiltIn(&'static str),
    /// A file.
    File(Arc<Path>),
}

impl Source {
    /// The origin of a value that stands there.
    pub(crate) fn origin(&self, mark: Mark) -> Origin {
        match self {
            Self::BuiltIn(profile) => Origin::BuiltIn { profile, line: mark.line },
            Self::File(path) => Origin::File { path: Arc::clone(path), line: mark.line, column: mark.column },
        }
    }

    /// The directory that relative paths of the profile start at.
    pub(crate) fn directory(&self) -> &Path {
        match self {
            Self::BuiltIn(_) => Path::new("/"),
            Self::File(path) => path.parent().unwrap_or(Path::new("/")),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(name) => write!(f, "built-in profile {name}"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
