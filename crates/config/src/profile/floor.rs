//! The least enforcement that a profile accepts.

/// A protection and how much a profile insists on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The protection.
    pub protection: Protection,
    /// How much it matters.
    pub level: Level,
}

/// What may be insisted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Namespaces of users, mounts, processes, network, IPC, host name and cgroups.
    Namespaces,
    /// The system-call filter.
    Seccomp,
    /// Limits of the whole sandbox by cgroup.
    Cgroup,
    /// Landlock rules on top of the mount tree.
    Landlock,
}

/// How much a protection matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Without it nothing runs.
    Required,
    /// It is used where the host has it.
    Preferred,
    /// The profile does not care.
    Off,
}

impl Protection {
    /// All with the names users write.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("namespaces", Self::Namespaces),
        ("seccomp", Self::Seccomp),
        ("cgroup", Self::Cgroup),
        ("landlock", Self::Landlock),
    ];

    /// The name users write.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// Whether this version has it.
    pub(crate) fn is_built(self) -> bool {
        matches!(self, Self::Namespaces | Self::Seccomp)
    }
}

impl Level {
    /// All with the names users write.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("required", Self::Required), ("preferred", Self::Preferred), ("off", Self::Off)];

    /// The name users write.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}
