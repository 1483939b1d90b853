//! Whether two files hold the same.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::BorrowedFd;

use rustix::fs::{Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

/// Files above this size (64 MiB) that were written to count as different without being read.
pub(super) const COMPARED: u64 = 64 << 20;

const CHUNK: usize = 64 << 10;

/// An entry of an open directory.
pub(super) type Place<'a> = (BorrowedFd<'a>, &'a CStr);

/// Whether two regular files of the same size hold the same bytes. What cannot be read is not the same.
pub(super) fn same_bytes(one: Place<'_>, other: Place<'_>) -> bool {
    let read = || -> io::Result<bool> {
        let (mut one, mut other) = (open(one)?, open(other)?);
        let (mut left, mut right) = (vec![0; CHUNK], vec![0; CHUNK]);
        loop {
            let (filled, other_filled) = (fill(&mut one, &mut left)?, fill(&mut other, &mut right)?);
            match left.get(..filled) == right.get(..other_filled) {
                true if filled == 0 => return Ok(true),
                true => {}
                false => return Ok(false),
            }
        }
    };
    read().unwrap_or(false)
}

/// Whether two symbolic links lead to the same.
pub(super) fn same_target(one: Place<'_>, other: Place<'_>) -> Result<bool, Errno> {
    Ok(readlinkat(one.0, one.1, Vec::new())? == readlinkat(other.0, other.1, Vec::new())?)
}

fn open((directory, name): Place<'_>) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(openat(directory, name, flags, Mode::empty())?))
}

/// Reads until the buffer is full or the file at its end.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
