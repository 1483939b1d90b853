//! firejail, which confines with a setuid helper and shows the host's files.

use std::process::Command;

use crate::bench::{arena::Arena, contestant::Contestant, job::Job};

/// No profile, since those are per program; what ours does always is asked for by hand.
pub(in crate::bench) struct Firejail;

impl Contestant for Firejail {
    fn name(&self) -> &'static str {
        "firejail"
    }

    fn program(&self) -> Option<&'static str> {
        Some("firejail")
    }

    fn command(&self, _arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new("firejail");
        command.args(["--quiet", "--noprofile", "--net=none", "--caps.drop=all", "--nonewprivs", "--seccomp"]);
        command.args(["--ipc-namespace", "--private-dev", "--private-tmp", "--"]).args(job.command);
        command
    }
}
