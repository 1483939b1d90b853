//! Copying a workspace, where its file system cannot be overlaid.

mod budget;
mod copying;
mod file;

use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use crate::attributes::Moment;
use crate::{DiskError, Owner};
use copying::Copying;

/// How much may be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes that it takes on the disk; what is shared with the original (reflinks) counts in full.
    pub bytes: u64,
    /// Files, directories and links.
    pub entries: u64,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Bytes that were counted against the bound.
    pub bytes: u64,
    /// Files, directories and links.
    pub entries: u64,
    /// What was left out, the first [`Copied::LISTED`].
    pub skipped: Vec<Skipped>,
    /// How much more was left out.
    pub omitted: u64,
    /// When the copy was whole.
    pub mark: Mark,
}

/// An entry that was not copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Relative to the source; what is not UTF-8 is shown with replacement characters.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why an entry was not copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A socket, a pipe or a device.
    Special,
    /// We may not read it.
    Unreadable,
    /// Something is mounted there; the directory is copied empty.
    Mounted,
    /// It is the place that is copied to.
    Target,
}

/// The moment at which a copy was whole, on the clock of its file system: everything copied is older, every change younger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(pub(crate) Moment);

/// Why a tree is not copied. What was copied before stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It is too large.
    #[error("`{}` holds more than {bytes} bytes", path.display())]
    TooLarge {
        /// The source.
        path: PathBuf,
        /// The bound.
        bytes: u64,
    },
    /// It has too many entries.
    #[error("`{}` holds more than {entries} files and directories", path.display())]
    TooMany {
        /// The source.
        path: PathBuf,
        /// The bound.
        entries: u64,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Copied {
    /// At most this many left-out entries are named.
    pub const LISTED: usize = 100;
}

/// Copies a tree into `target`, which is made or is empty, and gives everything to `owner`, if there is one.
///
/// Content is shared where the file system can (reflink), holes stay holes; kept are permission bits (never setuid, setgid
/// or sticky), modification times, links as links, and hard links among the first ten thousand linked files. Extended
/// attributes are not. Never follows a link, never crosses a mount. Stops before it goes beyond `bounds`.
pub fn tree(source: &Path, target: &Path, bounds: Bounds, owner: Option<Owner>) -> Result<Copied, CopyError> {
    Copying::new(source, target, bounds, owner)?.run()
}

/// Whether entries of this kind are copied at all.
pub(crate) fn is_copied(kind: FileType) -> bool {
    matches!(kind, FileType::RegularFile | FileType::Directory | FileType::Symlink)
}
