//! Which system calls a sandbox may make: the policies, as data, and their compilation.

/// The policies as tables: every call that is named, what it meets, and why.
#[expect(clippy::unnecessary_cast, reason = "the C library's constants are of many types")]
mod table {
    include!(concat!(env!("OUT_DIR"), "/table.rs"));
}

/// What the build script reads them by.
#[cfg(test)]
#[path = "../build/parse.rs"]
mod parse;

use linux::Errno;
use linux::seccomp::{Action, Condition, Policy, Program, Rule, TooLong};
use rustix::process::Resource;
use spec::{Network, Severity, Syscalls};

use crate::Error;
use crate::plan::{Plan, Wall};
use table::{BOUND, CONFINED, DEBUGGING, LIMITED, MINIMAL, NO_SOCKETS, NO_UNIX_SOCKETS, REFUSED, WATCHED};

/// The last call of the kernel that the policies were written against (Linux 6.18, `file_setattr`).
const LAST_KNOWN: u32 = 469;

/// Calls that belong together: told alike, and granted alike.
#[derive(Debug)]
pub(crate) struct Class {
    /// The policy that it stands in.
    pub(crate) policy: &'static str,
    pub(crate) name: &'static str,
    /// How grave it is that one of them is tried.
    pub(crate) severity: Severity,
    /// The line of a profile that grants them, if any does.
    pub(crate) grant: Option<&'static str>,
}

/// One row of a policy, and why it stands there.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    number: libc::c_long,
    conditions: &'static [Condition],
    /// What it is answered; 0 pretends.
    errno: libc::c_int,
    /// Whether anybody hears of it: not where programs try and fall back as a matter of course.
    told: bool,
    pub(crate) class: &'static Class,
    /// Its line in the policy.
    pub(crate) line: u32,
    pub(crate) reason: &'static str,
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

/// What a sandbox's calls meet: the rows of its policies, first match first. What no row matches is allowed.
#[derive(Clone, Debug)]
pub(crate) struct Filter(Vec<&'static Row>);

impl Filter {
    pub(crate) fn new(policy: Syscalls, need: Need) -> Self {
        let when = |needed, rows: &'static [Row]| if needed { rows } else { &[] };
        let (sockets, unix) = (need.confined == Some(Network::None), need.confined == Some(Network::Host));
        let all = [
            when(policy == Syscalls::Minimal, MINIMAL),
            when(need.bound, BOUND),
            when(need.watched, WATCHED),
            when(need.limited, LIMITED),
            when(need.confined.is_some(), CONFINED),
            when(sockets, NO_SOCKETS),
            when(unix, NO_UNIX_SOCKETS),
            REFUSED,
            when(policy != Syscalls::Development, DEBUGGING),
        ];
        Self(all.into_iter().flatten().collect())
    }

    /// The program that does it, which asks a listener about what is to be told.
    ///
    /// # Errors
    /// The kernel does not take so long a program.
    pub(crate) fn compile(&self) -> Result<Program, Error> {
        let rules: Vec<Rule<'_>> = self.0.iter().filter_map(|row| row.rule()).collect();
        Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: LAST_KNOWN })
            .map_err(|TooLong| Error::Start { act: "compile the filter of system calls", errno: Errno::TOOBIG })
    }

    /// The row that a call meets, by a reading of its own.
    pub(crate) fn decide(&self, number: u32, arguments: &[u64; 6]) -> Option<&'static Row> {
        let meets = |row: &&&'static Row| {
            i64::from(number) == row.number && row.conditions.iter().all(|condition| condition.holds(arguments))
        };
        self.0.iter().find(meets).copied()
    }
}

impl Row {
    /// What the call is answered.
    pub(crate) fn errno(&self) -> u16 {
        u16::try_from(self.errno).unwrap_or(libc::EPERM as u16)
    }

    fn rule(&self) -> Option<Rule<'static>> {
        let number = u32::try_from(self.number).ok()?;
        let action = if self.told { Action::Notify(self.errno()) } else { Action::Errno(self.errno()) };
        Some(Rule { number, conditions: self.conditions, action })
    }
}

/// What a policy refuses: each call with the reason, in the policy's order.
pub fn refusals(policy: Syscalls) -> impl Iterator<Item = (&'static str, &'static str)> {
    Filter::new(policy, Need::default()).0.into_iter().map(|row| (row.name, row.reason))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn everything() -> Need {
        Need { bound: true, watched: true, limited: true, confined: None }
    }

    fn all() -> Vec<&'static Row> {
        let confined = Need { confined: Some(Network::None), ..everything() };
        let shared = Need { confined: Some(Network::Host), ..everything() };
        [everything(), confined, shared].into_iter().flat_map(|need| Filter::new(Syscalls::Minimal, need).0).collect()
    }

    #[test]
    fn without_namespaces_more_is_refused() {
        for network in [Network::None, Network::Host] {
            let filter = Filter::new(Syscalls::Baseline, Need { confined: Some(network), ..everything() });
            let names: BTreeSet<_> = filter.0.iter().map(|row| row.name).collect();
            for name in ["socket", "socketpair", "chmod", "fchmodat2", "setxattr", "shmat", "prlimit64", "ptrace"] {
                assert!(names.contains(name), "{name}");
            }
            assert!(filter.compile().unwrap().instructions().len() < 500);
        }
    }

    #[test]
    fn every_row_has_a_reason_and_a_number_the_filter_knows() {
        for row in all() {
            assert!(!row.reason.is_empty() && row.line > 0, "{}", row.name);
            assert!((0..=i64::from(LAST_KNOWN)).contains(&row.number), "{}", row.name);
            assert!(row.errno > 0 || !row.told, "{}: what is pretended is not told", row.name);
        }
    }

    #[test]
    fn no_row_is_idle() {
        let mut decided = BTreeSet::new();
        for row in Filter::new(Syscalls::Minimal, everything()).0 {
            assert!(!decided.contains(&row.number), "{} is never reached", row.name);
            if row.conditions.is_empty() {
                decided.insert(row.number);
            }
        }
    }

    #[test]
    fn whoever_is_asked_finds_the_row_that_asked() {
        let filter = Filter::new(Syscalls::Minimal, everything());
        let found = |number: libc::c_long, arguments| filter.decide(number as u32, &arguments).map(|row| row.reason);
        assert_eq!(found(libc::SYS_mount, [0; 6]), Some("changes the view of files"));
        assert_eq!(found(libc::SYS_clone, [libc::CLONE_NEWNS as u64, 0, 0, 0, 0, 0]), Some("new namespaces"));
        assert_eq!(found(libc::SYS_clone, [17, 0, 0, 0, 0, 0]), None);
        assert_eq!(found(libc::SYS_read, [0; 6]), None);
    }

    #[test]
    fn a_filter_stays_small() {
        // The kernel evaluates the filter for every number at load; what counts is its depth, which its size bounds.
        let length = Filter::new(Syscalls::Minimal, everything()).compile().unwrap().instructions().len();
        assert!(length < 352, "{length}");
    }
}
