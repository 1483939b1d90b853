//! Limits hold, for the sandbox as a whole and on every rung: what was asked for, what held it, and why the run ended.
//!
//! What holds a limit differs between hosts: a cgroup of either version, the kernel for each process, or a look from time to time.
//! Each test asks the receipt of its run, and expects what that mechanism promises. The weakest rung can be had everywhere.

mod bad_input;
mod crowd;
mod disk;
pub(super) mod ends;
mod files;
mod floor;
mod killed;
mod memory;
mod output;
mod processes;
mod processors;
mod receipt;
mod signals;

use spec::{MemoryOf, Outcome, Report, Size};

use crate::harness::{Fact, PROBE, Sandbox, World};

/// The profiles of the strongest rung that this host has, and of the one without cgroups.
const RUNGS: [&str; 2] = ["", "floor: {cgroup: off}\n"];

impl World {
    /// A sandbox on one of the rungs.
    fn rung(&self, rung: &str) -> Sandbox<'_> {
        self.sandbox().with_profile("rung", &format!("extends: e2e\n{rung}"))
    }

    /// The same with the probe.
    fn on(&self, rung: &str) -> Sandbox<'_> {
        self.rung(rung).with_probe()
    }
}

/// The mechanism of a protection, as the receipt has it.
#[track_caller]
fn mechanism<'r>(report: &'r Report, name: &str) -> &'r str {
    let found = report.enforced.protections.iter().find(|protection| protection.name == name);
    &found.unwrap_or_else(|| panic!("no `{name}` in {:?} after {:?}", report.enforced, report.outcome)).mechanism
}

/// Whether a cgroup held it.
#[track_caller]
fn by_group(report: &Report, name: &str) -> bool {
    mechanism(report, name).starts_with("cgroup v")
}

/// Why less was given, where it was.
fn weakened<'r>(report: &'r Report, name: &str) -> Option<&'r str> {
    report.enforced.weakened.iter().find(|weak| weak.name == name).map(|weak| weak.reason.as_str())
}

/// The fact that a probe printed in a run whose report this is: its last line.
#[track_caller]
fn fact(report: &Report) -> Fact {
    let line = report.stdout.text.lines().last();
    Fact::from_line(line.unwrap_or_else(|| panic!("no output, but {:?}", report.outcome)).as_bytes())
}

/// A number of a fact.
#[track_caller]
fn number(fact: &Fact, name: &str) -> u64 {
    fact.detail()[name].as_u64().unwrap_or_else(|| panic!("no {name} in {fact:?}"))
}

/// Asserts that a run did all it wanted to.
#[track_caller]
fn done(report: &Report) {
    assert_eq!(report.outcome, Outcome::Exited { code: 0 }, "{} {}", report.stdout.text, report.stderr.text);
    assert_eq!((report.exit_code, report.hint.as_deref()), (0, None));
}

/// Asserts that a run ended for want of memory, and that the report tells how much it had.
#[track_caller]
fn out_of_memory(report: &Report, flag: &str) {
    const SLACK: u64 = 1 << 20;
    let asked: Size = flag.parse().expect("a size");
    let Outcome::OutOfMemory { limit, usage: Some(usage), process } = &report.outcome else {
        panic!("{:?}: {}", report.outcome, report.stdout.text)
    };
    assert_eq!((*limit, report.exit_code), (Some(asked), 137));
    let hint = report.hint.as_deref().unwrap_or_default();
    assert!(hint.contains(&format!("--mem {flag} was reached")), "{hint}");
    assert!(process.iter().all(|name| hint.contains(&format!("{name:?}"))), "{process:?}: {hint}");
    let (peak, limit) = (report.usage.peak_memory_bytes, asked.as_bytes());
    if by_group(report, "memory") {
        assert_eq!(report.usage.memory_of, MemoryOf::Cgroup);
        assert!((limit - limit / 16..=limit + SLACK).contains(&peak), "{peak}");
        assert!(usage.as_bytes() <= limit + SLACK, "{usage:?}");
    } else {
        assert_eq!(mechanism(report, "memory"), format!("watched, {flag}"));
        assert!(weakened(report, "memory").is_some_and(|reason| reason.contains("burst")), "{:?}", report.enforced);
        assert_eq!((report.usage.memory_of, peak), (MemoryOf::Watch, usage.as_bytes()));
        assert!(peak > limit && process.is_some(), "{peak} {process:?}");
    }
}

/// Words that call the probe.
fn probe(words: &str) -> impl Iterator<Item = &str> {
    std::iter::once(PROBE).chain(words.split(' '))
}

/// Words that run a line of shell, in which `$0` is the probe and `$1` this word.
fn shell<'a>(line: &'a str, word: &'a str) -> [&'a str; 5] {
    ["sh", "-c", line, PROBE, word]
}
