//! The verbs, one file each.

mod completion;
mod doctor;
mod gc;
mod inspect;
mod logs;
mod profile;
mod run;
mod runs;
mod stats;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use crate::failure::Failure;
use crate::plain::plain_json;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a command in a fresh sandbox
    Run(Box<run::Run>),
    /// Show the output of a run
    Logs(logs::Logs),
    /// List the runs that were recorded
    Runs(runs::Runs),
    /// Show what runs use: processor, memory, processes
    Stats(stats::Stats),
    /// Show everything recorded of a run, as JSON
    Inspect(inspect::Inspect),
    /// List, show, check and detect profiles
    Profile(profile::Profile),
    /// Remove what killed launchers and old runs left behind
    Gc(gc::Gc),
    /// Tell what this host can enforce, what is missing, and the command that mends it
    Doctor(doctor::Doctor),
    /// Print a completion script for a shell
    Completion(completion::Completion),
}

impl Verb {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Run(run) => run.run(),
            Self::Logs(logs) => logs.run(),
            Self::Runs(runs) => runs.run(),
            Self::Stats(stats) => stats.run(),
            Self::Inspect(inspect) => inspect.run(),
            Self::Profile(profile) => profile.run(),
            Self::Gc(gc) => gc.run(),
            Self::Doctor(doctor) => doctor.run(),
            Self::Completion(completion) => completion.run(),
        }
    }
}

/// Prints a value as JSON. That the reader has gone away is no failure.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = plain_json(&serde_json::to_string_pretty(value)?);
    text.push('\n');
    print(&text)
}

/// Prints text on standard output. That the reader has gone away is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
