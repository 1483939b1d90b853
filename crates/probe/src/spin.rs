//! Burning processor time, in plain sight or past whoever counts it.

use std::ffi::OsString;
use std::hint::spin_loop;
use std::io::Read;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::Probe;
use crate::arguments::{Usage, bounded, text};
use crate::child::{ended, fork, leave, pipe, wait};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;
use crate::memory::counters;

/// Spinning.
pub(crate) const PROBES: &[Probe] = &[Probe {
    name: "spin",
    arguments: "COUNT MS [plain|session|nice|ignored|relay] (so many processes, so long on the clock on the wall)",
    run: spin,
}];

/// How to spin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As a child.
    Plain,
    /// In a session of one's own.
    Session,
    /// With the lowest priority.
    Nice,
    /// As a child that nobody waits for: the kernel forgets what it used.
    Ignored,
    /// Each for a moment only, then a child goes on: who looks from time to time sees nobody who used much, and no parent inherits it.
    Relay,
}

fn spin(arguments: &[OsString]) -> Result<Answer, Usage> {
    /// No more and no longer than a machine can bear.
    const BOUNDS: (u64, u64) = (64, 120_000);
    let (count, millis) = (bounded(arguments, 0, BOUNDS.0)?, bounded(arguments, 1, BOUNDS.1)?);
    let name = if arguments.len() > 2 { text(arguments, 2)? } else { "plain" };
    let way = match name {
        "plain" => Way::Plain,
        "session" => Way::Session,
        "nice" => Way::Nice,
        "ignored" => Way::Ignored,
        "relay" => Way::Relay,
        other => return Err(Usage(format!("`{other}` is no way to spin"))),
    };
    Ok(Fact::new(name, race(count, Duration::from_millis(millis), way)).into())
}

fn race(count: u64, time: Duration, way: Way) -> Result<Json, Failure> {
    let [told] = counters()?;
    let (mut all, end_held) = pipe()?;
    let begin = Instant::now();
    if way == Way::Ignored {
        // SAFETY: no handler is installed, so none can do harm.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    }
    let mut children = Vec::new();
    for _ in 0..count {
        match fork()? {
            0 => run(way, begin + time, told),
            pid => children.push(pid),
        }
    }
    drop(end_held);
    // Ends when the last of them has, whoever its parent is.
    all.read_to_end(&mut Vec::new())?;
    let killed = children.into_iter().filter_map(|pid| wait(pid).ok()).filter(|status| libc::WIFSIGNALED(*status));
    let killed = Json::List(killed.map(|status| ended(status).name()).collect());
    Ok(Json::object([
        ("children_ms", Json::number(used(libc::RUSAGE_CHILDREN)?)),
        ("told_ms", Json::number(told.load(Relaxed))),
        ("wall_ms", Json::number(begin.elapsed().as_millis())),
        ("killed", killed),
    ]))
}

/// Spins until the end, tells how much time that took, and ends.
fn run(way: Way, end: Instant, told: &AtomicI64) -> ! {
    match way {
        Way::Plain | Way::Ignored => {}
        // SAFETY: takes nothing.
        Way::Session => drop(checked(unsafe { libc::setsid() })),
        // SAFETY: takes numbers only.
        Way::Nice => drop(checked(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) })),
        Way::Relay => relay(end, told),
    }
    burn(end);
    told.fetch_add(used(libc::RUSAGE_SELF).unwrap_or(0), Relaxed);
    leave(0)
}

/// Spins for moments, each in a new process; returns for the last one.
fn relay(end: Instant, told: &AtomicI64) {
    /// Less than anybody would look twice in.
    const MOMENT: Duration = Duration::from_millis(20);
    while Instant::now() + MOMENT < end {
        burn(Instant::now() + MOMENT);
        // Who is refused a child goes on itself.
        if let Ok(1..) = fork() {
            told.fetch_add(used(libc::RUSAGE_SELF).unwrap_or(0), Relaxed);
            leave(0);
        }
    }
}

fn burn(end: Instant) {
    while Instant::now() < end {
        (0..1000).for_each(|_| spin_loop());
    }
}

/// Processor time in milliseconds: this process's own, or its children's that it waited for.
fn used(whose: i32) -> Result<i64, Failure> {
    let mut usage = MaybeUninit::uninit();
    // SAFETY: `usage` is ours and outlives the call, which fills it.
    checked(unsafe { libc::getrusage(whose, usage.as_mut_ptr()) })?;
    // SAFETY: the call worked, so it is filled.
    let usage: libc::rusage = unsafe { usage.assume_init() };
    let millis = |time: libc::timeval| time.tv_sec * 1000 + time.tv_usec / 1000;
    Ok(millis(usage.ru_utime) + millis(usage.ru_stime))
}
