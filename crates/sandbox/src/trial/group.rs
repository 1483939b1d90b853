//! What cgroups hold here, found by making the group that a run would have, and by having a process in it.

use std::io;
use std::path::{Path, PathBuf};

use linux::Errno;
use linux::process::{Namespaces, clone};
use rustix::process::{Signal, set_parent_process_death_signal};
use spec::{Limits, RunId, Size};

use crate::Error;
use crate::native::Cgroup;
use crate::plan::{Directory, Group, Version, group};
use crate::survey::{Cgroups, Controller};

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
    let group = group(run, &limits(), &Cgroups::find()?);
    let mut tried = Vec::new();
    if let Some(Group { name, directories }) = &group {
        let parts = directories.iter().flat_map(|one| one.controllers.iter().map(move |controller| (one, *controller)));
        tried.extend(parts.map(|(one, controller)| (controller, attempt(one, controller, name))));
    }
    let of = |controller| tried.iter().find(|(known, _)| *known == controller).map(|(_, holding)| holding.clone());
    Ok(Controller::ALL.map(|controller| (controller, of(controller).unwrap_or(Err(Lack::Nowhere)))).into())
}

/// Every limit that takes a controller.
fn limits() -> Limits {
    Limits { memory: Some(Size::mebibytes(64)), cpu: "1".parse().ok(), pids: Some(16), ..Limits::default() }
}

/// Makes one directory of it for one controller alone, and has a process in it.
fn attempt(directory: &Directory, controller: Controller, name: &str) -> Holding {
    let of_it = |file: &str| file.split('.').next() == Some(controller.name());
    let directory = Directory {
        controllers: vec![controller],
        enable: directory.enable.iter().copied().filter(|one| *one == controller).collect(),
        settings: directory.settings.iter().filter(|setting| of_it(setting.file)).cloned().collect(),
        ..directory.clone()
    };
    let (version, parent) = (directory.version, directory.parent.clone());
    let group = Group { name: name.to_owned(), directories: vec![directory] };
    let held = Cgroup::make(&group).and_then(|cgroup| inhabit(&cgroup, &parent.join(name)));
    match held {
        Ok(()) => Ok((version, parent)),
        Err(Error::Cgroup { act, path, errno }) => Err(Lack::Failed { act, path, errno }),
        Err(_) => Err(Lack::Nowhere),
    }
}

/// Has a process in it, as a run would: born there, or moved.
fn inhabit(cgroup: &Cgroup, path: &Path) -> std::result::Result<(), Error> {
    let failed = |errno| Error::Cgroup { act: "start a process in", path: path.to_owned(), errno };
    let child = clone(Namespaces::empty(), cgroup.cradle(), || {
        // What waits for nothing must not outlive us.
        match set_parent_process_death_signal(Some(Signal::KILL)) {
            Ok(()) => loop {
                rustix::event::pause();
            },
            Err(_) => 1,
        }
    })
    .map_err(failed)?;
    let taken = cgroup.take(child.pid());
    child.kill().and_then(|()| child.wait()).map_err(failed)?;
    taken
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
