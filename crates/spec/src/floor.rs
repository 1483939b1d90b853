//! The least enforcement that a run accepts.

use serde::{Deserialize, Serialize};

/// How much a run insists on each protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Namespaces of users, mounts, processes, network, IPC, host name and cgroups.
    pub namespaces: Level,
    /// The system-call filter.
    pub seccomp: Level,
    /// Limits of the whole sandbox by cgroup.
    pub cgroup: Level,
    /// Landlock rules.
    pub landlock: Level,
}

/// How much a protection matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Without it nothing runs.
    Required,
    /// It is used where the host has it, and where not, the report says so.
    Preferred,
    /// It is not used.
    Off,
}

impl Default for Floor {
    fn default() -> Self {
        Self {
            namespaces: Level::Required,
            seccomp: Level::Required,
            cgroup: Level::Preferred,
            landlock: Level::Preferred,
        }
    }
}

impl Level {
    /// All with the names users write.
    pub const ALL: [(&'static str, Self); 3] =
        [("required", Self::Required), ("preferred", Self::Preferred), ("off", Self::Off)];

    /// The name users write.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}
