//! The stream of input: from the caller's end to the command, never blocking.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use linux::Errno;
use rustix::buffer::spare_capacity;
use rustix::event::PollFlags;

use super::PIECE;

/// What a terminal takes as the end of input (termios(3), VEOF).
const END_OF_TRANSMISSION: u8 = 4;

/// The stream of input.
#[derive(Debug)]
pub(super) struct Inlet<'fd> {
    source: Option<BorrowedFd<'fd>>,
    target: Option<OwnedFd>,
    terminal: bool,
    piece: Vec<u8>,
    written: usize,
}

impl<'fd> Inlet<'fd> {
    /// Passes `source` to `target`, which is a terminal or a pipe and does not block. No source: end of file at once.
    pub(super) fn new(source: Option<BorrowedFd<'fd>>, target: OwnedFd, terminal: bool) -> Self {
        let target = (source.is_some() || terminal).then_some(target);
        Self { source, target, terminal, piece: Vec::new(), written: 0 }
    }

    fn is_full(&self) -> bool {
        self.written < self.piece.len()
    }

    /// What must happen next; `None` when there is nothing more to pass on.
    pub(super) fn awaits(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        let target = self.target.as_ref()?;
        if self.is_full() {
            return Some((target.as_fd(), PollFlags::OUT));
        }
        self.source.map(|source| (source, PollFlags::IN))
    }

    /// Goes on after what it awaited has happened.
    pub(super) fn proceed(&mut self) {
        if self.is_full() { self.write() } else { self.read() }
    }

    fn read(&mut self) {
        let Some(source) = self.source else { return };
        self.written = 0;
        self.piece.clear();
        self.piece.reserve(PIECE);
        match rustix::io::read(source, spare_capacity(&mut self.piece)) {
            Err(Errno::AGAIN | Errno::INTR) => {}
            Ok(0) | Err(_) => self.finish(),
            Ok(_) => self.write(),
        }
    }

    /// No more input: a pipe is closed, a terminal told so.
    fn finish(&mut self) {
        self.source = None;
        match self.terminal {
            true => {
                self.piece = vec![END_OF_TRANSMISSION];
                self.write();
            }
            false => self.target = None,
        }
    }

    fn write(&mut self) {
        let Some(target) = &self.target else { return };
        match rustix::io::write(target, self.piece.get(self.written..).unwrap_or_default()) {
            Ok(count) => self.written += count,
            Err(Errno::AGAIN | Errno::INTR) => {}
            // The command does not read any more.
            Err(_) => {
                self.source = None;
                self.target = None;
                self.piece.clear();
            }
        }
    }
}
