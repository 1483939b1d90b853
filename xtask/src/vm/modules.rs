//! The modules that the machine loads before anything else, each after those it needs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::kernel::Kernel;

/// What a kernel may have built in; then there is no such module.
const WANTED: &[&str] = &[
    // The disks, and what is on them.
    "virtio_pci",
    "virtio_blk",
    "crc32c_generic",
    "ext4",
    // Copies on write. Inside a user namespace nobody could load it.
    "overlay",
    // What is asked for from inside, and must be there to be refused.
    "binfmt_misc",
    "tun",
    "vsock",
];

/// The contents of the modules, in the order in which they are to be loaded.
pub(super) fn read(kernel: &Kernel) -> Result<Vec<Vec<u8>>> {
    let list = kernel.modules.join("modules.dep");
    // A kernel without modules has no list of them.
    let Ok(list) = fs::read_to_string(list) else { return Ok(Vec::new()) };
    ordered(&list).iter().map(|module| plain(&kernel.modules.join(module))).collect()
}

/// `kernel/a.ko: kernel/b.ko kernel/c.ko`: `c` is loaded first, then `b`, then `a`.
fn ordered(list: &str) -> Vec<&str> {
    let lines: Vec<_> = list.lines().filter_map(|line| line.split_once(':')).collect();
    let wanted = WANTED.iter().filter_map(|wanted| lines.iter().find(|(module, _)| name(module) == *wanted));
    let chains = wanted.flat_map(|(module, needs)| needs.split_whitespace().rev().chain([*module]));
    let mut seen = BTreeSet::new();
    chains.filter(|module| seen.insert(*module)).collect()
}

fn name(module: &str) -> String {
    let file = module.rsplit('/').next().unwrap_or(module);
    file.split(".ko").next().unwrap_or(file).replace('-', "_")
}

fn plain(module: &Path) -> Result<Vec<u8>> {
    let unpacker = match module.extension().and_then(|kind| kind.to_str()) {
        Some("xz") => "xz",
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        _ => return fs::read(module).with_context(|| format!("cannot read {}", module.display())),
    };
    let output = Command::new(unpacker).arg("-dc").arg(PathBuf::from(module)).output();
    let output = output.with_context(|| format!("cannot start {unpacker}"))?;
    if !output.status.success() {
        bail!("{unpacker} cannot unpack {}", module.display());
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::ordered;

    #[test]
    fn what_a_module_needs_is_loaded_before_it() {
        let list = "kernel/virtio_blk.ko: kernel/virtio.ko kernel/virtio_ring.ko\n\
                    kernel/other.ko:\n\
                    kernel/virtio-pci.ko.xz: kernel/modern.ko kernel/virtio.ko kernel/virtio_ring.ko\n";
        assert_eq!(
            ordered(list),
            [
                "kernel/virtio_ring.ko",
                "kernel/virtio.ko",
                "kernel/modern.ko",
                "kernel/virtio-pci.ko.xz",
                "kernel/virtio_blk.ko"
            ]
        );
    }
}
