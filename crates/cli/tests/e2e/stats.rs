//! What runs use is told while they go on, and afterwards.

use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Ended, Pty, Started, World, is_root};

fn stats(world: &World, words: &[&str]) -> Ended {
    world.sandbox().ask("stats", words)
}

/// The only row of a table.
#[track_caller]
fn row(world: &World, words: &[&str]) -> Value {
    let told = stats(world, &[&["--json"], words].concat()).success().json();
    let rows = told.as_array().unwrap_or_else(|| panic!("no list: {told}"));
    assert_eq!(rows.len(), 1, "{told}");
    rows[0].clone()
}

#[track_caller]
fn number(row: &Value, name: &str) -> u64 {
    row[name].as_u64().unwrap_or_else(|| panic!("no {name} in {row}"))
}

/// Three processes that wait until their standard input is closed, one of them busy.
fn busy(world: &World, flags: &[&str]) -> Started {
    let line = "while :; do :; done & sleep 600 & echo up; read line; kill -9 $(jobs -p) 2>/dev/null; exit 3";
    let mut started = world.sandbox().flags(flags).sh_started(line);
    assert_eq!(started.line(), "up");
    started
}

fn end(mut started: Started) {
    drop(started.child.stdin.take());
    started.end().code(3);
}

#[test]
fn a_run_that_goes_on_shows_what_it_uses_and_its_limits() {
    let world = World::new();
    let started = busy(&world, &["--pids", "30", "--mem", "200m"]);
    let row = row(&world, &[]);
    assert_eq!((&row["state"], &row["command"][0]), (&"running".into(), &"sh".into()), "{row}");
    assert_eq!(number(&row, "pids"), 3, "{row}");
    assert!(number(&row, "memory_bytes") > 0 && number(&row, "time_us") > 0, "{row}");
    assert!(row["cpu_percent"].as_f64().is_some_and(|percent| percent > 0.0), "{row}");
    match is_root() {
        true => {
            assert_eq!(row["source"], "cgroup", "{row}");
            assert_eq!((number(&row, "pids_limit"), number(&row, "memory_limit_bytes")), (30, 200 << 20), "{row}");
        }
        false => assert!(row["source"] == "cgroup" || row["pids_limit"].is_null(), "{row}"),
    }
    let id = row["run_id"].as_str().expect("an id");
    let table = stats(&world, &[&id[8..]]).success();
    assert_eq!((table.out().lines().count(), table.err().as_str()), (2, ""), "{table}");
    assert!(table.out().lines().nth(1).is_some_and(|line| line.starts_with(id)), "{table}");
    end(started);
}

#[test]
fn without_a_group_its_processes_tell() {
    let world = World::new();
    let yaml = "extends: strict\nworkspace: cow\nfloor:\n  cgroup: off\n";
    world.write("config/aisbx/e2e.yaml", yaml);
    let started = busy(&world, &[]);
    let row = row(&world, &["latest"]);
    assert_eq!(row["source"], "processes", "{row}");
    assert_eq!((number(&row, "pids"), &row["pids_limit"]), (3, &Value::Null), "{row}");
    assert!(number(&row, "memory_bytes") > 0, "{row}");
    end(started);
}

#[test]
fn a_run_that_is_over_shows_what_its_report_says() {
    let world = World::new();
    let report = world.sandbox().report(["sh", "-c", "exit 4"]);
    let row = row(&world, &["latest"]);
    assert_eq!((&row["state"], &row["source"]), (&"ended".into(), &"report".into()), "{row}");
    assert_eq!(number(&row, "memory_bytes"), report.usage.peak_memory_bytes, "{row}");
    assert_eq!(number(&row, "cpu_us"), report.usage.cpu_user_us + report.usage.cpu_system_us, "{row}");
    assert_eq!(number(&row, "time_us"), report.duration_us, "{row}");
    let table = stats(&world, &["latest"]).success();
    assert!(table.err().contains("has ended: this is what it used in all"), "{table}");
    assert_eq!(stats(&world, &["--json"]).success().json(), Value::Array(Vec::new()), "nothing goes on");
    assert_eq!(stats(&world, &[]).success().out().lines().count(), 1);
}

#[test]
fn a_killed_run_is_told_as_interrupted_before_and_after_it_is_recorded() {
    let world = World::new();
    let started = busy(&world, &[]);
    started.signal("KILL");
    started.end().code(137);
    let before = row(&world, &["latest"]);
    assert_eq!((&before["state"], &before["memory_bytes"]), (&"interrupted".into(), &Value::Null), "{before}");
    world.sandbox().ask("gc", [""; 0]).success();
    assert_eq!(row(&world, &["latest"]), before);
}

#[test]
fn runs_that_nobody_knows_are_refused() {
    let world = World::new();
    stats(&world, &["latest"]).refused(&["there is no run yet"]);
    world.sandbox().sh("true").success();
    stats(&world, &["../etc"]).refused(&["is not a run"]);
    stats(&world, &["--follow", "--no-stream"]).code(125);
}

#[test]
fn a_followed_run_is_told_line_by_line_until_it_ends() {
    let world = World::new();
    let started = busy(&world, &[]);
    let mut follow = world.sandbox().verb("stats");
    follow.args(["--json", "--follow", "latest"]).stdin(Stdio::null());
    let mut follower = Started::new(&mut follow);
    let first: Value = serde_json::from_str(&follower.line()).expect("a line of JSON");
    assert_eq!(first[0]["state"], "running", "{first}");
    end(started);
    let rest = follower.end().success().out();
    let last: Value = serde_json::from_str(rest.lines().last().expect("a last line")).expect("JSON");
    assert_eq!((&last[0]["state"], &last[0]["source"]), (&"ended".into(), &"report".into()), "{last}");
}

#[test]
fn a_terminal_shows_the_table_again_and_again_unless_told_not_to() {
    let world = World::new();
    let started = busy(&world, &[]);
    let mut once = world.sandbox().verb("stats");
    once.arg("--no-stream");
    let (status, text) = Pty::start(&once).end();
    assert!(status.success() && !text.contains('\u{1b}') && text.contains("PIDS"), "{text:?}");
    let mut stream = world.sandbox().verb("stats");
    stream.arg("latest");
    let mut terminal = Pty::start(&stream);
    terminal.expect("\u{1b}[H\u{1b}[JRUN ");
    end(started);
    assert!(terminal.end().0.success(), "it ends with the run");
}

#[test]
fn tables_are_not_moved_by_what_programs_are_called() {
    let world = World::new();
    let hostile = "\x1b[2J\u{202e}evil\r\nforged";
    let mut started = world.sandbox().start(["sh", "-c", "echo up; read line", hostile]);
    assert_eq!(started.line(), "up");
    let table = stats(&world, &["latest"]).success();
    let control = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
    assert!(!table.out().contains(control) && table.out().lines().count() == 2, "{table}");
    drop(started.child.stdin.take());
    started.end();
}
