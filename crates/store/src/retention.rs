//! How many runs are kept, for how long, and how much room they may take.

use std::time::Duration;

use jiff::Timestamp;
use spec::RunId;

use crate::attributes::{Attributes, Moment};
use crate::descend::{Closed, descend};
use crate::directory::Directory;
use crate::entry::is_running;
use crate::layout::{LOCK, RECORD, REPORT, SIZE, TRASH};
use crate::lock::Lock;
use crate::names::Names;
use crate::{DiskError, RemoveError, document, remove, volume};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Runs that were removed.
    pub removed: usize,
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

/// How long a run may take to get its name before it counts as dead.
const START_UP: Duration = Duration::from_secs(3600);

impl Default for Retention {
    /// 200 runs, 30 days, 8 GiB.
    fn default() -> Self {
        Self { runs: 200, age: Duration::from_secs(30 * 86400), bytes: 8 << 30 }
    }
}

impl Retention {
    /// Whether the run of this id is one of the one in sixteen that should tidy up when they have ended. So a burst of runs
    /// does not have each of them look at all the others; the bound on runs is exceeded by some dozens at most.
    pub fn is_due(id: &RunId) -> bool {
        // The last digit is chance, one of 32.
        id.as_str().ends_with(['0', '1'])
    }
}

/// Moves the runs that are beyond the bounds to the trash. What is wrong with one run does not save the others; it is told
/// in the end.
pub(crate) fn expire(
    root: &Directory,
    runs: &Directory,
    retention: &Retention,
    now: Timestamp,
) -> Result<Retained, RetentionError> {
    let Some(_turn) = Lock::take(root, LOCK)? else { return Ok(Retained { removed: 0, busy: true }) };
    let names = Names::read(runs)?;
    let mut expiry = Expiry { runs, trash: root.ensure(TRASH)?, retention, now, ended: 0, bytes: 0, removed: 0 };
    let mut outcome = Ok(());
    for name in names.starting {
        outcome = outcome.and(expiry.consider_stillborn(&name));
    }
    for id in names.runs.iter().rev() {
        outcome = outcome.and(expiry.consider(id.as_str()));
    }
    outcome.map(|()| Retained { removed: expiry.removed, busy: false })
}

/// One look at all runs, newest first.
struct Expiry<'a> {
    runs: &'a Directory,
    trash: Directory,
    retention: &'a Retention,
    now: Timestamp,
    /// Ended runs so far, and the bytes they take.
    ended: usize,
    bytes: u64,
    removed: usize,
}

impl Expiry<'_> {
    fn consider(&mut self, name: &str) -> Result<(), RetentionError> {
        let Some(run) = self.runs.child(name)? else { return Ok(()) };
        if is_running(&run)? {
            return Ok(());
        }
        let size = size(&run)?;
        // One that is too large alone goes alone: it must not take the others along.
        let oversized = size > self.retention.bytes;
        if !oversized {
            self.bytes = self.bytes.saturating_add(size);
        }
        let newest = self.ended == 0;
        let beyond = oversized
            || self.ended >= self.retention.runs
            || self.bytes > self.retention.bytes
            || self.age(&run)? > self.retention.age;
        self.ended += 1;
        match beyond && !newest {
            true => self.discard(name),
            false => Ok(()),
        }
    }

    /// Removes what is left of a monitor that died before its run had a name.
    fn consider_stillborn(&mut self, name: &str) -> Result<(), RetentionError> {
        let Some(draft) = self.runs.child(name)? else { return Ok(()) };
        match self.age(&draft)? > START_UP && !is_running(&draft)? {
            true => self.discard(name),
            false => Ok(()),
        }
    }

    /// Moves an entry to the trash: gone in one step, whatever happens next.
    fn discard(&mut self, name: &str) -> Result<(), RetentionError> {
        remove::entry(&self.trash, name)?;
        self.runs.rename(name, &self.trash, name)?;
        self.removed += 1;
        Ok(())
    }

    /// How long ago its last document was written; zero if that is to come.
    fn age(&self, run: &Directory) -> Result<Duration, DiskError> {
        let written = [REPORT, RECORD].into_iter().find_map(|name| run.attributes(name).transpose());
        let attributes =
            written.unwrap_or_else(|| Attributes::of_open(run).map_err(DiskError::on("look at", run.path())))?;
        let Moment(seconds, _) = attributes.modified();
        Ok(Duration::from_secs(u64::try_from(self.now.as_second().saturating_sub(seconds)).unwrap_or(0)))
    }
}

/// Bytes that an ended run takes on the disk: measured once, for nothing changes in it any more.
fn size(run: &Directory) -> Result<u64, DiskError> {
    let known = run.read(SIZE, 32)?.and_then(|text| String::from_utf8(text).ok()?.trim_end().parse().ok());
    if let Some(known) = known {
        return Ok(known);
    }
    let top = descend(run, c".", Closed::Respect).map_err(DiskError::on("open", run.path()))?;
    let (volume::Room { bytes: measured, .. }, _) = volume::occupied(top.fd, run.path(), Closed::Borrow)?;
    document::replace(run, SIZE, format!("{measured}\n").as_bytes())?;
    Ok(measured)
}

/// Empties the trash. What is wrong with one tree does not save the others; it is told in the end.
pub(crate) fn sweep(root: &Directory) -> Result<(), RetentionError> {
    let Some(_turn) = Lock::take(root, LOCK)? else { return Ok(()) };
    let Some(trash) = root.child(TRASH)? else { return Ok(()) };
    let mut outcome = Ok(());
    for name in trash.raw_names()? {
        outcome = outcome.and(remove::tree_at(&trash, &name, trash.path()));
    }
    Ok(outcome?)
}
