//! The mapping below `network`.

use super::{Fault, Reader};
use crate::Sourced;
use crate::profile::NetworkRule;
use crate::yaml::Entry;

const BOOLEANS: [(&str, bool); 6] =
    [("true", true), ("false", false), ("yes", true), ("no", false), ("on", true), ("off", false)];

impl Reader {
    /// `network: {enabled: false}`, or names to allow.
    pub(super) fn network_map(&mut self, entry: &Entry) -> Option<Sourced<NetworkRule>> {
        let (mut enabled, mut names) = (None, None);
        for part in self.map(entry)? {
            match part.key.as_str() {
                "enabled" => enabled = self.word(part, &BOOLEANS).map(|word| word.value),
                "allow" => names = Some(self.texts(part).into_iter().map(|(name, _)| name.to_owned()).collect()),
                _ => self.unknown(part, vec!["enabled", "allow"]),
            }
        }
        let rule = match (enabled, names) {
            (Some(false), Some(_)) => {
                self.problem(entry.mark, Fault::AllowWithoutNetwork);
                return None;
            }
            // An empty list of allowed names allows none.
            (_, Some(names)) if Vec::is_empty(&names) => NetworkRule::None,
            (_, Some(names)) => NetworkRule::Allow(names),
            (Some(true), None) => NetworkRule::Host,
            (Some(false) | None, None) => NetworkRule::None,
        };
        Some(self.sourced(rule, entry.mark))
    }
}
