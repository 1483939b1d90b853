//! What a run used.

use serde::{Deserialize, Serialize};

/// What a run used, all its processes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Processor time in user mode, in microseconds.
    pub cpu_user_us: u64,
    /// Processor time in the kernel, in microseconds.
    pub cpu_system_us: u64,
    /// The most memory at one time, in bytes, and of what: `memory_of`.
    pub peak_memory_bytes: u64,
    /// What `peak_memory_bytes` is the memory of.
    pub memory_of: MemoryOf,
    /// The most processes and threads at the same time, where somebody counted.
    pub peak_processes: Option<u32>,
    /// For how long it stood still for want of processors, memory and disks, where its cgroup tells (version two, pressure stall
    /// information of Linux 4.20).
    pub stalled: Option<Stalled>,
    /// What was written towards disks, in bytes (getrusage(2), `ru_oublock`): not what stayed in memory.
    pub written_bytes: u64,
}

/// Time in which every process that had something to do waited, in microseconds (Documentation/accounting/psi.rst, `full`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stalled {
    /// For a processor.
    pub cpu_us: u64,
    /// For memory.
    pub memory_us: u64,
    /// For disks.
    pub io_us: u64,
}

/// What a figure of memory is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryOf {
    /// Everything of the sandbox, its files in memory and what it read of disks included, as its cgroup counted it.
    Cgroup,
    /// Everything of the sandbox, as it was seen from time to time.
    Watch,
    /// Its largest process alone.
    #[default]
    LargestProcess,
}
