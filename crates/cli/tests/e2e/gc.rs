//! What killed launchers and old runs leave is found and removed; what goes on is left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use spec::RunId;

use crate::harness::{Ended, Started, World, eventually, is_root, unique};
use crate::limits::ends::groups;

/// `aisbx gc`, as its JSON tells it.
#[track_caller]
fn collect(world: &World, flags: &[&str]) -> Value {
    gc(world, &[&["--json"], flags].concat()).success().json()
}

fn gc(world: &World, flags: &[&str]) -> Ended {
    world.sandbox().ask("gc", flags)
}

fn list(told: &Value, name: &str) -> Vec<String> {
    let list = told[name].as_array().unwrap_or_else(|| panic!("no list of {name} in {told}"));
    list.iter().map(|one| one.as_str().expect("a text").to_owned()).collect()
}

/// What `gc` says of the store alone: groups may be other tests'.
fn in_store(told: &Value) -> [Vec<String>; 3] {
    ["interrupted", "runs", "trash"].map(|name| list(told, name))
}

const NOTHING: [Vec<String>; 3] = [const { Vec::new() }; 3];

/// The state of the newest run.
fn state(world: &World) -> Value {
    world.sandbox().ask("inspect", ["latest"]).success().json()
}

/// A store in which nothing was run yet.
fn furnish(world: &World) {
    world.sandbox().ask("doctor", [""; 0]);
    assert!(world.state().join("aisbx/runs").is_dir());
}

/// A run whose launcher was killed in the middle.
fn killed(world: &World, line: &str) -> String {
    let mut started = world.sandbox().sh_started(&format!("{line}; echo up; sleep 600"));
    while started.line() != "up" {}
    let id = state(world)["record"]["run_id"].as_str().expect("an id").to_owned();
    started.signal("KILL");
    started.end().code(137);
    assert!(eventually(|| state(world)["state"] == "interrupted"), "{}", state(world));
    id
}

/// A group with this name near our own, as a launcher would make it; gone with the test.
struct Group {
    directory: PathBuf,
    inmate: Option<Child>,
}

impl Group {
    fn make(run: &str) -> Self {
        let directory = parent().join(format!("aisbx-{run}"));
        fs::create_dir(&directory).expect("root can make a group");
        Self { directory, inmate: None }
    }

    fn with_inmate(mut self) -> Self {
        let sleep = Command::new("sleep").arg("600").spawn().expect("start sleep");
        fs::write(self.directory.join("cgroup.procs"), sleep.id().to_string()).expect("move it to the group");
        self.inmate = Some(sleep);
        self
    }

    fn lives(&mut self) -> bool {
        self.inmate.as_mut().is_some_and(|inmate| inmate.try_wait().expect("look at it").is_none())
    }

    fn path(&self) -> String {
        self.directory.to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(inmate) = &mut self.inmate {
            let _ = inmate.kill();
            let _ = inmate.wait();
        }
        eventually(|| fs::remove_dir(&self.directory).is_ok() || !self.directory.exists());
    }
}

/// Our own group: that of `pids` in version one, else that of version two.
fn parent() -> PathBuf {
    let groups = fs::read_to_string("/proc/self/cgroup").expect("read our groups");
    let of = |prefix: &str, top: &str| {
        let own = groups.lines().find_map(|line| line.split_once(':')?.1.strip_prefix(prefix))?;
        Some(Path::new(top).join(own.trim_start_matches('/'))).filter(|dir| dir.join("cgroup.procs").exists())
    };
    let found = of("pids:", "/sys/fs/cgroup/pids").or_else(|| of(":", "/sys/fs/cgroup"));
    found.expect("a group that root may use")
}

/// An id that nobody has, of a run long ago.
fn long_ago() -> String {
    RunId::new(1_000_000_000_000, chance()).to_string()
}

fn chance() -> u64 {
    let word = unique("id");
    word.bytes().fold(14_695_981_039_346_656_037, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211))
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_millis()
        .try_into()
        .expect("before 500 000 000")
}

#[test]
fn where_nothing_was_left_nothing_is_made() {
    let world = World::new();
    let told = gc(&world, &[]).success();
    assert!(is_root() || told.out() == "nothing was left behind\n", "{told}");
    assert_eq!(in_store(&collect(&world, &[])), NOTHING);
    assert_eq!(fs::read_dir(world.state()).expect("list").count(), 0, "a state directory was made");
}

