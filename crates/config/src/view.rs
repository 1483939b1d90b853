//! The part of the host's files that a sandbox is shown.

mod system;

use std::borrow::Cow;
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
        self.trees.iter().any(|shown| path.starts_with(&shown.path))
    }

    /// Whether a path exists inside: it is shown, or holds something that is.
    pub(crate) fn reaches(&self, path: &Path) -> bool {
        self.covers(path) || self.trees.iter().chain(&self.links).any(|shown| shown.path.starts_with(path))
    }

    /// Everything once, parents before what they hold.
    pub(crate) fn finish(self) -> Vec<Shown> {
        let mut all = Vec::with_capacity(self.trees.len() + self.links.len());
        for shown in self.trees.iter().chain(&self.links) {
            let covered =
                self.trees.iter().any(|other| other.path != shown.path && shown.path.starts_with(&other.path));
            if !covered {
                all.push(shown.clone());
            }
        }
        all.sort();
        all.dedup_by(|one, two| one.path == two.path);
        all
    }
}
