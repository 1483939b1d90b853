//! How much a sandbox may use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Lifetime, Size};

/// How much a sandbox may use. `None` is no limit of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory of all processes together, files in memory included, in bytes. Nothing of it is swapped out.
    pub memory: Option<Size>,
    /// Processors that it may keep busy.
    pub cpu: Option<Cpu>,
    /// Its part where processors are short, in 1024ths of what a process outside gets (Docker's `--cpu-shares`).
    pub cpu_shares: Option<u32>,
    /// Processor time of all processes together.
    pub cpu_time: Option<Lifetime>,
    /// Processes and threads at the same time.
    pub pids: Option<u32>,
    /// Whether it is to be known that a process was refused: that takes a cgroup.
    pub count_pids: bool,
    /// Everything writable that is not the host's own: the layer of a `cow` workspace and all that lives and dies with the run
    /// (`/tmp`, `/run`, home, `/dev/shm`) together, in bytes.
    pub disk: Option<Size>,
    /// Of that, what lives in memory, in bytes.
    pub scratch: Option<Size>,
    /// Files, directories and links in the same.
    pub inodes: Option<u64>,
    /// The largest file, in bytes (setrlimit(2), `RLIMIT_FSIZE`).
    pub file_size: Option<Size>,
    /// Descriptors that one process has open (setrlimit(2), `RLIMIT_NOFILE`).
    pub open_files: Option<u32>,
    /// Output on both streams together, in bytes.
    pub output: Option<Size>,
    /// Wall-clock time from the start of the command.
    pub lifetime: Option<Lifetime>,
}

impl Limits {
    /// Whether something is limited that is best held by a cgroup.
    pub fn need_group(&self) -> bool {
        let counted = self.pids.is_some() && self.count_pids;
        self.memory.is_some() || self.cpu.is_some() || self.cpu_shares.is_some() || self.cpu_time.is_some() || counted
    }
}

/// Processors, in thousandths: `--cpu 1.5` is 1500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cpu(u32);

/// Why a text is not a number of processors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of processors: write a number from 0.001 to 4000, such as 1 or 0.5")]
pub struct CpuError(String);

impl Cpu {
    /// Thousandths of one processor.
    pub fn millis(self) -> u32 {
        self.0
    }
}

impl FromStr for Cpu {
    type Err = CpuError;

    fn from_str(text: &str) -> Result<Self, CpuError> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let millis = text.parse::<f64>().ok().filter(|_| plain).map(|number| (number * 1000.0).round());
        match millis {
            Some(millis) if (1.0..=4_000_000.0).contains(&millis) => Ok(Self(millis as u32)),
            _ => Err(CpuError(text.to_owned())),
        }
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_thousandths() {
        assert_eq!("1.5".parse::<Cpu>().map(Cpu::millis), Ok(1500));
        for text in ["", "0", "-1", "1e3", "inf", "NaN", "1.5 cores"] {
            assert!(text.parse::<Cpu>().is_err(), "{text}");
        }
    }
}
