//! Paths with a `*` for one name.

use std::path::{Path, PathBuf};

/// What precedes `pattern` in `path`, if the path ends so; an empty pattern matches the path itself.
pub(super) fn root_of(path: &Path, pattern: &str) -> Option<PathBuf> {
    let mut rest = path;
    for wanted in pattern.rsplit('/').filter(|part| !part.is_empty()) {
        let name = rest.file_name()?;
        if wanted != "*" && name != wanted {
            return None;
        }
        rest = rest.parent()?;
    }
    Some(rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_name() {
        let path = Path::new("/home/u/.nvm/versions/node/v20/bin");
        assert_eq!(root_of(path, "versions/node/*/bin"), Some("/home/u/.nvm".into()));
        assert_eq!(root_of(path, ""), Some(path.into()));
        for pattern in ["versions/*/bin/x", "versions/node/bin", "node/*/*/bin"] {
            assert_ne!(root_of(path, pattern), Some("/home/u/.nvm".into()), "{pattern}");
        }
        assert_eq!(root_of(Path::new("/bin"), "*/*/*"), None);
    }
}
