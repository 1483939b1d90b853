//! Finds what killed launchers and old runs left, and removes it.

use std::path::PathBuf;

use config::Host;
use jiff::Timestamp;
use serde::Serialize;
use spec::{Driver, Enforcement, Outcome, Report, RunId, Usage, WorkspaceLayer};
use store::{Entry, LogItem, Retention, Standing, State, Store, Stream};

use crate::capture::Capture;
use crate::reason::chain;
use crate::{Error, layers};

/// A group whose run the store does not know is of another store, or about to be recorded. Younger than this, in milliseconds,
/// it is left alone even if nothing is in it.
const FRESH: u64 = 60_000;

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What was found is removed.
    Remove,
    /// It is only told.
    Look,
}

/// What was found and, unless only looked at, removed.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Collected {
    /// Directories of cgroups whose runs are over.
    pub cgroups: Vec<PathBuf>,
    /// Runs whose monitors died: they are recorded as interrupted.
    pub interrupted: Vec<RunId>,
    /// Runs beyond what is kept, and starts that came to nothing, by their names.
    pub runs: Vec<String>,
    /// What an earlier removal left in the trash, by its name.
    pub trash: Vec<String>,
    /// What could not be done.
    pub failed: Vec<Failed>,
    /// Whether another process is removing old runs at this moment, which was left to it.
    pub busy: bool,
}

/// Something that could not be done; the rest was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
}

impl Collected {
    /// How many things were removed, or would be.
    pub fn removed(&self) -> usize {
        self.cgroups.len() + self.runs.len() + self.trash.len()
    }

    fn fail(&mut self, subject: impl ToString, error: &dyn std::error::Error) {
        self.failed.push(Failed { subject: subject.to_string(), reason: chain(error) });
    }
}

/// Finds what was left behind and removes it. A run that goes on, in this or another store, keeps all that it has.
///
/// # Errors
/// The store cannot be used. What is wrong with single things is told in [`Collected::failed`].
pub fn collect(host: &Host, mode: Mode) -> Result<Collected, Error> {
    let store = Store::open_existing(&host.state_dir()?)?;
    let now = Timestamp::now();
    let mut collected = Collected::default();
    // While the store still knows the runs that the groups are named after.
    collect_groups(store.as_ref(), mode, now, &mut collected);
    if let Some(store) = &store {
        let trash = store.trash().map_err(Error::List)?;
        collect_runs(store, mode, now, &mut collected);
        conclude_interrupted(store, mode, &mut collected)?;
        empty_trash(store, mode, trash, &mut collected);
        if mode == Mode::Remove {
            store.write_off().map_err(Error::List)?;
        }
    }
    Ok(collected)
}

fn collect_groups(store: Option<&Store>, mode: Mode, now: Timestamp, collected: &mut Collected) {
    let groups = match sandbox::run_groups() {
        Ok(groups) => groups,
        Err(error) => return collected.fail("cgroups", &error),
    };
    // Ids sort by time.
    let now = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let fresh = RunId::new(now.saturating_sub(FRESH), 0);
    for group in groups {
        let standing = store.map_or(Ok(Standing::Unknown), |store| store.standing(&group.run));
        let removed = match standing {
            Ok(Standing::GoesOn) => continue,
            Ok(Standing::Over) => act(mode, || group.end()),
            Ok(Standing::Unknown) if group.run >= fresh || !group.is_empty() => continue,
            Ok(Standing::Unknown) => act(mode, || group.remove()),
            Err(error) => {
                collected.fail(group.directory.display(), &error);
                continue;
            }
        };
        match removed {
            Ok(()) => collected.cgroups.push(group.directory),
            // Somebody came in since we looked: then it is in use.
            Err(error) if standing.is_ok_and(|known| known == Standing::Unknown) && is_busy(&error) => {}
            Err(error) => collected.fail(group.directory.display(), &error),
        }
    }
}

fn is_busy(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::ResourceBusy
}

fn act(mode: Mode, act: impl FnOnce() -> std::io::Result<()>) -> std::io::Result<()> {
    match mode {
        Mode::Remove => act(),
        Mode::Look => Ok(()),
    }
}

