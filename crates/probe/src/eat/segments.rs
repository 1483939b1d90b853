//! Shared memory of System V: it needs no descriptor, and once detached no process either.

use std::ptr;

use super::Bite;
use crate::fact::{Failure, checked};
use crate::memory::TOUCH;

/// Large, for there may be only 4096 segments (kernel.shmmni).
pub(super) const SEGMENT: usize = 8 << 20;

/// A segment that goes when it is dropped.
struct Segment(i32);

impl Segment {
    fn new(bytes: usize) -> Result<Self, Failure> {
        // SAFETY: takes numbers only.
        checked(unsafe { libc::shmget(libc::IPC_PRIVATE, bytes, libc::IPC_CREAT | 0o600) }).map(|id| Self(id as i32))
    }

    /// Attaches it and writes all over it.
    fn fill(&self, bytes: usize) -> Result<*mut libc::c_void, Failure> {
        // SAFETY: attached at a place of the kernel's choice it touches no memory that is in use.
        let address = unsafe { libc::shmat(self.0, ptr::null(), 0) };
        if address.addr() == usize::MAX {
            return Err(Failure::last());
        }
        // SAFETY: the segment is ours alone and has at least this length.
        unsafe { address.cast::<u8>().write_bytes(TOUCH, bytes) };
        Ok(address)
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: removing takes no buffer. One that is still attached stays until its process ends.
        unsafe { libc::shmctl(self.0, libc::IPC_RMID, ptr::null_mut()) };
    }
}

/// Segments that stay attached until this process ends.
pub(super) fn attached() -> Result<Bite, Failure> {
    Ok(Box::new(|bytes| Segment::new(bytes)?.fill(bytes).map(|_| bytes)))
}

/// Segments that nobody has attached: only their namespace holds them.
pub(super) fn detached() -> Result<Bite, Failure> {
    let mut kept = Vec::new();
    Ok(Box::new(move |bytes| {
        let segment = Segment::new(bytes)?;
        let address = segment.fill(bytes)?;
        // SAFETY: nothing refers to the memory at this address.
        checked(unsafe { libc::shmdt(address) })?;
        kept.push(segment);
        Ok(bytes)
    }))
}
