//! Who takes part, and whether it can here.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{
    arena::Arena,
    job::Job,
    rivals::{Bare, Bubblewrap, Firejail, Floor, LeanBubblewrap, Oci, Ours, Podman},
};
use crate::search_path;

/// A way to run a command.
pub(super) trait Contestant: Sync {
    fn name(&self) -> &'static str;

    /// The program it needs on the path; those we build ourselves need none.
    fn program(&self) -> Option<&'static str> {
        None
    }

    /// Whether it can do that job at all.
    fn takes(&self, _job: &Job) -> bool {
        true
    }

    /// The command that does it, to be started in the job's folder. `turn` is another number at every call.
    fn command(&self, arena: &Arena, job: &Job, turn: usize) -> Command;
}

/// All that is installed, in the order of the tables.
pub(super) fn all(arena: &Arena) -> Result<Vec<Box<dyn Contestant>>> {
    let mut all: Vec<Box<dyn Contestant>> = vec![
        Box::new(Bare),
        Box::new(Floor),
        Box::new(Ours::new(arena)?),
        Box::new(Ours::reading(arena)?),
        Box::new(Ours::limited(arena)?),
        Box::new(Bubblewrap::new(arena)?),
        Box::new(LeanBubblewrap),
        Box::new(Firejail),
    ];
    for runtime in Oci::RUNTIMES {
        all.push(Box::new(Oci::new(runtime, arena)?));
    }
    all.extend(Podman::BOTH.map(|podman| Box::new(podman) as Box<dyn Contestant>));
    all.retain(|contestant| installed(contestant.as_ref()));
    Ok(all)
}

fn installed(contestant: &dyn Contestant) -> bool {
    let is_there = contestant.program().is_none_or(|program| search_path::find(program, search_path::ours()).is_some());
    if !is_there {
        println!("{}: not installed", contestant.name());
    }
    is_there
}

/// The first line of `--version`.
pub(super) fn version(contestant: &dyn Contestant) -> Option<String> {
    let output = Command::new(contestant.program()?).arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(String::from)
}

/// Runs it once: what it printed, line by line in order, or why it cannot.
pub(super) fn attempt(contestant: &dyn Contestant, arena: &Arena, job: &Job, turn: usize) -> Result<Vec<String>> {
    let mut command = contestant.command(arena, job, turn);
    let output = command.current_dir(arena.ground(job)).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {}", contestant.name()))?;
    let complaint = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned();
    ensure!(output.status.success(), "{}: {complaint}", output.status);
    let mut lines: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().map(String::from).collect();
    lines.sort_unstable();
    Ok(lines)
}
