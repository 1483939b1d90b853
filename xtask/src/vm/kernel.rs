//! The kernel under test: a package of the distribution, or a file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    apt::{self, Apt},
    image,
};
use crate::{process, search_path};

/// The small kernels of clouds, as Debian and as Ubuntu call them.
const CLOUD: [&str; 2] = ["linux-image-cloud-amd64", "linux-image-virtual"];

/// What QEMU starts, and the modules that go with it.
pub(super) struct Kernel {
    pub(super) image: PathBuf,
    /// `…/lib/modules/VERSION`
    pub(super) modules: PathBuf,
}

impl Kernel {
    /// A path, a package, the version of a cloud kernel, or the one that the distribution takes for clouds.
    pub(super) fn fetch(wish: Option<&str>, folder: &Path) -> Result<Self> {
        match wish {
            None => Self::package(&CLOUD, &folder.join("kernels/cloud"), folder),
            Some(path) if path.contains('/') => Self::file(Path::new(path)),
            Some(wish) => {
                let package = package(wish);
                Self::package(&[&package], &folder.join("kernels").join(&package), folder)
            }
        }
    }

    /// `…/boot/vmlinuz-VERSION` with its `…/lib/modules/VERSION`.
    fn file(image: &Path) -> Result<Self> {
        let version = image.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("vmlinuz-"));
        let Some((version, top)) = version.zip(image.parent().and_then(Path::parent)) else {
            bail!("{}: a path like boot/vmlinuz-VERSION is needed, with its lib/modules/VERSION", image.display());
        };
        Ok(Self { image: image.into(), modules: top.join("lib/modules").join(version) })
    }

    /// The first of these names that the distribution knows, unpacked once.
    fn package(names: &[&str], place: &Path, folder: &Path) -> Result<Self> {
        if !place.is_dir() {
            println!("downloading a kernel for the virtual machine");
            let apt = Apt::open(folder)?;
            let Some(name) = names.iter().find(|name| apt.knows(name)) else {
                bail!("the distribution has no kernel {}", names.join(" and no "));
            };
            let scratch = image::scratch(folder)?;
            // With it come the programs that would make it bootable by itself.
            let packages = apt.download(&[name])?;
            let kernels = packages.iter().filter(|file| file.file_name().is_some_and(is_kernels));
            kernels.into_iter().try_for_each(|archive| apt::unpack(archive, scratch.path()))?;
            index(&Self::file(&vmlinuz(scratch.path())?)?)?;
            fs::create_dir_all(folder.join("kernels")).context("cannot make the folder of kernels")?;
            image::settle(scratch, place)?;
        }
        Self::file(&vmlinuz(place)?)
    }
}

/// `6.1.0-50` is short for a package.
fn package(wish: &str) -> String {
    if wish.starts_with(|first: char| first.is_ascii_digit()) {
        format!("linux-image-{wish}-cloud-amd64")
    } else {
        wish.into()
    }
}

fn is_kernels(name: &std::ffi::OsStr) -> bool {
    ["linux-image-", "linux-modules-"].iter().any(|start| name.to_string_lossy().starts_with(start))
}

fn vmlinuz(tree: &Path) -> Result<PathBuf> {
    let boot = tree.join("boot");
    let files = fs::read_dir(&boot).with_context(|| format!("cannot list {}", boot.display()))?.flatten();
    let mut kernels = files.map(|entry| entry.path()).filter(|file| file.to_string_lossy().contains("/vmlinuz-"));
    kernels.next().with_context(|| format!("there is no kernel in {}", boot.display()))
}

/// Writes which module needs which others.
fn index(kernel: &Kernel) -> Result<()> {
    let version = kernel.modules.file_name().unwrap_or_default();
    let top = kernel.modules.ancestors().nth(3).unwrap_or(&kernel.modules);
    // Debian keeps it where ordinary users do not look.
    let mut command = Command::new("env");
    command.env("PATH", search_path::with_system()).args(["depmod", "-b"]).arg(top).arg(version);
    process::run(&mut command)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Kernel, package};

    #[test]
    fn a_version_is_short_for_a_package() {
        assert_eq!(package("6.1.0-50"), "linux-image-6.1.0-50-cloud-amd64");
        assert_eq!(package("linux-image-amd64"), "linux-image-amd64");
    }

    #[test]
    fn a_file_has_its_modules_beside_it() {
        let kernel = Kernel::file(Path::new("/boot/vmlinuz-6.12")).expect("a kernel");
        assert_eq!(kernel.modules, Path::new("/lib/modules/6.12"));
        assert!(Kernel::file(Path::new("/boot/bzImage")).is_err());
    }
}
