//! Virtual environments of Python, and the interpreters they stand on.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Search, Word};

/// What people call the environment of a project.
const NAMES: [&str; 2] = [".venv", "venv"];

impl Search<'_> {
    /// Shows the interpreters of the workspace's own environments.
    pub(super) fn virtual_environments(&mut self) {
        let Some(workspace) = self.workspace else { return };
        let active = self.host.directory("VIRTUAL_ENV").filter(|dir| self.in_workspace(dir));
        let on_path = self.found.path.iter().filter(|dir| self.in_workspace(dir)).filter_map(|dir| dir.parent());
        let candidates: Vec<PathBuf> = active
            .into_iter()
            .chain(on_path.map(Path::to_owned))
            .chain(NAMES.map(|name| workspace.join(name)))
            .collect();
        for environment in candidates {
            self.interpreter(&environment.join("bin/python"), Word::Strangers);
        }
    }

    /// Shows the interpreter of an environment of the user's own.
    pub(super) fn base_of(&mut self, environment: &Path) {
        self.interpreter(&environment.join("bin/python"), Word::Ours);
    }

    fn interpreter(&mut self, link: &Path, word: Word) {
        if let Ok(real) = fs::canonicalize(link)
            && !self.in_workspace(&real)
            && self.executable(&real, word)
        {
            self.stops(link);
        }
    }

    /// Recreates the links between an environment and its interpreter, such as `python3.12` in `~/.local/bin`.
    fn stops(&mut self, link: &Path) {
        let mut link = link.to_owned();
        for _ in 0..40 {
            let Ok(target) = fs::read_link(&link) else { return };
            link = link.parent().unwrap_or(Path::new("/")).join(target);
            let outside = !self.in_workspace(&link) && !self.is_shown(&self.guard.spelled(&link));
            if outside && link.is_symlink() {
                self.show_link(&link, "link to a runtime");
            }
        }
    }
}
