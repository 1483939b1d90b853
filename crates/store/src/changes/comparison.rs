//! The walk that finds the changes: through the tree that was written to, with the original beside it.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Dir, FileType, Mode, OFlags, open, openat};
use rustix::io::Errno;
use spec::Changes;

use super::beside::Beside;
use super::content::{COMPARED, Place, same_bytes, same_target};
use super::listing::{Change, Listing};
use super::whiteout::{self, Marks};
use crate::DiskError;
use crate::attributes::Attributes;
use crate::copy::{Mark, is_copied};
use crate::descend::Closed;
use crate::walk::{Step, Walk};

/// What the tree that was written to is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// The upper directory of an overlay: only what changed is in it.
    Layer,
    /// A copy that was whole at that moment.
    Copy(Mark),
}

/// The walk that finds the changes.
pub(super) struct Comparison {
    walk: Walk,
    beside: Beside,
    levels: Vec<Level>,
    rule: Rule,
    listing: Listing,
}

/// What is known of a directory that the walk is in.
#[derive(Clone, Copy)]
struct Level {
    /// It stands for the original directory: what is not in it is gone.
    whole: bool,
    /// It, or one above it, may have come from elsewhere, and what is in it with it.
    moved: bool,
    marks: Marks,
}

impl Comparison {
    pub(super) fn new(written: &Path, original: &Path, rule: Rule, limit: usize) -> Result<Self, DiskError> {
        let (top, other) = (open_top(written)?, open_top(original)?);
        let attributes = |fd: &OwnedFd| Attributes::of_open(fd).map_err(DiskError::on("look at", written));
        let mut listing = Listing::new(limit);
        if attributes(&top)?.mode() != rule.expected_mode(&attributes(&other)?) {
            listing.add(Some(b".".to_vec()), Change::Modified);
        }
        let marks = whiteout::marks(top.as_fd()).map_err(DiskError::on("look at", written))?;
        let level = Level { whole: matches!(rule, Rule::Copy(_)) || marks.opaque, moved: false, marks };
        let walk = Walk::new(top, written, Closed::Borrow)?;
        Ok(Self { walk, beside: Beside::new(other), levels: vec![level], rule, listing })
    }

    pub(super) fn run(mut self) -> Result<Changes, DiskError> {
        self.look_for_missing().map_err(self.walk.failed("list the original of", c""))?;
        while let Some(step) = self.walk.next()? {
            match step {
                Step::Entry(name, _) => self.entry(&name).map_err(self.walk.failed("compare", &name))?,
                Step::Left(name) => {
                    self.levels.pop();
                    self.beside.leave().map_err(self.walk.failed("compare", &name))?;
                }
            }
        }
        Ok(self.listing.into_changes())
    }

    fn level(&self) -> Level {
        self.levels.last().copied().unwrap_or(Level { whole: false, moved: false, marks: Marks::default() })
    }

    fn entry(&mut self, name: &CStr) -> Result<(), Errno> {
        let Some(written) = Attributes::of(self.walk.directory()?, name)? else { return Ok(()) };
        let original = self.beside.attributes(name)?;
        if self.is_whiteout(name, &written)? {
            // In a whole directory it is found missing.
            if original.is_some() && !self.level().whole {
                self.add(name, Change::Deleted);
            }
            return Ok(());
        }
        let change = self.change(name, &written, original.as_ref())?;
        if let Some(change) = change {
            self.add(name, change);
        }
        match written.is_dir() {
            true => self.enter(name, &written),
            false => Ok(()),
        }
    }

    fn is_whiteout(&self, name: &CStr, written: &Attributes) -> Result<bool, Errno> {
        match self.rule {
            Rule::Layer => whiteout::is_whiteout(self.walk.directory()?, name, written, self.level().marks),
            Rule::Copy(_) => Ok(false),
        }
    }

    /// How an entry that is there changed, if it did.
    fn change(
        &self,
        name: &CStr,
        written: &Attributes,
        original: Option<&Attributes>,
    ) -> Result<Option<Change>, Errno> {
        let Some(original) = original else {
            // Gone from the original since, if it was copied and neither touched nor moved.
            let created = self.rule.is_touched(written) || self.level().moved;
            return Ok(created.then_some(Change::Created));
        };
        Ok(self.differs(name, written, original)?.then_some(Change::Modified))
    }

