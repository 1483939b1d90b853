//! Watches a sandbox from its start to the end of everything in it.

mod denials;
mod guard;
mod inlet;
mod outlet;
mod processes;
mod receipt;
mod subject;
mod terminal;
mod verdict;
mod watch;

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use linux::signal::Held;
use spec::{Denial, Enforcement, Lifetime, Outcome, Usage};

use crate::Error;
use crate::native::{self, Running};
use crate::plan::Plan;

/// Signals that are passed on instead of ending the monitor, and the change of the window's size.
const HELD: [i32; 7] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2, libc::SIGWINCH];

/// The largest piece read at once, in bytes: what a pipe holds. No more of a buffer is touched than was read.
const PIECE: usize = 64 * 1024;

/// The caller's ends of the command's standard streams.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'fd> {
    /// Read and passed on; `None`: the command reads end of file.
    pub stdin: Option<BorrowedFd<'fd>>,
    /// Gets the command's standard output; `None`: only the sink does.
    pub stdout: Option<BorrowedFd<'fd>>,
    /// Gets the command's standard error; `None`: only the sink does.
    pub stderr: Option<BorrowedFd<'fd>>,
}

impl<'fd> Ends<'fd> {
    fn all(&self) -> [Option<BorrowedFd<'fd>>; 3] {
        [self.stdin, self.stdout, self.stderr]
    }
}

/// A stream of the command's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output; with a terminal, everything.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Gets everything the command writes, in order.
pub trait Sink {
    /// A piece of output, that long after the start.
    fn write(&mut self, stream: Stream, after: Duration, bytes: &[u8]);

    /// What the run keeps on disk by now: the layer of its workspace. It is asked for some twenty times a second, and what is
    /// dear to find out may be as old as that is dear.
    fn stored(&mut self) -> Stored {
        Stored::default()
    }
}

/// What a run keeps on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Bytes that it takes.
    pub bytes: u64,
    /// Files, directories and links.
    pub files: u64,
    /// Bytes that the disk has lost meanwhile and that are not in it: perhaps of files that have no name any more.
    pub unexplained: u64,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct End {
    /// Why.
    pub outcome: Outcome,
    /// From the request to start to the end of everything.
    pub duration: Duration,
    /// What all processes used together.
    pub usage: Usage,
    /// What was in force, read back from the running sandbox.
    pub enforced: Enforcement,
    /// What was refused to it, the gravest first, as far as somebody listened.
    pub denials: Vec<Denial>,
    /// Why the caller's ends did not take all output, if they were not simply closed.
    pub refused: Option<linux::Errno>,
}

/// A sandbox whose namespaces are being made. Dropped, it comes to nothing.
#[derive(Debug)]
pub struct Building {
    plan: Plan,
    started: Instant,
    running: Running,
    signals: Held,
}

/// Starts to build a sandbox: its namespaces, which take the kernel about as long as it takes to record a run. From here on
/// signals that would end this process are held back, and [`Building::run`] passes them to the command.
pub fn start(plan: Plan) -> Result<Building, Error> {
    let started = Instant::now();
    let signals = Held::new(&HELD).map_err(|errno| Error::Start { act: "hold back signals", errno })?;
    let running = native::start(&plan)?;
    Ok(Building { plan, started, running, signals })
}

impl Building {
    /// Whether it has a group, which would be left behind if this process were killed.
    pub fn has_group(&self) -> bool {
        self.running.cgroup.is_some()
    }

    /// Builds the rest, runs the command, and watches it to the end. What the plan takes from the host must be there by now.
    pub fn run(mut self, lifetime: Option<Lifetime>, ends: Ends<'_>, sink: &mut dyn Sink) -> Result<End, Error> {
        watch::Watch::new(&mut self, lifetime, ends).finish(sink)
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // Whoever embeds us lives on, and nobody else would bury it. After a run it is buried already.
        if self.running.end().is_ok() {
            let _buried = self.running.bury();
        }
    }
}
