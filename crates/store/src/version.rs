//! Which format a store has.

use std::path::PathBuf;

use crate::DiskError;
use crate::directory::Directory;

/// The format this code reads and writes.
const CURRENT: u32 = 1;
const NAME: &str = "version";

/// Why a store's format is none of ours.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// A newer aisbx has been here, and this one could only do harm.
    #[error("`{}` was written by a newer aisbx (format {found}, this one knows {CURRENT}): update aisbx, or use another state directory", path.display())]
    Newer {
        /// The store.
        path: PathBuf,
        /// What it says.
        found: u32,
    },
    /// It does not say.
    #[error("`{}` does not hold the number of a format: `{}`", path.display(), content.escape_debug())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// Its beginning.
        content: String,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Whether the store says its format, which must be one of ours.
pub(crate) fn check(root: &Directory) -> Result<bool, VersionError> {
    let Some(content) = root.read(NAME, 64)? else { return Ok(false) };
    let content = String::from_utf8_lossy(&content);
    match content.trim().parse() {
        // What a power failure leaves of a file that was never synchronized.
        _ if content.bytes().all(|byte| byte == 0) => Ok(false),
        Ok(1..=CURRENT) => Ok(true),
        Ok(found) if found > CURRENT => Err(VersionError::Newer { path: root.path().to_owned(), found }),
        _ => Err(VersionError::Unknown { path: root.path().join(NAME), content: content.into_owned() }),
    }
}

/// Says the current format. The caller holds the store's lock.
pub(crate) fn write(root: &Directory) -> Result<(), DiskError> {
    crate::document::replace(root, NAME, format!("{CURRENT}\n").as_bytes())?;
    Ok(())
}
