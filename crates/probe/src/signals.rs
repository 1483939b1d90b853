//! Sending signals by every way there is, and showing which ones arrive.

use std::ffi::OsString;

use crate::Probe;
use crate::arguments::{Usage, number, text};
use crate::errno;
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;

/// Signals.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "signal", arguments: "kill|tgkill|queue|pidfd|owner PID SIGNAL", run: signal },
    Probe {
        name: "await-signal",
        arguments: "SECONDS (prints a fact when ready and one for the signal)",
        run: await_signal,
    },
];

fn signal(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (way, pid, signal) = (text(arguments, 0)?, number::<i32>(arguments, 1)?, number::<i32>(arguments, 2)?);
    if pid <= 0 && signal != 0 {
        return Err(Usage("a real signal goes to one process only".to_owned()));
    }
    let sent = match way {
        // SAFETY: takes numbers only.
        "kill" => checked(unsafe { libc::kill(pid, signal) }),
        // SAFETY: takes numbers only.
        "tgkill" => checked(unsafe { libc::syscall(libc::SYS_tgkill, pid, pid, signal) }),
        "queue" => queue(pid, signal),
        "pidfd" => by_descriptor(pid, signal),
        "owner" => own(pid),
        other => return Err(Usage(format!("`{other}` is no way to send a signal"))),
    };
    Ok(Fact::new(format!("{way} {pid} {signal}"), sent.map(|_| Json::Null)).into())
}

fn queue(pid: i32, signal: i32) -> Result<i64, Failure> {
    let value = libc::sigval { sival_ptr: std::ptr::null_mut() };
    // SAFETY: takes numbers only; the value is carried and never looked at.
    checked(unsafe { libc::sigqueue(pid, signal, value) })
}

fn by_descriptor(pid: i32, signal: i32) -> Result<i64, Failure> {
    // SAFETY: takes numbers only.
    let process = checked(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: takes numbers, and no pointer where there is no further information.
    checked(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process, signal, 0, 0) })
}

/// Asks for `SIGIO` to be sent to the process when a pipe becomes ready.
fn own(pid: i32) -> Result<i64, Failure> {
    let (read, _write) = crate::child::pipe()?;
    // SAFETY: takes numbers only; the descriptor is open.
    checked(unsafe { libc::fcntl(std::os::fd::AsRawFd::as_raw_fd(&read), libc::F_SETOWN, pid) })
}

/// What a terminal, a supervisor or a caller sends.
const AWAITED: [i32; 6] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1, libc::SIGWINCH];

fn await_signal(arguments: &[OsString]) -> Result<Answer, Usage> {
    let seconds = number(arguments, 0)?;
    let set = block(&AWAITED);
    // Where this cannot be said, the second fact cannot either, and its exit code tells.
    let _ = Fact::new("ready", Ok(Json::Null)).print("await-signal");
    let patience = libc::timespec { tv_sec: seconds, tv_nsec: 0 };
    // SAFETY: set and time are ours and outlive the call; no information about the sender is asked for.
    let got = checked(unsafe { libc::sigtimedwait(&raw const set, std::ptr::null_mut(), &raw const patience) });
    let got = got.map(|signal| Json::text(errno::signal_name(signal as i32).as_ref()));
    Ok(Fact::new("signal", got).into())
}

/// Blocks these signals and tells the set of them.
pub(crate) fn block(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: `sigset_t` is numbers only; `sigemptyset` makes it a set; the signals are valid.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        set
    }
}
