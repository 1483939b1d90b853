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
    /// From how many bytes on it matters that the figure is fresh.
    limit: u64,
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
    /// A tree of which nothing is there yet.
    pub fn new(directory: &Path, limit: Option<u64>) -> Self {
        let free = free(directory);
        Self {
            directory: directory.to_owned(),
            limit: limit.unwrap_or(u64::MAX),
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
        self.look(Instant::now());
        self.before = self.found;
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
        let close = self.found.beyond(self.before).bytes.saturating_add(taken.bytes) > self.limit;
        let patience = if close { self.took } else { (self.took * 50).min(PATIENCE) };
        let grown = taken != Room::default() || age > UNPROMPTED;
        grown && age > patience
    }

    fn look(&mut self, now: Instant) {
        self.free = free(&self.directory);
        let taken = self.free_at_first.beyond(self.free).bytes;
        // A directory that is closed even to its owner is opened only where something may be hidden in it.
        let (found, closed) = occupied(&self.directory, Closed::Respect).unwrap_or((self.found, true));
        self.found = match closed && taken > found.bytes && taken > self.limit / 2 {
            true => occupied(&self.directory, Closed::Borrow).map_or(found, |(found, _)| found),
            false => found,
        };
        self.at = Some(Instant::now());
        self.took = now.elapsed();
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
