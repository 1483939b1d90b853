//! The program that is to be run, where it is a link out of what is shown.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use spec::Workspace;

use super::{Search, Word};

impl Search<'_> {
    /// Shows the installation that the program itself belongs to.
    pub(super) fn program(&mut self, program: &OsStr) {
        let Some(path) = self.locate(program) else { return };
        let Ok(real) = fs::canonicalize(&path) else { return };
        if !self.in_workspace(&real) {
            let word = if self.in_workspace(&path) { Word::Strangers } else { Word::Ours };
            self.executable(&real, word);
        }
    }

    /// Where the program is on the host.
    fn locate(&self, program: &OsStr) -> Option<PathBuf> {
        if !program.as_bytes().contains(&b'/') {
            return self.found.path.iter().map(|dir| dir.join(program)).find(|path| path.exists());
        }
        let path = Path::new(program);
        let in_workspace = path.strip_prefix(Workspace::TARGET).ok().or_else(|| path.is_relative().then_some(path));
        match in_workspace {
            Some(rest) => self.workspace.map(|workspace| workspace.join(rest)),
            None => Some(path.to_owned()),
        }
    }
}
