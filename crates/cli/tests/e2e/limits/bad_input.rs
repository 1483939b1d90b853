//! Limits that are none: refused before anything runs, with the flag, the value and a right one.

use crate::harness::World;

#[test]
fn a_limit_that_is_none_is_refused() {
    let world = World::new();
    for (flag, values, way_out) in [
        ("--mem", ["0", "0m", "abc", "-1"].as_slice(), "size"),
        ("--disk", &["0", "abc", "-1m"], "size"),
        ("--file-size", &["0", "abc"], "size"),
        ("--max-output", &["0", "abc"], "size"),
        ("--pids", &["0", "-1", "many", "1.5", "5000000000"], "a number above zero"),
        ("--inodes", &["0", "-1", "many"], "a number above zero"),
        ("--open-files", &["0", "-1", "many"], "a number above zero"),
        ("--cpu-shares", &["0", "-1", "half"], "a number above zero"),
        ("--cpu", &["0", "-1", "abc", "inf"], "a number above zero, such as 1 or 0.5"),
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
fn no_limit_can_be_asked_for() {
    let world = World::new();
    for flag in
        ["--mem", "--disk", "--file-size", "--max-output", "--pids", "--inodes", "--open-files", "--cpu", "--cpu-time"]
    {
        world.sandbox().flags([flag, "unlimited"]).run(["true"]).success();
    }
}
