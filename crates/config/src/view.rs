//! The part of the host's files that a sandbox is shown.

mod system;

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub(crate) use system::{Purpose, is_system, system};

/// A host path that is shown read-only at its own place. A symbolic link is recreated as that link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Shown {
    /// The path.
    pub path: PathBuf,
    /// What it is shown for.
    pub why: Cow<'static, str>,
}

/// Whether a path is a tree or lies in it; both absolute and without `.`, `..` and doubled slashes. As `Path::starts_with`, which
/// takes both apart into components: some hundred times in every start.
pub(crate) fn lies_in(path: &Path, tree: &Path) -> bool {
    let (path, tree) = (path.as_os_str().as_bytes(), tree.as_os_str().as_bytes());
    path.strip_prefix(tree).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || tree == b"/")
}

/// What is shown so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    trees: Vec<Shown>,
    links: Vec<Shown>,
}

impl View {
    /// Shows a file, or a directory with everything below.
    pub(crate) fn add(&mut self, path: PathBuf, why: impl Into<Cow<'static, str>>) {
        if !self.covers(&path) {
            self.trees.push(Shown { path, why: why.into() });
        }
    }

    /// Recreates a symbolic link.
    pub(crate) fn add_link(&mut self, path: PathBuf, why: impl Into<Cow<'static, str>>) {
        if !self.covers(&path) && self.links.iter().all(|link| link.path != path) {
            self.links.push(Shown { path, why: why.into() });
        }
    }

    /// Whether a path is shown, itself or as part of a tree.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        self.trees.iter().any(|shown| lies_in(path, &shown.path))
    }

    /// Whether a path exists inside: it is shown, or holds something that is.
    pub(crate) fn reaches(&self, path: &Path) -> bool {
        self.covers(path) || self.trees.iter().chain(&self.links).any(|shown| shown.path.starts_with(path))
    }

    /// Everything once, parents before what they hold.
    pub(crate) fn finish(self) -> Vec<Shown> {
        let mut all = Vec::with_capacity(self.trees.len() + self.links.len());
        for shown in self.trees.iter().chain(&self.links) {
            let covered = self.trees.iter().any(|other| other.path != shown.path && lies_in(&shown.path, &other.path));
            if !covered {
                all.push(shown.clone());
            }
        }
        all.sort_by(|one, two| one.path.as_os_str().cmp(two.path.as_os_str()));
        all.dedup_by(|one, two| one.path == two.path);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_holds_itself_and_what_is_below_it() {
        let lies = |path: &str, tree: &str| lies_in(Path::new(path), Path::new(tree));
        assert!(lies("/usr", "/usr") && lies("/usr/bin", "/usr") && lies("/usr", "/"));
        assert!(!lies("/usrlocal", "/usr") && !lies("/", "/usr") && !lies("/us", "/usr"));
    }
}