#[test]
fn a_killed_run_is_recorded_as_interrupted_once() {
    let world = World::new();
    let id = killed(&world, "echo before; echo loud >&2; echo new >file");
    assert_eq!(state(&world)["report"], Value::Null);
    let looked = collect(&world, &["--dry-run"]);
    assert_eq!((list(&looked, "interrupted"), &looked["dry_run"]), (vec![id.clone()], &Value::Bool(true)));
    assert_eq!(state(&world)["report"], Value::Null, "a look changed something");
    let told = gc(&world, &[]).success();
    assert!(told.out().contains(&format!("recorded run {id} as interrupted\n")), "{told}");
    let after = state(&world);
    assert_eq!(after["state"], "interrupted", "{after}");
    assert_eq!(after["report"]["outcome"]["status"], "interrupted", "{after}");
    assert_eq!(after["report"]["stdout"]["text"], "before\nup\n", "{after}");
    assert_eq!(after["report"]["stderr"]["text"], "loud\n", "{after}");
    assert_eq!(after["report"]["exit_code"], 125, "{after}");
    assert_eq!(in_store(&collect(&world, &[])), NOTHING);
    // What it changed is still there.
    let upper = PathBuf::from(after["directory"].as_str().expect("a path"));
    assert!(upper.join("layer/upper/file").exists() || upper.join("copy/file").exists(), "{after}");
}

#[test]
fn a_run_that_goes_on_keeps_its_group_and_its_record() {
    let world = World::new();
    let mut started = world.sandbox().flags(["--pids", "30"]).sh_started("echo up; read line; exit 7");
    assert_eq!(started.line(), "up");
    let groups = |started: &Started| {
        let text = fs::read_to_string(format!("/proc/{}/cgroup", started.init())).expect("its groups");
        text.lines().filter(|line| line.contains("/aisbx-")).count()
    };
    let before = groups(&started);
    assert_eq!(in_store(&collect(&world, &[])), NOTHING);
    assert_eq!(groups(&started), before);
    assert_eq!(state(&world)["state"], "running");
    drop(started.child.stdin.take());
    started.end().code(7);
    assert_eq!(state(&world)["report"]["outcome"]["status"], "exited");
}

#[test]
fn a_group_of_a_run_that_is_over_is_emptied_and_removed() {
    if !is_root() {
        // Where nobody gave us a group, there is none that could be left; `where_nothing_was_left_nothing_is_made` looks.
        return;
    }
    let world = World::new();
    let run = killed(&world, "true");
    let mut group = Group::make(&run).with_inmate();
    let looked = collect(&world, &["--dry-run"]);
    assert!(list(&looked, "cgroups").contains(&group.path()), "{looked}");
    assert!(group.directory.exists() && group.lives(), "a look changed something");
    let told = collect(&world, &[]);
    assert!(list(&told, "cgroups").contains(&group.path()), "{told}");
    assert!(!group.directory.exists(), "{told}");
    assert!(eventually(|| !group.lives()), "somebody is left");
    assert!(!list(&collect(&world, &[]), "cgroups").contains(&group.path()), "found twice");
}

#[test]
fn a_group_of_a_run_that_nobody_knows_is_removed_only_if_old_and_empty() {
    if !is_root() {
        return;
    }
    let world = World::new();
    let (empty, mut full) = (Group::make(&long_ago()), Group::make(&long_ago()).with_inmate());
    let fresh = Group::make(RunId::new(now(), chance()).as_str());
    let (foreign, nested) = (parent().join(unique("aisbx-x")), full.directory.join(format!("aisbx-{}", long_ago())));
    for directory in [&foreign, &nested] {
        fs::create_dir(directory).expect("make a group");
    }
    collect(&world, &[]);
    let left = [&foreign, &nested].map(|directory| fs::remove_dir(directory).is_ok());
    assert_eq!(left, [true, true], "what is no run's group is nobody's business");
    // Perhaps another test's call was faster.
    assert!(!empty.directory.exists());
    assert!(full.directory.exists() && full.lives(), "it may be of another state directory");
    assert!(fresh.directory.exists(), "its run may be about to be recorded");
}

