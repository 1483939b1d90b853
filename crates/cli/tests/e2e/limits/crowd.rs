//! Many hostile runs at once, and one that is not.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::ends::groups;
use super::{RUNGS, shell};
use crate::harness::{Ended, World, alive, eventually, is_root, unique};

/// How many, where the machine is able.
const MANY: usize = 200;
const FEW: usize = 40;

/// What they do. `$1` is in the command line of those that stay.
const HOSTILE: [&str; 5] = [
    "$0 swarm 40 3000; exec $0 stubborn 600 $1",
    "exec $0 eat malloc 48M --hold 600000",
    "exec $0 flood 1G",
    "exec $0 spin 2 100000",
    "$0 daemon 600 $1; $0 survivors 5 600000 $1; exec $0 stopped $1",
];

const BOUNDS: [&str; 10] =
    ["--timeout", "3s", "--mem", "24m", "--pids", "20", "--max-output", "1m", "--quiet", "--no-net"];

#[test]
fn a_run_among_hostile_ones_still_finishes() {
    let world = World::new();
    let marker = unique("hostile");
    let begin = Instant::now();
    world.sandbox().run(["true"]).success();
    // An emulated machine takes a second for what takes others ten milliseconds.
    let able = is_root() && begin.elapsed() < Duration::from_millis(500);
    let count = if able { MANY } else { FEW };
    let mut crowd: Vec<Child> =
        (0..count).map(|place| start(&world, HOSTILE[place % HOSTILE.len()], &marker)).collect();
    let fine = world.sandbox().flags(["--mem", "64m", "--timeout", "300s"]).sh("echo fine").success();
    assert_eq!(fine.out(), "fine\n");
    let going_on = crowd.iter_mut().filter_map(|child| child.try_wait().expect("ask").is_none().then_some(())).count();
    assert!(going_on > 0, "control: the others were still there");
    for child in crowd {
        let ended = Ended::from(child.wait_with_output().expect("wait for aisbx"));
        assert!([124, 137].contains(&ended.code), "{ended}");
    }
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    let runs = std::fs::read_dir(world.state().join("aisbx/runs")).expect("list the records").flatten();
    let ids: Vec<_> = runs.map(|run| run.file_name().to_string_lossy().into_owned()).collect();
    assert!(ids.len() > count.min(150), "control: {} records", ids.len());
    let left: Vec<_> = ids.iter().flat_map(|id| groups(&format!("aisbx-{id}"))).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn start(world: &World, line: &str, marker: &str) -> Child {
    let mut command = world.sandbox().bare().profile("e2e").flags(BOUNDS).with_probe().command(shell(line, marker));
    // Quiet as they are, their errors fit a pipe.
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("start aisbx")
}

#[test]
fn whoever_is_refused_one_and_says_so_gets_a_hint() {
    let world = World::new();
    for rung in RUNGS {
        let report = world.rung(rung).flags(["--pids", "1"]).report(["sh", "-c", "ls; ls"]);
        assert_ne!(report.exit_code, 0, "{report:?}");
        assert!(report.hint.as_deref().is_some_and(|hint| hint.contains("--pids")), "{:?}", report.hint);
    }
}
