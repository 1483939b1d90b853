//! Places in the new root: found and made by descriptor, never through a symbolic link.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use linux::{Errno, Result};
use rustix::fs::{Mode, OFlags, ResolveFlags, mkdirat, openat, openat2};

/// What a place is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Directory,
    File,
}

/// Opens a place, and makes it and the directories above it where they are missing. A symbolic link on the way is refused
/// (`ELOOP`): what is below may come from a hostile tree.
pub(super) fn place(root: BorrowedFd<'_>, path: &CStr, shape: Shape) -> Result<OwnedFd> {
    match find(root, path) {
        Err(Errno::NOENT) => {
            make(root, path, shape)?;
            find(root, path)
        }
        found => found,
    }
}

/// Opens a place that is there.
pub(super) fn find(root: BorrowedFd<'_>, path: &CStr) -> Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    openat2(root, path, OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty(), resolve)
}

fn make(root: BorrowedFd<'_>, path: &CStr, shape: Shape) -> Result<()> {
    let (parent, name) = parent(root, path)?;
    let parent = parent.as_ref().map_or(root, |parent| parent.as_fd());
    let mode = Mode::from_raw_mode(0o755);
    match shape {
        Shape::Directory => mkdirat(parent, name, mode),
        Shape::File => {
            openat(parent, name, OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW, mode).map(drop)
        }
    }
}

/// The directory above a place, made where it is missing (`None`: the root), and the last name of the path.
pub(super) fn parent<'p>(root: BorrowedFd<'_>, path: &'p CStr) -> Result<(Option<OwnedFd>, &'p [u8])> {
    let mut names = path.to_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    let mut name = names.next().ok_or(Errno::INVAL)?;
    let mut parent: Option<OwnedFd> = None;
    for next in names {
        let above = parent.as_ref().map_or(root, |parent| parent.as_fd());
        parent = Some(enter(above, name)?);
        name = next;
    }
    Ok((parent, name))
}

/// Enters a directory, and makes it where it is missing. `name` is one component, so that `NOFOLLOW` covers all of it.
fn enter(above: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd> {
    let open =
        || openat(above, name, OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
    match open() {
        Err(Errno::NOENT) => {
            mkdirat(above, name, Mode::from_raw_mode(0o755))?;
            open()
        }
        opened => opened,
    }
}
