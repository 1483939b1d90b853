//! A run that goes on, held by its monitor.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Gid, Mode, Timestamps, Uid, fchmod, fchown, fdatasync, fsync, futimens, stat};
use rustix::io::Errno;
use spec::{Report, RunId, WorkspaceLayer};

use crate::directory::Directory;
use crate::layout::{COPY, LAYER, RECORD, REPORT, SCRATCH, SEGMENT, STARTING, UPPER, WORK};
use crate::lock::Lock;
use crate::{DiskError, Durability, LogBounds, LogWriter, Owner, Record, RemoveError, document, remove};

/// A run that goes on. When this is dropped, or its process dies, without [`Run::finish`], the run was interrupted.
///
/// A child that only forks (without `exec`) shares the lock that says "still running" until it closes its descriptors.
#[derive(Debug)]
pub struct Run {
    id: RunId,
    directory: Arc<Directory>,
    runs: Arc<Directory>,
    alive: Lock,
}

/// Why a run cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Chance struck, or an id was used twice.
    #[error("there is a run `{0}` already")]
    Exists(RunId),
    /// A document cannot be written as JSON.
    #[error("cannot put the {0} into words")]
    Encode(&'static str, #[source] serde_json::Error),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Run {
    /// Starts a run. It gets its name last: whoever sees it sees the whole record and the lock that tells that it goes on.
    pub(crate) fn begin(runs: Arc<Directory>, record: &Record) -> Result<Self, RunError> {
        let exists = || RunError::Exists(record.run_id.clone());
        let draft = format!("{STARTING}{}", record.run_id);
        let made = runs.make(&draft)?.ok_or_else(exists)?;
        match fill(&made, record).and_then(|lock| settle(&runs, &draft, record).map(|()| lock)) {
            Ok(alive) => {
                let directory = made.renamed(runs.path().join(record.run_id.as_str()));
                Ok(Self { id: record.run_id.clone(), directory: Arc::new(directory), runs, alive })
            }
            Err(error) => {
                // The first error is the one to tell; what stays behind is removed with the next tidying up.
                let _ = remove::entry(&runs, &draft);
                Err(error)
            }
        }
    }

    /// Name of the run.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Where everything of the run is kept.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Makes the directories of a writable layer over `workspace`. The upper one looks like the workspace's root, because
    /// the root of a merged view shows the attributes of the upper one. Both are given to `owner`, if there is one.
    pub fn layer(&self, workspace: &Path, owner: Option<Owner>) -> Result<WorkspaceLayer, DiskError> {
        let layer = self.directory.ensure(LAYER)?;
        let upper = layer.ensure(UPPER)?;
        let work = layer.ensure(WORK)?;
        if let Some(Owner { uid, gid }) = owner {
            let give = |fd| fchown(fd, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
            // The sandbox comes to the others through this one.
            give(&layer).map_err(DiskError::on("set the owner of", layer.path()))?;
            give(&upper).map_err(DiskError::on("set the owner of", upper.path()))?;
            give(&work).map_err(DiskError::on("set the owner of", work.path()))?;
        }
        resemble(&upper, workspace)?;
        Ok(WorkspaceLayer::Overlay(layer.path().to_owned()))
    }

    /// Makes a directory with these directories in it, for what dies with the run and has no file system of its own.
    pub fn scratch(&self, names: &[&str]) -> Result<PathBuf, DiskError> {
        let scratch = self.directory.ensure(SCRATCH)?;
        names.iter().try_for_each(|name| scratch.ensure(name).map(drop))?;
        Ok(scratch.path().to_owned())
    }

    /// Makes a link in it, unless there is one, and the directories above that.
    pub fn scratch_link(&self, place: &Path, target: &Path) -> Result<(), DiskError> {
        let path = self.directory.path().join(SCRATCH).join(place);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let made = made.and_then(|()| std::os::unix::fs::symlink(target, &path));
        let made = made.or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) });
        let errno = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO);
        made.map_err(errno).map_err(DiskError::on("make the link", &path))
    }

    /// Removes that directory and everything in it.
    pub fn clear_scratch(&self) -> Result<(), RemoveError> {
        remove::entry(&self.directory, SCRATCH)
    }

    /// Where a copy of the workspace goes ([`crate::copy::tree`]), when it cannot be overlaid. Nothing is there yet.
    pub fn place_of_copy(&self) -> PathBuf {
        self.directory.path().join(COPY)
    }

    /// The writer of the run's log. Nothing is put on the disk before the first byte. One writer for a run.
    pub fn log(&self, bounds: LogBounds) -> LogWriter {
        LogWriter::new(Arc::clone(&self.directory), bounds)
    }

    /// Ends the run: writes the report, whole or not at all, and lets go of the lock.
    pub fn finish(self, report: &Report, durability: Durability) -> Result<(), RunError> {
        let text = document::encode(report).map_err(|source| RunError::Encode("report", source))?;
        match durability {
            Durability::Process => document::replace(&self.directory, REPORT, &text).map(drop)?,
            Durability::Power => self.finish_durably(&text)?,
        }
        self.alive.release();
        Ok(())
    }

    fn finish_durably(&self, text: &[u8]) -> Result<(), DiskError> {
        for name in self.directory.names()?.iter().filter(|name| *name == RECORD || name.starts_with(SEGMENT)) {
            self.directory.open(name)?.as_ref().map_or(Ok(()), |file| to_platter(file, &self.directory, name))?;
        }
        let before = |file: &File| to_platter(file, &self.directory, REPORT);
        document::replace_after(&self.directory, REPORT, text, before)?;
        for directory in [&self.directory, &self.runs] {
            fsync(&**directory).map_err(DiskError::on("synchronize", directory.path()))?;
        }
        Ok(())
    }
}

/// Puts into a new run what every run has: its record, which is also its lock. Every file more would cost a start.
fn fill(made: &Directory, record: &Record) -> Result<Lock, RunError> {
    let text = document::encode(record).map_err(|source| RunError::Encode("record", source))?;
    let file = made.write(RECORD, &text)?;
    Lock::on(file).map_err(made.failed("lock", RECORD))?.ok_or_else(|| RunError::Exists(record.run_id.clone()))
}

/// Gives a whole new run its name.
fn settle(runs: &Directory, draft: &str, record: &Record) -> Result<(), RunError> {
    // An empty directory in its place would give way; one with something in it does not.
    runs.rename(draft, runs, record.run_id.as_str()).map_err(|error| match error.kind() {
        std::io::ErrorKind::DirectoryNotEmpty | std::io::ErrorKind::AlreadyExists => {
            RunError::Exists(record.run_id.clone())
        }
        _ => error.into(),
    })
}

fn to_platter(file: &File, directory: &Directory, name: &str) -> Result<(), DiskError> {
    fdatasync(file).map_err(directory.failed("synchronize", name))
}

/// Gives a directory the permission bits and the modification time of another.
fn resemble(directory: &Directory, model: &Path) -> Result<(), DiskError> {
    let model = stat(model).map_err(DiskError::on("look at", model))?;
    fchmod(directory, Mode::from_raw_mode(model.st_mode))
        .map_err(DiskError::on("set the mode of", directory.path()))?;
    let times = Timestamps {
        last_access: rustix::fs::Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT },
        last_modification: rustix::fs::Timespec { tv_sec: model.st_mtime as _, tv_nsec: model.st_mtime_nsec as _ },
    };
    futimens(directory, &times).map_err(DiskError::on("set the time of", directory.path()))
}
