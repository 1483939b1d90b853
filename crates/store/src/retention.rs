//! How many runs are kept, for how long, and how much room they may take.

use std::time::Duration;

use jiff::Timestamp;
use spec::RunId;

use crate::directory::Directory;
use crate::excess::{Excess, Note, excess};
use crate::layout::{LOCK, SWEEP, TRASH};
use crate::lock::Lock;
use crate::{DiskError, RemoveError, remove};

/// How many runs are kept, for how long, and how much room they may take. A run that goes on is never removed, nor is the
/// newest one that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// So many runs.
    pub runs: usize,
    /// For so long after the last change to their documents.
    pub age: Duration,
    /// So many bytes on the disk, all ended runs together.
    pub bytes: u64,
}

/// What a tidying up did.
#[derive(Debug, Default)]
pub struct Retained {
    /// The names of what was removed: runs, and starts that came to nothing.
    pub removed: Vec<String>,
    /// What is wrong with single runs.
    pub failed: Vec<RetentionError>,
    /// Whether another process was at it, and nothing was done.
    pub busy: bool,
}

/// Why old runs cannot be removed.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A tree cannot be removed.
    #[error(transparent)]
    Remove(#[from] RemoveError),
}

impl Default for Retention {
    /// 200 runs, 30 days, 8 GiB.
    fn default() -> Self {
        Self { runs: 200, age: Duration::from_secs(30 * 86400), bytes: 8 << 30 }
    }
}

impl Retention {
    /// Whether the run of this id is one of the one in sixteen that should tidy up when they have ended. So a burst of runs
    /// does not have each of them look at all the others; the bound on runs is exceeded by some dozens as a rule.
    pub fn is_due(id: &RunId) -> bool {
        // The last digit is chance, one of 32.
        id.as_str().ends_with(['0', '1'])
    }
}

/// Moves the runs that are beyond the bounds to the trash. What is wrong with one run does not save the others.
pub(crate) fn expire(
    root: &Directory,
    runs: &Directory,
    retention: &Retention,
    now: Timestamp,
) -> Result<Retained, RetentionError> {
    let Some(_turn) = Lock::take(root, LOCK)? else { return Ok(Retained { busy: true, ..Retained::default() }) };
    let trash = root.ensure(TRASH)?;
    let Excess { names, failed } = excess(runs, retention, now, Note::Sizes)?;
    let mut retained = Retained { failed, ..Retained::default() };
    for name in names {
        match discard(runs, &name, &trash) {
            Ok(()) => retained.removed.push(name),
            Err(error) => retained.failed.push(error),
        }
    }
    Ok(retained)
}

/// Moves an entry to the trash: gone in one step, whatever happens next.
fn discard(runs: &Directory, name: &str, trash: &Directory) -> Result<(), RetentionError> {
    remove::entry(trash, name)?;
    Ok(runs.rename(name, trash, name)?)
}

/// The names of what is in the trash.
pub(crate) fn trash(root: &Directory) -> Result<Vec<String>, DiskError> {
    let mut names = root.child(TRASH)?.map_or_else(|| Ok(Vec::new()), |trash| trash.names())?;
    names.sort_unstable();
    Ok(names)
}

/// Empties the trash. What is wrong with one tree does not save the others; it is told in the end.
pub(crate) fn sweep(root: &Directory) -> Result<(), RetentionError> {
    let Some(_turn) = Lock::take(root, SWEEP)? else { return Ok(()) };
    let Some(trash) = root.child(TRASH)? else { return Ok(()) };
    let mut outcome = Ok(());
    for name in trash.raw_names()? {
        outcome = outcome.and(remove::tree_at(&trash, &name, trash.path()));
    }
    Ok(outcome?)
}
