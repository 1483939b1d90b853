//! The walk that copies.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{
    AtFlags, CWD, FileType, Gid, Mode, OFlags, ResolveFlags, Timespec, Timestamps, UTIME_OMIT, Uid, chownat, fchmod,
    fchown, futimens, linkat, open, openat, openat2, readlinkat, symlinkat, utimensat,
};
use rustix::io::Errno;

use super::budget::Budget;
use super::file::Ways;
use super::{Bounds, Copied, CopyError, Mark, Reason, Skipped};
use crate::attributes::{Attributes, Identity, Moment};
use crate::descend::Closed;
use crate::directory::make_private;
use crate::ladder::Ladder;
use crate::walk::{Step, Walk};
use crate::{DiskError, Owner};

/// So many files with several names are remembered by their first one.
const LINKS: usize = 10_000;

/// The walk that copies.
pub(super) struct Copying {
    walk: Walk,
    target: Ladder<OwnedFd>,
    /// What the directories on the way get when they are whole.
    pending: Vec<Finish>,
    root: Top,
    budget: Budget,
    ways: Ways,
    links: HashMap<Identity, CString>,
    owner: Option<Owner>,
    skipped: Vec<Skipped>,
    omitted: u64,
}

/// The directory that is copied to.
struct Top {
    fd: OwnedFd,
    path: PathBuf,
    identity: Identity,
}

/// What an entry gets last.
#[derive(Clone, Copy)]
struct Finish {
    mode: Mode,
    modified: Moment,
}

impl Copying {
    pub(super) fn new(source: &Path, target: &Path, bounds: Bounds, owner: Option<Owner>) -> Result<Self, CopyError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        // It was resolved and checked: a link on the way by now is somebody's trap.
        let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let top = openat2(CWD, source, flags, Mode::empty(), resolve).map_err(DiskError::on("open", source))?;
        let attributes = Attributes::of_open(&top).map_err(DiskError::on("look at", source))?;
        let root = Top::open_or_make(target).map_err(DiskError::on("create directory", target))?;
        let ladder = root.fd.try_clone().map_err(|error| DiskError::new("open", target, error))?;
        Ok(Self {
            walk: Walk::new(top, source, Closed::Respect)?,
            target: Ladder::new(ladder),
            pending: vec![Finish::of(&attributes)],
            root,
            budget: Budget::new(source, bounds),
            ways: Ways { reflink: true, in_kernel: true },
            links: HashMap::new(),
            owner,
            skipped: Vec::new(),
            omitted: 0,
        })
    }

    pub(super) fn run(mut self) -> Result<Copied, CopyError> {
        while let Some(step) = self.walk.next()? {
            match step {
                Step::Entry(name, _) => self.entry(&name)?,
                Step::Left(name) => self.leave().map_err(self.walk.failed("copy", &name))?,
            }
        }
        self.leave().map_err(DiskError::on("finish", &self.root.path))?;
        let mark = self.root.mark().map_err(DiskError::on("set the time of", &self.root.path))?;
        let Budget { bytes, entries, .. } = self.budget;
        Ok(Copied { bytes, entries, skipped: self.skipped, omitted: self.omitted, mark })
    }

    fn entry(&mut self, name: &CStr) -> Result<(), CopyError> {
        let found = self.walk.directory().and_then(|directory| Attributes::of(directory, name));
        let Some(attributes) = found.map_err(self.walk.failed("look at", name))? else { return Ok(()) };
        match attributes.kind() {
            FileType::Directory if attributes.identity() == self.root.identity => self.skip(name, Reason::Target),
            FileType::Directory => self.directory(name, &attributes)?,
            FileType::RegularFile => self.regular(name, &attributes)?,
            FileType::Symlink => self.symlink(name, &attributes)?,
            _ => self.skip(name, Reason::Special),
        }
        Ok(())
    }

    fn directory(&mut self, name: &CStr, attributes: &Attributes) -> Result<(), CopyError> {
        self.budget.take_entry()?;
        let made = self.here().and_then(|here| make_private(here, name));
        let made = made.map_err(self.walk.failed("copy", name))?;
        let finish = Finish::of(attributes);
        let entered = match self.walk.enter(name) {
            Ok(()) => {
                self.pending.push(finish);
                self.target.push(made)
            }
            Err(Errno::XDEV) => self.leave_empty(name, Reason::Mounted, &made, finish),
            Err(Errno::ACCESS | Errno::PERM) => self.leave_empty(name, Reason::Unreadable, &made, finish),
            Err(errno) => Err(errno),
        };
        Ok(entered.map_err(self.walk.failed("copy", name))?)
    }

    fn leave_empty(&mut self, name: &CStr, reason: Reason, made: &OwnedFd, finish: Finish) -> Result<(), Errno> {
        self.skip(name, reason);
        finish.apply(made, self.owner)
    }

    /// Gives a directory that is whole what it gets last.
    fn leave(&mut self) -> Result<(), Errno> {
        match (self.target.pop()?, self.pending.pop()) {
            (Some(fd), Some(finish)) => finish.apply(&fd, self.owner),
            _ => Ok(()),
        }
    }

    fn regular(&mut self, name: &CStr, attributes: &Attributes) -> Result<(), CopyError> {
        self.budget.take_entry()?;
        if self.link(name, attributes) {
            return Ok(());
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = self.walk.directory().and_then(|directory| openat(directory, name, flags, Mode::empty()));
        match opened {
            Ok(source) => self.content(name, &File::from(source)),
            Err(Errno::ACCESS | Errno::PERM) => {
                self.skip(name, Reason::Unreadable);
                Ok(())
            }
            // Removed while we looked.
            Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.walk.failed("copy", name)(errno).into()),
        }
    }

    fn content(&mut self, name: &CStr, source: &File) -> Result<(), CopyError> {
        let failed = |source| DiskError::new("copy", self.walk.path_for_words(name), source);
        let attributes = Attributes::of_open(source).map_err(|errno| failed(errno.into()))?;
        let sparse = attributes.occupied() < attributes.size();
        self.budget.take_bytes(super::file::data(source, attributes.size(), sparse).map_err(failed)?)?;
        let target = File::from(self.here().and_then(|here| create(here, name)).map_err(|errno| failed(errno.into()))?);
        self.ways.copy(source, &target, attributes.size(), sparse).map_err(failed)?;
        Finish::of(&attributes).apply(&target, self.owner).map_err(|errno| failed(errno.into()))?;
        self.remember(name, &attributes);
        Ok(())
    }

    /// Makes another name of a file that was copied already; whether that worked.
    fn link(&self, name: &CStr, attributes: &Attributes) -> bool {
        let first = self.links.get(&attributes.identity());
        let linked = first
            .zip(self.here().ok())
            .map(|(first, here)| linkat(&self.root.fd, first.as_c_str(), here, name, AtFlags::empty()));
        linked.is_some_and(|linked| linked.is_ok())
    }

    fn remember(&mut self, name: &CStr, attributes: &Attributes) {
        if attributes.links() < 2 || self.links.len() >= LINKS {
            return;
        }
        if let Some(Ok(path)) = self.walk.path_of(name).map(CString::new) {
            self.links.insert(attributes.identity(), path);
        }
    }

    fn symlink(&mut self, name: &CStr, attributes: &Attributes) -> Result<(), CopyError> {
        self.budget.take_entry()?;
        let copied = || -> Result<(), Errno> {
            let (source, here) = (self.walk.directory()?, self.here()?);
            let target = readlinkat(source, name, Vec::new())?;
            symlinkat(target.as_c_str(), here, name)?;
            if let Some((uid, gid)) = self.owner.map(ids) {
                chownat(here, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?;
            }
            utimensat(here, name, &Finish::of(attributes).times(), AtFlags::SYMLINK_NOFOLLOW)
        };
        Ok(copied().map_err(self.walk.failed("copy", name))?)
    }

    fn skip(&mut self, name: &CStr, reason: Reason) {
        match self.walk.path_of(name).filter(|_| self.skipped.len() < Copied::LISTED) {
            Some(path) => self.skipped.push(Skipped { path: String::from_utf8_lossy(&path).into_owned(), reason }),
            None => self.omitted += 1,
        }
    }

    /// The directory that is copied to now.
    fn here(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.target.deepest().map(AsFd::as_fd).ok_or(Errno::BADF)
    }
}