    fn differs(&self, name: &CStr, written: &Attributes, original: &Attributes) -> Result<bool, Errno> {
        if original.is_mount() {
            // What is below the mount was the original, and cannot be seen.
            return Ok(!written.is_dir());
        }
        if written.kind() != original.kind() {
            return Ok(true);
        }
        let Some(other) = self.beside.directory() else { return Ok(true) };
        let places = ((self.walk.directory()?, name), (other, name));
        match written.kind() {
            FileType::Symlink => same_target(places.0, places.1).map(|same| !same),
            _ if written.mode() != self.rule.expected_mode(original) => Ok(true),
            FileType::RegularFile => Ok(!self.is_same_file(written, original, places)),
            FileType::CharacterDevice | FileType::BlockDevice => Ok(written.represents() != original.represents()),
            _ => Ok(false),
        }
    }

    /// Whether two regular files hold the same. Only those that cannot have been changed are taken by their looks.
    fn is_same_file(&self, written: &Attributes, original: &Attributes, places: (Place<'_>, Place<'_>)) -> bool {
        let untouched = !self.rule.is_touched(written) && written.modified() == original.modified();
        match written.size() == original.size() {
            true if written.size() > COMPARED => untouched,
            true => (untouched && !self.level().moved) || same_bytes(places.0, places.1),
            false => false,
        }
    }

    fn enter(&mut self, name: &CStr, written: &Attributes) -> Result<(), Errno> {
        match self.walk.enter(name) {
            Ok(()) => {}
            // Somebody else's, or mounted: what changed in there, nobody knows.
            Err(Errno::ACCESS | Errno::PERM | Errno::XDEV) => {
                self.listing.omit();
                return Ok(());
            }
            Err(errno) => return Err(errno),
        }
        self.beside.enter(name)?;
        let marks = whiteout::marks(self.walk.directory()?)?;
        let above = self.level();
        let moved = above.moved || self.rule.is_touched(written);
        self.levels.push(Level { whole: above.whole || marks.opaque, moved, marks });
        self.look_for_missing()
    }

    /// Where a directory stands for the original one, whatever that has and this has not is gone.
    fn look_for_missing(&mut self) -> Result<(), Errno> {
        let (true, Some(original)) = (self.level().whole, self.beside.directory()) else { return Ok(()) };
        let mut missing = Dir::read_from(original)?;
        while let Some(entry) = missing.read() {
            let name = entry?.file_name().to_owned();
            if !matches!(name.to_bytes(), b"." | b"..") && self.is_missing(&name)? {
                self.add(&name, Change::Deleted);
            }
        }
        Ok(())
    }

    fn is_missing(&self, name: &CStr) -> Result<bool, Errno> {
        if let Some(written) = Attributes::of(self.walk.directory()?, name)? {
            return self.is_whiteout(name, &written);
        }
        let (Some(original), Some(directory)) = (self.beside.attributes(name)?, self.beside.directory()) else {
            return Ok(false);
        };
        Ok(match self.rule {
            Rule::Layer => true,
            // Neither what was never copied nor what came later.
            Rule::Copy(mark) => {
                is_copied(original.kind()) && original.changed() < mark.0 && is_readable(directory, name, &original)
            }
        })
    }

    fn add(&mut self, name: &CStr, change: Change) {
        self.listing.add(self.walk.path_of(name), change);
    }
}

impl Rule {
    /// The permission bits that an entry has which was not changed.
    fn expected_mode(self, original: &Attributes) -> u32 {
        match self {
            Self::Layer => original.mode(),
            Self::Copy(_) => original.mode() & 0o777,
        }
    }

    /// Whether an entry may have been changed at all.
    fn is_touched(self, written: &Attributes) -> bool {
        match self {
            Self::Layer => true,
            Self::Copy(mark) => written.changed() >= mark.0,
        }
    }
}

fn open_top(path: &Path) -> Result<OwnedFd, DiskError> {
    open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).map_err(DiskError::on("open", path))
}

fn is_readable(directory: BorrowedFd<'_>, name: &CStr, attributes: &Attributes) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    attributes.kind() == FileType::Symlink || openat(directory, name, flags, Mode::empty()).is_ok()
}
