//! podman, over either runtime, with a plain folder as its root instead of an image.

use std::process::Command;

use crate::bench::{arena::Arena, contestant::Contestant, job::Job};

/// Its default runtime fails where control groups are of both versions, so the other has a turn too.
pub(in crate::bench) struct Podman {
    name: &'static str,
    runtime: &'static str,
}

impl Podman {
    pub(in crate::bench) const BOTH: [Self; 2] =
        [Self { name: "podman+crun", runtime: "crun" }, Self { name: "podman+runc", runtime: "runc" }];
}

impl Contestant for Podman {
    fn name(&self) -> &'static str {
        self.name
    }

    fn program(&self) -> Option<&'static str> {
        Some("podman")
    }

    fn command(&self, arena: &Arena, job: &Job, _turn: usize) -> Command {
        let mut command = Command::new("podman");
        command.args(["--runtime", self.runtime, "--cgroup-manager=cgroupfs", "run", "--rm", "--network=none"]);
        command.args(["--cap-drop=all", "--security-opt=no-new-privileges", "--read-only"]);
        // Its own defaults are higher than some containers and virtual machines may set.
        command.args(["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", "--volume=/usr:/usr:ro"]);
        command.arg(format!("--volume={}:/workspace", arena.ground(job).display())).arg("--workdir=/workspace");
        command.arg("--rootfs").arg(&arena.root).args(job.command);
        command
    }
}
