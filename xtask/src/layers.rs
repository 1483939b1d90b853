//! The shape of the project as a check: who may know whom, where `unsafe` lives, what the launcher may weigh.

mod budget;
mod edges;
mod fence;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Every check; the slow one, the budget, comes last.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    shape(workspace)?;
    budget(workspace)
}

/// The launcher's crates, bytes and start; builds it first.
pub(crate) fn budget(workspace: &Workspace) -> Result<()> {
    budget::check(workspace)
}

/// The checks that need no build.
pub(crate) fn shape(workspace: &Workspace) -> Result<()> {
    let mut wrong = edges::violations(&edges::of(&workspace.packages));
    wrong.extend(edges::strangers(workspace.packages.iter().map(|package| package.name.as_str())));
    wrong.extend(fence::violations(workspace)?);
    if wrong.is_empty() {
        println!("{} crates keep to their layers", workspace.packages.len());
        return Ok(());
    }
    bail!("{}", wrong.join("\n       "))
}
