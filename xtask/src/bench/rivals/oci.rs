//! The container runtimes, each with a bundle per job.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use nix::unistd::{Gid, Uid};
use serde_json::{Value, json};

use crate::bench::{
    arena::Arena,
    contestant::Contestant,
    job::{JOBS, Job},
};

/// A runtime and where it keeps its containers.
pub(in crate::bench) struct Oci {
    runtime: Runtime,
    folder: PathBuf,
}

/// A runtime's name and what is said to it before `run`.
#[derive(Clone, Copy)]
pub(in crate::bench) struct Runtime {
    name: &'static str,
    words: &'static [&'static str],
}

impl Oci {
    /// The limits are left to the kernel's defaults, so none needs a control group.
    pub(in crate::bench) const RUNTIMES: [Runtime; 3] = [
        Runtime { name: "crun", words: &["--cgroup-manager=disabled"] },
        Runtime { name: "runc", words: &[] },
        Runtime { name: "runsc", words: &["--network=none", "--ignore-cgroups"] },
    ];

    pub(in crate::bench) fn new(runtime: Runtime, arena: &Arena) -> Result<Self> {
        let oci = Self { runtime, folder: arena.fresh(runtime.name)? };
        JOBS.iter().try_for_each(|job| oci.write_bundle(arena, job))?;
        Ok(oci)
    }

    fn write_bundle(&self, arena: &Arena, job: &Job) -> Result<()> {
        let bundle = self.bundle(job);
        fs::create_dir_all(&bundle).with_context(|| format!("cannot make {}", bundle.display()))?;
        let text = bundle_text(&arena.root, arena.ground(job), job);
        fs::write(bundle.join("config.json"), text).with_context(|| format!("cannot write {}", bundle.display()))
    }

    fn bundle(&self, job: &Job) -> PathBuf {
        self.folder.join(job.name.replace(' ', "-"))
    }
}

impl Contestant for Oci {
    fn name(&self) -> &'static str {
        self.runtime.name
    }

    fn program(&self) -> Option<&'static str> {
        Some(self.runtime.name)
    }

    fn command(&self, _arena: &Arena, job: &Job, turn: usize) -> Command {
        let mut command = Command::new(self.runtime.name);
        command.arg("--root").arg(self.folder.join("containers")).args(self.runtime.words);
        command
            .args(["run", "--bundle"])
            .arg(self.bundle(job))
            .arg(format!("aisbx-bench-{}-{turn}", std::process::id()));
        command
    }
}

fn bundle_text(root: &Path, workspace: &Path, job: &Job) -> String {
    let (user, uids, gids) = identities();
    let namespaces = ["user", "mount", "pid", "network", "ipc", "uts", "cgroup"].map(|kind| json!({ "type": kind }));
    let bundle = json!({
        "ociVersion": "1.0.2",
        "hostname": "bench",
        "root": { "path": root, "readonly": true },
        "process": {
            "user": { "uid": user, "gid": user },
            "args": job.command,
            "cwd": "/workspace",
            "env": [format!("PATH={}", super::PATH)],
            "noNewPrivileges": true,
            "capabilities": { "bounding": [], "effective": [], "inheritable": [], "permitted": [], "ambient": [] },
        },
        "mounts": mounts(workspace),
        "linux": {
            "uidMappings": [uids],
            "gidMappings": [gids],
            "namespaces": namespaces,
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    });
    bundle.to_string()
}

/// The user inside and the maps. Root lends a range; anybody else has only themselves, who must be root inside.
fn identities() -> (u32, Value, Value) {
    if Uid::effective().is_root() {
        let range = json!({ "containerID": 0, "hostID": 100_000, "size": 65_536 });
        return (1000, range.clone(), range);
    }
    let one = |id: u32| json!({ "containerID": 0, "hostID": id, "size": 1 });
    (0, one(Uid::effective().as_raw()), one(Gid::effective().as_raw()))
}

fn mounts(workspace: &Path) -> Value {
    json!([
        { "destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"] },
        { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"] },
        { "destination": "/usr", "type": "bind", "source": "/usr", "options": ["rbind", "ro"] },
        { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"] },
        { "destination": "/workspace", "type": "bind", "source": workspace, "options": ["rbind", "rw"] },
    ])
}
