//! What runs use: those that go on from one look to the next, those that are over from their reports.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sandbox::{Live, RunGroup};
use serde::Serialize;
use spec::{Report, RunId};
use store::{Entry, State};

use crate::Error;

/// What a run uses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stats {
    /// The run.
    pub run_id: RunId,
    /// Program and arguments; what is not UTF-8 is shown with replacement characters.
    pub command: Vec<String>,
    /// Whether it goes on.
    pub state: Phase,
    /// Where the figures are from.
    pub source: Source,
    /// Processor time since the last look, in percent of one processor; over all of the time where it is over.
    pub cpu_percent: Option<f64>,
    /// Processor time, in microseconds.
    pub cpu_us: Option<u64>,
    /// Memory, in bytes: now, but for what it read of disks and has not used lately; the most at one time where it is over.
    pub memory_bytes: Option<u64>,
    /// The limit of it.
    pub memory_limit_bytes: Option<u64>,
    /// Processes and threads: now; the most at one time where it is over.
    pub pids: Option<u64>,
    /// The limit of them.
    pub pids_limit: Option<u64>,
    /// Since the start, in microseconds; to the end where it is over.
    pub time_us: Option<u64>,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It goes on.
    Running,
    /// It has ended.
    Ended,
    /// Its monitor died.
    Interrupted,
}

/// Where figures are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The run's cgroup.
    Cgroup,
    /// Its processes.
    Processes,
    /// Its report.
    Report,
    /// There is none.
    Unknown,
}

/// Looks at runs, each of which remembers the one before.
#[derive(Debug, Default)]
pub struct Looks {
    groups: Vec<RunGroup>,
    earlier: BTreeMap<RunId, (Instant, Duration)>,
}

impl Looks {
    /// Looks at runs. What they use of the processors is known from the second look on.
    pub fn look(&mut self, entries: &[Entry]) -> Result<Vec<Stats>, Error> {
        // Where groups cannot be found, processes tell.
        self.groups = sandbox::run_groups().unwrap_or_default();
        self.earlier.retain(|id, _| entries.iter().any(|entry| entry.record().run_id == *id));
        entries.iter().map(|entry| self.stats(entry)).collect()
    }

    fn stats(&mut self, entry: &Entry) -> Result<Stats, Error> {
        Ok(match entry.state() {
            State::Running => self.live(entry),
            State::Ended(_) => over(entry, Phase::Ended, entry.report()?),
            // What it used died with its monitor.
            State::Interrupted => over(entry, Phase::Interrupted, None),
        })
    }

    fn live(&mut self, entry: &Entry) -> Stats {
        let record = entry.record();
        let load = Live::find(&record.run_id, &self.groups, record.monitor).load();
        let now = Instant::now();
        let earlier = load.time.and_then(|time| self.earlier.insert(record.run_id.clone(), (now, time)));
        let percent = |(then, before): (Instant, Duration)| Some(share(load.time?.saturating_sub(before), now - then));
        let source = match (load.by_group, load.tasks) {
            (true, _) => Source::Cgroup,
            (false, Some(_)) => Source::Processes,
            (false, None) => Source::Unknown,
        };
        let time = Timestamp::now().as_microsecond() - record.started.as_microsecond();
        Stats {
            state: Phase::Running,
            source,
            cpu_percent: earlier.and_then(percent),
            cpu_us: load.time.map(micros),
            memory_bytes: load.memory,
            memory_limit_bytes: load.memory_limit,
            pids: load.tasks,
            pids_limit: load.tasks_limit,
            time_us: u64::try_from(time).ok(),
            ..nothing(entry, Phase::Running)
        }
    }
}

fn over(entry: &Entry, state: Phase, report: Option<Report>) -> Stats {
    let Some(report) = report else { return nothing(entry, state) };
    let usage = report.usage;
    let cpu = usage.cpu_user_us.saturating_add(usage.cpu_system_us);
    Stats {
        source: Source::Report,
        cpu_percent: Some(share(Duration::from_micros(cpu), Duration::from_micros(report.duration_us))),
        cpu_us: Some(cpu),
        memory_bytes: Some(usage.peak_memory_bytes),
        pids: usage.peak_processes.map(u64::from),
        time_us: Some(report.duration_us),
        ..nothing(entry, state)
    }
}

fn nothing(entry: &Entry, state: Phase) -> Stats {
    let record = entry.record();
    Stats {
        run_id: record.run_id.clone(),
        command: record.command.clone(),
        state,
        source: Source::Unknown,
        cpu_percent: None,
        cpu_us: None,
        memory_bytes: None,
        memory_limit_bytes: None,
        pids: None,
        pids_limit: None,
        time_us: None,
    }
}

/// A part of a time, in percent with two digits.
fn share(part: Duration, whole: Duration) -> f64 {
    let percent = part.as_secs_f64() / whole.as_secs_f64().max(1e-6) * 100.0;
    (percent * 100.0).round() / 100.0
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_one_processor() {
        let ms = Duration::from_millis;
        assert_eq!(share(ms(100), ms(400)), 25.0);
        assert_eq!(share(ms(800), ms(400)), 200.0);
        assert_eq!(share(ms(1), ms(3)), 33.33);
        assert!(share(ms(1), ms(0)).is_finite());
    }
}
