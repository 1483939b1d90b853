//! A virtual machine with a kernel of choice, on which those end-to-end tests run that depend on what the host is like.

mod apt;
mod case;
mod cpio;
mod freight;
mod image;
mod initramfs;
mod kernel;
mod machine;
mod modules;
mod root;
mod transcript;

use std::{env::consts::ARCH, path::PathBuf, process::ExitCode};

use anyhow::{Result, ensure};

use self::{
    case::Case,
    freight::{Choice, Task},
    kernel::Kernel,
    machine::Machine,
    root::Root,
};
use crate::{
    arguments::{Errand, Extent, Wanted},
    setup,
    test::{Kit, Tally},
    workspace::Workspace,
};

/// What the machine is built of: `vm` of the target folder.
struct Parts {
    folder: PathBuf,
    root: Root,
    kernel: Kernel,
}

/// Whether there is a machine for this processor.
pub(crate) fn is_possible() -> bool {
    ARCH == "x86_64"
}

/// Downloads what the machine is built of, unless it was done.
pub(crate) fn fetch(workspace: &Workspace) -> Result<()> {
    Parts::fetch(workspace, None).map(drop)
}

/// A stage of the tests: every case on the kernel of the distribution, but not all that could be run there.
pub(crate) fn stage(workspace: &Workspace) -> Result<Tally> {
    test(workspace, &Errand { extent: Extent::Quick, ..Errand::default() })
}

/// By itself, on a machine that may not be set up yet.
pub(crate) fn run(workspace: &Workspace, errand: &Errand) -> Result<ExitCode> {
    setup::run(workspace)?;
    match errand.wanted {
        Wanted::Test => Ok(test(workspace, errand)?.close()),
        Wanted::Shell => shell(workspace, errand).map(|()| ExitCode::SUCCESS),
    }
}

/// One machine after the other: each has both processors of a small computer for itself.
fn test(workspace: &Workspace, errand: &Errand) -> Result<Tally> {
    let choice = match (errand.filters.as_slice(), errand.extent) {
        (names @ [_, ..], _) => Choice::Named(names),
        ([], Extent::Quick) => Choice::Daily,
        ([], Extent::Everything) => Choice::Everything,
    };
    let cases = case::chosen(errand.case.as_deref())?;
    let parts = Parts::fetch(workspace, errand.kernel.as_deref())?;
    let kit = Kit::build(workspace)?;
    cases.iter().map(|case| parts.machine(case, &kit, Task::Tests(choice))?.test(case.name)).sum()
}

fn shell(workspace: &Workspace, errand: &Errand) -> Result<()> {
    let parts = Parts::fetch(workspace, errand.kernel.as_deref())?;
    let kit = Kit::build(workspace)?;
    case::chosen(Some(errand.case.as_deref().unwrap_or(case::FIRST)))?
        .iter()
        .try_for_each(|case| parts.machine(case, &kit, Task::Shell)?.shell())
}

impl Parts {
    fn fetch(workspace: &Workspace, kernel: Option<&str>) -> Result<Self> {
        ensure!(is_possible(), "there is a virtual machine for x86_64 only, this is {ARCH}");
        let folder = workspace.target.join("vm");
        let root = Root::fetch(&folder)?;
        Ok(Self { kernel: Kernel::fetch(kernel, &folder)?, root, folder })
    }

    fn machine(&self, case: &Case, kit: &Kit, task: Task<'_>) -> Result<Machine> {
        let folder = self.folder.join(case.name);
        let initramfs = initramfs::write(&self.kernel, &self.root, &folder)?;
        let freight = freight::pack(case, kit, task, &folder)?;
        Ok(Machine {
            kernel: self.kernel.image.clone(),
            initramfs,
            disks: [self.root.image.clone(), freight],
            console: folder.join("console.log"),
        })
    }
}
