//! Memory straight from the kernel, and numbers that several processes count in.

use std::ptr;
use std::sync::atomic::AtomicI64;

use crate::fact::Failure;

/// What is written where memory must really be there: not zero, which the kernel may keep one page of for everybody.
pub(crate) const TOUCH: u8 = 0xa5;

/// Fresh memory of no file, private or shared by these flags. It is never given back: it is ours until the process ends.
pub(crate) fn map(flags: i32, bytes: usize) -> Result<*mut u8, Failure> {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping at a place of the kernel's choice touches no memory that is in use.
    let address = unsafe { libc::mmap(ptr::null_mut(), bytes, protection, flags | libc::MAP_ANONYMOUS, -1, 0) };
    if address == libc::MAP_FAILED { Err(Failure::last()) } else { Ok(address.cast()) }
}

/// Counters, all zero, that this process and all its descendants share.
pub(crate) fn counters<const N: usize>() -> Result<&'static [AtomicI64; N], Failure> {
    let address = map(libc::MAP_SHARED, size_of::<[AtomicI64; N]>())?;
    // SAFETY: the mapping is large enough, aligned to a page, zero, which is a value of every counter, and never given back.
    Ok(unsafe { &*address.cast::<[AtomicI64; N]>() })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;
    use crate::child::{fork, leave, wait};

    #[test]
    fn a_child_counts_for_its_parent() {
        let [counter] = counters().unwrap();
        let pid = fork().unwrap();
        if pid == 0 {
            counter.fetch_add(7, Relaxed);
            leave(0);
        }
        wait(pid).unwrap();
        assert_eq!(counter.load(Relaxed), 7);
    }
}
