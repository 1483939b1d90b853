//! Memory of no file: the heap, and mappings.

use super::Bite;
use crate::fact::Failure;
use crate::memory::{TOUCH, map};

/// Small enough that the allocator takes it from the heap (`brk`) and makes no mapping of its own.
pub(super) const BLOCK: usize = 64 << 10;

/// The heap.
pub(super) fn malloc() -> Result<Bite, Failure> {
    Ok(Box::new(|bytes| {
        let mut block: Vec<u8> = Vec::new();
        block.try_reserve_exact(bytes).map_err(|_| Failure::Errno(libc::ENOMEM))?;
        block.resize(bytes, TOUCH);
        // A list of the blocks would be one more that may be refused.
        std::mem::forget(std::hint::black_box(block));
        Ok(bytes)
    }))
}

/// Mappings of one's own.
pub(super) fn private() -> Result<Bite, Failure> {
    Ok(Box::new(|bytes| touched(libc::MAP_PRIVATE, bytes)))
}

/// Mappings that children would share: a file of the kernel's own tmpfs.
pub(super) fn shared() -> Result<Bite, Failure> {
    Ok(Box::new(|bytes| touched(libc::MAP_SHARED, bytes)))
}

/// Page tables: the kernel makes one page of them for every two megabytes that are read, and nothing else where nothing was written.
pub(super) fn tables() -> Result<Bite, Failure> {
    const SPAN: usize = 2 << 20;
    const PAGE: usize = 4096;
    Ok(Box::new(|bytes| {
        let spans = bytes.div_ceil(PAGE);
        let address = map(libc::MAP_PRIVATE | libc::MAP_NORESERVE, spans * SPAN)?;
        for span in 0..spans {
            // SAFETY: the mapping is ours alone and has this length.
            let place = unsafe { address.add(span * SPAN) };
            // SAFETY: the same; what was never written is zero.
            std::hint::black_box(unsafe { place.read_volatile() });
        }
        Ok(bytes)
    }))
}

fn touched(flags: i32, bytes: usize) -> Result<usize, Failure> {
    let address = map(flags, bytes)?;
    // SAFETY: the mapping is ours alone and has this length.
    unsafe { address.write_bytes(TOUCH, bytes) };
    Ok(bytes)
}
