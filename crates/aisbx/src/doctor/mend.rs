//! `doctor --fix`: does what mends this host, as far as root can.

use super::{Act, Finding, Fix};
use crate::Host;

/// What became of one act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The act, as a command of a shell.
    pub act: String,
    /// What became of it.
    pub end: End,
}

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was done.
    Done,
    /// Nothing had to be done.
    WasSo,
    /// It failed.
    Failed(String),
    /// What it builds on failed.
    Skipped,
}

/// What keeps a process from mending the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// It is not root's.
    User,
    /// It is root's, but of a user namespace: what it could write to, such as `/etc`, may be the host's all the same.
    Namespace,
}

impl Barrier {
    /// What keeps this process.
    pub fn here(host: &Host) -> Option<Self> {
        // Without the file the kernel has no user namespaces.
        let map = std::fs::read_to_string("/proc/self/uid_map").ok();
        match host.uid {
            0 => map.filter(|map| !is_identity(map)).map(|_| Self::Namespace),
            _ => Some(Self::User),
        }
    }
}

/// Whether every id is itself (user_namespaces(7)).
fn is_identity(map: &str) -> bool {
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

/// Whether root could mend something of the findings.
pub fn is_mendable(findings: &[Finding]) -> bool {
    findings.iter().filter_map(|finding| finding.fix.as_ref()).any(|fix| !fix.acts().is_empty())
}

/// Does what mends the findings, each act once. After one that fails, the rest of its fix is left.
pub fn mend(findings: &[Finding]) -> Vec<Done> {
    let mut fixes: Vec<&Fix> = Vec::new();
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    fixes.into_iter().flat_map(|fix| perform(fix.acts())).collect()
}

fn perform(acts: &[Act]) -> Vec<Done> {
    let mut failed = false;
    let ends = acts.iter().map(|act| {
        let end = match failed {
            true => End::Skipped,
            false => match act.perform() {
                Ok(true) => End::Done,
                Ok(false) => End::WasSo,
                Err(error) => End::Failed(error.to_string()),
            },
        };
        failed |= matches!(end, End::Failed(_));
        Done { act: act.to_string(), end }
    });
    ends.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_of_a_part_of_all_ids_is_not_the_hosts() {
        assert!(is_identity("         0          0 4294967295\n"));
        for map in ["", "0 0 1\n", "0 1000 1\n", "0 0 65536\n65536 100000 65536\n", "0 100000 4294967295\n"] {
            assert!(!is_identity(map), "{map}");
        }
    }

    #[test]
    fn what_only_the_reader_can_do_is_not_for_root() {
        let with = |fix| [Finding { fix, ..Finding::good("users", String::new()) }];
        assert!(!is_mendable(&with(None)) && !is_mendable(&with(Some(Fix::Yours("think".to_owned())))));
        assert!(is_mendable(&with(Some(Fix::Root(vec![Act::Directory("/x".into())], None)))));
    }

    #[test]
    fn one_fix_of_many_findings_is_done_once_and_stops_where_it_fails() {
        let dir = tempfile::tempdir().unwrap();
        let acts = vec![
            Act::Line { path: dir.path().join("a"), line: "x".to_owned() },
            Act::Run(vec!["false".to_owned()]),
            Act::Line { path: dir.path().join("b"), line: "y".to_owned() },
        ];
        let finding = Finding { fix: Some(Fix::Root(acts, None)), ..Finding::good("users", String::new()) };
        let told = Finding { fix: Some(Fix::Yours("think".to_owned())), ..finding.clone() };
        let ends: Vec<_> = mend(&[finding.clone(), told, finding]).into_iter().map(|done| done.end).collect();
        let [End::Done, End::Failed(_), End::Skipped] = ends.as_slice() else { panic!("{ends:?}") };
        assert_eq!(std::fs::read_to_string(dir.path().join("a")).unwrap(), "x\n");
        assert!(!dir.path().join("b").exists());
    }
}
