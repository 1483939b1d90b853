//! What this version cannot enforce, and therefore does not run.

use std::fmt;

use spec::{Driver, Level};

use super::Rules;
use crate::Origin;
use crate::profile::{NetworkRule, Protection};

/// Something asked for that this version cannot enforce. To run without it would be to ignore it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which setting.
    pub setting: &'static str,
    /// What it asks for.
    pub value: String,
    /// Who asks for it.
    pub origin: Origin,
    /// The way out.
    pub hint: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({}): {}", self.setting, self.value, self.origin, self.hint)
    }
}

const DRIVER: &str = "this version has the native driver: use --driver native";
const SECCOMP: &str =
    "filters from files come with a later version: leave it out, and choose `syscalls: minimal` or `baseline`";
const CAPS: &str = "a sandbox holds no capability: leave it out, or write `caps: []`";
const ALLOW: &str = "networks limited to names come with a later version: close it with --net none, or share the host's with --net host";
const LANDLOCK: &str = "rules below a mount tree come with a later version: write `preferred`, or leave it out";
const FLOOR: &str = "nothing runs without it: write `required` or `preferred`, or leave it out";

impl Rules {
    /// Everything that is asked for and that this version cannot enforce.
    pub fn unsupported(&self) -> Vec<Refusal> {
        let mut all = Vec::new();
        if !matches!(self.driver.value, Driver::Auto | Driver::Native) {
            all.push(refusal("driver", self.driver.value.name(), &self.driver.origin, DRIVER));
        }
        if let NetworkRule::Allow(_) = self.network.value {
            all.push(refusal("network", &self.network.value, &self.network.origin, ALLOW));
        }
        if let Some(path) = &self.seccomp {
            all.push(refusal("seccomp", path.value.display(), &path.origin, SECCOMP));
        }
        if !self.caps.value.is_empty() {
            all.push(refusal("caps", self.caps.value.join(", "), &self.caps.origin, CAPS));
        }
        all.extend(self.floor.iter().filter_map(|floor| {
            let (protection, level) = (floor.value.protection, floor.value.level);
            if (protection, level) == (Protection::Landlock, Level::Required) {
                return Some(refusal("floor", "landlock required", &floor.origin, LANDLOCK));
            }
            let naked = (protection, level) == (Protection::Seccomp, Level::Off);
            naked.then(|| refusal("floor", "seccomp off", &floor.origin, FLOOR))
        }));
        all
    }
}

fn refusal(setting: &'static str, value: impl fmt::Display, origin: &Origin, hint: &'static str) -> Refusal {
    Refusal { setting, value: value.to_string(), origin: origin.clone(), hint }
}
