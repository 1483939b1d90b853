//! Output: counted, kept at both ends, ended where it is too much; the monitor stays small whatever is printed.

use std::process::Stdio;
use std::time::Duration;

use spec::{Outcome, Size};

use super::{mechanism, shell};
use crate::harness::{Sandbox, World, aisbx};

const MUCH: usize = 20 << 20;

/// Twenty megabytes in long lines, in short ones, and in none.
const FLOODS: [&str; 3] = ["flood 20M --lines 8000", "flood 20M --lines 2", "flood 20M"];

#[test]
fn all_of_it_is_passed_on_and_both_ends_are_kept() {
    let world = World::new();
    for flood in FLOODS {
        let line = format!("echo BEGIN; $0 {flood}; echo END");
        let ended = world.sandbox().with_probe().run(shell(&line, "")).success();
        assert_eq!(ended.stdout.len(), MUCH + 10);
        let report = world.sandbox().with_probe().report(shell(&line, ""));
        assert_eq!((report.stdout.bytes, report.stdout.truncated), (MUCH as u64 + 10, true));
        assert!(report.stdout.text.starts_with("BEGIN\n") && report.stdout.text.ends_with("END\n"));
        assert!(report.stdout.text.len() < 100_000, "{} bytes", report.stdout.text.len());
    }
}

#[test]
fn too_much_of_it_ends_the_run() {
    let world = World::new();
    for (flood, more) in FLOODS.into_iter().flat_map(|flood| ["", " --stderr"].map(|more| (flood, more))) {
        let line = format!("echo BEGIN; echo BEGIN >&2; $0 {flood}{more}; echo END; sleep 60");
        let report = world.sandbox().with_probe().flags(["--max-output", "1m"]).report(shell(&line, ""));
        let limit = Size::mebibytes(1);
        let Outcome::OutputLimit { limit: found, usage } = report.outcome else { panic!("{:?}", report.outcome) };
        assert!(found == limit && usage > limit && report.exit_code == 137, "{usage:?}");
        let hint = report.hint.as_deref().unwrap_or_default();
        assert!(hint.contains("--max-output 1m"), "{hint}");
        assert_eq!(mechanism(&report, "output"), "counted, 1m");
        // What was in the pipes by then is counted too.
        let stream = if more.is_empty() { &report.stdout } else { &report.stderr };
        assert!(stream.truncated && ((1 << 20) - 12..8 << 20).contains(&stream.bytes), "{}", stream.bytes);
        assert!(stream.text.starts_with("BEGIN\n"));
        let whole = world.sandbox().with_probe().flags(["--max-output", "1m"]).run(shell(&line, "")).code(137);
        assert!(whole.stdout.len() + whole.stderr.len() < 8 << 20);
        assert!(whole.err().contains("error: too much output: limit 1m"), "{whole}");
    }
}

#[test]
fn both_streams_count_together() {
    let world = World::new();
    let line = |size: &str| format!("$0 flood {size}; $0 flood {size} --stderr; echo END");
    let run = |size| world.sandbox().with_probe().flags(["--max-output", "1m"]).report(shell(&line(size), ""));
    assert!(matches!(run("700K").outcome, Outcome::OutputLimit { .. }));
    let control = run("400K");
    assert_eq!(control.outcome, Outcome::Exited { code: 0 });
    assert_eq!(control.stdout.bytes + control.stderr.bytes, 800 * 1024 + 4);
}

/// The most memory that the launcher ever had, in MiB, in a run that stays for a while after it has printed.
fn peak_of_the_monitor(sandbox: &Sandbox<'_>, line: &str) -> u64 {
    let mut command = sandbox.command(shell(line, ""));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start aisbx");
    let mut peak = 0;
    while child.try_wait().expect("ask for the launcher").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        // Before it is executed it is a copy of this test.
        let own = std::fs::read_link(format!("/proc/{}/exe", child.id())).is_ok_and(|path| path == aisbx());
        let field = status.lines().filter(|_| own).find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = field.and_then(|field| field.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = kibibytes.unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(10));
    }
    peak / 1024
}

#[test]
fn the_monitor_stays_small_whatever_is_printed() {
    let world = World::new();
    for flood in FLOODS {
        let line = format!("$0 {flood}; $0 {flood} --stderr; sleep 1");
        for flags in [&[][..], &["--json"], &["--json", "--max-output", "30m"]] {
            let peak = peak_of_the_monitor(&world.sandbox().with_probe().flags(flags), &line);
            assert!((1..32).contains(&peak), "{peak} MiB with {flags:?} at {flood}");
        }
    }
}
