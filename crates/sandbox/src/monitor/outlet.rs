//! One stream of output: from the command to the sink and to the caller's end, never blocking and never holding more than
//! one piece.

mod target;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use linux::Errno;
use rustix::buffer::spare_capacity;
use rustix::event::PollFlags;

use super::{PIECE, Stream};
use target::Target;

/// One stream of output.
#[derive(Debug)]
pub(super) struct Outlet<'fd> {
    stream: Stream,
    source: Option<OwnedFd>,
    target: Option<Target<'fd>>,
    piece: Vec<u8>,
    written: usize,
    /// What may still be read, in bytes, once everything in the sandbox has ended: somebody outside may have been handed the
    /// other end (unix(7), `SCM_RIGHTS`), and is not to hold us, nor to be taken for the command.
    left: Option<usize>,
    /// Why the caller's end did not take everything, if it was not simply closed.
    refused: Option<Errno>,
}

/// The most that the kernel keeps of a stream: of a pipe what an ordinary user may ask for (pipe(7), `pipe-max-size`).
const KEPT: usize = 1 << 20;

impl<'fd> Outlet<'fd> {
    pub(super) fn new(stream: Stream, source: OwnedFd, target: Option<BorrowedFd<'fd>>) -> Self {
        let target = target.map(Target::new);
        Self { stream, source: Some(source), target, piece: Vec::new(), written: 0, left: None, refused: None }
    }

    /// Whether there is nothing more to come.
    pub(super) fn is_done(&self) -> bool {
        self.source.is_none() && !self.is_full()
    }

    fn is_full(&self) -> bool {
        self.written < self.piece.len()
    }

    /// Why the caller's end did not take everything, if it was not simply closed.
    pub(super) fn refused(&self) -> Option<Errno> {
        self.refused
    }

    /// What must happen next for this stream to go on; `None` when it is done.
    pub(super) fn awaits(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        if self.is_full() {
            return self.target.as_ref().map(|target| (target.as_fd(), PollFlags::OUT));
        }
        self.source.as_ref().map(|source| (source.as_fd(), PollFlags::IN))
    }

    /// Goes on after what it awaited has happened.
    pub(super) fn proceed(&mut self, take: impl FnOnce(Stream, &[u8])) -> Result<(), Errno> {
        if self.is_full() { self.write() } else { self.read(take) }
    }

    /// Everything in the sandbox has ended: what was written is there by now, and nothing more is waited for.
    pub(super) fn close(&mut self, mut take: impl FnMut(Stream, &[u8])) -> Result<(), Errno> {
        self.left.get_or_insert(KEPT);
        while self.source.is_some() && !self.is_full() {
            self.read(&mut take)?;
        }
        Ok(())
    }

    /// Stops: the command, if it still writes, is told as by a broken pipe.
    pub(super) fn stop(&mut self) {
        self.source = None;
        self.target = None;
        self.piece.clear();
        self.written = 0;
    }

    fn read(&mut self, take: impl FnOnce(Stream, &[u8])) -> Result<(), Errno> {
        let Some(source) = &self.source else { return Ok(()) };
        self.written = 0;
        self.piece.clear();
        self.piece.reserve(PIECE);
        match rustix::io::read(source, spare_capacity(&mut self.piece)) {
            // A terminal says EIO: all of it was hung up.
            Ok(0) | Err(Errno::IO) => self.source = None,
            Ok(count) => {
                self.left = self.left.map(|left| left.saturating_sub(count));
                self.source.take_if(|_| self.left == Some(0));
                take(self.stream, &self.piece);
                if self.target.is_none() {
                    self.piece.clear();
                }
            }
            Err(Errno::AGAIN) if self.left.is_some() => self.source = None,
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), Errno> {
        let Some(target) = &mut self.target else { return Ok(()) };
        match target.write(self.piece.get(self.written..).unwrap_or_default()) {
            Ok(count) => self.written += count,
            Err(Errno::AGAIN | Errno::INTR) => {}
            // The command meets what it would without us: a broken pipe.
            Err(errno) => {
                self.refused = Some(errno).filter(|errno| *errno != Errno::PIPE);
                self.stop();
            }
        }
        Ok(())
    }
}
