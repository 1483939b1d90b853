//! Locks that the kernel lets go of when their holder dies, however it dies.

use std::fs::File;

use rustix::fs::{FlockOperation, flock};
use rustix::io::{Errno, retry_on_intr};

use crate::DiskError;
use crate::directory::Directory;

/// A lock that is held until this is dropped or the process is gone.
///
/// It is a `flock(2)`: it belongs to the open file and not to the process, so several runs in one process do not disturb
/// each other, and looking at a lock does not lose it. The descriptor is close-on-exec; a child that only forks shares it
/// until it closes it.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock, waiting for whoever holds it.
    pub(crate) fn wait(directory: &Directory, name: &str) -> Result<Self, DiskError> {
        let fd = directory.open_or_create(name)?;
        retry_on_intr(|| flock(&fd, FlockOperation::LockExclusive)).map_err(directory.failed("lock", name))?;
        Ok(Self(fd))
    }

    /// Takes the lock; `None` when somebody else holds it.
    pub(crate) fn take(directory: &Directory, name: &str) -> Result<Option<Self>, DiskError> {
        Self::on(directory.open_or_create(name)?).map_err(directory.failed("lock", name))
    }

    /// Takes the lock that an open file is; `None` when somebody else holds it.
    pub(crate) fn on(file: File) -> Result<Option<Self>, Errno> {
        match retry_on_intr(|| flock(&file, FlockOperation::NonBlockingLockExclusive)) {
            Ok(()) => Ok(Some(Self(file))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    /// Lets go of the lock at once, even if a child that only forked still shares it. Dropping does not: such a child, on its
    /// way out, must not take its parent's lock away.
    pub(crate) fn release(self) {
        // What cannot be unlocked is unlocked when it is closed.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }

    /// Whether anybody holds the lock. Those who ask at the same time do not see each other, because they ask for a shared lock.
    pub(crate) fn is_held(directory: &Directory, name: &str) -> Result<bool, DiskError> {
        let Some(file) = directory.open(name)? else { return Ok(false) };
        match retry_on_intr(|| flock(&file, FlockOperation::NonBlockingLockShared)) {
            Ok(()) => Ok(false),
            Err(Errno::WOULDBLOCK) => Ok(true),
            Err(errno) => Err(directory.failed("look at the lock", name)(errno)),
        }
    }
}
