//! Watches a sandbox from its start to the end of everything in it.

mod inlet;
mod outlet;
mod receipt;
mod terminal;
mod watch;

use std::os::fd::BorrowedFd;
use std::time::Duration;

use linux::process::Status;
use spec::{Enforcement, Lifetime, Usage};

use crate::Error;
use crate::plan::Plan;

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
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct End {
    /// Why.
    pub cause: Cause,
    /// From the request to start to the end of everything.
    pub duration: Duration,
    /// What all processes used together.
    pub usage: Usage,
    /// What was in force, read back from the running sandbox.
    pub enforced: Enforcement,
    /// Why the caller's ends did not take all output, if they were not simply closed.
    pub refused: Option<linux::Errno>,
}

/// Why a sandbox ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The command did.
    Ended(Status),
    /// The command outlived its time.
    TimedOut(Lifetime),
    /// The command could not be executed; the kernel's reason, and whether it was found.
    NotExecuted(linux::Errno, bool),
}

/// Builds the sandbox, runs the command in it, and watches it to the end. While it runs, signals that would end this process
/// are passed to the command instead.
pub fn run(plan: &Plan, lifetime: Option<Lifetime>, ends: Ends<'_>, sink: &mut dyn Sink) -> Result<End, Error> {
    watch::Watch::start(plan, lifetime, ends)?.finish(sink)
}
