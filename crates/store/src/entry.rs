//! A recorded run, as it is found on the disk.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::{fdatasync, fsync};
use serde::{Deserialize, Serialize};
use spec::{Outcome, Report, RunId, WorkspaceLayer};

use crate::attributes::Moment;
use crate::directory::Directory;
use crate::document::{self, DocumentError};
use crate::layout::{COPY, LAYER, RECORD, REPORT, SCRATCH, SEGMENT};
use crate::lock::Lock;
use crate::{DiskError, LogReader, Record, RemoveError, RunError, remove};

/// A recorded run.
#[derive(Debug)]
pub struct Entry {
    record: Record,
    state: State,
    directory: Arc<Directory>,
}

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It goes on: its monitor holds the lock.
    Running,
    /// It ended, and there is a report.
    Ended(Ending),
    /// Its monitor died before it could write a report, whether or not somebody has written one for it since
    /// ([`Entry::conclude`]).
    Interrupted,
}

/// The part of a report that a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// How the run ended.
    pub outcome: Outcome,
    /// The exit code that was returned.
    pub exit_code: u8,
    /// From the decision to start to the end of everything, in microseconds.
    pub duration_us: u64,
}

/// Why a recorded run cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Something lies among the runs that is none.
    #[error("`{name}` among the runs is not a run")]
    Foreign {
        /// Its name, with replacement characters.
        name: String,
    },
    /// There is a directory, but it does not say what was run.
    #[error("run {0} has no record")]
    Unrecorded(RunId),
    /// Its record is of another run.
    #[error("the record of run {0} is of another run")]
    Misplaced(RunId),
    /// A document in it is damaged or cannot be read.
    #[error("cannot read run {id}")]
    Unreadable {
        /// The run.
        id: RunId,
        /// The document, and what is wrong with it.
        source: DocumentError,
    },
}

impl Ending {
    /// From the decision to start to the end of everything.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.duration_us)
    }
}

impl Entry {
    /// The run of that name; `None` when there is none, or no longer.
    pub(crate) fn open(runs: &Directory, id: &RunId) -> Result<Option<Self>, EntryError> {
        let unreadable = |source: DocumentError| EntryError::Unreadable { id: id.clone(), source };
        let open = |name: &str| runs.child(name).map_err(|error| unreadable(error.into()));
        let Some(directory) = open(id.as_str())? else { return Ok(None) };
        let Some(record) = document::read::<Record>(&directory, RECORD).map_err(unreadable)? else {
            // Removed while we looked, or damaged for good?
            return open(id.as_str())?.map_or(Ok(None), |_| Err(EntryError::Unrecorded(id.clone())));
        };
        if record.run_id != *id {
            return Err(EntryError::Misplaced(id.clone()));
        }
        let state = state(&directory).map_err(unreadable)?;
        Ok(Some(Self { record, state, directory: Arc::new(directory) }))
    }

    /// What was known when it started.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// How far it had come when this was read.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where everything of the run is kept.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What happened; `None` while it goes on, and when it was interrupted and nobody has concluded it yet.
    pub fn report(&self) -> Result<Option<Report>, EntryError> {
        document::read(&self.directory, REPORT)
            .map_err(|source| EntryError::Unreadable { id: self.record.run_id.clone(), source })
    }

    /// Its output.
    pub fn log(&self) -> LogReader {
        LogReader::new(Arc::clone(&self.directory))
    }

    /// When anything of its documents was last written: what is known of how long its monitor lived.
    pub fn last_sign(&self) -> Result<Option<Timestamp>, DiskError> {
        let mut last = None;
        for name in self.directory.names()?.iter().filter(|name| *name == RECORD || name.starts_with(SEGMENT)) {
            last = last.max(self.directory.attributes(name)?.map(|found| found.modified()));
        }
        Ok(last.and_then(|Moment(seconds, nanos)| Timestamp::new(seconds, nanos.try_into().ok()?).ok()))
    }

    /// Writes the report that its monitor could not write any more. `false` where that is not to be done: the run goes on, or
    /// there is a report by now.
    pub fn conclude(&self, report: &Report) -> Result<bool, RunError> {
        let text = document::encode(report).map_err(|source| RunError::Encode("report", source))?;
        // Who has the lock is its monitor, as it were: nobody else writes at the same time.
        let Some(file) = self.directory.open(RECORD)? else { return Ok(false) };
        let locked = Lock::on(file).map_err(self.directory.failed("lock", RECORD))?;
        let Some(_monitor) = locked else { return Ok(false) };
        if document::is_written(&self.directory, REPORT)? {
            return Ok(false);
        }
        let durable = |file: &File| fdatasync(file).map_err(self.directory.failed("synchronize", REPORT));
        document::replace_after(&self.directory, REPORT, &text, durable)?;
        fsync(&*self.directory).map_err(DiskError::on("synchronize", self.directory.path()))?;
        Ok(true)
    }

    /// Removes what should have died with it, for a run that was interrupted.
    pub fn clear_scratch(&self) -> Result<(), RemoveError> {
        remove::entry(&self.directory, SCRATCH)
    }

    /// Its writable layer, if it had one. A copy is only made when the overlay came to nothing.
    pub fn layer(&self) -> Result<Option<WorkspaceLayer>, DiskError> {
        if let Some(copy) = self.directory.child(COPY)? {
            return Ok(Some(WorkspaceLayer::Copy(copy.path().to_owned())));
        }
        Ok(self.directory.child(LAYER)?.map(|layer| WorkspaceLayer::Overlay(layer.path().to_owned())))
    }
}

/// Whether its monitor is alive, and else what it left. The lock is asked first: a run that ends in between has a report.
fn state(directory: &Directory) -> Result<State, DocumentError> {
    let alive = is_running(directory)?;
    Ok(match document::read(directory, REPORT)? {
        Some(Ending { outcome: Outcome::Interrupted, .. }) => State::Interrupted,
        Some(ending) => State::Ended(ending),
        None if alive => State::Running,
        None => State::Interrupted,
    })
}

/// Whether the monitor of a run is alive.
pub(crate) fn is_running(run: &Directory) -> Result<bool, DiskError> {
    Lock::is_held(run, RECORD)
}
