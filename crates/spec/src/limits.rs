//! How much a sandbox may use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Lifetime, Size};

/// How much a sandbox may use. `None` is no limit of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory of all processes together, in bytes.
    pub memory: Option<Size>,
    /// Share of the host's processors.
    pub cpu: Option<Cpu>,
    /// Processes and threads at the same time.
    pub pids: Option<u32>,
    /// Everything writable that lives and dies with the run (`/tmp`, `/run`, home, `/dev/shm` together), in bytes.
    pub disk: Option<Size>,
    /// Wall-clock time from the start of the command.
    pub lifetime: Option<Lifetime>,
}

/// Processors, in thousandths: `--cpu 1.5` is 1500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cpu(u32);

/// Why a text is not a number of processors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of processors: write a number above zero, such as 1 or 0.5")]
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
