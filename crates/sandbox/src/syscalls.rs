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

use std::collections::{BTreeMap, BTreeSet};

use linux::Errno;
use linux::seccomp::{Action, Condition, Policy, Program, Rule, TooLong};
use rustix::process::Resource;
use spec::{Network, Response, Severity, Syscalls};

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
    pub(crate) told: bool,
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

/// All that there are.
const POLICIES: [&[Row]; 9] =
    [MINIMAL, BOUND, WATCHED, LIMITED, CONFINED, NO_SOCKETS, NO_UNIX_SOCKETS, REFUSED, DEBUGGING];

/// What a sandbox's calls meet: the rows of its policies, first match first. What no row matches is allowed.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    rows: Vec<&'static Row>,
    responses: BTreeMap<String, Response>,
}

/// Whether somebody can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listening {
    Somebody,
    Nobody,
}

impl Filter {
    pub(crate) fn new(policy: Syscalls, need: Need, responses: &BTreeMap<String, Response>) -> Self {
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
        Self { rows: all.into_iter().flatten().collect(), responses: responses.clone() }
    }

    /// Fails if a class is none, or what is in it cannot be let through.
    pub(crate) fn check(responses: &BTreeMap<String, Response>) -> Result<(), Error> {
        let classes = || POLICIES.into_iter().flatten().map(|row| row.class);
        for (name, response) in responses {
            let class = classes().find(|class| class.name == name);
            let class = class.ok_or_else(|| {
                let known: BTreeSet<_> = classes().map(|class| class.name).collect();
                Error::Class { class: name.clone(), known: known.into_iter().collect::<Vec<_>>().join(", ") }
            })?;
            if *response == Response::Log && class.grant.is_none() {
                return Err(Error::Unloggable(name.clone()));
            }
        }
        Ok(())
    }

    fn response(&self, row: &Row) -> Response {
        // What is told to nobody is answered by the filter, and so it is where another row had somebody asked.
        let chosen = self.responses.get(row.class.name).filter(|_| row.told);
        chosen.copied().unwrap_or_default()
    }

    /// The program that does it. Where somebody listens, it asks about what is to be told.
    ///
    /// # Errors
    /// The kernel does not take so long a program.
    pub(crate) fn compile(&self, listening: Listening) -> Result<Program, Error> {
        let rule = |row: &&'static Row| {
            let action = match (row.told, listening, self.response(row)) {
                (true, Listening::Somebody, _) => Action::Notify,
                (false, _, _) | (_, _, Response::Deny) => Action::Errno(row.errno()),
                (_, _, Response::Kill) => Action::Kill,
                // What it allows, another row may refuse.
                (_, _, Response::Log) => return None,
            };
            Some(Rule { number: u32::try_from(row.number).ok()?, conditions: row.conditions, action })
        };
        let rules: Vec<Rule<'_>> = self.rows.iter().filter_map(rule).collect();
        Program::new(&Policy { rules: &rules, otherwise: Action::Allow, last_known: LAST_KNOWN })
            .map_err(|TooLong| Error::Start { act: "compile the filter of system calls", errno: Errno::TOOBIG })
    }

    /// The row that a call meets, by a reading of its own, and what is done about it. Another row may refuse what one only logs.
    pub(crate) fn decide(&self, number: u32, arguments: &[u64; 6]) -> Option<(&'static Row, Response)> {
        let meets = |row: &&&'static Row| {
            i64::from(number) == row.number && row.conditions.iter().all(|condition| condition.holds(arguments))
        };
        let mut met = self.rows.iter().filter(meets).map(|row| (*row, self.response(row)));
        met.clone().find(|(_, response)| *response != Response::Log).or_else(|| met.next())
    }
}

impl Row {
    /// What the call is answered.
    pub(crate) fn errno(&self) -> u16 {
        u16::try_from(self.errno).unwrap_or(libc::EPERM as u16)
    }
}

