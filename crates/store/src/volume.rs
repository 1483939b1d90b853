//! How much room a tree takes.

use rustix::fs::FileType;

use crate::DiskError;
use crate::attributes::Attributes;
use crate::descend::{Closed, descend};
use crate::directory::Directory;
use crate::walk::{Step, Walk};

/// Bytes on the disk that a directory of the store and everything below it takes. What cannot be looked into counts nothing.
pub(crate) fn occupied(directory: &Directory) -> Result<u64, DiskError> {
    let top = descend(directory, c".", Closed::Respect).map_err(DiskError::on("open", directory.path()))?;
    let mut walk = Walk::new(top.fd, directory.path(), Closed::Borrow)?;
    let mut total = 0_u64;
    while let Some(step) = walk.next()? {
        let Step::Entry(name, kind) = step else { continue };
        let found = walk.directory().and_then(|parent| Attributes::of(parent, &name));
        if let Some(attributes) = found.map_err(walk.failed("look at", &name))? {
            total = total.saturating_add(attributes.occupied());
            if kind == FileType::Directory || attributes.is_dir() {
                let _ = walk.enter(&name);
            }
        }
    }
    Ok(total)
}
