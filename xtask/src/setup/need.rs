//! What the tests need from the system, and how its presence is told.

use std::{ffi::OsString, process::Command};

use nix::unistd::Uid;

use crate::{process, search_path};

/// Something the tests use, and the Debian packages that bring it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) what: Thing,
    pub(super) packages: &'static [&'static str],
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    Program(&'static str),
    /// Debian ships Python without what makes a virtual environment.
    PythonModule(&'static str),
}

/// Each line: who uses it.
const NEEDS: &[Need] = &[
    // The C project; the linker of the Rust one.
    need(Thing::Program("gcc"), &["gcc", "libc6-dev"]),
    // The workspace tests compare `git status` inside and outside.
    need(Thing::Program("git"), &["git"]),
    // The Python package and its pytest.
    need(Thing::Program("python3"), &["python3", "python3-venv"]),
    need(Thing::PythonModule("ensurepip"), &["python3-venv"]),
    // The Node, Java and Go projects.
    need(Thing::Program("node"), &["nodejs"]),
    need(Thing::Program("npm"), &["npm"]),
    need(Thing::Program("javac"), &["default-jdk-headless"]),
    need(Thing::Program("go"), &["golang-go"]),
    // The rival of the benchmark that every distribution has.
    need(Thing::Program("bwrap"), &["bubblewrap"]),
    // Whiteouts and opaque marks are extended attributes.
    need(Thing::Program("getfattr"), &["attr"]),
    // What the launcher really asks the kernel for.
    need(Thing::Program("strace"), &["strace"]),
    // The unprivileged half of the end-to-end tests.
    need(Thing::Program("setpriv"), &["util-linux"]),
    need(Thing::Program("unshare"), &["util-linux"]),
    need(Thing::Program("useradd"), &["passwd"]),
    // The virtual machine: itself, its disks, its packages, its kernel's modules.
    need(Thing::Program("qemu-system-x86_64"), &["qemu-system-x86"]),
    need(Thing::Program("mke2fs"), &["e2fsprogs"]),
    need(Thing::Program("dpkg-deb"), &["dpkg"]),
    need(Thing::Program("depmod"), &["kmod"]),
    need(Thing::Program("xz"), &["xz-utils"]),
    need(Thing::Program("zstd"), &["zstd"]),
];

const fn need(what: Thing, packages: &'static [&'static str]) -> Need {
    Need { what, packages }
}

/// What is not there.
pub(super) fn missing() -> Vec<Need> {
    let path = reachable();
    NEEDS.iter().filter(|need| !need.what.is_on(&path)).copied().collect()
}

/// Root tests as another user as well, who sees only what every user sees.
fn reachable() -> OsString {
    if Uid::effective().is_root() { search_path::SYSTEM.into() } else { search_path::with_system() }
}

impl Thing {
    fn is_on(self, path: &OsString) -> bool {
        match self {
            Self::Program(name) => search_path::find(name, path).is_some(),
            Self::PythonModule(module) => search_path::find("python3", path).is_some_and(|python| {
                process::succeeds(Command::new(python).args(["-Sc", &format!("import {module}")]))
            }),
        }
    }
}

impl std::fmt::Display for Thing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Program(name) => write!(out, "{name}"),
            Self::PythonModule(module) => write!(out, "python3's {module}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NEEDS, Thing};

    #[test]
    fn presence_is_told_from_the_path_given() {
        let empty = tempfile::tempdir().expect("folder");
        for need in NEEDS {
            assert!(!need.what.is_on(&empty.path().into()), "{}", need.what);
        }
        assert!(Thing::Program("sh").is_on(&crate::search_path::SYSTEM.into()));
    }
}
