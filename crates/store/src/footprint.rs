//! How much room a tree takes while somebody fills it: looked up only when it may have grown, because a look at every file is
//! dear.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, open, statfs};

use crate::descend::Closed;
use crate::directory::directory_flags;
use crate::volume::{self, Room};

/// A tree that is being filled.
#[derive(Debug)]
pub struct Footprint {
    directory: PathBuf,
    /// From where on it matters that the figures are fresh and whole.
    limit: Room,
    /// What was there before.
    before: Room,
    /// What was found the last time, and when, how long that took, and what the disk had free.
    found: Room,
    at: Option<Instant>,
    took: Duration,
    free: Room,
    free_at_first: Room,
}

/// However long a look takes, the next one is no later than this.
const PATIENCE: Duration = Duration::from_secs(1);

/// Without any sign that the tree has grown, it is looked at this often: somebody else may have freed what was taken here.
const UNPROMPTED: Duration = Duration::from_secs(5);

impl Footprint {
    /// A tree of which nothing is there yet, and what it may take.
    pub fn new(directory: &Path, limit: Room) -> Self {
        let free = free(directory);
        Self {
            directory: directory.to_owned(),
            limit,
            before: Room::default(),
            found: Room::default(),
            at: None,
            took: Duration::ZERO,
            free,
            free_at_first: free,
        }
    }

    /// As it is now, this is what was there before.
    pub fn rebase(&mut self) {
        let now = Instant::now();
        self.free = free(&self.directory);
        self.before = occupied(&self.directory, Closed::Borrow).map_or(self.found, |(found, _)| found);
        self.keep(self.before, now);
    }

    /// How much it has grown. May be as old as fifty times of what a look takes, a second at most; as old as a look where it may
    /// matter.
    pub fn now(&mut self) -> Room {
        let now = Instant::now();
        if self.is_due(now) {
            self.look(now);
        }
        self.found.beyond(self.before)
    }

    /// Bytes that the disk has lost since the first look and that were not found here: somebody else's, or of files that have no
    /// name any more.
    pub fn unexplained(&self) -> u64 {
        let lost = self.free_at_first.beyond(self.free);
        lost.bytes.saturating_sub(self.found.beyond(self.before).bytes)
    }

    fn is_due(&self, now: Instant) -> bool {
        let Some(at) = self.at else { return true };
        let (age, free) = (now.saturating_duration_since(at), free(&self.directory));
        let taken = self.free.beyond(free);
        let close = self.found.beyond(self.before).bytes.saturating_add(taken.bytes) > self.limit.bytes;
        let patience = if close { self.took } else { (self.took * 50).min(PATIENCE) };
        let grown = taken != Room::default() || age > UNPROMPTED;
        grown && age > patience
    }

    fn look(&mut self, now: Instant) {
        self.free = free(&self.directory);
        let (found, closed) = occupied(&self.directory, Closed::Respect).unwrap_or((self.found, true));
        let found = match closed && self.may_be_hidden(found) {
            true => occupied(&self.directory, Closed::Borrow).map_or(found, |(found, _)| found),
            false => found,
        };
        self.keep(found, now);
    }

    fn keep(&mut self, found: Room, since: Instant) {
        self.found = found;
        self.at = Some(Instant::now());
        self.took = since.elapsed();
    }

    /// Whether what matters may be in a directory that is closed even to its owner. Only then is it opened: for that moment it is
    /// not as the command made it.
    fn may_be_hidden(&self, found: Room) -> bool {
        let (lost, found) = (self.free_at_first.beyond(self.free), found.beyond(self.before));
        let bytes = lost.bytes > found.bytes && lost.bytes > self.limit.bytes / 2;
        let files = match self.free_at_first.files {
            // It does not say: it makes room for files as they come (btrfs).
            0 => self.limit.files < u64::MAX,
            _ => lost.files > found.files && lost.files > self.limit.files / 2,
        };
        bytes || files
    }
}

impl Room {
    /// By how much it is more than another.
    fn beyond(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(other.bytes), files: self.files.saturating_sub(other.files) }
    }
}

fn free(directory: &Path) -> Room {
    statfs(directory).map_or(Room::default(), |disk| Room {
        bytes: disk.f_bfree.saturating_mul(u64::try_from(disk.f_bsize).unwrap_or(4096)),
        files: disk.f_ffree,
    })
}

fn occupied(path: &Path, closed: Closed) -> Option<(Room, bool)> {
    let top = open(path, directory_flags(), Mode::empty()).ok()?;
    volume::occupied(top, path, closed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Room = Room { bytes: 1000, files: 100 };
    const FREE: Room = Room { bytes: 1 << 30, files: 1 << 20 };

    /// A tree in which so much was found and for which the disk has lost so much.
    fn hidden(limit: Room, free: Room, lost: Room, found: Room) -> bool {
        let mut footprint = Footprint::new(Path::new("/"), limit);
        (footprint.free_at_first, footprint.free) = (free, free.beyond(lost));
        footprint.may_be_hidden(found)
    }

    #[test]
    fn what_is_closed_is_opened_only_where_it_matters() {
        let of = |bytes, files| Room { bytes, files };
        let asked = |lost, found| hidden(LIMIT, FREE, lost, found);
        assert!(asked(of(600, 0), of(10, 0)), "bytes");
        assert!(asked(of(0, 60), of(0, 1)), "files");
        assert!(!asked(of(400, 40), of(0, 0)), "the limits are far");
        assert!(!asked(of(600, 60), of(600, 60)), "all of it was found");
        assert!(!hidden(of(u64::MAX, u64::MAX), FREE, of(600, 60), of(0, 0)), "nothing is limited");
        assert!(hidden(LIMIT, of(1 << 30, 0), of(0, 0), of(0, 0)), "a disk that does not count files");
        assert!(!hidden(of(1000, u64::MAX), of(1 << 30, 0), of(0, 0), of(0, 0)), "nor has to");
    }

    #[test]
    fn what_was_there_before_explains_no_loss() {
        let mut footprint = Footprint::new(Path::new("/"), LIMIT);
        (footprint.free_at_first, footprint.before) = (FREE, Room { bytes: 5000, files: 500 });
        footprint.free = FREE.beyond(Room { bytes: 0, files: 60 });
        assert!(footprint.may_be_hidden(Room { bytes: 5000, files: 501 }));
    }
}
