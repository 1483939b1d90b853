//! Settings of managers, shown if they hold nothing that looks like a secret.

use std::fs;
use std::path::Path;

use super::Search;

/// No settings of a manager come near.
const MAX_BYTES: u64 = 64 * 1024;

/// What a secret is introduced by. `[env` stands for whole sections of variables; `@` for the password in a URL.
const SUSPICIOUS: [&str; 11] =
    ["token", "password", "passwd", "secret", "credential", "apikey", "api_key", "api-key", "auth", "[env", "@"];

impl Search<'_> {
    /// Shows a file of settings, relative to `root` or (with `~/`) to the home directory.
    pub(super) fn text(&mut self, path: &str, root: &Path, name: &'static str) {
        let path = match (path.strip_prefix("~/"), &self.host.home) {
            (Some(rest), Some(home)) => home.join(rest),
            (Some(_), None) => return,
            (None, _) => root.join(path),
        };
        // A link may lead anywhere.
        let Ok(metadata) = fs::symlink_metadata(&path) else { return };
        if !metadata.is_file() || metadata.len() > MAX_BYTES {
            return;
        }
        match fs::read_to_string(&path) {
            Ok(text) if is_harmless(&text) => self.found.view.add(self.guard.spelled(&path), name),
            _ => self.found.remarks.push(format!("{} is not shown, because it may hold a secret", path.display())),
        }
    }
}

fn is_harmless(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    !SUSPICIOUS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_one() {
        assert!(is_harmless("[build]\njobs = 2\n[source.crates-io]\nreplace-with = \"mirror\"\n"));
        for text in ["[registries.x]\nToken = 1", "proxy = \"http://u:p@host\"", "[env]\nX = 1", "api_key: x"] {
            assert!(!is_harmless(text), "{text}");
        }
    }
}
