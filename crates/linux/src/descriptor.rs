//! The table of open descriptors.

use std::os::fd::{AsRawFd, BorrowedFd};

use crate::{Result, check};

/// Closes every descriptor from 3 on but those in `kept` (close_range(2), Linux 5.9).
///
/// For a process that was just copied: owners of the closed descriptors elsewhere in the program must not use them any
/// more. At most 8 can be kept.
pub fn keep_only(kept: &[BorrowedFd<'_>]) -> Result<()> {
    let mut numbers = [u32::MAX; 8];
    for (place, fd) in numbers.iter_mut().zip(kept) {
        *place = fd.as_raw_fd().cast_unsigned();
    }
    numbers.sort_unstable();
    let mut first = 3;
    for number in numbers.into_iter().filter(|number| *number >= 3) {
        if number > first {
            close_range(first, number - 1, 0)?;
        }
        first = number.saturating_add(1);
    }
    if first < u32::MAX { close_range(first, u32::MAX, 0) } else { Ok(()) }
}

/// Closes this process's copy of a descriptor that its parent goes on to use. For a process that was just copied, in which
/// nobody will use it.
pub fn close_copy(descriptor: BorrowedFd<'_>) -> Result<()> {
    let number = descriptor.as_raw_fd().cast_unsigned();
    close_range(number, number, 0)
}

/// Marks every descriptor from 3 on to be closed when the program is replaced (Linux 5.11).
pub fn close_on_execute() -> Result<()> {
    close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC)
}

fn close_range(first: u32, last: u32, flags: libc::c_uint) -> Result<()> {
    // SAFETY: no memory is touched; who still owns one of the descriptors is the callers' business, as documented.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) }).map(drop)
}
