//! Places in the new root: found and made by descriptor, one name at a time, never through a symbolic link.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use linux::mount::{attach, attach_on};
use linux::{Errno, Result};
use rustix::fs::{FileType, Mode, OFlags, fstat, mkdirat, openat};

/// What a place is to be, and what if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A directory, made if it is missing.
    Directory,
    /// A file, made if it is missing.
    File,
    /// Whatever is there: what is missing is not for us to make.
    Existing,
}

/// The new root and the directory last used in it: most steps go on where the one before was.
#[derive(Debug)]
pub(super) struct Root<'p> {
    root: OwnedFd,
    last: Option<(&'p [u8], OwnedFd)>,
}

const PATH: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl<'p> Root<'p> {
    pub(super) fn new(root: OwnedFd) -> Self {
        Self { root, last: None }
    }

    /// The directory above a path, and the path's last name.
    pub(super) fn above(&mut self, path: &'p CStr, place: Place) -> Result<(BorrowedFd<'_>, &'p [u8])> {
        let path = path.to_bytes();
        let Some(slash) = path.iter().rposition(|byte| *byte == b'/') else { return Ok((self.root.as_fd(), path)) };
        let (directory, name) = (path.get(..slash).unwrap_or_default(), path.get(slash + 1..).unwrap_or_default());
        if self.last.as_ref().is_none_or(|(last, _)| *last != directory) {
            self.last = Some((directory, self.descend(directory, place != Place::Existing)?));
        }
        self.last.as_ref().map(|(_, last)| (last.as_fd(), name)).ok_or(Errno::NOENT)
    }

    /// Enters a directory from the root; each name on the way is a directory, and made if need be.
    fn descend(&self, path: &[u8], make: bool) -> Result<OwnedFd> {
        let mut at: Option<OwnedFd> = None;
        for name in path.split(|byte| *byte == b'/') {
            let above = at.as_ref().map_or(self.root.as_fd(), |at| at.as_fd());
            at = Some(enter(above, name, make)?);
        }
        at.ok_or(Errno::NOENT)
    }

    /// Mounts a tree at a path. What is there is not followed: it may come from a hostile tree.
    pub(super) fn mount(&mut self, path: &'p CStr, place: Place, tree: impl AsFd) -> Result<()> {
        let (above, name) = self.above(path, place)?;
        let made = match place {
            Place::Directory => mkdirat(above, name, Mode::from_raw_mode(0o755)),
            Place::File => {
                openat(above, name, OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC, Mode::from_raw_mode(0o644))
                    .map(drop)
            }
            Place::Existing => Err(Errno::EXIST),
        };
        match made {
            Ok(()) => attach(tree, above, name),
            Err(Errno::EXIST) => {
                let there = openat(above, name, PATH, Mode::empty())?;
                match FileType::from_raw_mode(fstat(&there)?.st_mode) {
                    FileType::Symlink => Err(Errno::LOOP),
                    _ => attach_on(tree, there),
                }
            }
            Err(errno) => Err(errno),
        }?;
        // What was remembered may now lie under the mount.
        self.last.take_if(|(last, _)| last.starts_with(path.to_bytes()));
        Ok(())
    }
}

impl AsFd for Root<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }
}

fn enter(above: BorrowedFd<'_>, name: &[u8], make: bool) -> Result<OwnedFd> {
    let open = || openat(above, name, PATH | OFlags::DIRECTORY, Mode::empty());
    match open() {
        Err(Errno::NOENT) if make => {
            mkdirat(above, name, Mode::from_raw_mode(0o755))?;
            open()
        }
        opened => opened,
    }
}
