//! The caller's end of a stream of output, written to without ever waiting: who waits there holds no limit of time and hears no
//! signal.

use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};

use linux::Errno;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Dev, FileType, Mode, OFlags, Stat, fcntl_getfl, fstat, major, makedev, openat};
use rustix::io::{ReadWriteFlags, pwritev2, write};
use rustix::net::{SendFlags, send};
use rustix::termios::isatty;

/// What can be written to a pipe that polls as writable without blocking: PIPE_BUF (pipe(7)). Of a socket, a message.
const OF_A_PIPE: usize = 4096;

/// The same of a terminal, of text that it passes on as it is: the smallest of its buffers (`drivers/tty/tty_buffer.c`).
const OF_A_TERMINAL: usize = 256;

/// The caller's end of a stream of output.
#[derive(Debug)]
pub(super) struct Target<'fd> {
    given: BorrowedFd<'fd>,
    way: Way,
}

/// How to write without waiting. What was given is not set to that (`O_NONBLOCK`): the caller shares it with others, who would
/// meet `EAGAIN`.
#[derive(Debug)]
enum Way {
    /// A file makes nobody wait.
    Whole,
    /// Through an open file description of our own.
    Own(OwnedFd),
    /// By saying so each time.
    Socket,
    /// By saying so each time, where the kernel hears it.
    Pipe,
    /// After asking, and little at once. If others write to it at the same moment, that is not enough.
    Asking,
    /// The same for a terminal.
    Terminal,
}

impl<'fd> Target<'fd> {
    pub(super) fn new(given: BorrowedFd<'fd>) -> Self {
        Self { given, way: Way::to(given) }
    }

    /// Writes what can be written at once. `AGAIN`: nothing can.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<usize, Errno> {
        match &self.way {
            Way::Whole => write(self.given, bytes),
            Way::Own(own) => write(own, bytes),
            Way::Socket => send(self.given, first(bytes, OF_A_PIPE), SendFlags::DONTWAIT | SendFlags::NOSIGNAL),
            Way::Pipe => self.write_to_pipe(bytes),
            Way::Asking => write_if_ready(self.given, first(bytes, OF_A_PIPE)),
            Way::Terminal => write_to_terminal(self.given, bytes),
        }
    }

    fn write_to_pipe(&mut self, bytes: &[u8]) -> Result<usize, Errno> {
        // An offset of -1 is that of the file itself, which a pipe does not have (readv(2)).
        match pwritev2(self.given, &[IoSlice::new(bytes)], u64::MAX, ReadWriteFlags::NOWAIT) {
            // Before Linux 6.4, and under the system call filters of some container engines.
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::PERM) => {
                self.way = Way::Asking;
                self.write(bytes)
            }
            written => written,
        }
    }
}

impl AsFd for Target<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.way {
            Way::Own(own) => own.as_fd(),
            _ => self.given,
        }
    }
}

impl Way {
    fn to(given: BorrowedFd<'_>) -> Self {
        let Ok(stat) = fstat(given) else { return Self::Asking };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Self::Whole,
            FileType::Socket => Self::Socket,
            FileType::Fifo => reopen(given, &stat).map_or(Self::Pipe, Self::Own),
            FileType::CharacterDevice if isatty(given) => {
                let own = Some(stat).filter(is_itself).and_then(|stat| reopen(given, &stat));
                own.map_or(Self::Terminal, Self::Own)
            }
            _ => Self::Asking,
        }
    }
}

/// Whether it is the same terminal for whoever opens it. `/dev/tty`, `/dev/console` and `/dev/ptmx` are not, nor is `/dev/tty0`
/// (`Documentation/admin-guide/devices.txt`).
fn is_itself(terminal: &Stat) -> bool {
    const OF_WHO_OPENS: u32 = 5;
    let shown: Dev = makedev(4, 0);
    major(terminal.st_rdev) != OF_WHO_OPENS && terminal.st_rdev != shown
}

/// Opens what was given for writing once more. `None`: it may not be opened, being another user's, or has no reader.
fn reopen(given: BorrowedFd<'_>, stat: &Stat) -> Option<OwnedFd> {
    let access = fcntl_getfl(given).ok()? & OFlags::RWMODE;
    // What was given for reading only is refused, as it would be without us.
    if access == OFlags::RDONLY {
        return None;
    }
    let place = format!("/proc/self/fd/{}", given.as_raw_fd());
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let own = openat(CWD, place, flags, Mode::empty()).ok()?;
    // A thread of an embedding program may have a table of descriptors of its own.
    let found = fstat(&own).ok()?;
    ((found.st_dev, found.st_ino) == (stat.st_dev, stat.st_ino)).then_some(own)
}

/// Two streams may go to the same place: what was ready when the loop woke up may be full by now.
fn write_if_ready(target: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize, Errno> {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut [PollFd::from_borrowed_fd(target, PollFlags::OUT)], Some(&now))? {
        0 => Err(Errno::AGAIN),
        _ => write(target, bytes),
    }
}

fn first(bytes: &[u8], most: usize) -> &[u8] {
    bytes.get(..most).unwrap_or(bytes)
}

/// Goes on for as long as it can: each write is little.
fn write_to_terminal(target: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize, Errno> {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match write_if_ready(target, of_one_kind(rest)) {
            Ok(count) => written += count,
            Err(errno) if written == 0 => return Err(errno),
            // It is met again.
            Err(_) => break,
        }
    }
    Ok(written)
}

/// Text, or one character that commands a terminal: it may make several of that, and looks for room anew before it does
/// (`drivers/tty/n_tty.c`, `do_output_char`).
fn of_one_kind(bytes: &[u8]) -> &[u8] {
    let text = bytes.iter().take(OF_A_TERMINAL).take_while(|byte| !byte.is_ascii_control()).count();
    first(bytes, text.max(1))
}
