//! Installs what the tests need, only what is missing, and says what it does.

mod cargo_deny;
mod need;
mod packages;
mod wheels;

use anyhow::Result;

use crate::{vm, workspace::Workspace};

/// Quick when nothing is missing.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    packages::install(&need::missing())?;
    cargo_deny::install(workspace)?;
    wheels::download(workspace)?;
    if vm::is_possible() {
        vm::fetch(workspace)?;
    }
    println!("the machine has what the tests need");
    Ok(())
}
