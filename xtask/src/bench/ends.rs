//! How long an end takes from its deadline to the last process gone, and how much memory the monitor needs meanwhile.

use std::{
    fmt, fs,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::arena::Arena;

/// The deadline of each run, and what the stubborn get on top before they are killed.
const LIMIT: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_secs(2);

/// The figures of ours; nobody else has deadlines.
#[derive(Debug, Serialize)]
pub(super) struct Ends {
    /// Twenty processes that end when they are asked to.
    willing: Percentiles,
    /// Twenty that ignore every signal: counted from the kill.
    stubborn: Percentiles,
    /// What the monitor alone has in memory while a command runs, in bytes.
    monitor_bytes: u64,
}

/// In microseconds.
#[derive(Debug, Serialize)]
struct Percentiles {
    runs: usize,
    p50_us: u64,
    p99_us: u64,
}

/// Runs each kind that often.
pub(super) fn run(arena: &Arena, runs: usize) -> Result<Ends> {
    println!("ends: {runs} willing and {} stubborn crowds", runs / 4);
    let sleepers = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do sleep 60 & done; sleep 60";
    let probe = arena.probe.display().to_string();
    Ok(Ends {
        willing: Percentiles::of(runs, || overrun(arena, &["sh", "-c", sleepers], LIMIT))?,
        stubborn: Percentiles::of((runs / 4).max(4), || {
            overrun(arena, &[&probe, "family", "20", "60"], LIMIT + GRACE)
        })?,
        monitor_bytes: monitor(arena)?,
    })
}

fn launch(arena: &Arena, words: &[&str]) -> Result<Command> {
    let mut command = Command::new(&arena.launcher);
    let probe = arena.probe.display();
    command.args(["run", "--json", "--profile", "strict", "--no-workspace", "--mount", &format!("{probe}:{probe}")]);
    command.arg("--timeout").arg(format!("{}ms", LIMIT.as_millis())).arg("--").args(words);
    command.env("XDG_STATE_HOME", arena.fresh("ends")?).stdin(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// How much longer than its time a run took.
fn overrun(arena: &Arena, words: &[&str], time: Duration) -> Result<Duration> {
    let output = launch(arena, words)?.output().context("cannot start the launcher")?;
    ensure!(output.status.code() == Some(124), "it did not time out: {}", output.status);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).context("cannot read the report")?;
    let duration =
        report.get("duration_us").and_then(serde_json::Value::as_u64).context("the report has no duration")?;
    Ok(Duration::from_micros(duration).saturating_sub(time))
}

/// What only the monitor has in memory (proc_pid_smaps(5), `Private_Clean` and `Private_Dirty`).
fn monitor(arena: &Arena) -> Result<u64> {
    let mut child =
        launch(arena, &["sleep", "60"])?.stdout(Stdio::null()).spawn().context("cannot start the launcher")?;
    sleep(LIMIT / 2);
    let text =
        fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id())).context("cannot look at the monitor")?;
    child.wait().context("cannot wait for the launcher")?;
    let kilobytes = text.lines().filter(|line| line.starts_with("Private_"));
    let kilobytes = kilobytes.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    Ok(kilobytes.sum::<u64>() * 1024)
}

impl Percentiles {
    fn of(runs: usize, mut sample: impl FnMut() -> Result<Duration>) -> Result<Self> {
        let mut samples = (0..runs).map(|_| sample()).collect::<Result<Vec<_>>>()?;
        samples.sort_unstable();
        let at = |part: usize| samples.get((samples.len() - 1) * part / 100).copied().unwrap_or_default();
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Ok(Self { runs, p50_us: micros(at(50)), p99_us: micros(at(99)) })
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "from the deadline to the last of 20 processes gone")?;
        writeln!(out, "  willing       {}", self.willing)?;
        writeln!(out, "  stubborn      {}", self.stubborn)?;
        write!(out, "memory of the monitor alone: {} KiB", self.monitor_bytes / 1024)
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99] = [self.p50_us, self.p99_us].map(|micros| micros as f64 / 1000.0);
        write!(out, "p50 {p50:.2} ms, p99 {p99:.2} ms of {} runs", self.runs)
    }
}
