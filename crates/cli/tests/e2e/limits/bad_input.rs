//! Limits that are none: refused before anything runs, with the flag, the value and a right one.

use crate::harness::World;

#[test]
fn a_limit_that_is_none_is_refused() {
    let world = World::new();
    for (flag, values, way_out) in [
        ("--mem", ["0", "0m", "abc", "-1", "4095k", "9223372036854775807"].as_slice(), "size"),
        ("--disk", &["0", "abc", "-1m", "64k"], "size"),
        ("--file-size", &["0", "abc"], "size"),
        ("--max-output", &["0", "abc"], "size"),
        ("--pids", &["0", "-1", "many", "1.5", "4194304", "5000000000"], "a number from 1 to 4194303"),
        ("--inodes", &["0", "-1", "many", "99999999999999999999"], "a number from 1 to 18446744073709551615"),
        ("--open-files", &["0", "-1", "many"], "a number from 1 to 4294967295"),
        ("--cpu-shares", &["0", "-1", "half", "1", "262145"], "a number from 2 to 262144"),
        ("--cpu", &["0", "-1", "abc", "inf", "0.0001"], "a number from 0.001 to 4000, such as 1 or 0.5"),
        ("--cpu-time", &["0", "0s", "-1s", "abc"], "such as 30s, 5m or 1h30m"),
        ("--timeout", &["0", "abc"], "such as 30s, 5m or 1h30m"),
    ] {
        for value in values {
            let ended = world.sandbox().flags([flag, value]).sh("echo ran");
            let ended = ended.refused(&[flag, value, way_out]);
            assert_eq!(ended.out(), "", "{flag} {value}: {ended}");
        }
    }
    let runs = world.sandbox().ask("runs", ["--json"]);
    assert!(!runs.out().contains("run_id"), "nothing is recorded: {runs}");
}

#[test]
fn a_key_that_is_none_is_refused_with_its_place() {
    let world = World::new();
    for key in
        ["memory", "disk", "file_size", "output", "pids", "inodes", "open_files", "cpu_shares", "cpu", "cpu_time"]
    {
        for value in ["0", "abc", "-1"] {
            let ended =
                world.sandbox().with_profile("wrong", &format!("extends: e2e\n{key}: {value}\n")).sh("echo ran");
            let ended = ended.refused(&["wrong.yaml:3:", key]);
            assert_eq!(ended.out(), "", "{key}: {value}: {ended}");
        }
    }
}

#[test]
fn the_least_and_the_most_that_can_be_asked_for_work() {
    let world = World::new();
    for (flag, value) in [
        ("--mem", "4m"),
        ("--mem", "9223372036854771712"),
        ("--disk", "1m"),
        ("--disk", "18446744073709551615"),
        ("--pids", "4194303"),
        ("--cpu-shares", "2"),
        ("--cpu-shares", "262144"),
        ("--cpu", "0.01"),
        ("--cpu", "4000"),
        ("--inodes", "18446744073709551615"),
    ] {
        for rung in super::RUNGS {
            let ended = world.rung(rung).flags([flag, value]).run(["true"]);
            assert_eq!(ended.code, 0, "{flag} {value} {rung}: {ended}");
        }
    }
}

#[test]
fn no_limit_can_be_asked_for() {
    let world = World::new();
    for flag in
        ["--mem", "--disk", "--file-size", "--max-output", "--pids", "--inodes", "--open-files", "--cpu", "--cpu-time"]
    {
        world.sandbox().flags([flag, "unlimited"]).run(["true"]).success();
    }
}
