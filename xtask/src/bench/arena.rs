//! The folders and executables that all contestants share.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    job::{Ground, Job},
    tree,
};
use crate::{empty_program, workspace::Workspace};

/// Everything lies below the target folder.
pub(super) struct Arena {
    pub(super) folder: PathBuf,
    empty: PathBuf,
    tree: PathBuf,
    /// For those who need a root of their own: places to mount on, and the links of a merged `/usr`.
    pub(super) root: PathBuf,
    pub(super) launcher: PathBuf,
    pub(super) probe: PathBuf,
    pub(super) empty_program: PathBuf,
}

impl Arena {
    /// Builds, generates and clears what an earlier race left.
    pub(super) fn prepare(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target.join("bench");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self {
            empty: fresh(&folder, "empty")?,
            tree: tree::grow(&folder)?,
            root: root(&folder)?,
            launcher: workspace.release("aisbx-cli", "aisbx")?,
            probe: workspace.release("aisbx-probe", "aisbx-probe")?,
            empty_program: empty_program::build(workspace)?,
            folder,
        })
    }

    /// The folder a job is run in.
    pub(super) fn ground(&self, job: &Job) -> &Path {
        match job.ground {
            Ground::Empty => &self.empty,
            Ground::Tree => &self.tree,
        }
    }

    /// An empty folder of that name.
    pub(super) fn fresh(&self, name: &str) -> Result<PathBuf> {
        fresh(&self.folder, name)
    }
}

fn fresh(parent: &Path, name: &str) -> Result<PathBuf> {
    let folder = parent.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    open_to_all(&folder)?;
    Ok(folder)
}

fn root(parent: &Path) -> Result<PathBuf> {
    let root = fresh(parent, "root")?;
    for name in ["dev", "etc", "proc", "run", "sys", "tmp", "usr", "workspace"] {
        fs::create_dir(root.join(name)).with_context(|| format!("cannot make {name} of the root"))?;
    }
    for name in ["bin", "lib", "lib64", "sbin"] {
        symlink(format!("usr/{name}"), root.join(name)).with_context(|| format!("cannot link {name} of the root"))?;
    }
    Ok(root)
}

/// Some contestants look at a folder as another user.
pub(super) fn open_to_all(folder: &Path) -> Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))
        .with_context(|| format!("cannot open {} to all", folder.display()))
}
