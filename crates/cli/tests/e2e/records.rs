//! What is known of a run afterwards, or while it goes on: never half, never mixed up with another's.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::harness::{Ended, PROBE, Pty, World, eventually, is_root, user_id};

/// The list of runs.
fn runs(world: &World) -> Vec<Value> {
    let listed = world.sandbox().ask("runs", ["--json", "--last", "100000"]).success().json();
    listed.as_array().unwrap_or_else(|| panic!("no list: {listed}")).clone()
}

fn inspect(world: &World, run: &str) -> Value {
    world.sandbox().ask("inspect", [run]).success().json()
}

fn logs(world: &World, words: &[&str]) -> Ended {
    world.sandbox().ask("logs", words)
}

#[test]
fn a_run_is_listed_shown_and_logged() {
    let world = World::new();
    assert_eq!(runs(&world), Vec::<Value>::new(), "nothing ran yet");
    let report = world.sandbox().report(["sh", "-c", "echo out; echo err >&2; exit 3"]);
    let id = report.run_id.to_string();
    let listed = runs(&world);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["run_id"], id.as_str(), "{listed:?}");
    for name in ["latest", &id] {
        let shown = inspect(&world, name);
        assert_eq!(shown["record"]["run_id"], id.as_str(), "{shown}");
        assert!(shown.to_string().contains(r#""exited""#), "{shown}");
        let logged = logs(&world, &[name]).success();
        assert_eq!((logged.out().as_str(), logged.err().as_str()), ("out\n", "err\n"));
    }
    let table = world.sandbox().ask("runs", [""; 0]).success();
    assert!(table.out().contains(&id), "{table}");
}

#[test]
fn logs_are_kept_byte_for_byte_and_told_as_lines_of_json() {
    let world = World::new();
    let line = format!("{PROBE} raw 00ff1b5b33316d80; echo; {PROBE} raw c3bc0a stderr");
    world.sandbox().with_probe().sh(&line).success();
    let logged = logs(&world, &["latest"]).success();
    assert_eq!(logged.stderr, b"\xc3\xbc\n");
    let told = logs(&world, &["--json", "latest"]).success();
    let entries: Vec<Value> = told
        .out()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let streams: BTreeSet<_> = entries.iter().filter_map(|entry| entry["stream"].as_str()).collect();
    assert_eq!(streams, ["stderr", "stdout"].into(), "{told}");
}

#[test]
fn output_cannot_forge_lines_of_the_log() {
    let world = World::new();
    let forged = r#"{"stream":"stderr","text":"forged"}"#;
    world.sandbox().sh(&format!("echo '{forged}'; printf '\\r{forged}\\n'")).success();
    for line in logs(&world, &["--json", "latest"]).success().out().lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_ne!(entry["text"], "forged", "{line}");
    }
}

#[test]
fn tables_are_not_moved_by_what_programs_are_called() {
    let world = World::new();
    let hostile = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u{9b}31m\u{202e}evil\r\nforged-line";
    world.sandbox().run(["echo", hostile]).success();
    let table = world.sandbox().ask("runs", [""; 0]).success();
    let control = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
    assert!(!table.out().contains(control), "{:?}", table.out());
    assert!(!table.out().lines().any(|line| line.starts_with("forged-line")), "{table}");
    let shown = world.sandbox().ask("inspect", ["latest"]).success();
    assert!(!shown.out().contains(control), "{:?}", shown.out());
    let failed = world.sandbox().run([hostile]).code(127);
    assert!(!failed.err().contains(control), "{:?}", failed.err());
}

