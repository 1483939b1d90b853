//! Host paths shown inside a sandbox.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a sandbox may do with a host path it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Read only.
    Ro,
    /// Read and write: changes reach the host at once.
    Rw,
    /// Copy on write: changes stay in the run's own layer.
    Cow,
}

impl Access {
    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ro => "ro",
            Self::Rw => "rw",
            Self::Cow => "cow",
        }
    }
}

/// One host path shown inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Absolute path on the host; a file or a directory.
    pub source: PathBuf,
    /// Absolute path inside, without `..`.
    pub target: PathBuf,
    /// What the sandbox may do with it.
    pub access: Access,
}
