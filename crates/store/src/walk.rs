//! A walk through a tree, depth first: iterative, by descriptor, any depth and size in bounded memory.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, fchmod};
use rustix::io::Errno;

use crate::DiskError;
use crate::descend::{Closed, Entered, descend};
use crate::ladder::{Ladder, Rung};

/// Longer paths cannot be handed to the kernel, `limits.h`.
const PATH_MAX: usize = 4096;

/// A walk through a tree. It only enters what it is told to enter.
#[derive(Debug)]
pub(crate) struct Walk {
    ladder: Ladder<Stream>,
    root: PathBuf,
    /// The path of the deepest directory, relative to the root, and how long it was at each level above.
    path: Vec<u8>,
    above: Vec<usize>,
    closed: Closed,
}

/// What a walk comes upon.
pub(crate) enum Step {
    /// An entry of the deepest directory. The kind may be unknown.
    Entry(CString, FileType),
    /// A directory was left; it is an entry of what is the deepest directory now.
    Left(CString),
}

/// An open directory and how far it was read.
#[derive(Debug)]
struct Stream {
    directory: Dir,
    /// Where the next entry is.
    at: i64,
    restore: Option<Mode>,
}

impl Walk {
    /// Begins in an open directory.
    pub(crate) fn new(root: OwnedFd, path: &Path, closed: Closed) -> Result<Self, DiskError> {
        let directory = Dir::new(root).map_err(DiskError::on("list", path))?;
        let ladder = Ladder::new(Stream { directory, at: 0, restore: None });
        Ok(Self { ladder, root: path.to_owned(), path: Vec::new(), above: Vec::new(), closed })
    }

    /// The next thing; `None` when the walk is over.
    pub(crate) fn next(&mut self) -> Result<Option<Step>, DiskError> {
        let Some(stream) = self.ladder.deepest_mut() else { return Ok(None) };
        match stream.next() {
            Some(Ok((name, kind))) => Ok(Some(Step::Entry(name, kind))),
            Some(Err(errno)) => Err(self.failed("list", c"")(errno)),
            None => self.leave(),
        }
    }

    /// Goes down into an entry of the deepest directory. When the kernel refuses, the walk stays where it is.
    pub(crate) fn enter(&mut self, name: &CStr) -> Result<(), Errno> {
        let Entered { fd, restore } = descend(self.directory()?, name, self.closed)?;
        self.ladder.push(Stream { directory: Dir::new(fd)?, at: 0, restore })?;
        self.above.push(self.path.len());
        append(&mut self.path, name);
        Ok(())
    }

    fn leave(&mut self) -> Result<Option<Step>, DiskError> {
        let left = self.ladder.pop().map_err(self.failed("go back up from", c""))?;
        if let Some(Stream { directory, restore: Some(mode), .. }) = left {
            directory.fd().and_then(|fd| fchmod(fd, mode)).map_err(self.failed("set the mode of", c""))?;
        }
        let Some(above) = self.above.pop() else { return Ok(None) };
        let name = self.path.split_off(above);
        let name = name.strip_prefix(b"/").unwrap_or(&name);
        // A name that came from the kernel has no zero byte in it.
        Ok(CString::new(name).ok().map(Step::Left))
    }

    /// The deepest directory.
    pub(crate) fn directory(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.ladder.deepest().ok_or(Errno::BADF)?.fd()
    }

    /// The path of an entry of the deepest directory, relative to the root; `None` when the kernel would not take it. Whoever
    /// digs deep does not make us copy long paths.
    pub(crate) fn path_of(&self, name: &CStr) -> Option<Vec<u8>> {
        let length = self.path.len() + 1 + name.count_bytes();
        (length < PATH_MAX).then(|| {
            let mut path = self.path.clone();
            append(&mut path, name);
            path
        })
    }

    /// Makes the error of an act on an entry of the deepest directory, once there is one.
    pub(crate) fn failed(&self, act: &'static str, name: &CStr) -> impl FnOnce(Errno) -> DiskError {
        move |errno| DiskError::new(act, self.path_for_words(name), errno)
    }

    /// The path of an entry of the deepest directory, cut off where nobody reads on.
    pub(crate) fn path_for_words(&self, name: &CStr) -> PathBuf {
        let directory = self.path.get(..PATH_MAX).unwrap_or(&self.path);
        let relative = self.path_of(name).unwrap_or_else(|| directory.to_vec());
        self.root.join(OsStr::from_bytes(&relative))
    }
}

/// Adds a name to a path.
fn append(path: &mut Vec<u8>, name: &CStr) {
    if !path.is_empty() && !name.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name.to_bytes());
}

impl Stream {
    fn next(&mut self) -> Option<Result<(CString, FileType), Errno>> {
        loop {
            let entry = match self.directory.read()? {
                Ok(entry) => entry,
                Err(errno) => return Some(Err(errno)),
            };
            self.at = entry.offset();
            if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
                return Some(Ok((entry.file_name().to_owned(), entry.file_type())));
            }
        }
    }
}

impl Rung for Stream {
    type Parked = (i64, Option<Mode>);

    fn fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.directory.fd()
    }

    fn park(&self) -> Self::Parked {
        (self.at, self.restore)
    }

    fn unpark(fd: OwnedFd, (at, restore): Self::Parked) -> Result<Self, Errno> {
        let mut directory = Dir::new(fd)?;
        directory.seek(at)?;
        Ok(Self { directory, at, restore })
    }
}