#[test]
fn old_runs_dead_starts_and_trash_are_removed() {
    const KEPT: usize = 200;
    let world = World::new();
    let real = killed(&world, "true");
    let record = world.read(&format!("state/aisbx/runs/{real}/record.json"));
    let older: Vec<_> = (0..KEPT + 2).map(|index| RunId::new(1_000 + index as u64, chance()).to_string()).collect();
    for id in &older {
        world.write(&format!("state/aisbx/runs/{id}/record.json"), record.replace(&real, id));
    }
    let draft = format!(".new-{}", long_ago());
    world.write(&format!("state/aisbx/runs/{draft}/record.json"), "");
    world.write("state/aisbx/trash/earlier/layer/upper/file", "");
    let stale = world.path(&format!("state/aisbx/runs/{draft}/record.json"));
    assert!(Command::new("touch").args(["-d", "2001-01-01", &stale]).status().expect("run touch").success());
    let fresh = format!(".new-{}", long_ago());
    world.write(&format!("state/aisbx/runs/{fresh}/record.json"), "");
    let looked = collect(&world, &["--dry-run"]);
    let told = collect(&world, &[]);
    assert_eq!(in_store(&looked), in_store(&told), "a look tells what would be done");
    let mut gone = [older[..3].to_vec(), vec![draft.clone()]].concat();
    gone.sort();
    let mut runs = list(&told, "runs");
    runs.sort();
    assert_eq!(runs, gone);
    assert_eq!(list(&told, "trash"), ["earlier"]);
    assert_eq!(list(&told, "interrupted").len(), KEPT);
    assert_eq!(told["counts"]["interrupted"], KEPT);
    assert!(world.state().join("aisbx/runs").join(fresh).exists(), "it may be alive");
    assert_eq!(fs::read_dir(world.state().join("aisbx/trash")).expect("list").count(), 0);
    assert_eq!(in_store(&collect(&world, &[])), NOTHING);
}

#[test]
fn what_cannot_be_removed_is_told_and_stops_nothing() {
    let world = World::new();
    let id = killed(&world, "true");
    world.write("state/aisbx/trash/stuck/file", "");
    let stuck = world.path("state/aisbx/trash/stuck");
    let trash = world.path("state/aisbx/trash");
    let call = |words: &[&str]| {
        assert!(Command::new(words[0]).args(&words[1..]).status().expect("start it").success(), "{words:?}");
    };
    match is_root() {
        true => call(&["mount", "-t", "tmpfs", "none", &stuck]),
        false => call(&["chmod", "0500", &trash]),
    }
    let ended = gc(&world, &["--json"]);
    match is_root() {
        true => call(&["umount", "-l", &stuck]),
        false => call(&["chmod", "0700", &trash]),
    }
    let ended = ended.code(1);
    assert!(ended.err().contains("warning: trash: cannot "), "{ended}");
    let told = ended.json();
    assert_eq!((list(&told, "interrupted"), list(&told, "trash")), (vec![id], Vec::new()), "{told}");
    assert_eq!(told["counts"]["failed"], 1, "{told}");
    assert_eq!(list(&collect(&world, &[]), "trash"), ["stuck"]);
}

#[test]
fn a_run_can_be_collected_while_runs_come_and_go() {
    let world = World::new();
    std::thread::scope(|scope| {
        for number in 0..3 {
            let world = &world;
            scope.spawn(move || {
                for round in 0..8 {
                    let code = number * 8 + round;
                    world.sandbox().flags(["--pids", "30"]).sh(&format!("exit {code}")).code(code);
                }
            });
        }
        scope.spawn(|| (0..20).for_each(|_| assert_eq!(in_store(&collect(&world, &[])), NOTHING)));
    });
    furnish(&world);
    assert_eq!(in_store(&collect(&world, &[])), NOTHING);
}

#[test]
fn the_next_call_cleans_up_after_a_launcher_that_was_killed() {
    for verb in ["run", "runs", "stats"] {
        let world = World::new();
        let mut started = world.sandbox().flags(["--mem", "64m", "--pids", "20"]).sh_started("echo up; sleep 600");
        while started.line() != "up" {}
        let id = state(&world)["record"]["run_id"].as_str().expect("an id").to_owned();
        let group = format!("aisbx-{id}");
        let grouped = !groups(&group).is_empty();
        started.signal("KILL");
        started.end().code(137);
        match verb {
            "run" => drop(world.sandbox().run(["true"]).success()),
            verb => drop(world.sandbox().ask(verb, [""; 0])),
        }
        let entry = || world.sandbox().ask("inspect", [id.as_str()]).success().json();
        if !grouped {
            // Nothing is left; who was killed is told as interrupted.
            assert!(eventually(|| entry()["state"] == "interrupted"), "{verb}: {}", entry());
            continue;
        }
        assert!(eventually(|| groups(&group).is_empty()), "{verb}: {:?}", groups(&group));
        assert!(eventually(|| entry()["report"]["outcome"]["status"] == "interrupted"), "{verb}: {}", entry());
        let owing = world.state().join("aisbx/owing");
        assert!(eventually(|| fs::read_dir(&owing).is_ok_and(|all| all.count() == 0)), "{verb}");
    }
}
