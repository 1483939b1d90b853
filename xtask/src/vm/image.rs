//! Folders that become disks.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use nix::unistd::Uid;
use tempfile::TempDir;

use crate::process;

/// Makes a file system of a tree, without a mount and without a right. In it everything is root's.
pub(super) fn make(tree: &Path, size: &str, image: &Path) -> Result<()> {
    // To another user's own eyes its files are root's, if it says so.
    let words: &[&str] = if Uid::effective().is_root() { &[] } else { &["unshare", "--map-root-user", "--"] };
    let options = ["mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-E", "root_owner=0:0", "-d"];
    let mut command = Command::new("env");
    // Debian keeps it where ordinary users do not look.
    command.env("PATH", crate::search_path::with_system()).args(words).args(options);
    process::capture(command.args([tree, image]).arg(size)).map(drop)
}

/// A folder for what is not whole yet.
pub(super) fn scratch(folder: &Path) -> Result<TempDir> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    tempfile::tempdir_in(folder).with_context(|| format!("cannot make a folder in {}", folder.display()))
}

/// Only what is whole gets the name that says so.
pub(super) fn settle(scratch: TempDir, place: &Path) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    fs::rename(scratch.keep(), place).with_context(|| format!("cannot make {}", place.display()))
}

/// A folder that everybody may read, whatever the mask of the caller.
pub(super) fn folder(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot make {}", path.display()))?;
    Ok(path.into())
}
