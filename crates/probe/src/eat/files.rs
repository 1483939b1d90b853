//! Memory behind descriptors: files that lie in memory, files that are kept in memory, pipes.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::{Bite, STEP};
use crate::fact::{Failure, checked};
use crate::memory::TOUCH;

/// A file that has no name any more: it goes with its last descriptor, however this process ends.
fn nameless(directory: &Path) -> Result<File, Failure> {
    let path = directory.join(format!("aisbx-probe-{}", std::process::id()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Writes at the end of a file as much as fits; tells how much that was.
fn grow(file: &mut File, chunk: &[u8], bytes: usize) -> Result<usize, Failure> {
    Ok(file.write(chunk.get(..bytes).unwrap_or(chunk))?)
}

fn growing(mut file: File) -> Bite {
    let chunk = vec![TOUCH; STEP];
    Box::new(move |bytes| grow(&mut file, &chunk, bytes))
}

/// A file in `/tmp`: memory where that is a tmpfs.
pub(super) fn temporary() -> Result<Bite, Failure> {
    nameless(Path::new("/tmp")).map(growing)
}

/// A file in memory that has no mapping.
pub(super) fn memory() -> Result<Bite, Failure> {
    // SAFETY: the name ends with NUL.
    let descriptor = checked(unsafe { libc::memfd_create(c"aisbx-probe".as_ptr(), libc::MFD_CLOEXEC) })?;
    // SAFETY: the kernel just gave us this descriptor, and nobody else owns it.
    Ok(growing(File::from(unsafe { OwnedFd::from_raw_fd(descriptor as i32) })))
}

/// A file in the working directory. What the kernel keeps of it in memory it can drop: this is no reason to run out of memory.
pub(super) fn cache() -> Result<Bite, Failure> {
    let mut file = nameless(Path::new("."))?;
    let mut chunk = vec![TOUCH; STEP];
    let mut written = 0;
    Ok(Box::new(move |bytes| {
        let grown = grow(&mut file, &chunk, bytes)?;
        written += grown as u64;
        // Read again what is older, as if it were needed, so that it is not the first to be dropped.
        file.read_at(&mut chunk, written / 2)?;
        chunk.fill(TOUCH);
        Ok(grown)
    }))
}

/// What was written to pipes and never read.
pub(super) fn pipes() -> Result<Bite, Failure> {
    let chunk = vec![TOUCH; STEP];
    let mut kept = Vec::new();
    Ok(Box::new(move |bytes| {
        let (read, mut write) = crate::child::pipe()?;
        // SAFETY: takes numbers only. Who may not enlarge a pipe has more of the usual size.
        unsafe { libc::fcntl(write.as_raw_fd(), libc::F_SETPIPE_SZ, STEP as i32) };
        // SAFETY: takes numbers only.
        checked(unsafe { libc::fcntl(write.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })?;
        let written = grow(&mut write, &chunk, bytes)?;
        kept.push((read, write));
        Ok(written)
    }))
}
