//! `doctor --fix`: does what mends this host, as far as root can.

use super::{Act, Finding, Fix};

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
