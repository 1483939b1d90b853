//! How a run ended.

use serde::{Deserialize, Serialize};

use crate::{Lifetime, Size};

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// The command returned this exit code.
    Exited {
        /// 0 to 255.
        code: u8,
    },
    /// A signal ended the command.
    Signaled {
        /// The signal's number, 1 to 64.
        signal: u8,
        /// Who sent it.
        #[serde(default)]
        by: Sender,
    },
    /// The time was up, and everything was ended.
    TimedOut {
        /// The limit that was reached.
        limit: Lifetime,
        /// Which time.
        #[serde(default)]
        clock: Clock,
        /// How much had passed, or was used, at that moment.
        #[serde(default)]
        usage: Option<Lifetime>,
    },
    /// The memory was used up, and everything was ended.
    OutOfMemory {
        /// The limit that was reached; `None`: the host had no more.
        limit: Option<Size>,
        /// How much was used when it was seen; at a limit of the kernel's, the limit.
        usage: Option<Size>,
        /// The name of the largest process at that time, where it is known.
        process: Option<String>,
    },
    /// The command failed, and processes had been refused to it.
    TooManyProcesses {
        /// The limit that was reached.
        limit: u32,
        /// How often a process was refused; `None` where nobody counts it.
        refused: Option<u64>,
        /// The exit code of the command.
        code: u8,
    },
    /// The command failed, or was ended, with everything full that it may write to.
    DiskFull {
        /// Which limit was reached.
        of: Room,
        /// How much that is: bytes, or files.
        limit: u64,
        /// How much was used when it was seen; `None` where the kernel told the command alone.
        usage: Option<u64>,
        /// The exit code of the command, or 137 where it was ended.
        code: u8,
    },
    /// It wrote more output than it may, and everything was ended.
    OutputLimit {
        /// The limit that was reached.
        limit: Size,
        /// How much was written by then.
        usage: Size,
    },
    /// The command could not be executed.
    NotExecuted {
        /// 126: found but not executable; 127: not found.
        code: u8,
        /// Why, in a sentence.
        reason: String,
    },
    /// The sandbox was not built, or not as promised, and nothing ran.
    Refused {
        /// Why, in a sentence.
        reason: String,
    },
    /// The monitor was killed before the command ended.
    Interrupted,
}

/// Who sent the signal that ended a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// Whoever called us: a signal to `aisbx` that was passed on, such as the one of Ctrl-C.
    Caller,
    /// A process of the sandbox, perhaps the command itself; or somebody on the host with the right to.
    #[default]
    Process,
    /// The kernel, because the command did what no processor does: a bad address, a division by zero.
    Fault,
    /// The system-call filter.
    Filter,
}

/// A time that may be up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// That on the wall: `lifetime`.
    #[default]
    Wall,
    /// That of the processors: `cpu_time`.
    Cpu,
}

/// What may be full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// Everything writable together: `disk`.
    Disk,
    /// The part of it that is in memory.
    Scratch,
    /// The number of files: `inodes`.
    Inodes,
    /// One file: `file_size`.
    FileSize,
}

/// The exit code of `aisbx run` for an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// The command outlived its time, as `timeout(1)` has it.
    pub const TIMED_OUT: Self = Self(124);
    /// aisbx itself failed or refused, as Docker and `timeout(1)` have it.
    pub const REFUSED: Self = Self(125);
    /// Everything was ended for want of memory or room, as the kernel does it: 128 + SIGKILL.
    pub const KILLED: Self = Self(137);
}

impl Outcome {
    /// The exit code that tells this outcome: the command's own; 124 timed out; 125 refused; 126 and 127 not executed; 128 + N
    /// killed by signal N; 137 ended at a limit of memory, disk or output.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Exited { code }
            | Self::NotExecuted { code, .. }
            | Self::TooManyProcesses { code, .. }
            | Self::DiskFull { code, .. } => ExitCode(*code),
            Self::Signaled { signal, .. } => ExitCode(128_u8.saturating_add(*signal)),
            Self::TimedOut { .. } => ExitCode::TIMED_OUT,
            Self::OutOfMemory { .. } | Self::OutputLimit { .. } => ExitCode::KILLED,
            Self::Refused { .. } | Self::Interrupted => ExitCode::REFUSED,
        }
    }
}
