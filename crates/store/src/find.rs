//! Finding a run by what people type.

use std::sync::Arc;

use spec::RunId;

use crate::directory::Directory;
use crate::names::{Names, may_be_part};
use crate::{DiskError, Entry, EntryError};

/// The word for the newest run.
const LATEST: &str = "latest";

/// Why a text leads to no run.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It cannot be the name of a run, nor a part of one.
    #[error("`{0}` is not a run: write an id, its beginning, its end, or `latest`")]
    NotAnId(String),
    /// No run is called that.
    #[error("there is no run `{0}`")]
    Missing(String),
    /// There is no run at all.
    #[error("there is no run yet")]
    Empty,
    /// Several are called that.
    #[error("`{text}` may be any of {} runs: {}", candidates.len(), shown(candidates))]
    Ambiguous {
        /// What was typed.
        text: String,
        /// The runs it may be, newest first.
        candidates: Vec<RunId>,
    },
    /// It was found, but cannot be read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Finds the run that a full id, a unique beginning or end of one, or `latest` tells. Only whole ids, read back from the
/// directory or parsed as such, ever become a part of a path.
pub(crate) fn find(runs: &Arc<Directory>, text: &str) -> Result<Entry, FindError> {
    if text == LATEST {
        return latest(runs);
    }
    let part = text.to_ascii_lowercase();
    let id = match part.parse::<RunId>() {
        Ok(id) => id,
        Err(_) if may_be_part(&part) => unique(runs, &part)?,
        Err(_) => return Err(FindError::NotAnId(text.to_owned())),
    };
    Entry::open(runs, &id)?.ok_or_else(|| FindError::Missing(text.to_owned()))
}

fn latest(runs: &Arc<Directory>) -> Result<Entry, FindError> {
    for id in Names::read(runs)?.runs.into_iter().rev() {
        if let Some(entry) = Entry::open(runs, &id)? {
            return Ok(entry);
        }
    }
    Err(FindError::Empty)
}

/// Ids begin with their time, so an end is what tells runs of one day apart.
fn unique(runs: &Directory, part: &str) -> Result<RunId, FindError> {
    let matches = |id: &RunId| id.as_str().starts_with(part) || id.as_str().ends_with(part);
    let mut candidates: Vec<_> = Names::read(runs)?.runs.into_iter().rev().filter(matches).collect();
    match (candidates.pop(), candidates.is_empty()) {
        (Some(id), true) => Ok(id),
        (Some(oldest), false) => {
            candidates.push(oldest);
            Err(FindError::Ambiguous { text: part.to_owned(), candidates })
        }
        (None, _) => Err(FindError::Missing(part.to_owned())),
    }
}

/// The first few ids, and how many more there are.
fn shown(candidates: &[RunId]) -> String {
    const SHOWN: usize = 8;
    let ids: Vec<_> = candidates.iter().take(SHOWN).map(RunId::as_str).collect();
    match candidates.len().saturating_sub(SHOWN) {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}
