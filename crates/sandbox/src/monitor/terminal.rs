//! The caller's terminal while the command has one of its own: raw, and of the same size.

use std::os::fd::BorrowedFd;

use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// The caller's terminal, raw until dropped.
#[derive(Debug)]
pub(super) struct Raw<'fd> {
    terminal: BorrowedFd<'fd>,
    before: Termios,
}

impl<'fd> Raw<'fd> {
    /// Makes the terminal raw: keys reach the command as they are pressed. `None` where there is no terminal.
    pub(super) fn new(terminal: BorrowedFd<'fd>) -> Option<Self> {
        let before = isatty(terminal).then(|| tcgetattr(terminal).ok()).flatten()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(terminal, OptionalActions::Drain, &raw).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        let _gone = tcsetattr(self.terminal, OptionalActions::Drain, &self.before);
    }
}

/// Gives the command's terminal the size of the caller's, whichever of his ends is one.
pub(super) fn match_size(command: BorrowedFd<'_>, callers: &[Option<BorrowedFd<'_>>]) {
    let size = callers.iter().flatten().find_map(|end| tcgetwinsize(end).ok());
    if let Some(size) = size {
        let _gone = tcsetwinsize(command, size);
    }
}
