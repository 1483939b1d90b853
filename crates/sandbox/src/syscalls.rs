//! Which system calls a sandbox may make: the named policies, as data, and their compilation.

mod confined;
mod table;

use linux::Errno;
use linux::seccomp::{Action, Condition, Policy, Program, Rule, Test, TooLong};
use rustix::process::Resource;
use spec::{Network, Syscalls};

use crate::Error;
use crate::plan::{Plan, Wall};
use confined::{CONFINED, NO_SOCKETS, NO_UNIX_SOCKETS};
use table::{BASELINE, BOUND, DEBUGGING, LAST_KNOWN, LIMITED, MINIMAL, WATCHED};

/// One row of a policy, and why it stands there.
struct Entry {
    name: &'static str,
    number: libc::c_long,
    conditions: &'static [Condition],
    errno: libc::c_int,
    reason: &'static str,
}

/// What a sandbox is in need of besides its policy.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Need {
    /// It is bound to some processors.
    bound: bool,
    /// Its memory is watched.
    watched: bool,
    /// What it takes of the disk is limited.
    limited: bool,
    /// It has no namespaces, and this network.
    confined: Option<Network>,
}

impl Need {
    /// What a plan needs.
    pub(crate) fn of(plan: &Plan) -> Self {
        let confined = match &plan.wall {
            Wall::Namespaces => None,
            Wall::Landlock(_, network) => Some(*network),
        };
        let bounds = &plan.bounds;
        let limited =
            bounds.watched.disk.is_some() || bounds.resources.iter().any(|(resource, _)| *resource == Resource::Fsize);
        Self { bound: bounds.processors.is_some(), watched: bounds.watched.memory.is_some(), limited, confined }
    }
}

/// The rows of a policy, first match first.
fn entries(policy: Syscalls, need: Need) -> impl Iterator<Item = &'static Entry> + use<> {
    let (before, after): (&[Entry], &[Entry]) = match policy {
        Syscalls::Minimal => (MINIMAL, DEBUGGING),
        Syscalls::Baseline => (&[], DEBUGGING),
        Syscalls::Development => (&[], &[]),
    };
    let bound = if need.bound { BOUND } else { &[] };
    let watched = if need.watched { WATCHED } else { &[] };
    let limited = if need.limited { LIMITED } else { &[] };
    let (confined, sockets): (&[Entry], &[Entry]) = match need.confined {
        None => (&[], &[]),
        Some(Network::None) => (CONFINED, NO_SOCKETS),
        Some(Network::Host) => (CONFINED, NO_UNIX_SOCKETS),
    };
    before.iter().chain(bound).chain(watched).chain(limited).chain(confined).chain(sockets).chain(BASELINE).chain(after)
}

/// What a policy refuses: each call with the reason, in the policy's order.
pub fn refusals(policy: Syscalls) -> impl Iterator<Item = (&'static str, &'static str)> {
    entries(policy, Need::default()).map(|entry| (entry.name, entry.reason))
}

/// The filter of a policy, ready to be installed.
///
/// # Errors
/// The kernel does not take so long a program.
pub(crate) fn compile(policy: Syscalls, need: Need) -> Result<Program, Error> {
    let rules: Vec<Rule<'_>> = entries(policy, need)
        .filter_map(|entry| {
            let number = u32::try_from(entry.number).ok()?;
            let errno = u16::try_from(entry.errno).ok()?;
            Some(Rule { number, conditions: entry.conditions, action: Action::Errno(errno) })
        })
        .collect();
    Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: LAST_KNOWN })
        .map_err(|TooLong| Error::Start { act: "compile the filter of system calls", errno: Errno::TOOBIG })
}

/// The lower 32 bits of argument `argument` pass `test`.
const fn when(argument: u8, test: Test) -> Condition {
    Condition { argument, test }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    fn everything() -> Need {
        Need { bound: true, watched: true, limited: true, confined: None }
    }

    #[test]
    fn without_namespaces_more_is_refused() {
        for network in [Network::None, Network::Host] {
            let need = Need { confined: Some(network), ..everything() };
            let names: BTreeSet<_> = entries(Syscalls::Baseline, need).map(|entry| entry.name).collect();
            for name in ["socket", "socketpair", "chmod", "fchmodat2", "setxattr", "shmat", "prlimit64", "ptrace"] {
                assert!(names.contains(name), "{name}");
            }
            assert!(compile(Syscalls::Minimal, need).unwrap().instructions().len() < 500);
        }
    }

    #[test]
    fn every_row_has_a_reason_and_a_number_the_filter_knows() {
        for entry in entries(Syscalls::Minimal, everything()) {
            assert!(!entry.reason.is_empty(), "{}", entry.name);
            assert!((0..=i64::from(LAST_KNOWN)).contains(&entry.number), "{}", entry.name);
            assert!(entry.errno >= 0, "{}", entry.name);
        }
    }

    #[test]
    fn no_row_is_idle() {
        let mut decided = BTreeSet::new();
        for entry in entries(Syscalls::Minimal, everything()) {
            assert!(!decided.contains(&entry.number), "{} is never reached", entry.name);
            if entry.conditions.is_empty() {
                decided.insert(entry.number);
            }
        }
    }

    #[test]
    fn a_filter_stays_small() {
        // The kernel evaluates the filter for every number at load; what counts is its depth, which its size bounds.
        let length = compile(Syscalls::Minimal, everything()).unwrap().instructions().len();
        assert!(length < 352, "{length}");
    }
}
