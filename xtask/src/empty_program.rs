//! The smallest program the compiler makes: what a start costs on this machine at the least.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{process, workspace::Workspace};

/// Static like the launcher, so that only what it does makes the difference.
const FLAGS: [&str; 6] =
    ["--edition=2024", "-O", "-Cpanic=abort", "-Ctarget-feature=+crt-static", "-Cstrip=symbols", "-o"];

/// Builds it into the target folder.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("empty");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    std::fs::write(&source, "fn main() {}\n").with_context(|| format!("cannot write {}", source.display()))?;
    process::run(Command::new("rustc").current_dir(&workspace.root).args(FLAGS).arg(&program).arg(&source))?;
    Ok(program)
}
