//! Language runtimes outside the system's directories: found from `PATH`, shown read-only, and nothing beside them.
//!
//! Nothing of the home directory is shown because it is there, only because a table here knows what it is. What the
//! workspace says (a link, a `pyvenv.cfg`) is the word of a stranger, and believed only where it leads to an installation
//! of a runtime.

mod caches;
mod guard;
mod homes;
mod java;
mod manager;
mod pattern;
mod program;
mod runtime;
mod search;
mod text;
mod venv;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use guard::Guard;

use crate::Host;
use crate::detect::may_use_java;
use crate::profile::Toolchains;
use crate::view::{View, is_system};

/// Who says that something is a toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// The user's own environment.
    Ours,
    /// Something in the workspace.
    Strangers,
}

/// What was found.
pub(crate) struct Found {
    pub(crate) view: View,
    /// The directories of `PATH` that exist inside, in their order, each once.
    pub(crate) path: Vec<PathBuf>,
    /// What the user may want to know.
    pub(crate) remarks: Vec<String>,
}

/// What a run is about, as far as it decides about toolchains.
pub(crate) struct Run<'a> {
    pub(crate) workspace: Option<&'a Path>,
    pub(crate) program: &'a OsStr,
    /// Whether the workspace can be written, so that something can be built.
    pub(crate) building: bool,
}

/// Looks for the toolchains that `PATH` leads to, and for the one of the program.
pub(crate) fn find(host: &Host, which: Toolchains, run: &Run<'_>, view: View) -> Found {
    let workspace = run.workspace;
    let mut search = Search {
        host,
        workspace,
        guard: Guard::new(host, workspace),
        found: Found { view, path: Vec::new(), remarks: Vec::new() },
    };
    search.walk(which);
    if which == Toolchains::Path {
        search.homes();
        search.virtual_environments();
        search.program(run.program);
        search.caches();
    }
    search.java(run.building && may_use_java(run.program));
    search.found
}

/// The work of looking.
struct Search<'a> {
    host: &'a Host,
    workspace: Option<&'a Path>,
    guard: Guard,
    found: Found,
}

impl Search<'_> {
    /// Shows a path, unless it may not be; whether it is shown now.
    fn show(&mut self, path: &Path, why: &'static str) -> bool {
        let path = self.guard.spelled(path);
        if self.is_shown(&path) {
            return true;
        }
        if !self.guard.allows(&path) {
            return false;
        }
        self.found.view.add(path, why);
        true
    }

    /// Recreates a link whose target is shown.
    fn show_link(&mut self, path: &Path, why: &'static str) {
        let path = self.guard.spelled(path);
        if !is_system(&path) && self.guard.allows_file(&path) {
            self.found.view.add_link(path, why);
        }
    }

    fn is_shown(&self, path: &Path) -> bool {
        is_system(path) || self.found.view.covers(path)
    }

    fn in_workspace(&self, path: &Path) -> bool {
        self.workspace.is_some_and(|workspace| path.starts_with(workspace))
    }

    /// Whether a program of that name can be found inside.
    fn has_program(&self, name: &str) -> bool {
        self.found.path.iter().any(|dir| dir.join(name).exists())
    }
}

#[cfg(test)]
mod tests;
