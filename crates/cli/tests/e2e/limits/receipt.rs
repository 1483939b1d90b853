//! The receipt: each limit that was asked for is in it, with its value and what holds it; flags and profile keys are the same.

use std::thread;

use spec::Report;

use super::{RUNGS, by_group, done, mechanism, weakened};
use crate::harness::World;

/// All limits as flags, as keys, and as the receipt names them.
const ALL: [(&str, &str, &str, &str); 10] = [
    ("--mem", "memory", "64m", "memory"),
    ("--cpu", "cpu", "0.5", "cpu"),
    ("--cpu-shares", "cpu_shares", "512", "cpu_shares"),
    ("--cpu-time", "cpu_time", "30s", "cpu_time"),
    ("--pids", "pids", "20", "pids"),
    ("--disk", "disk", "8m", "disk"),
    ("--inodes", "inodes", "500", "inodes"),
    ("--file-size", "file_size", "1m", "file_size"),
    ("--open-files", "open_files", "50", "open_files"),
    ("--max-output", "output", "2m", "output"),
];

fn by_flags(world: &World, rung: &str) -> Report {
    world.on(rung).flags(ALL.iter().flat_map(|(flag, _, value, _)| [*flag, value])).report(["true"])
}

#[test]
fn every_limit_is_in_it() {
    let world = World::new();
    for rung in RUNGS {
        let report = by_flags(&world, rung);
        done(&report);
        for (flag, _, _, name) in ALL {
            let held = report.enforced.protections.iter().any(|protection| protection.name == name);
            assert!(held || weakened(&report, name).is_some(), "{flag} is not in {:?}", report.enforced);
        }
        for (name, values) in [
            ("memory", ["memory.max 67108864", "memory.limit_in_bytes 67108864", "watched, 64m"]),
            ("pids", ["v2, pids.max 21", "v1, pids.max 21", "RLIMIT_NPROC 21"]),
            ("cpu", ["cpu.max 50000 100000", "cpu.cfs_quota_us 50000", "affinity to 1"]),
            ("cpu_time", ["watched, 30 s"; 3]),
            ("disk", ["watched, 8m"; 3]),
            ("inodes", ["watched, 500"; 3]),
            ("file_size", ["RLIMIT_FSIZE 1048576"; 3]),
            ("open_files", ["RLIMIT_NOFILE 50"; 3]),
            ("output", ["counted, 2m"; 3]),
        ] {
            let found = mechanism(&report, name);
            assert!(values.iter().any(|value| found.contains(value)), "{name}: {found}");
        }
    }
}

#[test]
fn who_is_done_before_it_is_written_has_one_too() {
    let world = World::new();
    thread::scope(|scope| {
        let world = &world;
        for _ in 0..4 {
            scope.spawn(move || {
                for _ in 0..25 {
                    let report = world.sandbox().flags(["--mem", "64m", "--pids", "20"]).report(["true"]);
                    done(&report);
                    assert!(mechanism(&report, "memory").contains("64m") || by_group(&report, "memory"));
                }
            });
        }
    });
}

#[test]
fn what_is_not_asked_for_is_not_in_it() {
    let report = World::new().sandbox().report(["true"]);
    for name in ["memory", "cpu", "cpu_shares", "cpu_time", "inodes", "open_files", "output"] {
        assert!(report.enforced.protections.iter().all(|protection| protection.name != name), "{name}");
    }
    assert_eq!(report.enforced.weakened, []);
}

#[test]
fn keys_of_a_profile_do_the_same_as_flags() {
    let world = World::new();
    for rung in RUNGS {
        let keys: String = ALL.iter().map(|(_, key, value, _)| format!("{key}: {value}\n")).collect();
        let report = world.on(&format!("{rung}{keys}")).report(["true"]);
        done(&report);
        assert_eq!(report.enforced, by_flags(&world, rung).enforced);
        // And a flag is stronger than a key.
        let report =
            world.on(&format!("{rung}{keys}")).flags(["--open-files", "60", "--mem", "unlimited"]).report(["true"]);
        assert_eq!(mechanism(&report, "open_files"), "RLIMIT_NOFILE 60");
        assert!(report.enforced.protections.iter().all(|protection| protection.name != "memory"));
    }
}

#[test]
fn what_is_weaker_is_told_in_one_line_or_not_at_all() {
    let world = World::new();
    let flags = ["--mem", "64m", "--cpu", "0.5", "--cpu-time", "30s"];
    for rung in RUNGS {
        let report = world.on(rung).flags(flags).report(["true"]);
        let spoken = world.on(rung).flags(flags).sh("echo err >&2").success().err();
        let lines: Vec<_> = spoken.lines().filter(|line| *line != "err").collect();
        if report.enforced.weakened.is_empty() {
            assert_eq!(lines, [""; 0]);
        } else {
            assert!(lines.len() == 1 && lines[0].starts_with("warning: "), "{spoken}");
            assert!(report.enforced.weakened.iter().all(|weak| lines[0].contains(&weak.name)), "{spoken}");
            assert_eq!(lines[0].matches("aisbx doctor").count(), 1, "one cause is told once: {spoken}");
        }
        assert_eq!(world.on(rung).flags(flags).flag("--quiet").sh("echo err >&2").success().err(), "err\n");
    }
}

#[test]
fn a_plan_tells_the_limits() {
    let world = World::new();
    for rung in RUNGS {
        let flags = ALL.iter().flat_map(|(flag, _, value, _)| [*flag, value]);
        let plan = world.on(rung).flags(flags).flag("--explain").run(["true"]).success().out();
        let report = by_flags(&world, rung);
        let words: &[&str] = match by_group(&report, "memory") {
            true => &["make the cgroup ", "67108864", "pids.max 21"],
            false => &["limit processes 21", "bind it to 1 of the processors", "memory 64m"],
        };
        let common = [
            "open descriptors 50",
            "size of a file 1m",
            "processor time 30 s",
            "everything writable 8m",
            "files 500",
            "output 2m",
        ];
        for word in words.iter().chain(&common) {
            assert!(plan.contains(word), "`{word}` is not in {plan}");
        }
    }
}
