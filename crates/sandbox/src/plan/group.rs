//! The cgroup of a sandbox, as data: what is made where, and what is written into it.

use std::fmt;
use std::path::PathBuf;

use spec::{Cpu, Limits, RunId};

use crate::survey::{Cgroups, Controller};

/// A cgroup, in one directory for version two, in one for each controller for version one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name of each of its directories.
    pub name: String,
    /// The directories.
    pub directories: Vec<Directory>,
}

/// One directory of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Which interface.
    pub version: Version,
    /// The directory that it is made in.
    pub parent: PathBuf,
    /// What it is there for.
    pub controllers: Vec<Controller>,
    /// Of these, what the parent must first be told to give.
    pub enable: Vec<Controller>,
    /// What is written into it, in order.
    pub settings: Vec<Setting>,
}

/// The two interfaces of cgroups (cgroups(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A hierarchy for each controller.
    One,
    /// One hierarchy (Linux 4.5).
    Two,
}

/// One file of a group and what is written to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Name of the file.
    pub file: &'static str,
    /// What is written.
    pub value: String,
    /// Whether a kernel may lack the file: the limit holds without it.
    pub optional: bool,
}

impl Group {
    /// Whether it has a controller.
    pub fn has(&self, controller: Controller) -> bool {
        self.directories.iter().any(|one| one.controllers.contains(&controller))
    }

    /// The interface that a controller of it is used by.
    pub fn version(&self, controller: Controller) -> Option<Version> {
        self.directories.iter().find(|one| one.controllers.contains(&controller)).map(|one| one.version)
    }
}

/// What the name of a run's group begins with; its id follows.
const PREFIX: &str = "aisbx-";

/// The run that a group is named after.
pub(crate) fn run_of(name: &str) -> Option<RunId> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

/// The group for some limits, as far as this host has one.
pub(crate) fn group(run: &RunId, limits: &Limits, cgroups: &Cgroups) -> Option<Group> {
    let wanted = wanted(limits);
    let directories = match unified(limits, &wanted, cgroups) {
        Some(directory) => vec![directory],
        None => legacy(limits, &wanted, cgroups),
    };
    (!directories.is_empty()).then(|| Group { name: format!("{PREFIX}{run}"), directories })
}

/// Time and memory are counted in any case.
fn wanted(limits: &Limits) -> Vec<Controller> {
    let processor = (limits.cpu.is_some() || limits.cpu_shares.is_some()).then_some(Controller::Cpu);
    let pids = limits.pids.map(|_| Controller::Pids);
    [Some(Controller::CpuAccounting), Some(Controller::Memory), processor, pids].into_iter().flatten().collect()
}

/// The nearest directory that has everything; else, the one that has most.
fn unified(limits: &Limits, wanted: &[Controller], cgroups: &Cgroups) -> Option<Directory> {
    let given = |parent: &crate::survey::Parent| {
        let all = wanted.iter().copied();
        all.filter(|one| parent.gives.contains(one) || parent.could_give.contains(one)).collect::<Vec<_>>()
    };
    // Of several with as much, the first.
    let best = cgroups.unified.iter().rev().max_by_key(|parent| given(parent).len())?;
    let controllers = given(best);
    // A hierarchy that counts time and nothing else is the empty one of a hybrid host.
    if controllers.iter().all(|one| *one == Controller::CpuAccounting) {
        return None;
    }
    Some(Directory {
        version: Version::Two,
        parent: best.directory.clone(),
        enable: controllers.iter().copied().filter(|one| !best.gives.contains(one)).collect(),
        settings: controllers.iter().flat_map(|one| settings(*one, Version::Two, limits)).collect(),
        controllers,
    })
}

fn legacy(limits: &Limits, wanted: &[Controller], cgroups: &Cgroups) -> Vec<Directory> {
    let mut directories: Vec<Directory> = Vec::new();
    for (controller, parent) in cgroups.legacy.iter().filter(|(one, _)| wanted.contains(one)) {
        let settings = settings(*controller, Version::One, limits);
        // Controllers that are mounted together share a directory.
        match directories.iter_mut().find(|known| known.parent == *parent) {
            Some(known) => {
                known.controllers.push(*controller);
                known.settings.extend(settings);
            }
            None => directories.push(Directory {
                version: Version::One,
                parent: parent.clone(),
                controllers: vec![*controller],
                enable: Vec::new(),
                settings,
            }),
        }
    }
    directories
}

/// What makes a controller hold the limits: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
fn settings(controller: Controller, version: Version, limits: &Limits) -> Vec<Setting> {
    let set = |file, value: String| Setting { file, value, optional: false };
    let try_to = |file, value: &str| Setting { file, value: value.to_owned(), optional: true };
    match (controller, version) {
        (Controller::CpuAccounting, _) => Vec::new(),
        (Controller::Pids, _) => {
            limits.pids.map(|pids| set("pids.max", with_init(pids).to_string())).into_iter().collect()
        }
        (Controller::Memory, Version::Two) => limits.memory.map_or_else(Vec::new, |memory| {
            let bytes = memory.as_bytes().to_string();
            vec![set("memory.max", bytes), try_to("memory.swap.max", "0"), set("memory.oom.group", "1".to_owned())]
        }),
        (Controller::Memory, Version::One) => limits.memory.map_or_else(Vec::new, |memory| {
            let bytes = memory.as_bytes().to_string();
            let swap = [
                try_to("memory.memsw.limit_in_bytes", &bytes),
                try_to("memory.swappiness", "0"),
                // The buffers of sockets are in an account of their own there.
                try_to("memory.kmem.tcp.limit_in_bytes", &bytes),
            ];
            [set("memory.limit_in_bytes", bytes)].into_iter().chain(swap).collect()
        }),
        (Controller::Cpu, Version::Two) => {
            // The weight of a group that nobody set is 100.
            let weight = |shares: u32| (u64::from(shares) * 100).div_ceil(1024).clamp(1, 10_000).to_string();
            let quota = limits.cpu.map(quota).map(|(quota, period)| set("cpu.max", format!("{quota} {period}")));
            quota.into_iter().chain(limits.cpu_shares.map(|shares| set("cpu.weight", weight(shares)))).collect()
        }
        (Controller::Cpu, Version::One) => {
            let quota = limits.cpu.map(quota).map(|(quota, period)| {
                [set("cpu.cfs_period_us", period.to_string()), set("cpu.cfs_quota_us", quota.to_string())]
            });
            // 2 to 262144: kernel/sched/core.c, MIN_SHARES and MAX_SHARES.
            let shares = limits.cpu_shares.map(|shares| set("cpu.shares", shares.clamp(2, 262_144).to_string()));
            quota.into_iter().flatten().chain(shares).collect()
        }
    }
}

/// Microseconds of processor time in each period, and the period: neither is below what the kernel takes (1 ms).
fn quota(cpu: Cpu) -> (u64, u64) {
    let period = if cpu.millis() < 10 { 1_000_000 } else { 100_000 };
    (u64::from(cpu.millis()) * period / 1000, period)
}

/// Init is nobody's process: it does not count.
pub(super) fn with_init(pids: u32) -> u64 {
    u64::from(pids) + 1
}

impl fmt::Display for Group {
    /// One line for each directory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, one) in self.directories.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}make the cgroup {}/{}", one.parent.display(), self.name)?;
            one.enable.iter().try_for_each(|controller| write!(f, ", given {}", controller.name()))?;
            one.settings.iter().try_for_each(|setting| write!(f, ", {} {}", setting.file, setting.value))?;
        }
        Ok(())
    }
}
