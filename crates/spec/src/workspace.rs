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

/// Where the changes to a workspace go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// A directory with `upper` (changed files, whiteouts) and `work` (overlayfs's own), on one file system.
    Overlay(PathBuf),
    /// A directory that is a copy of the whole tree, where the tree cannot be overlaid.
    Copy(PathBuf),
}
