//! The checker of licences, sources and bans.

use anyhow::{Context, Result};

use crate::{process, workspace::Workspace};

/// Builds it from its own lock file, once per machine.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    if process::succeeds(&mut workspace.cargo(["deny", "--version"])) {
        return Ok(());
    }
    println!("building cargo-deny; this takes some minutes, once per machine");
    let outside = tempfile::tempdir().context("cannot make a temporary folder")?;
    // Started outside the workspace, whose settings would make it a static program of ours.
    process::run(workspace.cargo(["install", "--locked", "--quiet", "cargo-deny"]).current_dir(outside.path()))
}
