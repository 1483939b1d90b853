//! Which system calls a sandbox may make.

use serde::{Deserialize, Serialize};

/// A named set of system calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Syscalls {
    /// The baseline, and no sockets but Unix ones.
    Minimal,
    /// Everything but the ways to attack the kernel or to look into other processes.
    #[default]
    Baseline,
    /// The baseline, and what debuggers need on processes of the same sandbox.
    Development,
}

impl Syscalls {
    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Baseline => "baseline",
            Self::Development => "development",
        }
    }
}

/// What is done about calls that are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Response {
    /// They fail.
    #[default]
    Deny,
    /// They run, and are told all the same.
    Log,
    /// Whoever makes one is killed.
    Kill,
}

impl Response {
    /// All with the names users write.
    pub const ALL: [(&'static str, Self); 3] = [("deny", Self::Deny), ("log", Self::Log), ("kill", Self::Kill)];

    /// The name users write.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}