#[test]
fn a_running_run_can_be_followed() {
    let world = World::new();
    let mut started = world.sandbox().sh_started("echo first; read line; echo second; read line; echo third >&2");
    assert_eq!(started.line(), "first");
    let mut follow = world.sandbox().verb("logs");
    follow.args(["--follow", "latest"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let follower = follow.spawn().expect("start following");
    let mut stdin = started.child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, b"go\ngo\n").expect("write");
    started.end().success();
    let ended: Ended = follower.wait_with_output().expect("the follower ends with the run").into();
    assert_eq!((ended.out().as_str(), ended.err().as_str()), ("first\nsecond\n", "third\n"), "{ended}");
}

#[test]
fn following_a_run_that_has_ended_ends() {
    let world = World::new();
    world.sandbox().sh("echo done").success();
    assert_eq!(logs(&world, &["--follow", "latest"]).success().out(), "done\n");
}

#[test]
fn a_killed_run_is_told_as_interrupted() {
    let world = World::new();
    let mut started = world.sandbox().sh_started("echo before; sleep 60");
    assert_eq!(started.line(), "before");
    let id = runs(&world)[0]["run_id"].as_str().expect("an id").to_owned();
    assert!(inspect(&world, &id).to_string().contains("running"), "{}", inspect(&world, &id));
    started.signal("KILL");
    started.end().code(137);
    assert!(eventually(|| inspect(&world, &id).to_string().contains("interrupted")), "{}", inspect(&world, &id));
    let logged = logs(&world, &["--follow", &id]).success();
    assert_eq!(logged.out(), "before\n");
    world.sandbox().sh("true").success();
    assert_eq!(runs(&world).len(), 2);
}

#[test]
fn two_hundred_runs_at_the_same_time_do_not_disturb_each_other() {
    const RUNS: usize = 200;
    const AT_ONCE: usize = 32;
    let world = World::new();
    world.write("workspace/shared", "before");
    let one = |number: usize| {
        let line = format!("echo {number} >shared; sleep 0.05; cat shared; echo e{number} >&2; exit {}", number % 100);
        let ended = world.sandbox().sh(&line);
        assert_eq!(ended.code, (number % 100) as i32, "{ended}");
        assert_eq!((ended.out(), ended.err()), (format!("{number}\n"), format!("e{number}\n")));
    };
    thread::scope(|scope| {
        for worker in 0..AT_ONCE {
            scope.spawn(move || (worker..RUNS).step_by(AT_ONCE).for_each(one));
        }
    });
    assert_eq!(world.read("workspace/shared"), "before");
    let listed = runs(&world);
    let ids: BTreeSet<&str> = listed.iter().filter_map(|run| run["run_id"].as_str()).collect();
    assert_eq!((listed.len(), ids.len()), (RUNS, RUNS));
    for id in ids.iter().step_by(20) {
        let logged = logs(&world, &[id]).success();
        assert_eq!(format!("e{}", logged.out()), logged.err(), "one run's own: {logged}");
    }
}

#[test]
fn old_runs_go() {
    let world = World::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..55).for_each(|_| drop(world.sandbox().run(["true"]).success())));
        }
    });
    // One run in sixteen tidies up.
    let tidies = |_: &u32| world.sandbox().report(["true"]).run_id.as_str().ends_with(['0', '1']);
    assert!((0..500).find(tidies).is_some(), "no run's turn came");
    let kept = || runs(&world).len();
    assert!(eventually(|| kept() == 200), "{} are kept", kept());
}

#[test]
fn unknown_runs_are_errors() {
    let world = World::new();
    world.sandbox().run(["true"]).success();
    for verb in ["logs", "inspect"] {
        for name in ["0000000000000000", "nonsense", "../../../etc/passwd", "..", "", "latest/../x"] {
            world.sandbox().ask(verb, [name]).refused(&[]);
        }
    }
    let fresh = World::new();
    for verb in ["logs", "inspect"] {
        fresh.sandbox().ask(verb, ["latest"]).refused(&[]);
    }
}

#[test]
fn records_are_the_callers_alone() {
    use std::os::unix::fs::MetadataExt;
    let world = World::new();
    world.sandbox().sh("echo secret").success();
    let state = fs::metadata(world.state().join("aisbx")).expect("the state directory");
    assert_eq!((state.uid(), state.mode() & 0o077), (user_id(), 0), "closed to others: {:o}", state.mode());
}

