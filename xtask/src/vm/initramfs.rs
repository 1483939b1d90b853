//! What the kernel starts: it loads modules, mounts the disks and hands over.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{cpio::Archive, image, kernel::Kernel, modules, root::Root};

const INIT: &str = include_str!("guest/initramfs.sh");

pub(super) fn write(kernel: &Kernel, root: &Root, folder: &Path) -> Result<PathBuf> {
    let busybox = fs::read(&root.busybox).with_context(|| format!("cannot read {}", root.busybox.display()))?;
    let archive =
        ["bin", "dev", "modules", "root"].iter().fold(Archive::default(), |archive, name| archive.folder(name));
    let archive = archive.program("bin/busybox", &busybox).program("init", INIT.as_bytes());
    // The number keeps the order.
    let modules = modules::read(kernel)?.into_iter().enumerate();
    let archive =
        modules.fold(archive, |archive, (place, module)| archive.program(&format!("modules/{place:02}.ko"), &module));
    let file = image::folder(folder)?.join("initramfs");
    fs::write(&file, archive.end()).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
