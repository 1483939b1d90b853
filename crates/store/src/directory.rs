//! An open directory of the store: everything in it is named relative to the descriptor.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, fchmod, fstat, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;

use crate::DiskError;
use crate::attributes::Attributes;

const PRIVATE_DIRECTORY: Mode = Mode::RWXU;
const PRIVATE_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// An open directory, and the path it was reached by: for words, and for those who can only be handed paths.
#[derive(Debug)]
pub(crate) struct Directory {
    fd: OwnedFd,
    path: PathBuf,
}

impl Directory {
    pub(crate) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        Self { fd, path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same open directory, known to have got another name.
    pub(crate) fn renamed(self, path: PathBuf) -> Self {
        Self { path, ..self }
    }

    /// Makes the error of an act on an entry, once there is one.
    pub(crate) fn failed(&self, act: &'static str, name: &str) -> impl FnOnce(Errno) -> DiskError {
        move |errno| DiskError::new(act, self.path.join(name), errno)
    }

    /// The directory of that name; `None` when there is none.
    pub(crate) fn child(&self, name: &str) -> Result<Option<Self>, DiskError> {
        match openat(&self.fd, name, directory_flags(), Mode::empty()) {
            Ok(fd) => Ok(Some(Self::new(fd, self.path.join(name)))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.failed("open", name)(errno)),
        }
    }

    /// Makes a directory of exactly mode 0700; `None` when the name is taken.
    pub(crate) fn make(&self, name: &str) -> Result<Option<Self>, DiskError> {
        match make_private(&self.fd, name) {
            Ok(fd) => Ok(Some(Self::new(fd, self.path.join(name)))),
            Err(Errno::EXIST) => Ok(None),
            Err(errno) => Err(self.failed("create directory", name)(errno)),
        }
    }

    /// The directory of that name, made if need be by us or by somebody else at the same time.
    pub(crate) fn ensure(&self, name: &str) -> Result<Self, DiskError> {
        if let Some(found) = self.child(name)? {
            return Ok(found);
        }
        match self.make(name)? {
            Some(made) => Ok(made),
            None => self.child(name)?.ok_or_else(|| self.failed("open", name)(Errno::NOENT)),
        }
    }

    /// Makes a file of exactly mode 0600, which must not exist.
    pub(crate) fn create(&self, name: &str) -> Result<File, DiskError> {
        self.open_new(name, OFlags::EXCL)
    }

    /// Opens a file for writing, made with mode 0600 if need be.
    pub(crate) fn open_or_create(&self, name: &str) -> Result<File, DiskError> {
        self.open_new(name, OFlags::empty())
    }

    fn open_new(&self, name: &str, exclusive: OFlags) -> Result<File, DiskError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | exclusive;
        let fd = openat(&self.fd, name, flags, PRIVATE_FILE).map_err(self.failed("create", name))?;
        keep_private(&fd, PRIVATE_FILE).map_err(self.failed("set the mode of", name))?;
        Ok(File::from(fd))
    }

    /// Opens a file for reading; `None` when there is none.
    pub(crate) fn open(&self, name: &str) -> Result<Option<File>, DiskError> {
        // Never wait for the other end of a pipe that somebody put here.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(File::from(fd))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.failed("open", name)(errno)),
        }
    }

    /// What an entry is; `None` when there is none.
    pub(crate) fn attributes(&self, name: &str) -> Result<Option<Attributes>, DiskError> {
        Attributes::of(&self.fd, name).map_err(self.failed("look at", name))
    }

    /// The whole of a file, at most `limit` bytes of it; `None` when there is none.
    pub(crate) fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, DiskError> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        let mut content = Vec::new();
        let read = file.take(limit).read_to_end(&mut content);
        read.map_err(|source| DiskError::new("read", self.path.join(name), source))?;
        Ok(Some(content))
    }

    /// Makes a file with that content. A reader may see it half written.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<File, DiskError> {
        let mut file = self.create(name)?;
        file.write_all(content).map_err(|source| DiskError::new("write", self.path.join(name), source))?;
        Ok(file)
    }

    /// Gives an entry another name in the same or another directory.
    pub(crate) fn rename(&self, name: &str, target: &Self, new: &str) -> Result<(), DiskError> {
        renameat(&self.fd, name, &target.fd, new).map_err(self.failed("rename", name))
    }

    /// Removes a file; one that is not there is as good as removed.
    pub(crate) fn unlink(&self, name: &str) -> Result<(), DiskError> {
        match unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.failed("remove", name)(errno)),
        }
    }

    /// The names of all entries as they are, in no order.
    pub(crate) fn raw_names(&self) -> Result<Vec<CString>, DiskError> {
        let failed = |errno| DiskError::new("list", &self.path, errno);
        let entries = Dir::read_from(&self.fd).map_err(failed)?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_owned()));
        let names = names.filter(|name| !matches!(name.as_deref().map(CStr::to_bytes), Ok(b"." | b"..")));
        names.collect::<Result<_, _>>().map_err(failed)
    }

    /// The names of all entries, in no order. Names that are not UTF-8 are not ours and come with replacement characters.
    pub(crate) fn names(&self) -> Result<Vec<String>, DiskError> {
        Ok(self.raw_names()?.iter().map(|name| name.to_string_lossy().into_owned()).collect())
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// How every directory below the root is opened.
pub(crate) fn directory_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Makes and opens a directory of exactly mode 0700.
pub(crate) fn make_private(parent: impl AsFd, name: impl rustix::path::Arg + Copy) -> Result<OwnedFd, Errno> {
    mkdirat(&parent, name, PRIVATE_DIRECTORY)?;
    let fd = match openat(&parent, name, directory_flags(), Mode::empty()) {
        // The umask took even our own right to read it.
        Err(Errno::ACCESS) => {
            rustix::fs::chmodat(&parent, name, PRIVATE_DIRECTORY, AtFlags::empty())?;
            openat(&parent, name, directory_flags(), Mode::empty())?
        }
        opened => opened?,
    };
    keep_private(&fd, PRIVATE_DIRECTORY)?;
    Ok(fd)
}

/// Gives back what the umask took, and takes what a setgid parent gave. Looking is cheaper than setting.
fn keep_private(fd: &OwnedFd, mode: Mode) -> Result<(), Errno> {
    if Mode::from_raw_mode(fstat(fd)?.st_mode) == mode {
        return Ok(());
    }
    fchmod(fd, mode)
}
