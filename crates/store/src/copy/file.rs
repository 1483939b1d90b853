//! The content of one file, by the cheapest way that works between two file systems.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom as Position, Write};

use rustix::fs::{SeekFrom, copy_file_range, ioctl_ficlone, seek};
use rustix::io::{Errno, retry_on_intr};

/// The ways that may still work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    pub(super) reflink: bool,
    pub(super) in_kernel: bool,
}

/// A stretch of a file.
#[derive(Clone, Copy)]
struct Stretch {
    from: u64,
    to: u64,
}

const CHUNK: u64 = 128 << 10;

impl Ways {
    /// Copies the first `size` bytes; `sparse` says that there are holes to be kept.
    pub(super) fn copy(&mut self, source: &File, target: &File, size: u64, sparse: bool) -> io::Result<()> {
        if size == 0 || self.share(source, target) {
            return Ok(());
        }
        if !sparse {
            return self.copy_stretch(source, target, Stretch { from: 0, to: size });
        }
        let mut at = 0;
        while let Some(stretch) = data_after(source, at, size)? {
            self.copy_stretch(source, target, stretch)?;
            at = stretch.to;
        }
        // There may be a hole at the end.
        target.set_len(size)
    }

    /// Makes the target share the blocks of the source. A file system that cannot do it once cannot do it ever.
    fn share(&mut self, source: &File, target: &File) -> bool {
        self.reflink = self.reflink && ioctl_ficlone(target, source).is_ok();
        self.reflink
    }

    fn copy_stretch(&mut self, source: &File, target: &File, stretch: Stretch) -> io::Result<()> {
        let done = if self.in_kernel { self.copy_in_kernel(source, target, stretch)? } else { stretch.from };
        copy_by_hand(source, target, Stretch { from: done, ..stretch })
    }

    /// Returns how far it came: to the end of the stretch, unless the kernel cannot do it or the file ended early.
    fn copy_in_kernel(&mut self, source: &File, target: &File, Stretch { from, to }: Stretch) -> io::Result<u64> {
        let (mut read, mut written) = (from, from);
        while read < to {
            let length = usize::try_from(to - read).unwrap_or(usize::MAX).min(1 << 30);
            match retry_on_intr(|| copy_file_range(source, Some(&mut read), target, Some(&mut written), length)) {
                Ok(0) => break,
                Ok(_) => {}
                Err(Errno::XDEV | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL | Errno::PERM) => {
                    self.in_kernel = false;
                    break;
                }
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(read)
    }
}

/// How many of the first `size` bytes are data.
pub(super) fn data(source: &File, size: u64, sparse: bool) -> io::Result<u64> {
    let (mut at, mut total) = (0, if sparse { 0 } else { size });
    while let (true, Some(stretch)) = (sparse, data_after(source, at, size)?) {
        total += stretch.to - stretch.from;
        at = stretch.to;
    }
    Ok(total)
}

fn copy_by_hand(mut source: &File, mut target: &File, Stretch { from, to }: Stretch) -> io::Result<()> {
    if from >= to {
        return Ok(());
    }
    source.seek(Position::Start(from))?;
    target.seek(Position::Start(from))?;
    let mut rest = to - from;
    let mut buffer = Vec::new();
    while rest > 0 {
        buffer.clear();
        if Read::by_ref(&mut source).take(rest.min(CHUNK)).read_to_end(&mut buffer)? == 0 {
            break;
        }
        target.write_all(&buffer)?;
        rest -= buffer.len() as u64;
    }
    Ok(())
}

/// The next stretch of data at or after `at`.
fn data_after(source: &File, at: u64, size: u64) -> io::Result<Option<Stretch>> {
    if at >= size {
        return Ok(None);
    }
    let from = match seek(source, SeekFrom::Data(at)) {
        Err(Errno::NXIO) => return Ok(None),
        Err(Errno::INVAL | Errno::OPNOTSUPP) => at,
        found => found?,
    };
    let to = seek(source, SeekFrom::Hole(from)).unwrap_or(size).min(size);
    Ok((from < to).then_some(Stretch { from, to }))
}
