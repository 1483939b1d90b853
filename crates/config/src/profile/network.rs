//! What a profile says about the network.

use std::fmt;

use spec::Network;

/// What a profile says about the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkRule {
    /// Nothing but the sandbox's own loopback.
    None,
    /// The host's network.
    Host,
    /// Outgoing connections to anywhere: the shorthand `allow-egress`.
    Egress,
    /// Outgoing connections to these names.
    Allow(Vec<String>),
}

impl NetworkRule {
    /// The words users write, the brief ones first.
    pub(crate) const WORDS: [(&'static str, Self); 8] = [
        ("none", Self::None),
        ("host", Self::Host),
        ("deny-all", Self::None),
        ("allow-egress", Self::Egress),
        // YAML's own words for `enabled`.
        ("false", Self::None),
        ("off", Self::None),
        ("no", Self::None),
        ("true", Self::Host),
    ];

    /// How this version meets the rule, if it can.
    pub(crate) fn network(&self) -> Option<Network> {
        match self {
            Self::None => Some(Network::None),
            Self::Host | Self::Egress => Some(Network::Host),
            Self::Allow(_) => None,
        }
    }
}

impl fmt::Display for NetworkRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Host => f.write_str("host"),
            Self::Egress => f.write_str("host (allow-egress)"),
            Self::Allow(names) => write!(f, "allow {}", names.join(", ")),
        }
    }
}
