//! The root of the machine: a few Debian packages, never installed, only unpacked.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    apt::{self, Apt},
    image,
};

/// What the tests call outside, and what they call inside; what these need comes with them.
const PACKAGES: &[&str] = &[
    "attr",
    "base-files",
    "base-passwd",
    "bash",
    "bsdutils",
    // Static: the first program, and what Debian has in packages of its own (`ip`, `poweroff`).
    "busybox-static",
    "coreutils",
    "dash",
    "debianutils",
    "diffutils",
    "findutils",
    "grep",
    "hostname",
    "libc-bin",
    "login",
    "mawk",
    "mount",
    "passwd",
    "procps",
    // With its library: tests ask for system calls by `ctypes`.
    "python3",
    "sed",
    // For whoever debugs by `cargo xtask vm shell`.
    "strace",
    "tar",
    "tzdata",
    // Says that /bin is /usr/bin, in place of a program that would make it so.
    "usr-is-merged",
    "util-linux",
];

/// What the packages' scripts would have written.
const FILES: &[(&str, u32, &str)] = &[
    (
        "etc/passwd",
        0o644,
        "root:x:0:0:root:/root:/bin/bash\n\
         daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
         tester:x:1000:1000::/home/tester:/bin/bash\n",
    ),
    ("etc/group", 0o644, "root:x:0:\ndaemon:x:1:\ntty:x:5:\nshadow:x:42:\nnogroup:x:65534:\ntester:x:1000:\n"),
    ("etc/shadow", 0o640, "root:*:19700:0:99999:7:::\ntester:*:19700:0:99999:7:::\n"),
    ("etc/hosts", 0o644, "127.0.0.1 localhost vm\n::1 localhost\n"),
    ("etc/hostname", 0o644, "vm\n"),
    ("etc/nsswitch.conf", 0o644, "passwd: files\ngroup: files\nhosts: files\n"),
];

/// What does not come with any package.
const FOLDERS: &[&str] = &["kit", "home/tester", "var/tmp"];

/// `/bin` and its like, as every Debian has them since version 12.
const MERGED: &[&str] = &["bin", "lib", "lib64", "sbin"];

/// Sparse: what nobody writes takes no place.
const SIZE: &str = "2G";

/// The root as a disk, and the one program that the time before it needs.
pub(super) struct Root {
    pub(super) image: PathBuf,
    pub(super) busybox: PathBuf,
}

impl Root {
    /// Builds it unless one of the same recipe is there.
    pub(super) fn fetch(folder: &Path) -> Result<Self> {
        let (place, recipe) = (folder.join("root"), format!("{PACKAGES:?}\n{FILES:?}\n{FOLDERS:?}\n{SIZE}\n"));
        if fs::read_to_string(place.join("recipe")).is_ok_and(|known| known == recipe) {
            return Ok(Self::at(&place));
        }
        println!("building the root of the virtual machine");
        let scratch = image::scratch(folder)?;
        let tree = image::folder(&scratch.path().join("tree"))?;
        let made = Self::at(scratch.path());
        furnish(&tree, &Apt::open(folder)?.download(PACKAGES)?)?;
        fs::copy(tree.join("usr/bin/busybox"), &made.busybox).context("there is no busybox in the root")?;
        image::make(&tree, SIZE, &made.image)?;
        fs::remove_dir_all(&tree).context("cannot remove the tree of the root")?;
        fs::write(scratch.path().join("recipe"), recipe).context("cannot write down the recipe of the root")?;
        image::settle(scratch, &place)?;
        Ok(Self::at(&place))
    }

    fn at(folder: &Path) -> Self {
        Self { image: folder.join("root.img"), busybox: folder.join("busybox") }
    }
}

fn furnish(tree: &Path, packages: &[PathBuf]) -> Result<()> {
    for name in MERGED {
        image::folder(&tree.join("usr").join(name))?;
        symlink(Path::new("usr").join(name), tree.join(name)).with_context(|| format!("cannot link {name}"))?;
    }
    packages.iter().try_for_each(|archive| apt::unpack(archive, tree))?;
    FOLDERS.iter().try_for_each(|name| image::folder(&tree.join(name)).map(drop))?;
    symlink("mawk", tree.join("usr/bin/awk")).context("cannot link awk")?;
    FILES.iter().try_for_each(|(name, mode, text)| {
        let file = tree.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        fs::set_permissions(&file, Permissions::from_mode(*mode)).with_context(|| format!("cannot close {name}"))
    })
}