impl Top {
    fn open_or_make(path: &Path) -> Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match make_private(CWD, path) {
            Err(Errno::EXIST) => open(path, flags, Mode::empty())?,
            made => made?,
        };
        let identity = Attributes::of_open(&fd)?.identity();
        Ok(Self { fd, path: path.to_owned(), identity })
    }

    /// The first moment that is younger than everything copied: clocks of file systems tick only every few milliseconds.
    fn mark(&self) -> Result<Mark, Errno> {
        const TICKS: u32 = 200;
        let tick = || -> Result<Moment, Errno> {
            futimens(&self.fd, &Finish::of(&Attributes::of_open(&self.fd)?).times())?;
            Ok(Attributes::of_open(&self.fd)?.changed())
        };
        let last = tick()?;
        for _ in 0..TICKS {
            let now = tick()?;
            if now > last {
                return Ok(Mark(now));
            }
            sleep(Duration::from_millis(1));
        }
        Ok(Mark(last))
    }
}

impl Finish {
    fn of(attributes: &Attributes) -> Self {
        // Nothing that runs as somebody else survives the copy.
        Self { mode: Mode::from_raw_mode(attributes.mode() & 0o777), modified: attributes.modified() }
    }

    fn apply(self, fd: impl AsFd, owner: Option<Owner>) -> Result<(), Errno> {
        if let Some((uid, gid)) = owner.map(ids) {
            fchown(&fd, Some(uid), Some(gid))?;
        }
        fchmod(&fd, self.mode)?;
        futimens(&fd, &self.times())
    }

    fn times(self) -> Timestamps {
        let Moment(seconds, nanoseconds) = self.modified;
        Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() },
        }
    }
}

fn ids(owner: Owner) -> (Uid, Gid) {
    (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid))
}

fn create(directory: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(directory, name, flags, Mode::RUSR | Mode::WUSR)
}
