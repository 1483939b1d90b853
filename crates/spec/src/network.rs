//! What a sandbox can reach over the network.

use serde::{Deserialize, Serialize};

/// What a sandbox can reach over the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// A network namespace of its own with loopback up and nothing else.
    #[default]
    None,
    /// The host's network, shared: everything the host reaches, its loopback services and abstract sockets included.
    Host,
}

impl Network {
    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Host => "host",
        }
    }
}
