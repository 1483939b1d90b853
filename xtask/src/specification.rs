//! SPECIFICATION.md as a check: every test it names exists.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

const FILE: &str = "SPECIFICATION.md";

/// Fails with the names of tests that are promised and not there.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let text = fs::read_to_string(workspace.root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    let sources = ["crates", "xtask"].map(|folder| sources(&workspace.root.join(folder)));
    let sources: Vec<_> = sources.into_iter().collect::<Result<Vec<_>>>()?.concat();
    let missing: Vec<_> = names(&text).filter(|name| !sources.iter().any(|source| source.holds(name))).collect();
    if missing.is_empty() {
        println!("{} tests of {FILE} are there", names(&text).count());
        return Ok(());
    }
    bail!("{FILE} names tests that do not exist: {}", missing.join(", "))
}

/// What stands between backticks and looks like the path of a test.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted
        .filter(|word| word.matches("::").count() > 1 && word.chars().all(|c| c.is_alphanumeric() || "_:".contains(c)))
}

/// One file of code.
#[derive(Clone)]
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Whether the test of that path is in this file: its function here, every other part of it in the file's path.
    fn holds(&self, name: &str) -> bool {
        let Some((modules, function)) = name.rsplit_once("::") else { return false };
        let places: Vec<_> = self.path.iter().map(|part| part.to_string_lossy()).collect();
        let within = |module: &str| places.iter().any(|place| place.trim_end_matches(".rs") == module);
        modules.split("::").all(within) && self.text.contains(&format!("fn {function}("))
    }
}

fn sources(folder: &Path) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    let listed = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for path in listed.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.push(Source { path, text });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Source, names};

    #[test]
    fn names_are_told_from_other_code() {
        let text = "| a | `e2e::files::it_is` | `cargo xtask test`, `store::Durability`\n`e2e::…`, `a::b::c`";
        assert_eq!(names(text).collect::<Vec<_>>(), ["e2e::files::it_is", "a::b::c"]);
    }

    #[test]
    fn a_test_is_found_by_its_file_and_its_name() {
        let source = Source { path: "/w/crates/cli/tests/e2e/files.rs".into(), text: "#[test]\nfn it_is() {}".into() };
        assert!(source.holds("e2e::files::it_is"));
        assert!(!source.holds("e2e::files::it_was"));
        assert!(!source.holds("e2e::others::it_is"));
    }
}
