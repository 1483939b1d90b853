//! The tree a sandbox works on.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Access;

/// The tree a sandbox works on, shown at [`Workspace::TARGET`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Absolute, resolved path on the host.
    pub source: PathBuf,
    /// What the sandbox may do with it.
    pub access: Access,
    /// Where changes go; `Some` exactly for [`Access::Cow`].
    pub layer: Option<Layer>,
}

impl Workspace {
    /// Where the tree appears inside.
    pub const TARGET: &'static str = "/workspace";
}

/// The directories of one writable layer. All are on one file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The directory that holds `upper` (changed files, whiteouts) and `work` (overlayfs's own).
    pub dir: PathBuf,
}
