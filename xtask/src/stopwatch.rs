//! How long a child takes, by the clock and by the processor.

use std::{
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use nix::sys::{
    resource::{Usage, UsageWho, getrusage},
    time::TimeVal,
};

/// One run, from before the spawn until the child is reaped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// User and system time of the child and of whatever it waited for.
    pub(crate) processor: Duration,
}

/// Times a command that must succeed; it reads and writes nothing.
pub(crate) fn time(command: &mut Command) -> Result<Sample> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let before = children()?;
    let start = Instant::now();
    let status = command.status();
    let wall = start.elapsed();
    let status = status.with_context(|| format!("cannot start {}", command.get_program().display()))?;
    succeeded(command, status)?;
    Ok(Sample { wall, processor: children()?.saturating_sub(before) })
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "{} ended with {status} while it was timed", command.get_program().display());
    Ok(())
}

fn children() -> Result<Duration> {
    let usage: Usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot read the usage of our children")?;
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

fn duration(time: TimeVal) -> Duration {
    let part = |number: i64| u64::try_from(number).unwrap_or_default();
    Duration::from_secs(part(time.tv_sec())) + Duration::from_micros(part(time.tv_usec()))
}

/// The runs of one contestant.
#[derive(Debug, Default)]
pub(crate) struct Samples(Vec<Sample>);

impl Samples {
    pub(crate) fn push(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    pub(crate) fn p90(&self) -> Duration {
        self.percentile(90)
    }

    /// The mean, since the kernel accounts the processor in coarse steps.
    pub(crate) fn processor(&self) -> Duration {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX).max(1);
        self.0.iter().map(|sample| sample.processor).sum::<Duration>() / count
    }

    /// The smallest sample that as many in the hundred do not exceed; zero of none.
    fn percentile(&self, hundredth: usize) -> Duration {
        let mut walls: Vec<_> = self.0.iter().map(|sample| sample.wall).collect();
        walls.sort_unstable();
        let rank = (walls.len() * hundredth).div_ceil(100).saturating_sub(1);
        walls.get(rank).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::{process::Command, time::Duration};

    use super::{Sample, Samples, time};

    fn samples(milliseconds: impl IntoIterator<Item = u64>) -> Samples {
        let sample = |wall| Sample { wall: Duration::from_millis(wall), processor: Duration::from_millis(2 * wall) };
        Samples(milliseconds.into_iter().map(sample).collect())
    }

    #[test]
    fn percentiles_are_samples() {
        let hundred = samples((1..=100).rev());
        assert_eq!((hundred.median(), hundred.p90()), (Duration::from_millis(50), Duration::from_millis(90)));
        assert_eq!(samples([7]).p90(), Duration::from_millis(7));
        assert_eq!(samples([]).median(), Duration::ZERO);
        assert_eq!(samples([1, 3]).processor(), Duration::from_millis(4));
    }

    #[test]
    fn a_failing_contestant_has_no_time() {
        assert!(time(&mut Command::new("true")).is_ok());
        let error = time(&mut Command::new("false")).expect_err("false");
        assert_eq!(error.to_string(), "false ended with exit status: 1 while it was timed");
    }
}
