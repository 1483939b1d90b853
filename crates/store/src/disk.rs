//! What the disk refused.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// An act on the disk that failed, with the thing it failed on.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} `{}`", path.display())]
pub struct DiskError {
    act: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl DiskError {
    pub(crate) fn new(act: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self { act, path: path.into(), source: source.into() }
    }

    /// Makes the error of an act on a path, once there is one.
    pub(crate) fn on(act: &'static str, path: &Path) -> impl FnOnce(Errno) -> Self {
        move |errno| Self::new(act, path, errno)
    }

    /// The thing it failed on.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the kernel said.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}
