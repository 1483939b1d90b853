//! When the time is up everything ends, however it tries not to, and nothing of it is left.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use spec::{Clock, Outcome, Report};

use super::{RUNGS, shell};
use crate::harness::{World, alive, eventually, mounts, unique};

/// Everything that tries to outlive a run. `$1` is in the command line of each of its processes.
const SURVIVORS: [(&str, &str); 9] = [
    ("stubborn", "exec $0 stubborn 600 $1"),
    ("stopped", "exec $0 stopped-family 5 $1"),
    ("stopped in another session", "setsid $0 stopped $1 & exec $0 stopped $1"),
    ("daemon", "$0 daemon 600 $1; exec $0 sleep 600 $1"),
    ("heartbeat", "exec $0 heartbeat 600000 /tmp/$1 --stay"),
    ("survivors", "$0 survivors 5 600000 $1; exec $0 stubborn 600 $1"),
    ("orphans", "$0 orphans 50; exec $0 stubborn 600 $1"),
    ("litter", "exec $0 litter 60 1 $1"),
    ("forking", "$0 swarm 20 60000 & exec $0 stubborn 600 $1"),
];

/// Directories of this name in any hierarchy of cgroups.
pub(crate) fn groups(name: &str) -> Vec<PathBuf> {
    fn search(directory: &Path, name: &str, found: &mut Vec<PathBuf>) {
        // Others come and go meanwhile.
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if entry.file_name() == name {
                    found.push(entry.path());
                }
                search(&entry.path(), name, found);
            }
        }
    }
    let table = fs::read_to_string("/proc/self/mountinfo").expect("read the mount table");
    let points = table.lines().filter(|line| line.contains(" - cgroup")).filter_map(|line| line.split(' ').nth(4));
    let mut found = Vec::new();
    points.for_each(|point| search(Path::new(point), name, &mut found));
    found
}

/// Asserts that of a run nothing is left on the host but its record.
#[track_caller]
fn nothing_is_left(world: &World, report: &Report, marker: &str) {
    assert!(eventually(|| alive(marker).is_empty()), "still alive: {:?}", alive(marker));
    let group = format!("aisbx-{}", report.run_id);
    assert!(eventually(|| groups(&group).is_empty()), "{:?}", groups(&group));
    assert!(mounts(world.root()).is_empty(), "{:?}", mounts(world.root()));
    assert_eq!(fs::read_dir(world.temporary()).expect("list").count(), 0, "temporary files");
}

fn time_is_up(rung: &str, line: &str) {
    let world = World::new();
    let marker = unique("outlive");
    let begin = Instant::now();
    let flags = ["--timeout", "1s", "--mem", "256m", "--pids", "100"];
    let report = world.on(rung).flags(flags).report(shell(line, &marker));
    let limit = "1s".parse().expect("a span");
    let Outcome::TimedOut { limit: found, clock: Clock::Wall, usage: Some(usage) } = report.outcome else {
        panic!("{line}: {:?}", report.outcome)
    };
    assert!(found == limit && usage >= limit, "{line}: {usage}");
    assert_eq!(report.exit_code, 124);
    assert!(report.hint.as_deref().is_some_and(|hint| hint.contains("--timeout 1s")), "{:?}", report.hint);
    // The limit and the grace period are three seconds; an emulated machine takes its time.
    assert!(begin.elapsed() < Duration::from_secs(120), "{line}: {:?}", begin.elapsed());
    assert!(report.duration_us >= 1_000_000, "{}", report.duration_us);
    nothing_is_left(&world, &report, &marker);
}

#[test]
fn nothing_outlives_its_time() {
    thread::scope(|scope| {
        for (rung, (_, line)) in RUNGS.into_iter().flat_map(|rung| SURVIVORS.map(|one| (rung, one))) {
            scope.spawn(move || time_is_up(rung, line));
        }
    });
}

#[test]
fn nothing_outlives_the_command() {
    let world = World::new();
    for rung in RUNGS {
        let marker = unique("outlive");
        let line =
            "$0 daemon 600 $1; $0 survivors 5 600000 $1; $0 heartbeat 600000 /tmp/$1; setsid $0 stopped $1 & exit 6";
        let report = world.on(rung).flags(["--timeout", "300s", "--mem", "256m"]).report(shell(line, &marker));
        assert_eq!(report.outcome, Outcome::Exited { code: 6 });
        nothing_is_left(&world, &report, &marker);
    }
}

#[test]
fn who_wants_to_say_something_at_the_end_may() {
    let world = World::new();
    let line = "trap 'echo bye; exit 0' TERM; echo ready; sleep 600 & wait";
    let report = world.sandbox().flags(["--timeout", "3s"]).report(["sh", "-c", line]);
    assert!(matches!(report.outcome, Outcome::TimedOut { .. }), "{:?}", report.outcome);
    assert_eq!(report.stdout.text, "ready\nbye\n");
}

#[test]
fn a_command_that_closes_everything_is_waited_for() {
    let world = World::new();
    for rung in RUNGS {
        let run =
            |time: &str, line: &str| world.on(rung).flags(["--timeout", time, "--mem", "64m"]).report(shell(line, ""));
        assert_eq!(run("60s", "exec $0 close-all 300 7").outcome, Outcome::Exited { code: 7 });
        assert!(matches!(run("1s", "exec $0 close-all 60000 7").outcome, Outcome::TimedOut { .. }));
    }
}

#[test]
fn what_ended_at_another_limit_leaves_nothing_either() {
    let world = World::new();
    for rung in RUNGS {
        for line in
            ["exec $0 eat malloc 96M --hold 60000", "exec $0 flood 20M", "exec $0 disk many . 5000 --hold 60000"]
        {
            let marker = unique("outlive");
            let line = format!("$0 daemon 600 $1; $0 survivors 5 600000 $1; {line}");
            let flags = ["--mem", "64m", "--max-output", "1m", "--inodes", "500"];
            let report = world.on(rung).flags(flags).report(shell(&line, &marker));
            assert_eq!(report.exit_code, 137, "{:?}", report.outcome);
            nothing_is_left(&world, &report, &marker);
        }
    }
}

#[test]
fn what_was_used_by_those_who_were_killed_is_told() {
    let world = World::new();
    let line = "trap '' TERM; $0 spin 1 60000 & exec $0 eat mmap 60M --hold 60000";
    for rung in RUNGS {
        let report = world.on(rung).flags(["--timeout", "3s"]).report(shell(line, ""));
        assert!(matches!(report.outcome, Outcome::TimedOut { .. }), "{:?}", report.outcome);
        assert!(report.usage.cpu_user_us + report.usage.cpu_system_us > 200_000, "{:?}", report.usage);
        assert!(report.usage.peak_memory_bytes > 60 << 20, "{:?}", report.usage);
    }
}

#[test]
fn the_first_limit_is_the_reason() {
    let world = World::new();
    let line = "trap '' TERM; sleep 1.5; exec $0 eat mmap 128M --hold 60000";
    for rung in RUNGS {
        let report = world.on(rung).flags(["--timeout", "1s", "--mem", "64m"]).report(shell(line, ""));
        assert!(matches!(report.outcome, Outcome::TimedOut { .. }), "{:?}", report.outcome);
    }
}
