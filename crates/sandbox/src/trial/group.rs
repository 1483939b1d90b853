//! What cgroups hold here, found by making the group that a run would have, and by having a process in it.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use linux::process::{Namespaces, clone};
use linux::{Errno, Result};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::process::{Signal, set_parent_process_death_signal};
use spec::{Command, Driver, Floor, Identity, Limits, Network, RunId, RunSpec, Size, Stdin, Syscalls, TraceId};

use super::ended;
use crate::plan::{Directory, Group, Version, plan};
use crate::survey::{Cgroups, Controller, Owner};
use crate::{Error, Survey};

/// What became of trying a controller: where groups are made and by which interface, or why none can be.
pub type Holding = std::result::Result<(Version, PathBuf), Lack>;

/// Why a controller holds nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is no place where this process could make a group that has it.
    Nowhere,
    /// There seemed to be one.
    Failed {
        /// What was tried.
        act: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the kernel said.
        errno: Errno,
    },
}

/// Tries every controller with a group of that name, which is gone when this returns.
pub fn controllers(run: &RunId) -> io::Result<Vec<(Controller, Holding)>> {
    let group = group(run, Cgroups::find()?).map_err(io::Error::other)?;
    let tried = group.iter().flat_map(|group| group.directories.iter().flat_map(|one| attempt(one, &group.name)));
    let tried: Vec<_> = tried.collect();
    let of = |controller| tried.iter().find(|(known, _)| *known == controller).map(|(_, holding)| holding.clone());
    Ok(Controller::ALL.map(|controller| (controller, of(controller).unwrap_or(Err(Lack::Nowhere)))).into())
}

/// The group that a run with every limit would have.
fn group(run: &RunId, cgroups: Cgroups) -> std::result::Result<Option<Group>, Error> {
    let limits = Limits {
        memory: Some(Size::bytes(64 << 20)),
        cpu: "1".parse().ok(),
        pids: Some(16),
        count_pids: true,
        ..Limits::default()
    };
    let spec = RunSpec {
        run_id: run.clone(),
        trace_id: TraceId::new(1),
        profile: String::new(),
        driver: Driver::Native,
        command: Command {
            argv: vec!["true".into()],
            env: Vec::new(),
            workdir: "/".into(),
            stdin: Stdin::Empty,
            terminal: false,
        },
        identity: Identity::default(),
        workspace: None,
        view: Vec::new(),
        mounts: Vec::new(),
        network: Network::None,
        limits,
        syscalls: Syscalls::Baseline,
        floor: Floor::default(),
    };
    let survey = Survey {
        privileged: false,
        outer: Owner { user: 0, group: 0 },
        found: BTreeMap::new(),
        nested: Vec::new(),
        resolver: Vec::new(),
        cgroups,
    };
    plan(&spec, &survey).map(|plan| plan.bounds.group)
}

/// Makes one directory of it. What fails for all of it fails for each controller.
fn attempt(directory: &Directory, name: &str) -> Vec<(Controller, Holding)> {
    let made = Made::new(directory, name).and_then(|made| made.inhabit(directory.version).map(|()| made));
    let held = |controller: Controller| match &made {
        Ok(made) => made.limit(directory, controller).map(|()| (directory.version, directory.parent.clone())),
        Err(lack) => Err(lack.clone()),
    };
    directory.controllers.iter().map(|controller| (*controller, held(*controller))).collect()
}

/// A directory that is removed again.
struct Made {
    path: PathBuf,
    directory: OwnedFd,
}

impl Made {
    fn new(directory: &Directory, name: &str) -> std::result::Result<Self, Lack> {
        let path = directory.parent.join(name);
        for controller in &directory.enable {
            let file = directory.parent.join("cgroup.subtree_control");
            write(&file, &format!("+{}", controller.name())).map_err(failed("write", &file))?;
        }
        mkdirat(CWD, &path, Mode::from_raw_mode(0o755)).map_err(failed("make", &path))?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match openat(CWD, &path, flags, Mode::empty()) {
            Ok(opened) => Ok(Self { path, directory: opened }),
            Err(errno) => {
                // As empty as it was made.
                let _left = unlinkat(CWD, &path, AtFlags::REMOVEDIR);
                Err(failed("open", &path)(errno))
            }
        }
    }

    /// Has a process in it, as a run would: born there, or moved.
    fn inhabit(&self, version: Version) -> std::result::Result<(), Lack> {
        use std::os::fd::AsFd as _;
        match version {
            Version::Two => clone(Namespaces::empty(), Some(self.directory.as_fd()), || 0)
                .and_then(|child| ended(&child))
                .map_err(failed("start a process in", &self.path)),
            Version::One => self.take().map_err(failed("move a process to", &self.path)),
        }
    }

    fn take(&self) -> Result<()> {
        let child = clone(Namespaces::empty(), None, || {
            // What waits for nothing must not outlive us.
            match set_parent_process_death_signal(Some(Signal::KILL)) {
                Ok(()) => loop {
                    rustix::event::pause();
                },
                Err(_) => 1,
            }
        })?;
        let moved = write(&self.path.join("cgroup.procs"), &child.pid().as_raw_nonzero().to_string());
        child.kill().and_then(|()| child.wait().map(drop)).and(moved)
    }

    /// Writes the limits of one controller: each of its files has its name.
    fn limit(&self, directory: &Directory, controller: Controller) -> std::result::Result<(), Lack> {
        let of_it = |file: &str| file.split('.').next() == Some(controller.name());
        for setting in directory.settings.iter().filter(|setting| of_it(setting.file)) {
            let file = self.path.join(setting.file);
            match write(&file, &setting.value) {
                Err(Errno::NOENT) if setting.optional => {}
                written => written.map_err(failed("write", &file))?,
            }
        }
        Ok(())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // The last process leaves its group shortly after it was buried.
        for pause in [0, 1, 5, 20, 100] {
            thread::sleep(Duration::from_millis(pause));
            if unlinkat(CWD, &self.path, AtFlags::REMOVEDIR) != Err(Errno::BUSY) {
                return;
            }
        }
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let file = openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, text.as_bytes()).map(drop)
}

fn failed(act: &'static str, path: &Path) -> impl FnOnce(Errno) -> Lack {
    let path = path.to_owned();
    move |errno| Lack::Failed { act, path, errno }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_a_group_that_was_tried() {
        let run = RunId::new(1, u64::from(std::process::id()));
        let tried = controllers(&run).unwrap();
        assert_eq!(tried.iter().map(|(controller, _)| *controller).collect::<Vec<_>>(), Controller::ALL);
        for (controller, holding) in tried {
            match holding {
                Ok((_, parent)) => assert!(!parent.join(format!("aisbx-{run}")).exists(), "{controller:?}"),
                Err(Lack::Nowhere) => assert_ne!(rustix::process::geteuid().as_raw(), 0, "{controller:?}: root has it"),
                Err(lack) => panic!("{controller:?}: {lack:?}"),
            }
        }
    }
}
