//! The managers of language versions, and what of each is shown.

mod table;

use std::path::{Path, PathBuf};

use super::pattern::root_of;
use super::{Search, Word};
use table::MANAGERS;

/// A manager of language versions, recognised by a directory of `PATH`.
pub(super) struct Manager {
    /// What the user calls it.
    pub(super) name: &'static str,
    root: Root,
    /// Directories that it puts on `PATH`, relative to its root.
    entries: &'static [&'static str],
    /// Something that only its root holds.
    proof: &'static str,
    shows: Shows,
    then: Then,
    /// Whether a link in the workspace may lead here: only where nothing but installed programs is shown.
    strangers: bool,
}

/// How its root is known.
enum Root {
    /// By this name, or as the value of this variable.
    Named(&'static [&'static str], &'static str),
    /// By the proof alone.
    Proven,
    /// As a child of this directory.
    In(&'static str),
}

/// What of it is shown.
enum Shows {
    /// The root with everything below: it holds nothing but programs.
    Whole,
    /// These parts of the root.
    Parts(&'static [&'static str]),
    /// The one installation that the directory on `PATH` belongs to.
    Installation,
}

/// What has to be looked at besides.
#[derive(Clone, Copy)]
enum Then {
    Nothing,
    /// Links in this part of the root lead to installations elsewhere.
    Links(&'static str),
    /// The toolchains that cargo's proxies start.
    Rustup,
    /// The interpreter that a virtual environment was made with.
    Base,
    /// Settings, in the root or (with `~/`) in the home directory, without which the shims do not know what to start.
    Texts(&'static [&'static str]),
}

impl Search<'_> {
    /// Shows the toolchain that a directory of programs, a real path, belongs to; whether there is one.
    pub(super) fn managed(&mut self, dir: &Path, word: Word) -> bool {
        let known = MANAGERS
            .iter()
            .filter(|manager| word == Word::Ours || manager.strangers)
            .find_map(|manager| Some((manager, self.root(manager, dir)?)));
        known.is_some_and(|(manager, root)| self.show_managed(manager, &root, dir))
    }

    fn root(&self, manager: &Manager, dir: &Path) -> Option<PathBuf> {
        let root = manager.entries.iter().filter_map(|entry| root_of(dir, entry)).find(|root| match manager.root {
            Root::Named(names, variable) => {
                names.iter().any(|name| root.file_name().is_some_and(|own| own == *name))
                    || self.host.directory(variable).is_some_and(|named| named == *root)
            }
            Root::Proven => !manager.proof.is_empty(),
            Root::In(place) => root.parent() == Some(Path::new(place)),
        })?;
        (manager.proof.is_empty() || root.join(manager.proof).exists()).then_some(root)
    }

    fn show_managed(&mut self, manager: &'static Manager, root: &Path, dir: &Path) -> bool {
        match manager.shows {
            Shows::Whole => {
                self.show(root, manager.name);
            }
            Shows::Installation => {
                self.show(installation(dir), manager.name);
            }
            Shows::Parts(parts) => {
                for part in parts.iter().map(|part| root.join(part)) {
                    self.show_part(&part, manager.name);
                }
            }
        }
        match manager.then {
            Then::Nothing => {}
            Then::Links(part) => self.links(&root.join(part), manager.name),
            Then::Rustup => self.rustup(root),
            Then::Base => self.base_of(installation(dir)),
            Then::Texts(paths) => paths.iter().for_each(|path| self.text(path, root, manager.name)),
        }
        self.is_shown(&self.guard.spelled(dir))
    }

    fn show_part(&mut self, part: &Path, name: &'static str) {
        match std::fs::symlink_metadata(part) {
            Ok(metadata) if metadata.is_symlink() => self.show_link(part, name),
            Ok(_) => {
                self.show(part, name);
            }
            Err(_) => {}
        }
    }

    /// Shows the installations that links in a directory lead to.
    fn links(&mut self, dir: &Path, name: &'static str) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_symlink())
                && let Ok(target) = std::fs::canonicalize(entry.path())
                && !target.starts_with(dir)
                && !self.is_shown(&self.guard.spelled(&target))
                && self.is_installation(&target)
            {
                self.show(&target, name);
            }
        }
    }

    fn rustup(&mut self, cargo_home: &Path) {
        self.text("config.toml", cargo_home, "cargo");
        let beside_home = || self.host.home.as_ref().map(|home| home.join(".rustup"));
        let Some(root) = self.host.directory("RUSTUP_HOME").or_else(beside_home) else { return };
        if root.join("toolchains").is_dir() {
            self.show(&root, "rustup");
            self.links(&root.join("toolchains"), "rustup");
        }
    }
}

/// The installation that a directory of programs belongs to.
fn installation(dir: &Path) -> &Path {
    match dir.file_name().and_then(|name| name.to_str()) {
        Some("bin" | "sbin" | "condabin" | "shims") => dir.parent().unwrap_or(dir),
        _ => dir,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_reach_installed_programs_only() {
        for manager in MANAGERS.iter().filter(|manager| manager.strangers) {
            assert!(!matches!(manager.root, Root::In(_)), "{}", manager.name);
            assert!(!matches!(manager.root, Root::Proven) || manager.proof == table::CONDA, "{}", manager.name);
        }
    }
}
