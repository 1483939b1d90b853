//! `aisbx stats`: what runs use.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use aisbx::stats::{Looks, Phase, Stats as Row};
use aisbx::{Host, Records};
use clap::Args;
use spec::Size;
use store::{Entry, State};

use crate::failure::Failure;
use crate::plain::{plain_json, plain_line};
use crate::say;

/// How long the first look waits for the second: processor time is counted in hundredths of a second, or finer.
const FIRST: Duration = Duration::from_millis(300);
/// How long each one after that waits for the next.
const PAUSE: Duration = Duration::from_secs(1);

/// Puts the cursor at the top left and clears what follows (ECMA-48: CUP, ED).
const AFRESH: &str = "\x1b[H\x1b[J";

/// How much of a command is shown.
const WIDEST_COMMAND: usize = 24;

/// Show what runs use: processor, memory, processes.
///
/// Without RUN, all that go on. On a terminal the table is kept up to date, until Ctrl-C, or until the runs that were named have
/// ended. For a run that is over, what its report says is shown: the share of the processor over all its time, and the most
/// memory and processes at one time.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Print the figures once, on a terminal too
    #[arg(long)]
    no_stream: bool,
    /// Go on where the output is no terminal or JSON too, with a table or a line of JSON each second
    #[arg(short, long, conflicts_with = "no_stream")]
    follow: bool,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
    /// The runs: an id, its beginning or end, or `latest`
    #[arg(value_name = "RUN")]
    runs: Vec<String>,
}

impl Stats {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let host = Host::read();
        let records = Records::open(&host)?;
        records.sweep_if_owed(&host);
        let terminal = io::stdout().is_terminal();
        let streams = self.follow || (terminal && !self.json && !self.no_stream);
        let mut looks = Looks::default();
        let mut entries = self.entries(&records)?;
        self.remark(&entries);
        if entries.iter().any(is_running) {
            looks.look(&entries)?;
            thread::sleep(FIRST);
        }
        loop {
            let rows = looks.look(&entries)?;
            let text = match (self.json, streams) {
                (true, true) => format!("{}\n", plain_json(&serde_json::to_string(&rows)?)),
                (true, false) => format!("{}\n", plain_json(&serde_json::to_string_pretty(&rows)?)),
                (false, _) => table(&rows),
            };
            let afresh = if streams && terminal && !self.json { AFRESH } else { "" };
            let done = !streams || (!self.runs.is_empty() && !entries.iter().any(is_running));
            if !show(&format!("{afresh}{text}"))? || done {
                return Ok(ExitCode::SUCCESS);
            }
            thread::sleep(PAUSE);
            entries = self.entries(&records)?;
        }
    }

    /// The runs that were named, else those that go on.
    fn entries(&self, records: &Records) -> Result<Vec<Entry>, Failure> {
        if self.runs.is_empty() {
            // What cannot be read does not go on.
            return Ok(records.all()?.flatten().filter(is_running).collect());
        }
        Ok(self.runs.iter().map(|run| records.find(run)).collect::<Result<_, _>>()?)
    }

    /// Says of which runs the figures are not of this moment.
    fn remark(&self, entries: &[Entry]) {
        for entry in entries {
            let id = &entry.record().run_id;
            match entry.state() {
                State::Running => {}
                State::Ended(_) => say::note(format_args!("run {id} has ended: this is what it used in all")),
                State::Interrupted => say::note(format_args!("run {id} was interrupted: nobody knows what it used")),
            }
        }
    }
}

fn is_running(entry: &Entry) -> bool {
    *entry.state() == State::Running
}

/// Prints text on standard output; `false` when the reader has gone away.
fn show(text: &str) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => Ok(written.map(|()| true)?),
    }
}

fn table(rows: &[Row]) -> String {
    let mut text = line(["RUN", "COMMAND", "CPU %", "MEM USAGE / LIMIT", "PIDS / LIMIT", "TIME"].map(str::to_owned));
    for row in rows {
        let command: String = plain_line(&row.command.join(" ")).chars().take(WIDEST_COMMAND).collect();
        text.push_str(&line([
            row.run_id.to_string(),
            command,
            row.cpu_percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.2}")),
            pair(row.memory_bytes.map(size), row.memory_limit_bytes.map(size)),
            pair(row.pids.map(|pids| pids.to_string()), row.pids_limit.map(|limit| limit.to_string())),
            time(row),
        ]));
    }
    text
}

fn line([run, command, cpu, memory, pids, time]: [String; 6]) -> String {
    format!("{run:<16}  {command:<WIDEST_COMMAND$}  {cpu:>7}  {memory:>19}  {pids:>12}  {time:>9}\n")
}

fn pair(usage: Option<String>, limit: Option<String>) -> String {
    let absent = || "-".to_owned();
    format!("{} / {}", usage.unwrap_or_else(absent), limit.unwrap_or_else(absent))
}

fn size(bytes: u64) -> String {
    Size::bytes(bytes).to_string()
}

/// As long as it took, or takes so far.
fn time(row: &Row) -> String {
    let Some(micros) = row.time_us else { return "-".to_owned() };
    let seconds = micros / 1_000_000;
    match (row.state, seconds) {
        (Phase::Ended | Phase::Interrupted, 0..60) => format!("{seconds}.{:03}s", micros / 1000 % 1000),
        (Phase::Running, 0..60) => format!("{seconds}s"),
        (_, 60..3600) => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use aisbx::stats::Source;

    use super::*;

    fn row() -> Row {
        Row {
            run_id: "1hk153x02bz99y1a".parse().expect("an id"),
            command: vec!["python3".to_owned(), "-c".to_owned(), "\u{1b}[2J\nwhile True: pass".to_owned()],
            state: Phase::Running,
            source: Source::Cgroup,
            cpu_percent: Some(99.5),
            cpu_us: Some(1_000_000),
            memory_bytes: Some(12 << 20),
            memory_limit_bytes: Some(512 << 20),
            pids: Some(3),
            pids_limit: None,
            time_us: Some(3_723_000_000),
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_run() {
        let text = table(&[row(), Row { cpu_percent: None, memory_bytes: None, memory_limit_bytes: None, ..row() }]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines.iter().all(|line| line.chars().count() == 97), "{text}");
        for word in ["1hk153x02bz99y1a", "\\u{1b}[2J", "99.50", "12", "/ 512", "3 / -", "1h02m"] {
            assert!(lines.get(1).is_some_and(|line| line.contains(word)), "{word}: {text}");
        }
        assert!(lines.get(2).is_some_and(|line| line.contains("- / -")), "{text}");
    }

    #[test]
    fn times_are_as_exact_as_they_are_short() {
        let at = |state, seconds: u64| time(&Row { state, time_us: Some(seconds * 1_000_000 + 5_000), ..row() });
        assert_eq!(at(Phase::Running, 5), "5s");
        assert_eq!(at(Phase::Ended, 5), "5.005s");
        assert_eq!(at(Phase::Ended, 65), "1m05s");
        assert_eq!(at(Phase::Running, 3725), "1h02m");
    }
}