/// What a policy refuses: each call with the reason, in the policy's order.
pub fn refusals(policy: Syscalls) -> impl Iterator<Item = (&'static str, &'static str)> {
    Filter::new(policy, Need::default(), &BTreeMap::new()).rows.into_iter().map(|row| (row.name, row.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(policy: Syscalls, need: Need) -> Filter {
        Filter::new(policy, need, &BTreeMap::new())
    }

    fn everything() -> Need {
        Need { bound: true, watched: true, limited: true, confined: None }
    }

    fn all() -> Vec<&'static Row> {
        let confined = Need { confined: Some(Network::None), ..everything() };
        let shared = Need { confined: Some(Network::Host), ..everything() };
        [everything(), confined, shared].into_iter().flat_map(|need| filter(Syscalls::Minimal, need).rows).collect()
    }

    #[test]
    fn without_namespaces_more_is_refused() {
        for network in [Network::None, Network::Host] {
            let filter = filter(Syscalls::Baseline, Need { confined: Some(network), ..everything() });
            let names: BTreeSet<_> = filter.rows.iter().map(|row| row.name).collect();
            for name in ["socket", "socketpair", "chmod", "fchmodat2", "setxattr", "shmat", "prlimit64", "ptrace"] {
                assert!(names.contains(name), "{name}");
            }
            assert!(filter.compile(Listening::Somebody).unwrap().instructions().len() < 500);
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
        for row in filter(Syscalls::Minimal, everything()).rows {
            assert!(!decided.contains(&row.number), "{} is never reached", row.name);
            if row.conditions.is_empty() {
                decided.insert(row.number);
            }
        }
    }

    #[test]
    fn whoever_is_asked_finds_the_row_that_asked() {
        let filter = filter(Syscalls::Minimal, everything());
        let found =
            |number: libc::c_long, arguments| filter.decide(number as u32, &arguments).map(|(row, _)| row.reason);
        assert_eq!(found(libc::SYS_mount, [0; 6]), Some("changes the view of files"));
        assert_eq!(found(libc::SYS_clone, [libc::CLONE_NEWNS as u64, 0, 0, 0, 0, 0]), Some("new namespaces"));
        assert_eq!(found(libc::SYS_clone, [17, 0, 0, 0, 0, 0]), None);
        assert_eq!(found(libc::SYS_read, [0; 6]), None);
    }

    #[test]
    fn what_one_row_logs_another_may_refuse() {
        let responses = BTreeMap::from([("network".to_owned(), Response::Log), ("keys".to_owned(), Response::Kill)]);
        let filter = Filter::new(Syscalls::Minimal, everything(), &responses);
        let met = |number: libc::c_long, first| {
            let found = filter.decide(number as u32, &[first, 1, 0, 0, 0, 0]);
            found.map(|(row, response)| (row.class.name, response))
        };
        assert_eq!(met(libc::SYS_socket, 2), Some(("network", Response::Log)));
        assert_eq!(met(libc::SYS_socket, 38), Some(("sockets", Response::Deny)));
        assert_eq!(met(libc::SYS_keyctl, 0), Some(("keys", Response::Kill)));
        assert!(filter.compile(Listening::Nobody).is_ok());
    }

    #[test]
    fn responses_are_for_classes_that_are_there_and_let_nothing_out() {
        let check = |class: &str, response| Filter::check(&BTreeMap::from([(class.to_owned(), response)]));
        assert!(check("debugging", Response::Log).is_ok() && check("mounts", Response::Kill).is_ok());
        assert!(matches!(check("mounts", Response::Log), Err(Error::Unloggable(_))));
        assert!(matches!(check("mount", Response::Deny), Err(Error::Class { .. })));
    }

    #[test]
    fn a_filter_stays_small() {
        // The kernel evaluates the filter for every number at load; what counts is its depth, which its size bounds.
        let length = filter(Syscalls::Minimal, everything()).compile(Listening::Somebody).unwrap().instructions().len();
        assert!(length < 352, "{length}");
    }
}