fn collect_runs(store: &Store, mode: Mode, now: Timestamp, collected: &mut Collected) {
    let retention = Retention::default();
    let found = match mode {
        Mode::Remove => store.expire(&retention, now),
        Mode::Look => {
            store.excess(&retention, now).map(|names| store::Retained { removed: names, ..store::Retained::default() })
        }
    };
    match found {
        Ok(retained) => {
            collected.runs = retained.removed;
            collected.busy = retained.busy;
            retained.failed.iter().for_each(|error| collected.fail("old runs", error));
        }
        Err(error) => collected.fail("old runs", &error),
    }
}

/// What cannot be read is told by those who list runs; it is nothing that was left behind.
fn conclude_interrupted(store: &Store, mode: Mode, collected: &mut Collected) -> Result<(), Error> {
    for entry in store.runs().map_err(Error::List)?.flatten() {
        let id = &entry.record().run_id;
        let known = collected.runs.iter().any(|name| name == id.as_str());
        if known || *entry.state() != State::Interrupted {
            continue;
        }
        match entry.report() {
            Ok(None) => {}
            Ok(Some(_)) => continue,
            Err(error) => {
                collected.fail(id, &error);
                continue;
            }
        }
        match mode {
            Mode::Look => collected.interrupted.push(id.clone()),
            Mode::Remove => conclude(&entry, collected),
        }
    }
    Ok(())
}

fn conclude(entry: &Entry, collected: &mut Collected) {
    let id = &entry.record().run_id;
    if let Ok(Some(WorkspaceLayer::Overlay(dir))) = entry.layer() {
        let subject = dir.display().to_string();
        layers::open_up(&dir, &mut |reason| collected.failed.push(Failed { subject: subject.clone(), reason }));
    }
    // Concluded it would not be looked at again.
    if let Err(error) = entry.clear_scratch() {
        return collected.fail(id, &error);
    }
    match entry.conclude(&report(entry)) {
        Ok(true) => collected.interrupted.push(id.clone()),
        // It goes on after all, or somebody else was faster.
        Ok(false) => {}
        Err(error) => collected.fail(id, &error),
    }
}

/// What is known of a run whose monitor died: what it was, what it wrote, and for how long there were signs of it.
fn report(entry: &Entry) -> Report {
    let record = entry.record();
    let lived =
        entry.last_sign().ok().flatten().map_or(0, |last| last.as_microsecond() - record.started.as_microsecond());
    let [stdout, stderr] = output(entry).map(Capture::finish);
    let outcome = Outcome::Interrupted;
    Report {
        run_id: record.run_id.clone(),
        trace_id: record.trace_id.clone(),
        profile: record.profile.clone(),
        driver: Driver::Native,
        command: record.command.clone(),
        exit_code: outcome.exit_code().0,
        outcome,
        hint: None,
        duration_us: u64::try_from(lived).unwrap_or(0),
        usage: Usage::default(),
        stdout,
        stderr,
        denials: Vec::new(),
        changes: None,
        enforced: Enforcement::default(),
    }
}

/// What its log has of both streams.
fn output(entry: &Entry) -> [Capture; 2] {
    let mut captures = [Capture::default(), Capture::default()];
    let mut log = entry.log();
    // A log that was torn off ends there.
    while let Ok(Some(item)) = log.read() {
        if let LogItem::Output { stream, bytes, .. } = item {
            let [stdout, stderr] = &mut captures;
            let capture = if stream == Stream::Stdout { stdout } else { stderr };
            capture.take(&bytes);
        }
    }
    captures
}

/// `before` is what was in the trash before this call moved anything to it.
fn empty_trash(store: &Store, mode: Mode, before: Vec<String>, collected: &mut Collected) {
    if mode == Mode::Look {
        collected.trash = before;
        return;
    }
    if let Err(error) = store.sweep() {
        collected.fail("trash", &error);
    }
    match store.trash() {
        Ok(left) => collected.trash = before.into_iter().filter(|name| !left.contains(name)).collect(),
        Err(error) => collected.fail("trash", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_last_minute_are_fresh() {
        let now = 1_900_000_000_000;
        let fresh = RunId::new(now - FRESH, 0);
        assert!(RunId::new(now, 7) >= fresh && RunId::new(now - FRESH + 1, 0) >= fresh);
        assert!(RunId::new(now - FRESH - 1, u64::MAX) < fresh);
    }
}
