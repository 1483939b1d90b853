//! The open directories from the top of a tree down to where a walk stands.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, openat};
use rustix::io::Errno;

use crate::attributes::{Attributes, Identity};
use crate::directory::directory_flags;

/// So many of the deepest directories are kept open; those above are opened again through `..` on the way up.
const OPEN: usize = 32;

/// Something that holds an open directory, and can let go of it for a while.
pub(crate) trait Rung: Sized {
    /// What is kept meanwhile.
    type Parked: Copy + std::fmt::Debug;

    fn fd(&self) -> Result<BorrowedFd<'_>, Errno>;
    fn park(&self) -> Self::Parked;
    fn unpark(fd: OwnedFd, parked: Self::Parked) -> Result<Self, Errno>;
}

/// The open directories from the top of a tree down to where a walk stands: any depth, a bounded number of descriptors.
#[derive(Debug)]
pub(crate) struct Ladder<R: Rung> {
    rungs: Vec<Slot<R>>,
}

#[derive(Debug)]
enum Slot<R: Rung> {
    Open(R),
    /// Closed, but known again when it is met.
    Parked(R::Parked, Identity),
}

impl<R: Rung> Ladder<R> {
    pub(crate) fn new(top: R) -> Self {
        Self { rungs: vec![Slot::Open(top)] }
    }

    /// The deepest directory; `None` when even the top was left.
    pub(crate) fn deepest(&self) -> Option<&R> {
        match self.rungs.last() {
            Some(Slot::Open(rung)) => Some(rung),
            _ => None,
        }
    }

    pub(crate) fn deepest_mut(&mut self) -> Option<&mut R> {
        match self.rungs.last_mut() {
            Some(Slot::Open(rung)) => Some(rung),
            _ => None,
        }
    }

    /// Goes down into a directory.
    pub(crate) fn push(&mut self, rung: R) -> Result<(), Errno> {
        self.rungs.push(Slot::Open(rung));
        let parked = self.rungs.len().checked_sub(OPEN + 1).and_then(|index| self.rungs.get_mut(index));
        if let Some(slot) = parked {
            park(slot)?;
        }
        Ok(())
    }

    /// Goes back up and hands over what was left. `STALE`: the tree was changed by somebody else meanwhile.
    pub(crate) fn pop(&mut self) -> Result<Option<R>, Errno> {
        let Some(Slot::Open(left)) = self.rungs.pop() else { return Ok(None) };
        if let Some(slot) = self.rungs.last_mut() {
            unpark(slot, &left)?;
        }
        Ok(Some(left))
    }
}

fn park<R: Rung>(slot: &mut Slot<R>) -> Result<(), Errno> {
    if let Slot::Open(rung) = slot {
        *slot = Slot::Parked(rung.park(), Attributes::of_open(rung.fd()?)?.identity());
    }
    Ok(())
}

fn unpark<R: Rung>(slot: &mut Slot<R>, below: &R) -> Result<(), Errno> {
    let Slot::Parked(parked, identity) = slot else { return Ok(()) };
    let fd = openat(below.fd()?, c"..", directory_flags(), Mode::empty())?;
    if Attributes::of_open(&fd)?.identity() != *identity {
        return Err(Errno::STALE);
    }
    *slot = Slot::Open(R::unpark(fd, *parked)?);
    Ok(())
}

impl Rung for OwnedFd {
    type Parked = ();

    fn fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        Ok(self.as_fd())
    }

    fn park(&self) {}

    fn unpark(fd: OwnedFd, (): ()) -> Result<Self, Errno> {
        Ok(fd)
    }
}
