//! Every check and every test, in stages; the last line is one sum over all of them.

mod account;
mod end_to_end;
mod stranger;
mod suite;
mod tally;
mod toolchain;

use std::{process::ExitCode, time::Instant};

use anyhow::Result;

pub(crate) use self::{end_to_end::Kit, tally::Tally};
use crate::{arguments::Extent, generate, layers, process, setup, specification, vm, workspace::Workspace};

/// A heading and what happens under it.
type Stage = (&'static str, fn(&Workspace) -> Result<Tally>);

const DAILY: &[Stage] = &[
    ("format", |workspace| check(workspace.cargo(["fmt", "--all", "--check"]))),
    ("lints", lints),
    ("layers", |workspace| layers::shape(workspace).map(|()| Tally::default())),
    ("generated files", |workspace| generate::check(workspace).map(|()| Tally::default())),
    ("promises", |workspace| specification::check(workspace).map(|()| Tally::default())),
    ("licences, sources, bans", |workspace| check(workspace.cargo(["deny", "check", "bans", "licenses", "sources"]))),
    ("unit and integration tests", suite::run),
];

const RELEASE: &[Stage] = &[
    ("launcher's budget", |workspace| layers::budget(workspace).map(|()| Tally::default())),
    ("end-to-end tests", end_to_end::run),
    ("end-to-end tests, unprivileged", end_to_end::run_unprivileged),
    ("end-to-end tests, on hosts of other kinds", vm::stage),
];

const SET_UP: Stage = ("set-up", |workspace| setup::run(workspace).map(|()| Tally::default()));

/// Goes on after a failed stage, so that one run tells everything; only without the set-up nothing can be told.
pub(crate) fn run(workspace: &Workspace, extent: Extent) -> ExitCode {
    let release = if extent == Extent::Everything { RELEASE } else { &[] };
    let set_up = judge(&SET_UP, workspace);
    if set_up.failed > 0 {
        return set_up.close();
    }
    DAILY.iter().chain(release).map(|stage| judge(stage, workspace)).sum::<Tally>().close()
}

/// A stage that breaks without a failed test counts as one failure.
fn judge((heading, stage): &Stage, workspace: &Workspace) -> Tally {
    println!("\n== {heading}");
    let start = Instant::now();
    let tally = stage(workspace).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Tally::one_failure()
    });
    let verdict = if tally.failed == 0 { "done" } else { "FAILED" };
    println!("== {heading}: {verdict} after {:.1} s", start.elapsed().as_secs_f64());
    tally
}

fn lints(workspace: &Workspace) -> Result<Tally> {
    let words = ["clippy", "--quiet", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    check(workspace.cargo(words))
}

fn check(mut command: std::process::Command) -> Result<Tally> {
    process::run(&mut command).map(|()| Tally::default())
}
