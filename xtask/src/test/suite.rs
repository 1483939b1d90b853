//! The unit, integration and documentation tests of every crate, all but the end-to-end ones.

use std::{process::Command, time::Duration};

use anyhow::{Result, ensure};

use super::tally::Tally;
use crate::{
    process,
    workspace::{Package, Workspace},
};

/// The package and the test that need the release executables.
pub(super) const PACKAGE: &str = "aisbx-cli";
pub(super) const END_TO_END: &str = "e2e";

/// Compiling everything from nothing is part of it.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// With nextest where it is installed: a process per test, and a hanging one is ended alone.
pub(super) fn run(workspace: &Workspace) -> Result<Tally> {
    if process::succeeds(&mut workspace.cargo(["nextest", "--version"])) {
        Ok(nextest(workspace)? + test(workspace.cargo(["test", "--locked", "--workspace", "--doc"]))?)
    } else {
        Ok(test(all_but_the_door(workspace))? + test(the_door(workspace))?)
    }
}

fn nextest(workspace: &Workspace) -> Result<Tally> {
    let filter = format!("not (package({PACKAGE}) and binary({END_TO_END}))");
    let words = ["nextest", "run", "--locked", "--workspace", "--no-fail-fast", "--show-progress=none"];
    test({
        let mut command = workspace.cargo(words);
        command.args(["--no-tests=pass", "-E", &filter]);
        command
    })
}

fn all_but_the_door(workspace: &Workspace) -> Command {
    workspace.cargo(["test", "--locked", "--workspace", "--no-fail-fast", "--exclude", PACKAGE])
}

/// Cargo has no way to leave one test out, so the others are named.
fn the_door(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(["test", "--locked", "--no-fail-fast", "-p", PACKAGE, "--bins"]);
    command.args(other_tests(&workspace.packages).flat_map(|test| ["--test", test]));
    command
}

fn other_tests(packages: &[Package]) -> impl Iterator<Item = &str> {
    let targets = packages.iter().filter(|package| package.name == PACKAGE).flat_map(|package| &package.targets);
    let tests = targets.filter(|target| target.kind.iter().any(|kind| kind == "test"));
    tests.map(|target| target.name.as_str()).filter(|name| *name != END_TO_END)
}

/// Runs one runner to its end and adds up its closing lines; a failure without a failed test is one too.
pub(super) fn test(mut command: Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let status = process::watch(&mut command, LIMIT, |line| {
        println!("{line}");
        tally = tally + Tally::of(line);
    })?;
    ensure!(status.success() || tally.failed > 0, "the tests ended with {status} before they were done");
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{other_tests, test};
    use crate::workspace::{Package, Target};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn closing_lines_are_added_up() {
        let script =
            "echo 'test result: ok. 2 passed; 0 failed;'; echo 'test result: FAILED. 1 passed; 1 failed;'; exit 101";
        assert_eq!(test(shell(script)).expect("ran").to_string(), "3 passed, 1 failed");
    }

    #[test]
    fn a_crash_is_not_a_success() {
        let error = test(shell("echo 'test result: ok. 2 passed; 0 failed;'; kill -SEGV $$")).expect_err("crash");
        assert!(error.to_string().contains("SIGSEGV"), "{error}");
    }

    #[test]
    fn the_end_to_end_test_is_left_out() {
        let target = |name: &str, kind: &str| Target { name: name.into(), kind: vec![kind.into()] };
        let targets = vec![target("aisbx", "bin"), target("e2e", "test"), target("help", "test")];
        let door = Package { name: "aisbx-cli".into(), manifest_path: "".into(), dependencies: vec![], targets };
        assert_eq!(other_tests(&[door]).collect::<Vec<_>>(), ["help"]);
    }
}
