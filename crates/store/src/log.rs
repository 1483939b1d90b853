//! The output of a run: both streams in the order they were read, with times, bounded on the disk.
//!
//! A log is a row of segments. `log.0`, the head, is kept for good; of the later ones only the last few are. A segment
//! begins with how many bytes of output came before it, so a reader knows how many it misses. Frames follow, each with a
//! checksum over its header and bytes: a writer that was killed leaves at most one torn frame, at the end.

mod follow;
mod frame;
mod reader;
mod segments;
mod writer;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

pub use follow::Follow;
pub use reader::LogReader;
pub use writer::LogWriter;

use crate::DiskError;

/// Which stream bytes were written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One thing in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogItem {
    /// Bytes as they were read from the command.
    Output {
        /// Which stream they were written to.
        stream: Stream,
        /// When they were read, after the start of the run; in microseconds.
        at: Duration,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Output that is not kept.
    Gap {
        /// How many bytes of it.
        omitted: u64,
    },
}

/// How much of a log is kept on the disk, frame headers (16 bytes each) included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogBounds {
    /// The beginning, in bytes: always kept.
    pub head: u64,
    /// Each later segment, in bytes.
    pub segment: u64,
    /// How many later segments are kept; at least one.
    pub kept: usize,
}

impl Default for LogBounds {
    /// The first 4 MiB and the last 2 to 4.
    fn default() -> Self {
        Self { head: 4 << 20, segment: 2 << 20, kept: 2 }
    }
}

/// Why a log cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Something that no writer of ours wrote. Reading goes on with the next segment.
    #[error("`{}` is damaged at byte {offset}", path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where the first frame begins that is none.
        offset: u64,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}
