//! The direction of dependencies: data and calls go down, never up or sideways.

use crate::workspace::Package;

/// One crate: where it stands, whom it may know, and the rule as a sentence.
struct Row {
    name: &'static str,
    /// Higher stands above lower; tests may reach anything below.
    layer: u8,
    may_use: &'static [&'static str],
    rule: &'static str,
}

/// The map of ARCHITECTURE.md. A new crate needs a row.
const TABLE: &[Row] = &[
    row("aisbx-spec", 0, &[], "spec is plain words and knows none of us"),
    row("aisbx-linux", 0, &[], "linux is the kernel and knows none of our words"),
    row("aisbx-sandbox", 1, &["aisbx-spec", "aisbx-linux"], "the engine stands on spec and linux alone"),
    row("aisbx-store", 1, &["aisbx-spec"], "abilities never see each other; they meet in aisbx"),
    row("aisbx-config", 1, &["aisbx-spec"], "abilities never see each other; they meet in aisbx"),
    row(
        "aisbx",
        2,
        &["aisbx-spec", "aisbx-linux", "aisbx-sandbox", "aisbx-store", "aisbx-config"],
        "use cases know no door",
    ),
    row(
        "aisbx-cli",
        3,
        &["aisbx", "aisbx-spec", "aisbx-linux", "aisbx-store", "aisbx-config"],
        "a door calls aisbx and prints words; it never drives the engine",
    ),
    row("aisbx-probe", 0, &[], "the probe must not depend on what it tests"),
    row("xtask", 4, EVERYTHING, "chores may know everything"),
];

const EVERYTHING: &[&str] = &["*"];

const fn row(name: &'static str, layer: u8, may_use: &'static [&'static str], rule: &'static str) -> Row {
    Row { name, layer, may_use, rule }
}

/// One crate of ours naming another in its manifest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy)]
enum Purpose {
    /// Linked into what we ship, or run to build it.
    Product,
    Tests,
}

/// The edges between our own crates.
pub(super) fn of(packages: &[Package]) -> Vec<Edge<'_>> {
    let ours = |name: &str| packages.iter().any(|package| package.name == name);
    let edges = packages.iter().flat_map(|package| package.dependencies.iter().map(move |to| (package, to)));
    edges
        .filter(|(_, to)| ours(&to.name))
        .map(|(from, to)| Edge { from: &from.name, to: &to.name, purpose: purpose(to.kind.as_deref()) })
        .collect()
}

fn purpose(kind: Option<&str>) -> Purpose {
    if kind == Some("dev") { Purpose::Tests } else { Purpose::Product }
}

/// One sentence per wrong edge.
pub(super) fn violations(edges: &[Edge<'_>]) -> Vec<String> {
    edges.iter().filter_map(violation).collect()
}

fn violation(edge: &Edge<'_>) -> Option<String> {
    let (from, to) = (find(edge.from)?, find(edge.to)?);
    let (allowed, verb) = match edge.purpose {
        Purpose::Product => (from.may_use == EVERYTHING || from.may_use.contains(&to.name), "uses"),
        Purpose::Tests => (to.layer < from.layer, "is tested with"),
    };
    (!allowed).then(|| format!("{} {verb} {}: {}", from.name, to.name, from.rule))
}

/// One sentence per crate without a row.
pub(super) fn strangers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let unknown = names.filter(|name| find(name).is_none());
    unknown.map(|name| format!("{name} has no row in the table of layers: say there whom it may know")).collect()
}

fn find(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests;
