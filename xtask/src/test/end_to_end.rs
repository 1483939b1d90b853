//! The end-to-end tests: the executables as shipped, on real projects, as whoever runs us and as an ordinary user.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use nix::unistd::Uid;

use super::{
    stranger::Stranger,
    suite::{END_TO_END, PACKAGE, test},
    tally::Tally,
};
use crate::{process, workspace::Workspace};

/// What the tests are handed; each is also the name of an environment variable of theirs.
pub(crate) struct Kit {
    pub(crate) tests: PathBuf,
    /// `AISBX_BIN`: the launcher, release build.
    pub(crate) launcher: PathBuf,
    /// `AISBX_PROBE`: the program that tries one thing and prints one fact.
    pub(crate) probe: PathBuf,
    /// `AISBX_TEST_DATA`: what the set-up downloaded.
    pub(crate) data: PathBuf,
    /// The working folder, a crate of the workspace with `../../examples` beside it.
    pub(crate) folder: PathBuf,
}

impl Kit {
    pub(crate) fn build(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            tests: workspace.test_executable(PACKAGE, END_TO_END)?,
            launcher: workspace.release(PACKAGE, "aisbx")?,
            probe: workspace.release("aisbx-probe", "aisbx-probe")?,
            data: workspace.target.join("test-data"),
            folder: workspace.root.join("crates/cli"),
        })
    }

    /// Copies for a user who cannot see the workspace or the target folder.
    pub(crate) fn copy_to(&self, folder: &Path) -> Result<Self> {
        let (programs, workspace) = (folder.join("programs"), folder.join("workspace"));
        let crate_folder = workspace.join("crates/cli");
        copy(&[&self.tests, &self.launcher, &self.probe], &programs)?;
        copy(&[&self.folder.join("tests")], &crate_folder)?;
        copy(&[&self.folder.join("../../examples")], &workspace)?;
        copy(&[&self.data], folder)?;
        let copied = |file: &Path| programs.join(file.file_name().unwrap_or_default());
        let (tests, launcher, probe) = (copied(&self.tests), copied(&self.launcher), copied(&self.probe));
        Ok(Self { tests, launcher, probe, data: folder.join("test-data"), folder: crate_folder })
    }

    /// The variables and the folder, put on whatever starts the tests.
    pub(crate) fn equip(&self, command: &mut Command) {
        command.current_dir(&self.folder);
        command.env("AISBX_BIN", &self.launcher).env("AISBX_PROBE", &self.probe).env("AISBX_TEST_DATA", &self.data);
    }
}

fn copy(sources: &[&Path], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    process::run(Command::new("cp").arg("--recursive").args(sources).arg(folder))
}

/// As the user who runs us.
pub(super) fn run(workspace: &Workspace) -> Result<Tally> {
    let kit = Kit::build(workspace)?;
    let mut command = Command::new(&kit.tests);
    kit.equip(&mut command);
    some(command)
}

/// Once more as a user with no rights, if the first one was root.
pub(super) fn run_unprivileged(workspace: &Workspace) -> Result<Tally> {
    if !Uid::effective().is_root() {
        println!("this user is unprivileged: done above");
        return Ok(Tally::default());
    }
    let stranger = Stranger::invite(&Kit::build(workspace)?, workspace)?;
    let tally = some(stranger.command());
    stranger.see_off()?;
    tally
}

/// A suite in which nothing ran proves nothing.
fn some(command: Command) -> Result<Tally> {
    let tally = test(command)?;
    ensure!(tally != Tally::default(), "no end-to-end test ran");
    Ok(tally)
}
