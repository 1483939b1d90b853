//! The terminal: whether there is one, how large it is, and whether it can be typed into from inside.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::fd::{AsRawFd, BorrowedFd};

use crate::Probe;
use crate::arguments::{Usage, number, text};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;
use crate::signals::block;

/// Terminals.
pub(crate) const PROBES: &[Probe] = &[
    Probe {
        name: "terminal",
        arguments: "(which of the standard streams are one, its size, whose it is)",
        run: terminal,
    },
    Probe {
        name: "resized",
        arguments: "SECONDS (prints the terminal, waits for SIGWINCH, prints it again)",
        run: resized,
    },
    Probe { name: "tiocsti", arguments: "FD|tty HIGH_BITS (pushes a byte into the terminal's input)", run: tiocsti },
    Probe { name: "tioclinux", arguments: "FD|tty HIGH_BITS (asks the console for its shift state)", run: tioclinux },
    Probe { name: "adopt", arguments: "FD (makes it the controlling terminal, stealing it)", run: adopt },
];

fn terminal(_: &[OsString]) -> Result<Answer, Usage> {
    Ok(described().into())
}

fn described() -> Fact {
    // SAFETY: takes a number only.
    let is_terminal = |descriptor: i32| Json::Bool(unsafe { libc::isatty(descriptor) } == 1);
    // SAFETY: these take numbers only.
    let (session, group, foreground) = unsafe { (libc::getsid(0), libc::getpgrp(), libc::tcgetpgrp(0)) };
    let own = File::open("/dev/tty").map(|_| Json::Bool(true)).unwrap_or(Json::Bool(false));
    let name = std::fs::read_link("/proc/self/fd/0").unwrap_or_default();
    let detail = Json::object([
        ("stdin", is_terminal(0)),
        ("stdout", is_terminal(1)),
        ("stderr", is_terminal(2)),
        ("size", size().unwrap_or(Json::Null)),
        ("controlling", own),
        ("foreground", Json::Bool(group == foreground)),
        ("session", Json::number(session)),
        ("name", Json::text(name.as_os_str().as_encoded_bytes())),
    ]);
    Fact::new("terminal", Ok(detail))
}

fn size() -> Result<Json, Failure> {
    // SAFETY: `winsize` is numbers only.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: `size` is ours, of the kind that this request writes, and outlives the call.
    checked(unsafe { libc::ioctl(0, libc::TIOCGWINSZ, &raw mut size) })?;
    Ok(Json::text(format!("{}x{}", size.ws_col, size.ws_row)))
}

fn resized(arguments: &[OsString]) -> Result<Answer, Usage> {
    let patience = libc::timespec { tv_sec: number(arguments, 0)?, tv_nsec: 0 };
    let set = block(&[libc::SIGWINCH]);
    // Where this cannot be said, the second fact cannot either, and its exit code tells.
    let _ = described().print("resized");
    // SAFETY: set and time are ours and outlive the call; no information about the sender is asked for.
    match checked(unsafe { libc::sigtimedwait(&raw const set, std::ptr::null_mut(), &raw const patience) }) {
        Ok(_) => Ok(described().into()),
        Err(failure) => Ok(Fact::new("terminal", Err(failure)).into()),
    }
}

/// A request to a terminal with further bits above the 32 that the kernel looks at: a filter that compares all 64 is fooled
/// (CVE-2019-10063).
fn request(arguments: &[OsString], request: u64, argument: &mut [u8; 1]) -> Result<Answer, Usage> {
    let (which, high) = (text(arguments, 0)?, number::<u32>(arguments, 1)?);
    let request = request | u64::from(high) << 32;
    let mut ask = |descriptor: BorrowedFd<'_>| {
        // SAFETY: both requests read one byte (TIOCLINUX: and may write one), which is ours and outlives the call.
        checked(unsafe { libc::syscall(libc::SYS_ioctl, descriptor.as_raw_fd(), request, argument.as_mut_ptr()) })
    };
    let answer = if which == "tty" {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(Failure::from);
        tty.and_then(|tty| ask(std::os::fd::AsFd::as_fd(&tty)))
    } else {
        // SAFETY: descriptors given by number are the standard ones, which nothing here closes.
        ask(unsafe { BorrowedFd::borrow_raw(number(arguments, 0)?) })
    };
    Ok(Fact::new(format!("{which} {request:#x}"), answer.map(|_| Json::Null)).into())
}

fn tiocsti(arguments: &[OsString]) -> Result<Answer, Usage> {
    request(arguments, libc::TIOCSTI, &mut [b'#'])
}

fn tioclinux(arguments: &[OsString]) -> Result<Answer, Usage> {
    /// `TIOCL_GETSHIFTSTATE` (linux/tiocl.h): the one that changes nothing.
    const SHIFT_STATE: u8 = 6;
    request(arguments, libc::TIOCLINUX, &mut [SHIFT_STATE])
}

fn adopt(arguments: &[OsString]) -> Result<Answer, Usage> {
    let descriptor: i32 = number(arguments, 0)?;
    let adopted = crate::child::attempt(|| {
        // SAFETY: takes nothing.
        checked(unsafe { libc::setsid() })?;
        // SAFETY: takes numbers only; 1 is "even when it is another session's", for root.
        checked(unsafe { libc::ioctl(descriptor, libc::TIOCSCTTY, 1) })
    });
    Ok(Fact::new(format!("{descriptor}"), adopted.map(|_| Json::Null)).into())
}
