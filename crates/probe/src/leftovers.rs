//! What stays behind when a command ends, or seems to be gone and is not.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::Probe;
use crate::arguments::{Options, Usage, bounded, number, path};
use crate::child::{attempt, fork, leave};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;
use crate::processes::ignore_signals;

/// Leftovers. A MARKER is not looked at, as with the other processes.
pub(crate) const PROBES: &[Probe] = &[
    Probe {
        name: "heartbeat",
        arguments: "MS PATH [--stay] (a daemon that adds a byte to PATH each 50 ms; stays: its parent lives as long)",
        run: heartbeat,
    },
    Probe { name: "survivors", arguments: "COUNT MS [MARKER] (stubborn children outlive this)", run: survivors },
    Probe { name: "stopped-family", arguments: "COUNT [MARKER] (all stop themselves)", run: stopped_family },
    Probe { name: "close-all", arguments: "MS CODE (closes every descriptor, lives on, ends so)", run: close_all },
];

/// More than any limit that is tested, and less than what a machine cannot bear.
const MOST: u64 = 1000;

fn heartbeat(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (time, path) = (Duration::from_millis(number(arguments, 0)?), path(arguments, 1)?);
    let stay = Options::parse(arguments, 2, &[], &["--stay"])?.flag("--stay");
    let started = attempt(|| {
        // SAFETY: takes nothing.
        checked(unsafe { libc::setsid() })?;
        match fork()? {
            0 => beat(path, time),
            pid => Ok(i64::from(pid)),
        }
    });
    let fact = Fact::new(path, started.map(Json::Number));
    Ok(fact.held("heartbeat", if stay { time } else { Duration::ZERO }))
}

/// Shows that it lives until the time is over, and ends.
fn beat(path: &Path, time: Duration) -> ! {
    ignore_signals();
    let end = Instant::now() + time;
    while Instant::now() < end {
        // Where it cannot be shown now, it may be later.
        let _ = OpenOptions::new().append(true).create(true).open(path).and_then(|mut file| file.write_all(b"."));
        thread::sleep(Duration::from_millis(50));
    }
    leave(0)
}

/// Makes children that live so; tells how many there are, or why there is none.
fn children(arguments: &[OsString], life: impl Fn()) -> Result<Fact, Usage> {
    let count = bounded(arguments, 0, MOST)?;
    let mut made = 0;
    let mut refused = None;
    while made < count && refused.is_none() {
        match fork() {
            Ok(0) => {
                life();
                leave(0);
            }
            Ok(_) => made += 1,
            Err(failure) => refused = Some(failure),
        }
    }
    let detail = Json::object([("children", Json::number(made)), ("refused", Failure::refusal(refused.as_ref()))]);
    Ok(Fact::new(format!("{count}"), Ok(detail)))
}

fn survivors(arguments: &[OsString]) -> Result<Answer, Usage> {
    let time = Duration::from_millis(number(arguments, 1)?);
    let fact = children(arguments, || {
        ignore_signals();
        thread::sleep(time);
    });
    fact.map(Answer::from)
}

fn stopped_family(arguments: &[OsString]) -> Result<Answer, Usage> {
    // SAFETY: takes a number only.
    let stop = || drop(checked(unsafe { libc::raise(libc::SIGSTOP) }));
    let answer = children(arguments, stop)?.held("stopped-family", Duration::ZERO);
    stop();
    Ok(answer)
}

fn close_all(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (time, code) = (Duration::from_millis(number(arguments, 0)?), number(arguments, 1)?);
    // SAFETY: takes numbers only, and nothing of this program uses a descriptor after this.
    if unsafe { libc::syscall(libc::SYS_close_range, 0, libc::c_uint::MAX, 0) } != 0 {
        return Ok(Fact::new("close_range", Err(Failure::last())).into());
    }
    thread::sleep(time);
    Ok(Answer::Exit(code))
}
