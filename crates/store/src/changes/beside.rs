//! The other tree: where a walk through one tree stands in another.

use std::ffi::CStr;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::io::Errno;

use crate::attributes::Attributes;
use crate::descend::{Closed, descend};
use crate::ladder::Ladder;

/// Where a walk through one tree stands in another, which may have no such place.
#[derive(Debug)]
pub(super) struct Beside {
    ladder: Ladder<OwnedFd>,
    /// How many levels above the walk stood where this tree still had a place.
    absent: usize,
}

impl Beside {
    pub(super) fn new(top: OwnedFd) -> Self {
        Self { ladder: Ladder::new(top), absent: 0 }
    }

    /// The directory at the same place, if there is one.
    pub(super) fn directory(&self) -> Option<BorrowedFd<'_>> {
        self.ladder.deepest().filter(|_| self.absent == 0).map(std::os::fd::AsFd::as_fd)
    }

    /// The entry of that name at the same place. One that we may not even look at is none: the sandbox could not either.
    pub(super) fn attributes(&self, name: &CStr) -> Result<Option<Attributes>, Errno> {
        match self.directory().map(|directory| Attributes::of(directory, name)) {
            None | Some(Err(Errno::ACCESS)) => Ok(None),
            Some(found) => found,
        }
    }

    /// Goes down into the directory of that name, if there is one that can be entered and nothing is mounted on it.
    pub(super) fn enter(&mut self, name: &CStr) -> Result<(), Errno> {
        match self.directory().map(|directory| descend(directory, name, Closed::Respect)) {
            Some(Ok(entered)) => self.ladder.push(entered.fd),
            None | Some(Err(Errno::ACCESS | Errno::XDEV | Errno::NOENT | Errno::NOTDIR | Errno::LOOP)) => {
                self.absent += 1;
                Ok(())
            }
            Some(Err(errno)) => Err(errno),
        }
    }

    /// Goes back up.
    pub(super) fn leave(&mut self) -> Result<(), Errno> {
        if self.absent > 0 {
            self.absent -= 1;
            return Ok(());
        }
        self.ladder.pop().map(drop)
    }
}
