//! The fence around `unsafe`: it compiles in two crates, and those keep every other lint of the workspace.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::workspace::{Package, Workspace};

/// The kernel, and the program that attacks it in tests.
const INSIDE: [&str; 2] = ["aisbx-linux", "aisbx-probe"];

/// The one lint that the crates inside the fence may set for themselves.
const LINT: &str = "rust: unsafe_code";

/// One sentence per manifest that opens the fence.
pub(super) fn violations(workspace: &Workspace) -> Result<Vec<String>> {
    let house = lints(&read(&workspace.root.join("Cargo.toml"))?, "workspace.lints.");
    let sentences = workspace.packages.iter().map(|package| Ok(violation(package, &manifest(package)?, &house)));
    Ok(sentences.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn violation(package: &Package, manifest: &str, house: &BTreeSet<String>) -> Option<String> {
    let name = &package.name;
    if lints(manifest, "lints").contains(": workspace = true") {
        return None;
    }
    if !INSIDE.contains(&name.as_str()) {
        return Some(format!("{name} sets lints of its own: `unsafe` is for {} alone", INSIDE.join(" and ")));
    }
    let own = names(&lints(manifest, "lints."));
    let dropped: Vec<_> = names(house).difference(&own).filter(|lint| *lint != LINT).cloned().collect();
    (!dropped.is_empty()).then(|| format!("{name} drops lints of the workspace: {}", dropped.join(", ")))
}

/// The lints that are on; a crate may be stricter than the workspace.
fn names(lints: &BTreeSet<String>) -> BTreeSet<String> {
    let pairs = lints.iter().filter_map(|lint| lint.split_once('='));
    pairs.filter(|(_, level)| !level.contains("\"allow\"")).map(|(name, _)| name.trim().into()).collect()
}

fn manifest(package: &Package) -> Result<String> {
    read(&package.manifest_path)
}

fn read(file: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The lines of the tables whose names start so, each behind the rest of its table's name.
fn lints(manifest: &str, prefix: &str) -> BTreeSet<String> {
    let mut table = None;
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = name.strip_prefix(prefix);
        } else if let Some(table) = table.filter(|_| !line.is_empty()) {
            found.insert(format!("{table}: {line}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{lints, violation};
    use crate::workspace::Package;

    const HOUSE: &str = "[workspace.lints.rust]\nunsafe_code = \"forbid\" # fence\nmissing_docs = \"warn\"\n\n[workspace.lints.clippy]\npanic = \"warn\"\n";

    fn judge(name: &str, manifest: &str) -> Option<String> {
        let package = Package { name: name.into(), manifest_path: "".into(), dependencies: vec![], targets: vec![] };
        violation(&package, manifest, &lints(HOUSE, "workspace.lints."))
    }

    #[test]
    fn tables_are_read_without_comments() {
        let expected = ["clippy: panic = \"warn\"", "rust: missing_docs = \"warn\"", "rust: unsafe_code = \"forbid\""];
        assert_eq!(lints(HOUSE, "workspace.lints."), BTreeSet::from(expected.map(String::from)));
    }

    #[test]
    fn the_lints_of_the_workspace_are_always_right() {
        for name in ["aisbx-linux", "aisbx-store"] {
            assert_eq!(judge(name, "[package]\nname = \"a\"\n[lints]\nworkspace = true\n"), None);
        }
    }

    #[test]
    fn outside_the_fence_no_crate_sets_its_own() {
        for manifest in ["[package]\n", "[lints.rust]\nunsafe_code = \"allow\"\n"] {
            assert_eq!(
                judge("aisbx-store", manifest).as_deref(),
                Some("aisbx-store sets lints of its own: `unsafe` is for aisbx-linux and aisbx-probe alone")
            );
        }
    }

    #[test]
    fn inside_the_fence_only_one_lint_is_free() {
        let own = "[lints.rust]\nunsafe_code = \"allow\"\nmissing_docs = \"warn\"\n[lints.clippy]\npanic = \"warn\"\n";
        assert_eq!(judge("aisbx-linux", own), None);
        assert_eq!(judge("aisbx-linux", &own.replace("panic = \"warn\"", "panic = \"deny\"")), None);
        let dropped = own.replace("missing_docs = \"warn\"\n", "").replace("panic = \"warn\"", "panic = \"allow\"");
        assert_eq!(
            judge("aisbx-linux", &dropped).as_deref(),
            Some("aisbx-linux drops lints of the workspace: clippy: panic, rust: missing_docs")
        );
    }
}
