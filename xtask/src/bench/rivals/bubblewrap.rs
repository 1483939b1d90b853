//! bubblewrap, the fastest of the others and the one that most tools wrap.

use std::process::Command;

use crate::bench::{arena::Arena, contestant::Contestant, job::Job};

/// Every namespace, and as few mounts as the command can do with.
pub(in crate::bench) struct Bubblewrap;

impl Contestant for Bubblewrap {
    fn name(&self) -> &'static str {
        "bwrap"
    }

    fn program(&self) -> Option<&'static str> {
        Some("bwrap")
    }

    fn command(&self, arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new("bwrap");
        command.args(["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]);
        command.args(["--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", super::PATH]);
        command.args(["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"]);
        command.args(["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
        command.arg("--bind").arg(arena.ground(job)).args(["/workspace", "--chdir", "/workspace", "--"]);
        command.args(job.command);
        command
    }
}
