//! A signal that ended a command: who sent it.

use spec::{Outcome, Report, Sender};

use super::RUNGS;
use crate::harness::World;

#[test]
fn one_that_the_caller_sent_is_told_so() {
    let world = World::new();
    for (rung, (name, signal)) in RUNGS.into_iter().flat_map(|rung| [("TERM", 15), ("INT", 2)].map(|one| (rung, one))) {
        let mut started = world.on(rung).flags(["--mem", "64m"]).sh_started("echo ready; exec sleep 60");
        assert_eq!(started.line(), "ready");
        started.signal(name);
        started.end().code(128 + i32::from(signal));
        let record = world.sandbox().ask("inspect", ["latest"]).success().json();
        let report: Report = serde_json::from_value(record["report"].clone()).expect("a report");
        assert_eq!(report.outcome, Outcome::Signaled { signal, by: Sender::Caller });
        assert_eq!(report.hint, None);
    }
}

#[test]
fn one_that_the_command_sent_itself_is_told_so() {
    let world = World::new();
    for signal in [6, 9, 15] {
        let report = world.sandbox().report(["sh", "-c", &format!("kill -{signal} $$")]);
        assert_eq!(report.outcome, Outcome::Signaled { signal, by: Sender::Process });
    }
}

#[test]
fn a_fault_is_told_so() {
    let world = World::new();
    // The shell's stack is given away, and more of it cannot be had.
    let line = "ulimit -s 64; f() { f; }; f";
    let report = world.sandbox().report(["sh", "-c", line]);
    assert_eq!(report.outcome, Outcome::Signaled { signal: 11, by: Sender::Fault }, "{}", report.stderr.text);
}
