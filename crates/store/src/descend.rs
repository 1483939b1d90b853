//! One step down a tree, by descriptor: never through a symbolic link, never onto another mount.

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, fchmod, openat, openat2};
use rustix::io::Errno;

use crate::attributes::Attributes;
use crate::directory::directory_flags;

/// What to do about a directory that its owner closed to himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It is somebody's: leave it as it is.
    Respect,
    /// It is ours to look into: open it, and close it again when leaving.
    Borrow,
    /// It is ours to remove: open it.
    Open,
}

/// A directory that was entered.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) fd: OwnedFd,
    /// The permission bits to give back when leaving.
    pub(crate) restore: Option<Mode>,
}

impl Closed {
    /// The rights of the owner that it takes.
    fn needed(self) -> Mode {
        match self {
            Self::Respect => Mode::empty(),
            Self::Borrow => Mode::RUSR | Mode::XUSR,
            Self::Open => Mode::RWXU,
        }
    }

    fn restore(self, mode: Mode) -> Option<Mode> {
        (self == Self::Borrow).then_some(mode)
    }
}

/// Opens a directory in a directory. `XDEV`: something is mounted there. `NOTDIR` or `LOOP`: it is no directory.
pub(crate) fn descend(parent: impl AsFd, name: &CStr, closed: Closed) -> Result<Entered, Errno> {
    let parent = parent.as_fd();
    match open_here(parent, name, directory_flags()) {
        Err(Errno::ACCESS) if closed != Closed::Respect => force(parent, name, closed),
        Ok(fd) if closed != Closed::Respect => unlock(fd, closed),
        opened => Ok(Entered { fd: opened?, restore: None }),
    }
}

/// Opens a directory that even its owner may not read. A descriptor that only names it can be had; its mode is changed
/// through `/proc`, because `fchmod(2)` refuses such descriptors and a name could have become a link in the meantime.
fn force(parent: BorrowedFd<'_>, name: &CStr, closed: Closed) -> Result<Entered, Errno> {
    let handle = open_here(parent, name, directory_flags() | OFlags::PATH)?;
    let mode = Mode::from_raw_mode(Attributes::of_open(&handle)?.mode());
    let place = format!("/proc/self/fd/{}", handle.as_raw_fd());
    rustix::fs::chmodat(CWD, place.as_str(), mode | closed.needed(), rustix::fs::AtFlags::empty())?;
    let fd = open_here(parent, name, directory_flags())?;
    Ok(Entered { fd, restore: closed.restore(mode) })
}

/// Takes the rights that are still missing in a directory that can be read.
fn unlock(fd: OwnedFd, closed: Closed) -> Result<Entered, Errno> {
    let mode = Mode::from_raw_mode(Attributes::of_open(&fd)?.mode());
    // A look through the directory tells whether it may be searched, mode or not: root may.
    let searchable = closed == Closed::Borrow && Attributes::of(&fd, c"..").is_ok();
    if searchable || mode.contains(closed.needed()) {
        return Ok(Entered { fd, restore: None });
    }
    // Somebody else's stays as it is; what is missing shows when it is needed.
    let changed = fchmod(&fd, mode | closed.needed()).is_ok();
    Ok(Entered { fd, restore: closed.restore(mode).filter(|_| changed) })
}

fn open_here(parent: BorrowedFd<'_>, name: &CStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    match openat2(parent, name, flags, Mode::empty(), ResolveFlags::NO_XDEV | ResolveFlags::NO_SYMLINKS) {
        // Before Linux 5.6, and under the system call filters of some container engines.
        Err(Errno::NOSYS | Errno::PERM) => open_and_check(parent, name, flags),
        opened => opened,
    }
}

fn open_and_check(parent: BorrowedFd<'_>, name: &CStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    let fd = openat(parent, name, flags, Mode::empty())?;
    let (above, here) = (Attributes::of_open(parent)?, Attributes::of_open(&fd)?);
    match here.is_mount() || above.device() != here.device() {
        true => Err(Errno::XDEV),
        false => Ok(fd),
    }
}
