//! A run leaves nothing behind but its record.

use std::fs;
use std::path::Path;

use crate::harness::{PROBE, World, alive, eventually, mounts, unique};

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("list {}: {error}", path.display()));
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn fifty_runs_leave_no_mount_no_process_no_file() {
    let world = World::new();
    let marker = unique("leftover");
    for number in 0..50 {
        let line = format!("$0 daemon 60 {marker} >/dev/null; echo {number} >file; exit {number}");
        world.sandbox().with_probe().run(["sh", "-c", &line, PROBE]).code(number);
    }
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    assert_eq!(mounts(world.root()), [""; 0]);
    assert_eq!(names(world.workspace()), [""; 0]);
    assert_eq!(names(&world.temporary()), [""; 0]);
    assert_eq!(names(world.home()), [""; 0]);
    let mut left = names(world.root());
    left.sort();
    assert_eq!(left, ["config", "home", "state", "tmp", "workspace"]);
}

#[test]
fn runs_that_were_killed_leave_no_mount_and_no_process() {
    let world = World::new();
    let marker = unique("killed");
    for _ in 0..10 {
        let mut started = world.sandbox().with_probe().start([PROBE, "stubborn", "60", &marker]);
        assert!(started.line().contains("ready"));
        started.signal("KILL");
    }
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    assert_eq!(mounts(world.root()), [""; 0]);
    assert_eq!(names(&world.temporary()), [""; 0]);
}

#[test]
fn what_is_left_can_be_removed_by_its_owner() {
    let world = World::new();
    world.write("workspace/dir/file", "1");
    world.sandbox().sh("rm -r dir; mkdir -p new/deep; echo 1 >file; chmod 400 file").success();
    fs::remove_dir_all(world.state().join("aisbx")).expect("the state directory can be removed like any other");
}

#[test]
fn the_hosts_own_mount_table_does_not_change_at_any_time() {
    let world = World::new();
    let mut started = world.sandbox().sh_started("echo ready; read line");
    assert_eq!(started.line(), "ready");
    assert_eq!(mounts(world.root()), [""; 0], "while the sandbox runs");
    drop(started.child.stdin.take());
    started.end();
    assert_eq!(mounts(world.root()), [""; 0], "afterwards");
}

#[test]
fn a_launcher_killed_at_any_moment_of_its_start_leaves_nothing() {
    let world = World::new();
    let marker = unique("start");
    for moment in 0..200 {
        let mut started = world.sandbox().with_probe().start([PROBE, "stubborn", "60", &marker]);
        std::thread::sleep(std::time::Duration::from_micros(moment * 80));
        started.child.kill().expect("kill the launcher");
        started.child.wait().expect("wait for the launcher");
    }
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    assert_eq!(mounts(world.root()), [""; 0]);
    assert_eq!(names(&world.temporary()), [""; 0]);
    assert_eq!(names(world.workspace()), [""; 0]);
    let listed = || world.sandbox().ask("runs", ["--json"]).success().out();
    assert!(eventually(|| !listed().contains("running")), "{}", listed());
}

#[test]
fn a_launcher_asked_to_end_at_any_moment_of_its_start_ends() {
    let world = World::new();
    let marker = unique("asked");
    for moment in 0..200 {
        let started = world.sandbox().start(["sleep", "60", &marker]);
        std::thread::sleep(std::time::Duration::from_micros(moment * 80));
        started.signal("TERM");
        let ended = started.end();
        assert!([143, 125, 1].contains(&ended.code), "{ended}");
    }
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
}
