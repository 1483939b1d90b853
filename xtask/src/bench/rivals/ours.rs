//! `aisbx run`, as a person would type it.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::bench::{arena::Arena, contestant::Contestant, job::Job};

/// With a state folder of its own, so that neither old runs nor a user's settings weigh on it.
pub(in crate::bench) struct Ours {
    state: PathBuf,
    settings: PathBuf,
}

impl Ours {
    pub(in crate::bench) fn new(arena: &Arena) -> Result<Self> {
        Ok(Self { state: arena.fresh("state")?, settings: arena.fresh("settings")? })
    }
}

impl Contestant for Ours {
    fn name(&self) -> &'static str {
        "aisbx"
    }

    fn command(&self, arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new(&arena.launcher);
        command.args(["run", "--quiet", "--profile", job.profile, "--"]).args(job.command);
        command.env("XDG_STATE_HOME", &self.state).env("XDG_CONFIG_HOME", &self.settings);
        command.env_remove("AISBX_CONFIG_PATH").env_remove("AISBX_DEFAULT_PROFILE").env_remove("AISBX_DEBUG");
        command
    }
}
