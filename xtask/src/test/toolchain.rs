//! Root's Rust, as another user's home may show it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{process, workspace::Workspace};

/// A folder of ours that appears, read-only, in another home.
pub(super) struct Shown {
    pub(super) source: PathBuf,
    /// Below that home.
    pub(super) target: PathBuf,
}

/// Where rustup keeps the compiler, if it is rustup's; a compiler of the system's is seen by everybody anyway.
pub(super) struct Toolchain {
    name: String,
    sysroot: PathBuf,
    cargo_home: PathBuf,
}

impl Toolchain {
    pub(super) fn find(workspace: &Workspace) -> Result<Option<Self>> {
        let answer = process::capture(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&workspace.root))?;
        let sysroot = fs::canonicalize(answer.trim_end()).context("cannot find the folder of the compiler")?;
        let is_rustups = sysroot.parent().is_some_and(|parent| parent.ends_with("toolchains"));
        let name = sysroot.file_name().filter(|_| is_rustups).map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name else { return Ok(None) };
        Ok(Some(Self { name, sysroot, cargo_home: cargo_home()? }))
    }

    /// The compiler, the proxies that find it, and the crates this workspace has already fetched.
    pub(super) fn shown(&self) -> [Shown; 3] {
        let compiler = Path::new(".rustup/toolchains").join(&self.name);
        [
            Shown { source: self.sysroot.clone(), target: compiler },
            Shown { source: self.cargo_home.join("bin"), target: ".cargo/bin".into() },
            Shown { source: self.cargo_home.join("registry"), target: ".cargo/registry".into() },
        ]
    }

    /// What rustup reads to know its default.
    pub(super) fn settings(&self) -> String {
        format!("version = \"12\"\ndefault_toolchain = \"{}\"\n", self.name)
    }
}

fn cargo_home() -> Result<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).context("there is no home directory")
}
