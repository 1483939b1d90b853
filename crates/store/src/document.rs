//! Small files that are there whole or not at all.

use std::fs::File;
use std::io::ErrorKind;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::DiskError;
use crate::directory::Directory;

/// More than any record or report needs; what is longer is not ours.
const LIMIT: u64 = 64 << 20;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not what it should be.
    #[error("`{}` is damaged", path.display())]
    Damaged {
        /// The file.
        path: std::path::PathBuf,
        /// Where, and what was expected.
        source: serde_json::Error,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The text of a document.
pub(crate) fn encode(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Reads a document; `None` when there is none, or when only the empty shell of it outlived a power failure.
pub(crate) fn read<T: DeserializeOwned>(directory: &Directory, name: &str) -> Result<Option<T>, DocumentError> {
    let Some(text) = directory.read(name, LIMIT)? else { return Ok(None) };
    if text.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let read = serde_json::from_slice(&text);
    read.map(Some).map_err(|source| DocumentError::Damaged { path: directory.path().join(name), source })
}

/// Whether there is more of a document than the empty shell that outlives a power failure.
pub(crate) fn is_written(directory: &Directory, name: &str) -> Result<bool, DiskError> {
    Ok(directory.read(name, LIMIT)?.is_some_and(|text| text.iter().any(|byte| *byte != 0)))
}

/// Puts a document in the place of an older one: at every moment, and after the death of this process at any moment, a
/// reader finds the old one or the new one. One writer at a time. The file is handed back for those who want it on the platter.
pub(crate) fn replace(directory: &Directory, name: &str, content: &[u8]) -> Result<File, DiskError> {
    replace_after(directory, name, content, |_| Ok(()))
}

/// As [`replace`], with something to be done to the whole new document before it takes its place.
pub(crate) fn replace_after(
    directory: &Directory,
    name: &str,
    content: &[u8],
    before: impl FnOnce(&File) -> Result<(), DiskError>,
) -> Result<File, DiskError> {
    let draft = format!(".{name}.new");
    // What a writer left that died: seldom there, and looking for it first would cost every run.
    let file = match directory.write(&draft, content) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            directory.unlink(&draft)?;
            directory.write(&draft, content)?
        }
        written => written?,
    };
    before(&file)?;
    directory.rename(&draft, directory, name)?;
    Ok(file)
}
