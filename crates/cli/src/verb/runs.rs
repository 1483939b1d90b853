//! `aisbx runs`: the runs that were recorded.

use std::process::ExitCode;

use aisbx::{Host, Outcome, Records};
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use store::{Entry, Record, State};

use super::{print, print_json};
use crate::failure::Failure;
use crate::plain::plain_line;
use crate::say;

/// List the runs that were recorded, newest first.
#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, value_parser = number)]
    last: usize,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

/// One element of `--json`.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    record: &'a Record,
    #[serde(flatten)]
    state: &'a State,
}

impl Runs {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let host = Host::read();
        let records = Records::open(&host)?;
        records.sweep_if_owed(&host);
        let mut entries = Vec::new();
        for entry in records.all()?.take(self.last) {
            match entry {
                Ok(entry) => entries.push(entry),
                Err(error) => say::warning(aisbx::Error::from(error).sentence()),
            }
        }
        if self.json {
            let rows: Vec<_> =
                entries.iter().map(|entry| Row { record: entry.record(), state: entry.state() }).collect();
            print_json(&rows)?;
        } else {
            print(&table(&entries, Timestamp::now()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(entries: &[Entry], now: Timestamp) -> String {
    let mut text =
        format!("{:<16}  {:<8}  {:<13}  {:>8}  {:<12}  {}\n", "RUN", "STARTED", "STATE", "TIME", "PROFILE", "COMMAND");
    for entry in entries {
        let record = entry.record();
        let (state, time) = match entry.state() {
            State::Running => ("running".to_owned(), String::new()),
            State::Interrupted => ("interrupted".to_owned(), String::new()),
            State::Ended(ending) => (outcome(&ending.outcome), seconds(ending.duration_us)),
        };
        let command: String = plain_line(&record.command.join(" ")).chars().take(60).collect();
        let started = ago(now, record.started);
        text.push_str(&format!(
            "{:<16}  {started:<8}  {state:<13}  {time:>8}  {:<12}  {command}\n",
            record.run_id,
            plain_line(&record.profile)
        ));
    }
    text
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Exited { code } => format!("exited {code}"),
        Outcome::Signaled { signal, .. } => format!("signal {signal}"),
        Outcome::TimedOut { .. } => "timed out".to_owned(),
        Outcome::OutOfMemory { .. } => "out of memory".to_owned(),
        Outcome::TooManyProcesses { .. } => "too many pids".to_owned(),
        Outcome::DiskFull { .. } => "disk full".to_owned(),
        Outcome::OutputLimit { .. } => "output limit".to_owned(),
        Outcome::NotExecuted { code: 127, .. } => "not found".to_owned(),
        Outcome::NotExecuted { .. } => "not executed".to_owned(),
        Outcome::Refused { .. } => "refused".to_owned(),
        Outcome::Interrupted => "interrupted".to_owned(),
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:03}s", micros / 1_000_000, micros / 1000 % 1000)
}

fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    match seconds {
        0..60 => format!("{seconds}s ago"),
        60..3600 => format!("{}m ago", seconds / 60),
        3600..86400 => format!("{}h ago", seconds / 3600),
        _ => format!("{}d ago", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_called_so() {
        assert_eq!(number("12"), Ok(12));
        assert_eq!(number("x"), Err("`x` is not a number".to_owned()));
    }
}
