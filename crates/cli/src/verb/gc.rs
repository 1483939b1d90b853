//! `aisbx gc`: what was left behind, removed.

use std::process::ExitCode;

use aisbx::Host;
use aisbx::gc::{Collected, Mode, collect};
use clap::Args;
use serde::Serialize;

use super::{print, print_json};
use crate::failure::Failure;
use crate::plain::plain_line;
use crate::say;

/// Remove what killed launchers and old runs left behind.
///
/// These are cgroups of runs that are over, runs beyond what is kept, starts that came to nothing, and the trash. Runs whose
/// launcher was killed are recorded as interrupted. Nothing of a run that goes on is touched. `aisbx run` does the same now and
/// then, after its end.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 everything was removed, or nothing was left; 1 something could not be removed, the rest was; \
                        125 aisbx itself failed."
)]
pub(crate) struct Gc {
    /// Change nothing, only tell
    #[arg(long)]
    dry_run: bool,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told<'a> {
    dry_run: bool,
    #[serde(flatten)]
    collected: &'a Collected,
    counts: Counts,
}

#[derive(Serialize)]
struct Counts {
    removed: usize,
    cgroups: usize,
    interrupted: usize,
    runs: usize,
    trash: usize,
    failed: usize,
}

impl Gc {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mode = if self.dry_run { Mode::Look } else { Mode::Remove };
        let collected = collect(&Host::read(), mode)?;
        if self.json {
            print_json(&Told { dry_run: self.dry_run, collected: &collected, counts: Counts::of(&collected) })?;
        } else {
            print(&text(&collected, mode))?;
        }
        if collected.busy {
            say::note("another process is removing old runs at this moment");
        }
        for failed in &collected.failed {
            say::warning(format_args!("{}: {}", failed.subject, failed.reason));
        }
        Ok(if collected.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Counts {
    fn of(collected: &Collected) -> Self {
        Self {
            removed: collected.removed(),
            cgroups: collected.cgroups.len(),
            interrupted: collected.interrupted.len(),
            runs: collected.runs.len(),
            trash: collected.trash.len(),
            failed: collected.failed.len(),
        }
    }
}

/// One line for each thing, and a sum.
fn text(collected: &Collected, mode: Mode) -> String {
    let (removed, recorded) = match mode {
        Mode::Remove => ("removed", "recorded"),
        Mode::Look => ("would remove", "would record"),
    };
    let cgroups = collected.cgroups.iter().map(|path| format!("{removed} cgroup {}", path.display()));
    let interrupted = collected.interrupted.iter().map(|run| format!("{recorded} run {run} as interrupted"));
    let runs = collected.runs.iter().map(|name| match name.strip_prefix('.') {
        Some(draft) => format!("{removed} start that came to nothing {draft}"),
        None => format!("{removed} run {name}"),
    });
    let trash = collected.trash.iter().map(|name| format!("{removed} trash {name}"));
    let mut lines: Vec<_> = cgroups.chain(interrupted).chain(runs).chain(trash).collect();
    lines.push(sum(collected, removed, recorded));
    if mode == Mode::Look {
        lines.push("nothing was changed".to_owned());
    }
    lines.iter().map(|line| format!("{}\n", plain_line(line))).collect()
}

fn sum(collected: &Collected, removed: &str, recorded: &str) -> String {
    match (collected.removed(), collected.interrupted.len()) {
        (0, 0) => "nothing was left behind".to_owned(),
        (things, 0) => format!("{removed} {things}"),
        (0, runs) => format!("{recorded} {runs} as interrupted"),
        (things, runs) => format!("{removed} {things}, {recorded} {runs} as interrupted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Collected {
        Collected {
            cgroups: vec!["/sys/fs/cgroup/pids/aisbx-1hk153x02bz99y1a".into()],
            interrupted: vec!["1hk153x02bz99y1b".parse().expect("an id")],
            runs: vec!["1hk153x02bz99y1c".to_owned(), ".new-1hk153x02bz99y1d".to_owned()],
            trash: vec!["1hk153x02bz99y1e\u{1b}[2J".to_owned()],
            ..Collected::default()
        }
    }

    #[test]
    fn each_thing_has_a_line_and_there_is_a_sum() {
        assert_eq!(
            text(&some(), Mode::Remove),
            "removed cgroup /sys/fs/cgroup/pids/aisbx-1hk153x02bz99y1a\n\
             recorded run 1hk153x02bz99y1b as interrupted\n\
             removed run 1hk153x02bz99y1c\n\
             removed start that came to nothing new-1hk153x02bz99y1d\n\
             removed trash 1hk153x02bz99y1e\\u{1b}[2J\n\
             removed 4, recorded 1 as interrupted\n"
        );
    }

    #[test]
    fn a_look_says_that_it_is_one() {
        let text = text(&some(), Mode::Look);
        assert!(text.starts_with("would remove cgroup ") && text.ends_with("\nnothing was changed\n"), "{text}");
        assert!(text.contains("\nwould remove 4, would record 1 as interrupted\n"), "{text}");
    }

    #[test]
    fn nothing_is_told_as_nothing() {
        assert_eq!(text(&Collected::default(), Mode::Remove), "nothing was left behind\n");
    }
}
