//! The library as an embedding program uses it: in a process with threads, and with the checks of a debug build.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsString;

use aisbx::{Ends, Host, Outcome, Prepared, Request};
use spec::Report;

/// Runs a command with records in a directory of its own.
fn run(words: &[&str], access: Option<spec::Access>) -> Report {
    let home = tempfile::tempdir().unwrap();
    let workspace = tempfile::tempdir_in("/var/tmp").unwrap();
    let env = [("HOME", home.path().as_os_str().to_owned()), ("PATH", OsString::from("/usr/bin:/bin"))];
    let env = env.map(|(name, value)| (OsString::from(name), value)).to_vec();
    let host = Host::new(env, Some(workspace.path().to_owned()), rustix::process::geteuid().as_raw());
    let argv = words.iter().map(OsString::from).collect();
    let request = Request { argv, access, profile: Some("strict".into()), ..Request::default() };
    let nowhere = Ends { stdin: None, stdout: None, stderr: None };
    Prepared::new(&host, &request).unwrap().run(nowhere, &mut |_| {}).unwrap()
}

#[test]
fn a_command_runs_and_reports() {
    let report = run(&["sh", "-c", "echo out; echo err >&2; exit 7"], None);
    assert_eq!(report.outcome, Outcome::Exited { code: 7 }, "{report:?}");
    assert_eq!((report.stdout.text.as_str(), report.stderr.text.as_str()), ("out\n", "err\n"));
}

#[test]
fn changes_are_told() {
    let report = run(&["touch", "new"], Some(spec::Access::Cow));
    assert_eq!(report.changes.unwrap().created, ["new"]);
}

#[test]
fn many_run_at_the_same_time() {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| run(&["true"], None).outcome)).collect();
        for outcome in all {
            assert_eq!(outcome.join().unwrap(), Outcome::Exited { code: 0 });
        }
    });
}
