//! Pytest and what it needs, on disk, so that the tests install it without a network.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{process, workspace::Workspace};

/// Downloads into `test-data/wheels` of the target folder, unless it was done.
pub(super) fn download(workspace: &Workspace) -> Result<()> {
    let wheels = workspace.target.join("test-data/wheels");
    if wheels.is_dir() {
        return Ok(());
    }
    println!("downloading pytest");
    std::fs::create_dir_all(&workspace.target).context("cannot make the target folder")?;
    let scratch = tempfile::tempdir_in(&workspace.target).context("cannot make a folder for the download")?;
    fetch(scratch.path())?;
    std::fs::create_dir_all(workspace.target.join("test-data")).context("cannot make the folder of test data")?;
    // Only a whole download gets the name that says it was done.
    std::fs::rename(scratch.path().join("wheels"), &wheels).context("cannot move the download into place")
}

/// A virtual environment brings its own pip, which Debian's Python does not.
fn fetch(scratch: &Path) -> Result<()> {
    let environment = scratch.join("environment");
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let pip = environment.join("bin/pip");
    let words = ["download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--dest"];
    process::run(Command::new(pip).args(words).arg(scratch.join("wheels")).arg("pytest"))
}
