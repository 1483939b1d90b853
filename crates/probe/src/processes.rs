//! Processes that multiply, hide, refuse to die, or stay behind.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::Probe;
use crate::arguments::{Usage, number};
use crate::child::{fork, leave, wait};
use crate::fact::{Answer, Fact, checked};
use crate::json::Json;
use crate::tree::names;

/// Processes. A MARKER is not looked at: it is how a test finds the process from outside, by its command line.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "sleep", arguments: "SECONDS [MARKER]", run: sleep },
    Probe { name: "stubborn", arguments: "SECONDS [MARKER] (ignores every signal it can)", run: stubborn },
    Probe { name: "stopped", arguments: "[MARKER] (stops itself)", run: stopped },
    Probe { name: "daemon", arguments: "SECONDS [MARKER] (forks twice, leaves the session, stays)", run: daemon },
    Probe { name: "family", arguments: "COUNT SECONDS [MARKER] (so many stubborn children)", run: family },
    Probe { name: "orphans", arguments: "COUNT (how many dead orphans nobody reaps)", run: orphans },
];

fn rest(seconds: u64) -> Answer {
    std::thread::sleep(Duration::from_secs(seconds));
    Answer::Exit(0)
}

fn sleep(arguments: &[OsString]) -> Result<Answer, Usage> {
    number(arguments, 0).map(rest)
}

/// Ignores everything that can be ignored.
pub(crate) fn ignore_signals() {
    /// The largest signal number of Linux.
    const LAST: i32 = 64;
    for signal in (1..=LAST).filter(|signal| *signal != libc::SIGCHLD) {
        // SAFETY: no handler is installed, so none can do harm; refusals (SIGKILL, SIGSTOP) are expected.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

fn stubborn(arguments: &[OsString]) -> Result<Answer, Usage> {
    let seconds = number(arguments, 0)?;
    ignore_signals();
    let _ = Fact::new("ready", Ok(Json::Null)).print("stubborn");
    Ok(rest(seconds))
}

fn stopped(_: &[OsString]) -> Result<Answer, Usage> {
    let _ = Fact::new("ready", Ok(Json::Null)).print("stopped");
    // SAFETY: takes a number only.
    unsafe { libc::raise(libc::SIGSTOP) };
    Ok(Answer::Exit(0))
}

fn daemon(arguments: &[OsString]) -> Result<Answer, Usage> {
    let seconds = number(arguments, 0)?;
    let started = crate::child::attempt(|| {
        // SAFETY: takes nothing.
        checked(unsafe { libc::setsid() })?;
        match fork()? {
            0 => {
                ignore_signals();
                rest(seconds);
                leave(0)
            }
            pid => Ok(i64::from(pid)),
        }
    });
    Ok(Fact::new("daemon", started.map(Json::Number)).into())
}

fn family(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (count, seconds) = (number::<u32>(arguments, 0)?, number(arguments, 1)?);
    for _ in 0..count {
        if let Ok(0) = fork() {
            ignore_signals();
            rest(seconds);
            leave(0);
        }
    }
    let _ = Fact::new("ready", Ok(Json::number(count))).print("family");
    ignore_signals();
    Ok(rest(seconds))
}

/// Makes orphans that end at once and tells how many of them are still there as zombies after a while.
fn orphans(arguments: &[OsString]) -> Result<Answer, Usage> {
    let count: usize = number(arguments, 0)?;
    for _ in 0..count {
        match fork() {
            Ok(0) => {
                if let Ok(0) = fork() {
                    leave(0);
                }
                leave(0);
            }
            Ok(pid) => drop(wait(pid)),
            Err(failure) => return Ok(Fact::new(format!("{count}"), Err(failure)).into()),
        }
    }
    let begin = Instant::now();
    while zombies() > 0 && begin.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Fact::new(format!("{count}"), Ok(Json::object([("zombies", Json::number(zombies()))]))).into())
}

fn zombies() -> usize {
    let is_zombie = |name: &Vec<u8>| {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", String::from_utf8_lossy(name)));
        stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z')))
    };
    let processes = names(std::path::Path::new("/proc")).unwrap_or_default();
    processes.iter().filter(|name| name.iter().all(u8::is_ascii_digit)).filter(|name| is_zombie(name)).count()
}
