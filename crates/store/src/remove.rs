//! Removing trees that somebody else has made.

use std::ffi::{CStr, CString};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, unlinkat};
use rustix::io::Errno;

use crate::DiskError;
use crate::descend::{Closed, descend};
use crate::directory::Directory;
use crate::walk::{Step, Walk};

/// How often directories are listed again because entries turned up behind our back: file systems may overlook some while
/// others are removed.
const RELISTED: u32 = 1000;

/// Why a tree is not removed, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// Everything that could be removed is.
    #[error("{left} entries below `{}` cannot be removed", path.display())]
    Left {
        /// The tree.
        path: PathBuf,
        /// How many entries could not be removed, not counting the directories they are in.
        left: u64,
        /// The first of them.
        #[source]
        first: DiskError,
    },
    /// It could not even be begun, or not gone on with.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Removes a file or a whole tree; what is not there is as good as removed.
///
/// Works by descriptors and without recursion: never follows a link, never crosses a mount, any depth, any number of
/// entries, in bounded memory. Directories that their owner closed to himself (such as overlayfs's `work/work`) are opened.
pub fn tree(path: &Path) -> Result<(), RemoveError> {
    let failed = |errno| DiskError::new("remove", path, errno);
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(failed(Errno::INVAL).into());
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let name = CString::new(name.as_bytes()).map_err(|_| failed(Errno::INVAL))?;
    match open(parent, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
        Err(Errno::NOENT) => Ok(()),
        directory => tree_at(directory.map_err(failed)?, &name, parent),
    }
}

/// Removes an entry of a directory of the store.
pub(crate) fn entry(directory: &Directory, name: &str) -> Result<(), RemoveError> {
    let c_name = CString::new(name).map_err(|_| directory.failed("remove", name)(Errno::INVAL))?;
    tree_at(directory, &c_name, directory.path())
}

/// Removes an entry of an open directory, whose path is only for words.
pub(crate) fn tree_at(parent: impl AsFd, name: &CStr, parent_path: &Path) -> Result<(), RemoveError> {
    let path = parent_path.join(std::ffi::OsStr::from_bytes(name.to_bytes()));
    match unlinkat(&parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR) => {}
        Err(errno) => return Err(DiskError::new("remove", path, errno).into()),
    }
    let top = descend(&parent, name, Closed::Open).map_err(DiskError::on("open", &path))?;
    Removal { walk: Walk::new(top.fd, &path, Closed::Open)?, left: 0, first: None, relisted: 0 }.run(&path)?;
    match unlinkat(&parent, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(DiskError::new("remove", path, errno).into()),
    }
}

struct Removal {
    walk: Walk,
    left: u64,
    first: Option<DiskError>,
    relisted: u32,
}

impl Removal {
    fn run(mut self, path: &Path) -> Result<(), RemoveError> {
        while let Some(step) = self.walk.next()? {
            match step {
                Step::Entry(name, FileType::Directory) => self.enter(&name),
                Step::Entry(name, _) => self.unlink(&name),
                Step::Left(name) => self.remove_empty(&name),
            }
        }
        match self.first {
            Some(first) => Err(RemoveError::Left { path: path.to_owned(), left: self.left, first }),
            None => Ok(()),
        }
    }

    fn unlink(&mut self, name: &CStr) {
        match self.remove(name, AtFlags::empty()) {
            Ok(()) => {}
            // A file system that does not tell kinds in its listings.
            Err(Errno::ISDIR) => self.enter(name),
            Err(errno) => self.keep(name, errno),
        }
    }

    fn enter(&mut self, name: &CStr) {
        if let Err(errno) = self.walk.enter(name) {
            // One that cannot be entered may still be empty.
            self.remove(name, AtFlags::REMOVEDIR).unwrap_or_else(|_| self.keep(name, errno));
        }
    }

    fn remove_empty(&mut self, name: &CStr) {
        match self.remove(name, AtFlags::REMOVEDIR) {
            Ok(()) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) if self.first.is_some() => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) if self.relisted < RELISTED => {
                self.relisted += 1;
                self.enter(name);
            }
            Err(errno) => self.keep(name, errno),
        }
    }

    fn remove(&self, name: &CStr, flags: AtFlags) -> Result<(), Errno> {
        match unlinkat(self.walk.directory()?, name, flags) {
            Err(Errno::NOENT) => Ok(()),
            removed => removed,
        }
    }

    fn keep(&mut self, name: &CStr, errno: Errno) {
        self.left += 1;
        let failed = self.walk.failed("remove", name);
        self.first.get_or_insert_with(|| failed(errno));
    }
}
