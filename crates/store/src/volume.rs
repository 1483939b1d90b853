//! How much room a tree takes.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::DiskError;
use crate::attributes::Attributes;
use crate::descend::Closed;
use crate::walk::{Step, Walk};

/// Room on a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Bytes.
    pub bytes: u64,
    /// Files, directories and links.
    pub files: u64,
}

/// What everything below an open directory takes, and whether something could not be looked into, which counts nothing. A file
/// with several names counts once, if all of them are in the tree.
pub(crate) fn occupied(top: OwnedFd, path: &Path, closed: Closed) -> Result<(Room, bool), DiskError> {
    let mut walk = Walk::new(top, path, closed)?;
    let (mut room, mut hidden) = (Room::default(), false);
    while let Some(step) = walk.next()? {
        let Step::Entry(name, kind) = step else { continue };
        let found = walk.directory().and_then(|parent| Attributes::of(parent, &name));
        if found.as_ref().is_err_and(|errno| *errno == Errno::ACCESS) {
            // A directory that can be listed and not searched hides what its entries are, not that they are there.
            (room.files, hidden) = (room.files + 1, true);
            continue;
        }
        let Some(attributes) = found.map_err(walk.failed("look at", &name))? else { continue };
        room.files += 1;
        if kind == FileType::Directory || attributes.is_dir() {
            room.bytes = room.bytes.saturating_add(attributes.occupied());
            hidden |= walk.enter(&name).is_err();
        } else {
            room.bytes = room.bytes.saturating_add(attributes.occupied() / u64::from(attributes.links().max(1)));
        }
    }
    Ok((room, hidden))
}
