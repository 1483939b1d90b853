//! The least that a profile accepts: below it nothing runs, and what it does not want is not used.

use std::fs;

use spec::Outcome;

use super::{by_group, done, mechanism, weakened};
use crate::harness::{World, is_root};

const LIMITS: [&str; 6] = ["--mem", "64m", "--pids", "20", "--cpu", "1"];

#[test]
fn a_cgroup_that_is_required_is_there_or_nothing_runs() {
    let world = World::new();
    let preferred = world.on("floor: {cgroup: preferred}\n").flags(LIMITS).report(["true"]);
    done(&preferred);
    let all = ["memory", "pids", "cpu"].iter().all(|name| by_group(&preferred, name));
    let report = world.on("floor: {cgroup: required}\n").flags(LIMITS).report(["sh", "-c", "echo ran"]);
    if all {
        done(&report);
        assert!(["memory", "pids", "cpu"].iter().all(|name| by_group(&report, name)), "{:?}", report.enforced);
        assert!(report.enforced.weakened.is_empty(), "{:?}", report.enforced);
        return;
    }
    let Outcome::Refused { reason } = &report.outcome else { panic!("{:?}", report.outcome) };
    for word in ["no cgroup with the", "`aisbx doctor`", "floor: {cgroup: preferred}"] {
        assert!(reason.contains(word), "`{word}` is not in {reason}");
    }
    assert_eq!((report.exit_code, report.stdout.bytes), (125, 0));
    let ended = world.on("floor: {cgroup: required}\n").flags(LIMITS).sh("echo ran");
    assert_eq!(ended.refused(&["nothing was run", "floor", "aisbx doctor"]).out(), "");
}

#[test]
fn root_has_a_cgroup_where_the_host_has_one_to_write() {
    let world = World::new();
    let report = world.on("").flags(["--mem", "64m"]).report(["true"]);
    let table = fs::read_to_string("/proc/self/mountinfo").expect("read the mount table");
    let is_writable =
        |line: &str| line.contains(" - cgroup") && line.split(' ').nth(5).is_some_and(|how| how.starts_with("rw"));
    if is_root() && table.lines().any(is_writable) {
        assert!(by_group(&report, "memory"), "{:?}", report.enforced);
    }
}

#[test]
fn a_cgroup_that_is_off_is_not_used() {
    let world = World::new();
    let report = world.on("floor: {cgroup: off}\n").flags(LIMITS).report(["true"]);
    done(&report);
    assert_eq!(mechanism(&report, "pids"), "RLIMIT_NPROC 21 in a user namespace of its own, init included");
    assert_eq!(mechanism(&report, "memory"), "watched, 64m");
    assert!(mechanism(&report, "cpu").starts_with("affinity to 1"), "{:?}", report.enforced);
    assert!(weakened(&report, "memory").is_some() && weakened(&report, "cpu").is_some(), "{:?}", report.enforced);
}

#[test]
fn a_filter_is_not_to_be_done_without() {
    let world = World::new();
    let ended = world.on("floor: {seccomp: off}\n").sh("echo ran").refused(&["seccomp", "rung.yaml:3", "required"]);
    assert_eq!(ended.out(), "");
    for level in ["required", "preferred"] {
        world.on(&format!("floor: {{seccomp: {level}}}\n")).run(["true"]).success();
    }
}
