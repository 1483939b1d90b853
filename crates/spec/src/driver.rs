//! Which wall a sandbox is built with.

use serde::{Deserialize, Serialize};

/// The program or mechanism that builds the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Driver {
    /// The strongest that this host offers and the profile accepts.
    #[default]
    Auto,
    /// Linux namespaces, set up by ourselves.
    Native,
    /// Bubblewrap.
    Bwrap,
    /// `chroot(2)`, for root only.
    Chroot,
    /// A Lima virtual machine.
    Lima,
}

impl Driver {
    /// All drivers with the names users write.
    pub const ALL: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("native", Self::Native),
        ("bwrap", Self::Bwrap),
        ("chroot", Self::Chroot),
        ("lima", Self::Lima),
    ];

    /// The name users write.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, driver)| *driver == self).map_or("auto", |(name, _)| name)
    }
}
