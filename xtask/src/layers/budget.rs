//! What the launcher may weigh: crates, bytes, and the time to start.

use std::{collections::BTreeSet, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    empty_program, process,
    stopwatch::{Samples, time},
    workspace::{self, Workspace},
};

/// Everything compiled into the launcher or run to compile it, itself included.
const CRATES: usize = 70;

/// Bytes of the stripped executable.
const SIZE: u64 = 4_000_000;

/// Start beside that of an empty static program.
const START: f64 = 2.0;

/// Starts of each program in one measurement.
const ROUNDS: usize = 300;

/// A busy machine spoils a measurement; it does not spoil three.
const TRIES: usize = 3;

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    count(workspace)?;
    let launcher = workspace.release("aisbx-cli", "aisbx")?;
    weigh(&launcher)?;
    start(&launcher, &empty_program::build(workspace)?)
}

fn count(workspace: &Workspace) -> Result<()> {
    let host = workspace::host()?;
    let words = ["tree", "--locked", "-p", "aisbx-cli", "-e", "normal", "--prefix", "none", "--target", &host];
    let tree = process::capture(&mut workspace.cargo(words))?;
    let crates = distinct(&tree);
    println!("launcher: {crates} crates of at most {CRATES}");
    ensure!(crates <= CRATES, "the launcher links {crates} crates, more than its budget of {CRATES}");
    Ok(())
}

/// Crates by name and version: one that is used twice, or marked as repeated, counts once.
fn distinct(tree: &str) -> usize {
    let words = tree.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>());
    words.filter(|words| !words.is_empty()).collect::<BTreeSet<_>>().len()
}

fn weigh(launcher: &Path) -> Result<()> {
    let size = launcher.metadata().context("cannot weigh the launcher")?.len();
    println!("launcher: {size} bytes of at most {SIZE}");
    ensure!(size <= SIZE, "the launcher weighs {size} bytes, more than its budget of {SIZE}");
    Ok(())
}

fn start(launcher: &Path, empty: &Path) -> Result<()> {
    for _ in 0..TRIES {
        let (launcher, empty) = measure(launcher, empty)?;
        let ratio = launcher.median().as_secs_f64() / empty.median().as_secs_f64();
        println!(
            "launcher: `aisbx --version` takes {:?}, an empty static program {:?}: ratio {ratio:.2} of at most {START}",
            launcher.median(),
            empty.median()
        );
        if ratio <= START {
            return Ok(());
        }
    }
    bail!("the launcher starts more than {START} times slower than an empty static program, {TRIES} times over")
}

/// The two take turns, so that a busy second hits both.
fn measure(launcher: &Path, empty: &Path) -> Result<(Samples, Samples)> {
    let (mut launcher_samples, mut empty_samples) = (Samples::default(), Samples::default());
    for _ in 0..ROUNDS {
        launcher_samples.push(time(Command::new(launcher).arg("--version"))?);
        empty_samples.push(time(&mut Command::new(empty))?);
    }
    Ok((launcher_samples, empty_samples))
}

#[cfg(test)]
mod tests {
    use super::distinct;

    #[test]
    fn a_crate_counts_once_per_version() {
        let tree = "aisbx-cli v0.1.0 (/a)\nserde v1.0.2\nserde v1.0.2 (*)\nsyn v2.0.0 (proc-macro)\nsyn v3.0.0\n\n";
        assert_eq!(distinct(tree), 4);
    }
}
