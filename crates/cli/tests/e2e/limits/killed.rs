//! A monitor that is killed at any moment takes everything with it, and leaves a record that can be read.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::shell;
use crate::harness::{PROBE, World, alive, eventually, mounts, unique};

const TIMES: u64 = 100;

/// What it has with it. No limit is asked for, so that there is no cgroup: one of a killed monitor is left to the next run.
const LINE: &str = "$0 daemon 600 $1; $0 survivors 3 600000 $1; echo out; exec $0 stubborn 600 $1";

#[test]
fn nothing_is_left_of_it_and_every_record_is_readable() {
    let world = World::new();
    let marker = unique("killed");
    let begin = Instant::now();
    world.sandbox().with_probe().run([PROBE, "sleep", "0"]).success();
    let typical = begin.elapsed().max(Duration::from_millis(5)) * 2;
    for round in 0..TIMES {
        let mut child = start(&world, &marker);
        // Every hundredth of the time that a run takes, in no order.
        thread::sleep(typical * u32::try_from(round * 37 % TIMES).expect("small") / 100);
        child.kill().expect("kill the launcher");
        child.wait().expect("wait for the launcher");
    }
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    assert!(mounts(world.root()).is_empty(), "{:?}", mounts(world.root()));
    let runs = world.sandbox().ask("runs", ["--json", "--last", "500"]).success().json();
    let runs = runs.as_array().expect("a list").clone();
    assert!(runs.len() > 1, "control: some were recorded: {runs:?}");
    for run in &runs {
        let id = run["run_id"].as_str().expect("a name");
        let record = world.sandbox().ask("inspect", [id]).success().json();
        assert_ne!(record["state"], "running", "{record}");
    }
    world.sandbox().run(["true"]).success();
}

fn start(world: &World, marker: &str) -> Child {
    let mut command = world.sandbox().with_probe().command(shell(LINE, marker));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start aisbx")
}
