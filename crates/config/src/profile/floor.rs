//! The least enforcement that a profile accepts.

use spec::Level;

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

    /// Its place among the levels of a run.
    pub(crate) fn level_in(self, floor: &mut spec::Floor) -> &mut Level {
        match self {
            Self::Namespaces => &mut floor.namespaces,
            Self::Seccomp => &mut floor.seccomp,
            Self::Cgroup => &mut floor.cgroup,
            Self::Landlock => &mut floor.landlock,
        }
    }
}
