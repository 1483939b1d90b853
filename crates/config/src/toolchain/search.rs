//! The walk along `PATH`.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::runtime::{is_installation, is_installed, is_known};
use super::{Search, Word};
use crate::host::is_plain;
use crate::profile::Toolchains;
use crate::view::is_system;

/// What marks an environment, of Python's own making and of conda's.
const ENVIRONMENTS: [&str; 2] = ["pyvenv.cfg", "conda-meta"];

impl Search<'_> {
    pub(super) fn walk(&mut self, which: Toolchains) {
        let path = self.host.var("PATH").map(|path| std::env::split_paths(path).collect::<Vec<_>>());
        for dir in path.unwrap_or_default() {
            // A relative directory means another one inside; whoever writes it trusts where he stands.
            if is_plain(&dir) {
                self.directory(&dir.components().collect::<PathBuf>(), which);
            }
        }
    }

    fn directory(&mut self, dir: &Path, which: Toolchains) {
        if self.found.path.iter().any(|known| known == dir) {
            return;
        }
        if is_system(dir) {
            return self.keep(dir.to_owned());
        }
        let Ok(real) = fs::canonicalize(dir) else { return };
        if is_system(&real) {
            self.keep(real);
        } else if self.in_workspace(&real) {
            self.keep(if self.in_workspace(dir) { dir.to_owned() } else { real });
        } else if which == Toolchains::Path && self.show_directory(&real) {
            self.keep(self.guard.spelled(&real));
        } else {
            self.found.remarks.push(format!("{} is on PATH but not shown: no toolchain is known there", dir.display()));
        }
    }

    fn keep(&mut self, dir: PathBuf) {
        if !self.found.path.contains(&dir) {
            self.found.path.push(dir);
        }
    }

    /// Shows what a directory of programs offers; whether anything of it is shown.
    fn show_directory(&mut self, dir: &Path) -> bool {
        self.is_shown(&self.guard.spelled(dir))
            || self.managed(dir, Word::Ours)
            // Both are asked: a prefix for npm may hold a lone runtime as well.
            || self.lone_programs(dir) | self.npm_prefix(dir)
    }

    /// What `npm install --global` installed into a prefix of the user's own.
    fn npm_prefix(&mut self, dir: &Path) -> bool {
        let Some(modules) = dir.parent().map(|prefix| prefix.join("lib/node_modules")) else { return false };
        modules.is_dir() && self.show(&modules, "npm") && self.show(dir, "npm")
    }

    /// The runtimes in a directory of all kinds of programs, such as `~/.local/bin`.
    fn lone_programs(&mut self, dir: &Path) -> bool {
        if !self.guard.allows_file(&self.guard.spelled(dir)) {
            return false;
        }
        let mut any = false;
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(kind) = entry.file_type() else { continue };
            any |= if kind.is_symlink() {
                self.linked_program(&entry.path(), &name)
            } else {
                kind.is_file() && is_known(&name) && self.executable(&entry.path(), Word::Ours)
            };
        }
        any
    }

    /// A link is shown if it has the name of a runtime, or leads into a toolchain.
    fn linked_program(&mut self, link: &Path, name: &str) -> bool {
        let Ok(target) = fs::canonicalize(link) else { return false };
        let known = is_known(name);
        let dir = target.parent().unwrap_or(Path::new("/"));
        // What only its name vouches for is believed as little as a stranger.
        let shown = self.managed(dir, if known { Word::Ours } else { Word::Strangers })
            || self.is_shown(&self.guard.spelled(&target)) && (known || !is_system(&target))
            || known && self.executable(&target, Word::Ours);
        if shown {
            self.show_links(link);
        }
        shown
    }

    /// Recreates a link, and the links that it leads through, at its end or on the way.
    fn show_links(&mut self, link: &Path) {
        let mut path = link.to_owned();
        // As many as the kernel follows.
        for _ in 0..40 {
            let Some((link, onward)) = self.first_link(&path) else { return };
            self.show_link(&link, "link to a runtime");
            path = onward;
            if self.is_shown(&self.guard.spelled(&path)) {
                return;
            }
        }
    }

    /// The first link on a path, the last name included, and the path that it leads on to. Above the home directory only the
    /// last name counts: what lies there has a place inside anyway.
    fn first_link(&self, path: &Path) -> Option<(PathBuf, PathBuf)> {
        let mut walked = PathBuf::new();
        let mut parts = path.components();
        while let Some(part) = parts.next() {
            match part {
                Component::ParentDir => {
                    walked.pop();
                }
                part => walked.push(part),
            }
            let rest = parts.as_path();
            if (rest.as_os_str().is_empty() || self.guard.is_below_home(&walked))
                && let Ok(target) = fs::read_link(&walked)
            {
                let onward = walked.parent().unwrap_or(Path::new("/")).join(target).join(rest);
                return Some((walked, onward));
            }
        }
        None
    }

    /// Shows the installation that an executable, a real path, belongs to, or the file alone if that is all there is.
    pub(super) fn executable(&mut self, file: &Path, word: Word) -> bool {
        let Some(dir) = file.parent() else { return false };
        if self.is_shown(&self.guard.spelled(file)) || self.managed(dir, word) {
            return true;
        }
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
        // An environment may stand in the root of somebody's project.
        let environment = |prefix: &Path| ENVIRONMENTS.iter().any(|mark| prefix.join(mark).exists());
        let believed = |prefix: &&Path| word == Word::Ours || !environment(prefix);
        if let Some(prefix) = dir.parent().filter(|prefix| is_installed(prefix, name)).filter(believed)
            && self.show(prefix, "a language runtime")
        {
            return true;
        }
        word == Word::Ours && is_known(name) && self.show_file(file)
    }

    fn show_file(&mut self, file: &Path) -> bool {
        let path = self.guard.spelled(file);
        let allowed = self.guard.allows_file(&path);
        if allowed {
            self.found.view.add(path, "a language runtime");
        }
        allowed
    }

    pub(super) fn is_installation(&self, prefix: &Path) -> bool {
        is_installation(prefix)
    }
}
