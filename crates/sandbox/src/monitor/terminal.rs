//! The command's terminal, and the caller's meanwhile: raw, and of the same size.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use linux::Errno;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// The command's terminal, as we hold it.
#[derive(Debug)]
pub(super) struct Terminal<'fd> {
    master: OwnedFd,
    /// The command's side: without it a command that closes its own for a moment, and then opens `/dev/tty`, would look like one
    /// that has no more to say.
    _other: OwnedFd,
    _callers: Option<Raw<'fd>>,
}

impl<'fd> Terminal<'fd> {
    /// Takes over the master side. The terminal of the caller's input, if it is one, is raw from here on.
    pub(super) fn new(master: OwnedFd, input: Option<BorrowedFd<'fd>>) -> Result<Self, Errno> {
        fcntl_setfl(&master, OFlags::NONBLOCK)?;
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let other = ioctl_tiocgptpeer(&master, flags)?;
        Ok(Self { master, _other: other, _callers: input.and_then(Raw::new) })
    }

    /// A copy of the master side.
    pub(super) fn master(&self) -> Result<OwnedFd, Errno> {
        rustix::io::fcntl_dupfd_cloexec(&self.master, 0)
    }

    /// Makes it as large as the caller's.
    pub(super) fn match_size(&self, callers: &[Option<BorrowedFd<'_>>]) {
        match_size(self.master.as_fd(), callers);
    }
}

/// The caller's terminal, raw until dropped.
#[derive(Debug)]
struct Raw<'fd> {
    terminal: BorrowedFd<'fd>,
    before: Termios,
}

impl<'fd> Raw<'fd> {
    /// Makes the terminal raw: keys reach the command as they are pressed. `None` where there is no terminal. Waits for nothing:
    /// while others cannot write to it, it would never be `Drain`ed.
    fn new(terminal: BorrowedFd<'fd>) -> Option<Self> {
        let before = isatty(terminal).then(|| tcgetattr(terminal).ok()).flatten()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(terminal, OptionalActions::Now, &raw).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        let _gone = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

/// Gives the command's terminal the size of the caller's, whichever of his ends is one.
fn match_size(command: BorrowedFd<'_>, callers: &[Option<BorrowedFd<'_>>]) {
    let size = callers.iter().flatten().find_map(|end| tcgetwinsize(end).ok());
    if let Some(size) = size {
        let _gone = tcsetwinsize(command, size);
    }
}
