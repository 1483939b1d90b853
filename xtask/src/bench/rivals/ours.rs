//! `aisbx run`, as a person would type it.

use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::bench::{
    arena::Arena,
    contestant::Contestant,
    job::{Ground, Job},
};

/// With a state folder of its own, so that neither old runs nor a user's settings weigh on it. It is removed at the end, not
/// before: ext4 does not give out an inode again for five minutes after it was freed, and searches past all of them whenever
/// a file is made.
pub(in crate::bench) struct Ours {
    name: &'static str,
    access: Option<&'static str>,
    limits: &'static [&'static str],
    home: TempDir,
}

impl Ours {
    /// With the access to the workspace that the profile has.
    pub(in crate::bench) fn new(arena: &Arena) -> Result<Self> {
        let home = tempfile::tempdir_in(&arena.folder).context("cannot make a folder for the state")?;
        Ok(Self { name: "aisbx", access: None, limits: &[], home })
    }

    /// With a workspace that is only read, as reviewers and linters need it.
    pub(in crate::bench) fn reading(arena: &Arena) -> Result<Self> {
        Ok(Self { name: "aisbx, ro", access: Some("ro"), ..Self::new(arena)? })
    }

    /// With limits that take a cgroup where one can be made.
    pub(in crate::bench) fn limited(arena: &Arena) -> Result<Self> {
        let limits = &["--mem", "1g", "--cpu", "1.5", "--pids", "200"];
        Ok(Self { name: "aisbx, limits", limits, ..Self::new(arena)? })
    }
}

impl Contestant for Ours {
    fn name(&self) -> &'static str {
        self.name
    }

    /// Another access makes a difference only where there is something to read, limits where there is little else.
    fn takes(&self, job: &Job) -> bool {
        (self.access.is_none() || job.ground == Ground::Tree) && (self.limits.is_empty() || job.ground == Ground::Empty)
    }

    fn command(&self, arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new(&arena.launcher);
        command.args(["run", "--quiet", "--profile", job.profile]).args(self.limits);
        command.args(self.access.iter().flat_map(|access| ["--access", access])).arg("--").args(job.command);
        command.env("XDG_STATE_HOME", self.home.path()).env("XDG_CONFIG_HOME", self.home.path().join("none"));
        command.env_remove("AISBX_CONFIG_PATH").env_remove("AISBX_DEFAULT_PROFILE").env_remove("AISBX_DEBUG");
        command
    }
}
