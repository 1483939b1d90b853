//! What a run used.

use serde::{Deserialize, Serialize};

/// What a run used, all its processes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in user mode, in microseconds.
    pub cpu_user_us: u64,
    /// Processor time in the kernel, in microseconds.
    pub cpu_system_us: u64,
    /// Largest resident set of any one process, in bytes.
    pub peak_memory_bytes: u64,
}
