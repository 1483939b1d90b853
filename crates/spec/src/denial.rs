//! What was refused to a run, and how to allow it.

use serde::{Deserialize, Serialize};

use crate::Response;

/// Something that was refused to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// Which wall refused.
    pub layer: Layer,
    /// What was tried.
    pub operation: String,
    /// On what.
    pub subject: String,
    /// The rule that refused it.
    pub rule: String,
    /// What was done about it.
    #[serde(default)]
    pub response: Response,
    /// How often.
    pub count: u64,
    /// How grave.
    pub severity: Severity,
    /// The process that tried, by its name as the kernel keeps it; empty where it was gone.
    #[serde(default)]
    pub process: String,
    /// The smallest grant that would allow it, if any: a line of a profile.
    pub grant: Option<String>,
    /// All of it in one sentence.
    #[serde(default)]
    pub text: String,
}

/// The wall that refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Before anything ran.
    Admission,
    /// Files and directories.
    Filesystem,
    /// System calls.
    Syscall,
    /// The network.
    Network,
}

/// How grave a denial is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Ordinary.
    Low,
    /// Unusual.
    Medium,
    /// What attacks look like.
    High,
}
