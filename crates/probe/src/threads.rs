//! The same by another thread: what looks at a process must not look at its first thread only.

use std::ffi::OsString;
use std::thread;
use std::time::Duration;

use crate::Probe;
use crate::arguments::{Usage, bounded, text};
use crate::child::{fork, leave};
use crate::fact::{Answer, Fact};
use crate::json::Json;

/// Threads that do what their process does not.
pub(crate) const PROBES: &[Probe] = &[
    Probe {
        name: "headless",
        arguments: "PROBE ARGUMENTS... (by a second thread, when the first has ended)",
        run: headless,
    },
    Probe { name: "apart", arguments: "PROBE ARGUMENTS... (by a thread with descriptors of its own)", run: apart },
    Probe {
        name: "litter",
        arguments: "SECONDS WORKERS [MARKER] (children of whoever adopts orphans that die all the time)",
        run: litter,
    },
];

fn headless(arguments: &[OsString]) -> Result<Answer, Usage> {
    text(arguments, 0)?;
    let arguments = arguments.to_vec();
    thread::spawn(move || {
        // Time for the first thread to be gone.
        thread::sleep(Duration::from_millis(100));
        crate::perform(arguments.into_iter());
        leave(0)
    });
    // SAFETY: ends this thread alone; nothing of it is used by the other one.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    // Whoever ended is not here.
    leave(1)
}

fn apart(arguments: &[OsString]) -> Result<Answer, Usage> {
    text(arguments, 0)?;
    let arguments = arguments.to_vec();
    let apart = thread::spawn(move || {
        // SAFETY: gives this thread a table of descriptors of its own with the same in it.
        if unsafe { libc::unshare(libc::CLONE_FILES) } == 0 {
            crate::perform(arguments.into_iter());
        }
    });
    Ok(Answer::Exit(u8::from(apart.join().is_err())))
}

/// How long the stack of a process is that does nothing.
const STACK: usize = 16 << 10;

fn litter(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (seconds, workers) = (bounded(arguments, 0, 60)?, bounded(arguments, 1, 8)?);
    for _ in 0..workers {
        if let Ok(0) = fork() {
            orphan(Duration::from_secs(seconds));
        }
    }
    crate::processes::ignore_signals();
    thread::sleep(Duration::from_secs(seconds));
    Ok(Fact::new("litter", Ok(Json::number(workers))).into())
}

/// Leaves its parent, and makes children of whoever adopts it until its time is up.
fn orphan(time: Duration) -> ! {
    // SAFETY: takes nothing.
    unsafe { libc::setsid() };
    crate::processes::ignore_signals();
    if !matches!(fork(), Ok(0)) {
        leave(0);
    }
    let end = std::time::Instant::now() + time;
    let mut stack = vec![0_u128; STACK / size_of::<u128>()];
    let top = stack.as_mut_ptr_range().end;
    while std::time::Instant::now() < end {
        // SAFETY: the child touches nothing but its stack, which is ours and outlives it or is gone with this process. Several may be
        // on it at once: they only end.
        unsafe { libc::clone(gone, top.cast(), libc::CLONE_PARENT | libc::CLONE_VM, std::ptr::null_mut()) };
    }
    leave(0)
}

extern "C" fn gone(_nothing: *mut libc::c_void) -> libc::c_int {
    // SAFETY: ends this process, which shares memory that it does not touch.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    0
}
