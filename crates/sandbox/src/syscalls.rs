//! Which system calls a sandbox may make: the named policies, as data, and their compilation.

mod table;

use linux::seccomp::{Action, Condition, Policy, Program, Rule, Test};
use spec::Syscalls;

use crate::plan::Bounds;
use table::{BASELINE, BOUND, DEBUGGING, LAST_KNOWN, MINIMAL, WATCHED};

/// One row of a policy, and why it stands there.
struct Entry {
    name: &'static str,
    number: libc::c_long,
    conditions: &'static [Condition],
    errno: libc::c_int,
    reason: &'static str,
}

/// The rows of a policy, first match first.
fn entries(policy: Syscalls, bounds: &Bounds) -> impl Iterator<Item = &'static Entry> + use<> {
    let (before, after): (&[Entry], &[Entry]) = match policy {
        Syscalls::Minimal => (MINIMAL, DEBUGGING),
        Syscalls::Baseline => (&[], DEBUGGING),
        Syscalls::Development => (&[], &[]),
    };
    let bound = if bounds.processors.is_some() { BOUND } else { &[] };
    let watched = if bounds.watched.memory.is_some() { WATCHED } else { &[] };
    before.iter().chain(bound).chain(watched).chain(BASELINE).chain(after)
}

/// What a policy refuses: each call with the reason, in the policy's order.
pub fn refusals(policy: Syscalls) -> impl Iterator<Item = (&'static str, &'static str)> {
    entries(policy, &Bounds::default()).map(|entry| (entry.name, entry.reason))
}

/// The filter of a policy, ready to be installed.
pub(crate) fn compile(policy: Syscalls, bounds: &Bounds) -> Program {
    let rules: Vec<Rule<'_>> = entries(policy, bounds)
        .filter_map(|entry| {
            let number = u32::try_from(entry.number).ok()?;
            let errno = u16::try_from(entry.errno).ok()?;
            Some(Rule { number, conditions: entry.conditions, action: Action::Errno(errno) })
        })
        .collect();
    Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: LAST_KNOWN })
}

/// The lower 32 bits of argument `argument` pass `test`.
const fn when(argument: u8, test: Test) -> Condition {
    Condition { argument, test }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::plan::Watched;

    /// Bounds that add every row there is.
    fn everything() -> Bounds {
        let watched = Watched { memory: Some(spec::Size::mebibytes(1)), ..Watched::default() };
        Bounds { processors: Some(1), watched, ..Bounds::default() }
    }

    #[test]
    fn every_row_has_a_reason_and_a_number_the_filter_knows() {
        for entry in entries(Syscalls::Minimal, &everything()) {
            assert!(!entry.reason.is_empty(), "{}", entry.name);
            assert!((0..=i64::from(LAST_KNOWN)).contains(&entry.number), "{}", entry.name);
            assert!(entry.errno > 0, "{}", entry.name);
        }
    }

    #[test]
    fn no_row_is_idle() {
        let mut decided = BTreeSet::new();
        for entry in entries(Syscalls::Minimal, &everything()) {
            assert!(!decided.contains(&entry.number), "{} is never reached", entry.name);
            if entry.conditions.is_empty() {
                decided.insert(entry.number);
            }
        }
    }

    #[test]
    fn a_filter_stays_small() {
        // The kernel evaluates the filter for every number at load; what counts is its depth, which its size bounds.
        let length = compile(Syscalls::Minimal, &everything()).instructions().len();
        assert!(length < 320, "{length}");
    }
}
