//! `--json` prints one report and nothing else; it tells the same as the exit code.

use std::collections::BTreeSet;
use std::process::Command;

use spec::{Driver, Outcome};

use crate::harness::{Ended, PROBE, PROFILE, World};

#[test]
fn a_report_tells_everything() {
    let world = World::new();
    world.write("workspace/kept", "1");
    world.write("workspace/changed", "1");
    world.write("workspace/gone", "1");
    let report =
        world.sandbox().report(["sh", "-c", "echo out; echo err >&2; echo 2 >changed; rm gone; echo 1 >new; exit 7"]);
    assert_eq!(report.outcome, Outcome::Exited { code: 7 });
    assert_eq!(report.exit_code, 7);
    assert_eq!(report.driver, Driver::Native);
    assert_eq!(report.profile, PROFILE);
    assert_eq!(report.command.first().map(String::as_str), Some("sh"));
    assert_eq!((report.stdout.text.as_str(), report.stdout.bytes, report.stdout.truncated), ("out\n", 4, false));
    assert_eq!((report.stderr.text.as_str(), report.stderr.bytes, report.stderr.truncated), ("err\n", 4, false));
    let changes = report.changes.expect("a copy-on-write workspace has changes");
    assert_eq!(
        (changes.created, changes.modified, changes.deleted, changes.omitted),
        (vec!["new".to_owned()], vec!["changed".to_owned()], vec!["gone".to_owned()], 0)
    );
    assert!(report.duration_us > 0);
    assert!(report.usage.peak_memory_bytes > 0, "{:?}", report.usage);
    assert!(report.usage.cpu_user_us + report.usage.cpu_system_us > 0, "{:?}", report.usage);
    let names: BTreeSet<_> = report.enforced.protections.iter().map(|it| it.name.as_str()).collect();
    for name in ["users", "files", "processes", "network", "capabilities", "syscalls"] {
        assert!(names.contains(name), "{name} is missing in {names:?}");
    }
}

#[test]
fn each_end_has_its_outcome() {
    let world = World::new();
    let outcome = |limit: &str, line: &str| {
        let ended = world.sandbox().flags(["--timeout", limit, "--json"]).sh(line);
        let report: spec::Report =
            serde_json::from_slice(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"));
        assert_eq!(i32::from(report.exit_code), ended.code, "{line}");
        assert_eq!(report.outcome.exit_code().0, report.exit_code, "{line}");
        report.outcome
    };
    assert_eq!(outcome("60s", "exit 0"), Outcome::Exited { code: 0 });
    assert_eq!(outcome("60s", "kill -9 $$"), Outcome::Signaled { signal: 9, by: spec::Sender::Process });
    let second = "1s".parse().expect("a span");
    let late = outcome("1s", "sleep 60");
    assert!(
        matches!(late, Outcome::TimedOut { limit, clock: spec::Clock::Wall, usage: Some(usage) } if limit == second && usage >= second),
        "{late:?}"
    );
}

#[test]
fn a_command_that_could_not_be_executed_has_a_report_too() {
    let world = World::new();
    let report = world.sandbox().report(["no-such-program"]);
    assert!(matches!(report.outcome, Outcome::NotExecuted { code: 127, .. }), "{:?}", report.outcome);
    assert_eq!(report.exit_code, 127);
}

#[test]
fn standard_output_is_exactly_one_document() {
    let world = World::new();
    let ended = world.sandbox().flags(["--json", "--verbose"]).sh("echo '{\"forged\":1}'; echo noise >&2").success();
    assert_eq!(ended.json()["stdout"]["text"], "{\"forged\":1}\n");
    assert_eq!(ended.out().trim_end().lines().filter(|line| line.contains("run_id")).count(), 1, "{ended}");
    assert!(!ended.err().contains("noise"), "the command's errors are in the report: {ended}");
}

#[test]
fn much_output_is_counted_and_cut_in_the_middle() {
    let world = World::new();
    let line = format!("echo BEGIN; {PROBE} fill 3000000; echo; echo END");
    let report = world.sandbox().with_probe().report(["sh", "-c", &line]);
    assert_eq!(report.stdout.bytes, 3_000_011);
    assert!(report.stdout.truncated);
    assert!(report.stdout.text.starts_with("BEGIN\n") && report.stdout.text.ends_with("END\n"));
    assert!(report.stdout.text.len() < 1_000_000, "{} bytes", report.stdout.text.len());
}

#[test]
fn runs_have_names_of_their_own() {
    let world = World::new();
    let (first, second) = (world.sandbox().report(["true"]), world.sandbox().report(["true"]));
    assert_ne!(first.run_id, second.run_id);
    assert_ne!(first.trace_id, second.trace_id);
    assert!(first.run_id < second.run_id, "names sort by time");
}

#[test]
fn a_workspace_that_is_not_copied_has_no_changes_to_report() {
    let world = World::new();
    for how in ["rw", "ro"] {
        assert_eq!(world.sandbox().workspace(how).report(["true"]).changes, None, "{how}");
    }
}

#[test]
fn a_plan_is_shown_and_nothing_is_run() {
    let world = World::new();
    let ended = world.sandbox().workspace("rw").flag("--explain").sh("echo ran >/workspace/ran").success();
    assert!(ended.out().contains("make new namespaces: user"), "{ended}");
    assert!(!world.workspace().join("ran").exists(), "{ended}");
}

#[test]
fn quiet_and_verbose_touch_only_standard_error() {
    let world = World::new();
    let quiet = world.sandbox().flag("--quiet").sh("echo out; echo err >&2").success();
    assert_eq!((quiet.out().as_str(), quiet.err().as_str()), ("out\n", "err\n"));
    let verbose = world.sandbox().flag("--verbose").sh("echo out").success();
    assert_eq!(verbose.out(), "out\n");
    assert!(verbose.err().contains(PROFILE), "the profile is named: {verbose}");
}

#[test]
fn why_a_run_ended_is_said_to_those_who_want_quiet_too() {
    let world = World::new();
    for (flags, line, why) in [
        (["--timeout", "1s"], "sleep 60", "error: timed out after 1s\n"),
        (["--max-output", "1k"], "yes >&2", "error: too much output: limit 1k\n"),
        (["--inodes", "20"], "mkdir $(seq 100); sleep 60", "error: disk full: limit 20 files ("),
    ] {
        let told = world.sandbox().flags(flags).sh(line).err();
        assert!(told.contains(why) && told.contains("\nhint: "), "the control: {told}");
        let quiet = world.sandbox().flags(flags).flag("--quiet").sh(line).err();
        assert!(quiet.contains(why), "{quiet}");
        assert!(!quiet.contains("hint: ") && !quiet.contains("warning: "), "{quiet}");
    }
}

#[test]
fn memory_is_bounded_however_much_is_written() {
    let world = World::new();
    let call = world.sandbox().with_probe().flag("--json").command([PROBE, "fill", "400000000"]);
    let mut shell = Command::new("bash");
    world.sandbox().settle(&mut shell);
    // In KiB of address space: room for everything but the output.
    shell.args(["-c", r#"ulimit -v 250000; exec "$@""#, "bash"]).arg(call.get_program()).args(call.get_args());
    let ended: Ended = shell.output().expect("run bash").into();
    assert_eq!(ended.json()["stdout"]["bytes"], 400_000_000, "{ended}");
    let kept = Command::new("du").args(["-sm", "--"]).arg(world.state()).output().expect("run du");
    let megabytes: u64 =
        String::from_utf8_lossy(&kept.stdout).split_whitespace().next().expect("a size").parse().expect("a number");
    assert!(megabytes < 100, "{megabytes} MB of records");
}
