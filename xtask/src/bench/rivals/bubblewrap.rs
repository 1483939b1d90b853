//! bubblewrap, the fastest of the others and the one that most tools wrap: once with the sandbox that ours is, once with the
//! least that the command can do with.

mod same;

use std::{collections::BTreeMap, ffi::OsString, process::Command};

use anyhow::Result;

use crate::bench::{
    arena::Arena,
    contestant::Contestant,
    job::{JOBS, Job},
};

/// All namespaces, no capability, a session of its own, a clean environment: what both are asked for.
const WALLS: [&str; 14] = [
    "--unshare-all",
    "--unshare-user",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--cap-drop",
    "ALL",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--setenv",
    "PATH",
    super::PATH,
];

/// Asked to show the same: every mount, file and link that our plan for the job has.
pub(in crate::bench) struct Bubblewrap(BTreeMap<&'static str, Vec<OsString>>);

/// Asked for as few mounts as the command can do with.
pub(in crate::bench) struct LeanBubblewrap;

impl Bubblewrap {
    pub(in crate::bench) fn new(arena: &Arena) -> Result<Self> {
        let folder = arena.fresh("bubblewrap")?;
        let plans = JOBS.iter().map(|job| Ok((job.name, same::arguments(arena, job, &folder)?)));
        plans.collect::<Result<_>>().map(Self)
    }
}

impl Contestant for Bubblewrap {
    fn name(&self) -> &'static str {
        "bwrap"
    }

    fn program(&self) -> Option<&'static str> {
        Some("bwrap")
    }

    fn command(&self, _arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new("bwrap");
        command.args(WALLS).args(self.0.get(job.name).into_iter().flatten());
        command.args(["--chdir", "/workspace", "--"]).args(job.command);
        command
    }
}

impl Contestant for LeanBubblewrap {
    fn name(&self) -> &'static str {
        "bwrap, lean"
    }

    fn program(&self) -> Option<&'static str> {
        Some("bwrap")
    }

    fn command(&self, arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new("bwrap");
        command.args(WALLS);
        command.args(["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"]);
        command.args(["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
        command.arg("--bind").arg(arena.ground(job)).args(["/workspace", "--chdir", "/workspace", "--"]);
        command.args(job.command);
        command
    }
}