#[test]
fn a_state_directory_that_cannot_be_written_is_an_error_before_anything_runs() {
    let world = World::new();
    world.write("plain-file", "");
    let mut unwritable = vec![world.path("plain-file"), "/proc/nothing".to_owned()];
    if !is_root() {
        fs::create_dir(world.root().join("closed")).expect("make a directory");
        fs::set_permissions(world.root().join("closed"), Permissions::from_mode(0o500)).expect("chmod");
        unwritable.push(world.path("closed"));
    }
    for state in unwritable {
        let ended = world.sandbox().env("XDG_STATE_HOME", &state).workspace("rw").sh("echo ran; touch ran");
        let ended = ended.refused(&[]);
        assert_eq!(ended.out(), "", "{state}");
        assert!(!world.workspace().join("ran").exists(), "{state}");
    }
}

#[test]
fn a_record_that_was_damaged_spoils_no_other() {
    let world = World::new();
    let first = world.sandbox().report(["true"]).run_id.to_string();
    let second = world.sandbox().report(["true"]).run_id.to_string();
    let mut damaged = 0;
    let output = Command::new("find")
        .arg(world.state())
        .args(["-path", &format!("*{first}*"), "-name", "*.json"])
        .output()
        .expect("run find");
    for path in String::from_utf8_lossy(&output.stdout).lines() {
        fs::write(path, "{\"half\":").expect("damage");
        damaged += 1;
    }
    assert!(damaged > 0, "no document of the first run was found");
    assert!(world.sandbox().ask("runs", ["--json"]).out().contains(&second));
    assert_eq!(inspect(&world, &second)["record"]["run_id"], second.as_str());
    let ended = world.sandbox().ask("inspect", [&first]);
    assert!(!ended.err().contains("panicked"), "{ended}");
}

#[test]
fn the_trace_of_the_caller_is_continued() {
    let world = World::new();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let report = world.sandbox().env("TRACEPARENT", parent).report(["true"]);
    assert_eq!(report.trace_id.as_str(), "0af7651916cd43dd8448eb211c80319c");
    for hostile in ["", "junk", "00-00000000000000000000000000000000-b7ad6b7169203331-01", &"x".repeat(100_000)] {
        world.sandbox().env("TRACEPARENT", hostile).run(["true"]).success();
    }
}

#[test]
fn what_programs_wrote_does_not_command_the_readers_terminal() {
    let world = World::new();
    let hostile = "\\033]52;c;ZXZpbA==\\007\\033[6n\\033]0;title\\007\\033[?1049h\\302\\2339n";
    world.sandbox().sh(&format!("printf 'plain {hostile} end\\n'")).success();
    let on_terminal = |words: &[&str]| {
        let mut call = world.sandbox().verb("logs");
        call.args(words);
        Pty::start(&call).end().1
    };
    let shown = on_terminal(&["latest"]);
    assert!(shown.contains("plain") && shown.contains("end"), "{shown:?}");
    assert!(!shown.contains(['\x1b', '\x07', '\u{9b}']), "{shown:?}");
    assert!(on_terminal(&["--raw", "latest"]).contains("\x1b]52"), "control: raw is raw");
}

#[test]
fn a_full_disk_under_the_records_takes_no_output_away() {
    let world = World::new();
    let call = world.sandbox().with_probe().command([PROBE, "fill", "8000000"]);
    let mut namespace = Command::new("unshare");
    world.sandbox().settle(&mut namespace);
    let user: &[&str] = if is_root() { &[] } else { &["--user", "--map-current-user", "--keep-caps"] };
    let mount = r#"mount -t tmpfs -o size=1m,mode=700 small "$0" && exec "$@""#;
    namespace.args(user).args(["--mount", "sh", "-c", mount]).arg(world.state());
    namespace.arg(call.get_program()).args(call.get_args());
    let ended: Ended = namespace.output().expect("run unshare").into();
    assert!(!ended.err().contains("panicked"), "{}", ended.err());
    assert_eq!((ended.code, ended.stdout.len()), (0, 8_000_000), "{}", ended.err());
}
