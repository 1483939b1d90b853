//! Files that take much room, or say so.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use super::{Done, Filled, repeated};
use crate::fact::{Failure, checked};
use crate::memory::TOUCH;

/// How much at a time.
const STEP: u64 = 1 << 20;

/// The name of the one file.
const NAME: &str = "filling";

fn create(directory: &Path) -> Result<File, Failure> {
    Ok(OpenOptions::new().write(true).create_new(true).open(directory.join(NAME))?)
}

fn filled(file: File, (count, refused): (u64, Option<Failure>)) -> Done {
    /// The unit of `st_blocks` (stat(3type)).
    const BLOCK: u64 = 512;
    let taken = file.metadata()?.blocks() * BLOCK;
    Ok(Filled { unit: "written", count, refused, file: Some((taken, file)) })
}

fn written(mut file: File, bytes: u64) -> Done {
    let chunk = vec![TOUCH; STEP as usize];
    let done = repeated(bytes, |done| {
        let step = STEP.min(bytes - done) as usize;
        Ok(file.write(chunk.get(..step).unwrap_or_default())? as u64)
    });
    filled(file, done)
}

/// One file, written from the beginning to the end.
pub(super) fn one(directory: &Path, bytes: u64) -> Done {
    written(create(directory)?, bytes)
}

/// One file that has lost its name before it grows: who adds up a directory does not find it.
pub(super) fn unlinked(directory: &Path, bytes: u64) -> Done {
    let file = create(directory)?;
    fs::remove_file(directory.join(NAME))?;
    written(file, bytes)
}

/// The same, and closed as well: a page of it stays mapped.
pub(super) fn mapped(directory: &Path, bytes: u64) -> Done {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(directory.join(NAME))?;
    fs::remove_file(directory.join(NAME))?;
    let (protection, flags) = (libc::PROT_READ, libc::MAP_SHARED);
    // SAFETY: a new mapping at a place of the kernel's choice touches no memory that is in use.
    let page = unsafe { libc::mmap(std::ptr::null_mut(), 4096, protection, flags, file.as_raw_fd(), 0) };
    if page == libc::MAP_FAILED {
        return Err(Failure::last());
    }
    written(file, bytes).map(|filled| Filled { file: None, ..filled })
}

/// One file whose room is asked for and never written.
pub(super) fn promised(directory: &Path, bytes: u64) -> Done {
    let file = create(directory)?;
    let done = repeated(bytes, |done| {
        let step = STEP.min(bytes - done);
        // SAFETY: takes numbers only; the descriptor is open.
        checked(unsafe { libc::fallocate(file.as_raw_fd(), 0, done as i64, step as i64) })?;
        Ok(step)
    });
    filled(file, done)
}

/// One file that says it has a size, with so many single bytes in it, each a step after the other.
pub(super) fn sparse(directory: &Path, size: u64, count: u64) -> Done {
    let file = create(directory)?;
    if let Err(error) = file.set_len(size) {
        return filled(file, (0, Some(error.into())));
    }
    let count = count.min(size.div_ceil(STEP));
    let done = repeated(count, |place| Ok(file.write_at(&[TOUCH], place * STEP)? as u64));
    filled(file, done)
}
