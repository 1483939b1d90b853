//! The packages of the distribution as files, fetched by its own client without being installed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::process;

/// The client, with lists and a state of its own: nothing is installed, so whatever a package needs is fetched as well.
/// It asks for no right and does not care how old the machine's own lists are.
pub(super) struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// Fetches the lists.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let apt = Self { folder: folder.join("apt") };
        for below in ["state/lists/partial", "cache/archives/partial"] {
            let below = apt.folder.join(below);
            std::fs::create_dir_all(&below).with_context(|| format!("cannot make {}", below.display()))?;
        }
        let status = apt.folder.join("status");
        std::fs::write(&status, "").with_context(|| format!("cannot write {}", status.display()))?;
        process::run(apt.command("apt-get").arg("update")).context("cannot ask the distribution for its packages")?;
        Ok(apt)
    }

    pub(super) fn knows(&self, package: &str) -> bool {
        process::succeeds(self.command("apt-cache").args(["show", package]))
    }

    /// The files of these packages and of all they need.
    pub(super) fn download(&self, packages: &[&str]) -> Result<Vec<PathBuf>> {
        let archives = self.folder.join("cache/archives");
        process::run(self.command("apt-get").arg("clean"))?;
        let words = ["install", "--download-only", "--yes", "--no-install-recommends"];
        process::run(self.command("apt-get").args(words).args(packages))?;
        let entries = std::fs::read_dir(&archives).with_context(|| format!("cannot list {}", archives.display()))?;
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|kind| kind == "deb"));
        ensure!(!files.is_empty(), "nothing was downloaded of {}", packages.join(", "));
        files.sort();
        Ok(files)
    }

    fn command(&self, program: &str) -> Command {
        let place = |key: &str, below: &str| format!("{key}={}", self.folder.join(below).display());
        let mut command = Command::new(program);
        command.args(["--quiet=2", "-o", &place("Dir::State", "state"), "-o", &place("Dir::State::status", "status")]);
        command.args(["-o", &place("Dir::Cache", "cache"), "-o", &place("Dir::Cache::archives", "cache/archives")]);
        // Root would download as a user who cannot see our folder, and lock what it installs nothing into.
        command.args(["-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1", "-o", "Acquire::Languages=none"]);
        command
    }
}

/// Unpacks one package into a folder, along symbolic links such as `/lib` to `/usr/lib`, which `dpkg-deb -x` would replace.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let line = "set -o pipefail; dpkg-deb --fsys-tarfile \"$1\" | tar -xpC \"$2\" --keep-directory-symlink";
    process::run(Command::new("bash").args(["-euc", line, "bash"]).args([archive, folder]))
}
