//! The directory everything is in: found or made, and trusted only if nobody else can write to it.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, open};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::DiskError;
use crate::attributes::Attributes;
use crate::directory::{Directory, directory_flags, make_private};
use crate::layout::{LOCK, RUNS, TRASH};
use crate::lock::Lock;
use crate::version::{self, VersionError};

/// Why a state directory is not used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A relative path would mean another store in every directory.
    #[error("the state directory `{}` is not an absolute path", .0.display())]
    Relative(PathBuf),
    /// It, or the symbolic link that leads to it, belongs to somebody else.
    #[error("`{}` belongs to user {owner}, but this process is user {user}: use a state directory of your own", path.display())]
    Foreign {
        /// The directory or link.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who we are.
        user: u32,
    },
    /// Others could change the records, or swap them under our hands.
    #[error("`{}` can be written by other users (mode {mode:04o}): run `chmod go-w` on it", path.display())]
    Shared {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// What it says about its format.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Opens the root, made on first use; many processes may do so at the same time.
pub(crate) fn open_or_make(path: &Path) -> Result<Directory, OpenError> {
    if let Some(found) = open_if_there(path)? {
        return Ok(found);
    }
    make_with_parents(path)?;
    open_if_there(path)?.ok_or_else(|| DiskError::on("open", path)(Errno::NOENT).into())
}

/// Opens the root; `None` when it is not there.
pub(crate) fn open_if_there(path: &Path) -> Result<Option<Directory>, OpenError> {
    if !path.is_absolute() {
        return Err(OpenError::Relative(path.to_owned()));
    }
    let fd = match open(path, directory_flags(), Mode::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        // Not a directory, and not followed: perhaps a link to one.
        Err(Errno::LOOP | Errno::NOTDIR) if path.is_symlink() => follow(path)?,
        opened => opened.map_err(DiskError::on("open", path))?,
    };
    let attributes = Attributes::of_open(&fd).map_err(DiskError::on("look at", path))?;
    belongs_to_us(path, attributes.owner())?;
    match attributes.mode() {
        mode if mode & 0o022 != 0 => Err(OpenError::Shared { path: path.to_owned(), mode }),
        _ => Ok(Some(Directory::new(fd, path.to_owned()))),
    }
}

/// A link is as good as its owner, who can point it elsewhere at any time.
fn follow(path: &Path) -> Result<OwnedFd, OpenError> {
    let link = fs::symlink_metadata(path).map_err(|source| DiskError::new("look at", path, source))?;
    if link.uid() != 0 {
        belongs_to_us(path, link.uid())?;
    }
    let flags = directory_flags().difference(OFlags::NOFOLLOW);
    Ok(open(path, flags, Mode::empty()).map_err(DiskError::on("open", path))?)
}

fn belongs_to_us(path: &Path, owner: u32) -> Result<(), OpenError> {
    let user = geteuid().as_raw();
    if owner == user {
        return Ok(());
    }
    Err(OpenError::Foreign { path: path.to_owned(), owner, user })
}

/// Makes a directory and the missing ones above it, each of mode 0700 as the XDG base directory specification has it.
fn make_with_parents(path: &Path) -> Result<(), DiskError> {
    let missing: Vec<_> = path.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
    for directory in missing.into_iter().rev() {
        match make_private(CWD, directory) {
            Ok(_) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(DiskError::new("create directory", directory, io::Error::from(errno))),
        }
    }
    Ok(())
}

/// Makes the parts every store has. The version comes last, so that whoever sees it sees the rest as well.
pub(crate) fn furnish(root: &Directory) -> Result<(), OpenError> {
    if version::check(root)? {
        return Ok(());
    }
    let _turn = Lock::wait(root, LOCK)?;
    if version::check(root)? {
        return Ok(());
    }
    root.ensure(RUNS)?;
    root.ensure(TRASH)?;
    Ok(version::write(root)?)
}
