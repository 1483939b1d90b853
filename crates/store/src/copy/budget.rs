//! What is left of the bounds of a copy.

use std::path::{Path, PathBuf};

use super::{Bounds, CopyError};

/// What is left of the bounds of a copy.
#[derive(Debug)]
pub(super) struct Budget {
    source: PathBuf,
    bounds: Bounds,
    pub(super) bytes: u64,
    pub(super) entries: u64,
}

impl Budget {
    pub(super) fn new(source: &Path, bounds: Bounds) -> Self {
        Self { source: source.to_owned(), bounds, bytes: 0, entries: 0 }
    }

    /// One more entry.
    pub(super) fn take_entry(&mut self) -> Result<(), CopyError> {
        self.entries += 1;
        match self.entries > self.bounds.entries {
            true => Err(CopyError::TooMany { path: self.source.clone(), entries: self.bounds.entries }),
            false => Ok(()),
        }
    }

    /// So many more bytes.
    pub(super) fn take_bytes(&mut self, bytes: u64) -> Result<(), CopyError> {
        self.bytes = self.bytes.saturating_add(bytes);
        match self.bytes > self.bounds.bytes {
            true => Err(CopyError::TooLarge { path: self.source.clone(), bytes: self.bounds.bytes }),
            false => Ok(()),
        }
    }
}
