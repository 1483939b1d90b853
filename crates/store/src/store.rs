//! The store: the one owner of the disk below the state directory.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use spec::RunId;

use crate::directory::Directory;
use crate::excess::Note;
use crate::layout::RUNS;
use crate::{
    DiskError, Entry, FindError, OpenError, Record, Retained, Retention, RetentionError, Run, RunError, Runs, Standing,
    debts, excess, find, retention, root, standing,
};

/// The store below one state directory. Any number of processes may use it at the same time; runs share nothing in it but
/// the directory their names are in.
#[derive(Debug)]
pub struct Store {
    root: Directory,
    runs: Arc<Directory>,
}

impl Store {
    /// Opens the store, made on first use. `root` is an absolute path.
    pub fn open(root: &Path) -> Result<Self, OpenError> {
        let root = root::open_or_make(root)?;
        root::furnish(&root)?;
        let runs = Arc::new(root.ensure(RUNS)?);
        Ok(Self { root, runs })
    }

    /// Opens the store for those who only want to read: `None` when nothing has ever been recorded, and nothing is made.
    pub fn open_existing(root: &Path) -> Result<Option<Self>, OpenError> {
        let Some(root) = root::open_if_there(root)? else { return Ok(None) };
        if !crate::version::check(&root).map_err(OpenError::from)? {
            return Ok(None);
        }
        Ok(root.child(RUNS)?.map(|runs| Self { root, runs: Arc::new(runs) }))
    }

    /// Starts a run: it is recorded, and counts as going on until the [`Run`] is finished or gone. Nothing is synchronized.
    pub fn begin(&self, record: &Record) -> Result<Run, RunError> {
        Run::begin(Arc::clone(&self.runs), record)
    }

    /// All recorded runs, newest first.
    pub fn runs(&self) -> Result<Runs, DiskError> {
        Runs::new(&self.runs)
    }

    /// The run that a full id, a unique beginning or end of one, or `latest` tells.
    pub fn find(&self, text: &str) -> Result<Entry, FindError> {
        find::find(&self.runs, text)
    }

    /// Removes the runs that are beyond the bounds: [`Store::expire`] and [`Store::sweep`] together.
    pub fn retain(&self, retention: &Retention, now: Timestamp) -> Result<Retained, RetentionError> {
        let mut retained = self.expire(retention, now)?;
        self.sweep()?;
        match retained.failed.pop() {
            Some(error) => Err(error),
            None => Ok(retained),
        }
    }

    /// Takes the runs that are beyond the bounds out of the store. They are gone at once, but still on the disk: each is
    /// moved to the trash with one step. Does nothing when another process is at it. A millisecond for some hundred runs.
    pub fn expire(&self, retention: &Retention, now: Timestamp) -> Result<Retained, RetentionError> {
        retention::expire(&self.root, &self.runs, retention, now)
    }

    /// What [`Store::expire`] would take now, by its names; nothing is changed.
    pub fn excess(&self, retention: &Retention, now: Timestamp) -> Result<Vec<String>, RetentionError> {
        Ok(excess::excess(&self.runs, retention, now, Note::Nothing)?.names)
    }

    /// The names of what is in the trash.
    pub fn trash(&self) -> Result<Vec<String>, DiskError> {
        retention::trash(&self.root)
    }

    /// What is known of a run by its name alone, for those who find something named after it.
    pub fn standing(&self, id: &RunId) -> Result<Standing, DiskError> {
        standing::standing(&self.runs, id)
    }

    /// Notes that a run leaves something on the host, such as a group, if its monitor is killed.
    pub fn owe(&self, id: &RunId) -> Result<(), DiskError> {
        debts::incur(&self.root, id)
    }

    /// Takes that back: it has left nothing.
    pub fn settle(&self, id: &RunId) -> Result<(), DiskError> {
        debts::settle(&self.root, id)
    }

    /// Whether a run that does not go on any more left something. A few microseconds where none has.
    pub fn is_owed(&self) -> Result<bool, DiskError> {
        debts::are_due(&self.root, &self.runs)
    }

    /// Forgets runs that do not go on any more and of which all was removed that could be.
    pub fn write_off(&self) -> Result<(), DiskError> {
        debts::write_off(&self.root, &self.runs)
    }

    /// Empties the trash, which may take as long as its millions of files need. Does nothing when another process is at it.
    pub fn sweep(&self) -> Result<(), RetentionError> {
        retention::sweep(&self.root)
    }
}
