//! An ordinary user, made for one run of the tests, with a home, a toolchain and nothing else.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::{
    account::Account,
    end_to_end::Kit,
    toolchain::{Shown, Toolchain},
};
use crate::{search_path, workspace::Workspace};

const NAME: &str = "aisbx-test";

/// Mounts pairs of folders read-only, up to `--`, and becomes what follows.
const MOUNT: &str = r#"while [ "$1" != -- ]; do mount -o bind,ro "$1" "$2"; shift 2; done; shift; exec "$@""#;

/// The user, and the folder that holds all it sees of ours.
pub(super) struct Stranger {
    user: Account,
    folder: TempDir,
    kit: Kit,
    shown: Vec<Shown>,
}

impl Stranger {
    /// Makes the user, or takes the one that an interrupted run left, and gives it copies of what it needs.
    pub(super) fn invite(kit: &Kit, workspace: &Workspace) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("aisbx-test-")
            .tempdir()
            .context("cannot make a folder for the unprivileged tests")?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).context("cannot open that folder to all")?;
        let mut stranger =
            Self { user: Account::of(NAME)?, kit: kit.copy_to(folder.path())?, folder, shown: Vec::new() };
        stranger.furnish()?;
        if let Some(toolchain) = Toolchain::find(workspace)? {
            stranger.show(&toolchain)?;
        }
        Ok(stranger)
    }

    /// The tests, with no right and no variable of root's left. The mounts end with the last process that sees them.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation=private", "--", "sh", "-euc", MOUNT, "sh"]);
        for shown in &self.shown {
            command.arg(&shown.source).arg(self.home().join(&shown.target));
        }
        command.args(["--", "setpriv", &format!("--reuid={}", self.user.uid), &format!("--regid={}", self.user.gid)]);
        command.args(["--clear-groups", "--inh-caps=-all", "--"]).arg(&self.kit.tests);
        self.equip(&mut command);
        command
    }

    fn equip(&self, command: &mut Command) {
        command.env_clear().env("HOME", self.home()).env("TMPDIR", self.scratch());
        command.env("USER", NAME).env("LOGNAME", NAME).env("LANG", "C.UTF-8").env("RUST_BACKTRACE", "1");
        command.env("PATH", format!("{}:{}", self.home().join(".cargo/bin").display(), search_path::SYSTEM));
        // Snapshots are looked up in the copy, and never rewritten there.
        command.env("INSTA_WORKSPACE_ROOT", self.folder.path().join("workspace")).env("INSTA_UPDATE", "no");
        self.kit.equip(command);
    }

    /// Removes the user; its files go with the folder.
    pub(super) fn see_off(self) -> Result<()> {
        self.user.remove()?;
        self.folder.close().context("cannot remove the folder of the unprivileged tests")
    }

    fn furnish(&self) -> Result<()> {
        let home = self.home();
        // Without the last one, rustup wants to make it at every call.
        let rustup = home.join(".rustup");
        [home.clone(), self.scratch(), home.join(".cargo"), rustup.clone(), rustup.join("update-hashes")]
            .iter()
            .try_for_each(|it| self.own(it))?;
        fs::set_permissions(&home, Permissions::from_mode(0o700)).context("cannot close the home to others")
    }

    fn show(&mut self, toolchain: &Toolchain) -> Result<()> {
        self.shown.extend(toolchain.shown());
        for target in self.shown.iter().map(|shown| self.home().join(&shown.target)) {
            fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
        }
        let settings = self.home().join(".rustup/settings.toml");
        fs::write(&settings, toolchain.settings()).with_context(|| format!("cannot write {}", settings.display()))
    }

    fn own(&self, folder: &Path) -> Result<()> {
        fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        chown(folder, Some(self.user.uid), Some(self.user.gid))
            .with_context(|| format!("cannot give away {}", folder.display()))
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn scratch(&self) -> PathBuf {
        self.folder.path().join("scratch")
    }
}
