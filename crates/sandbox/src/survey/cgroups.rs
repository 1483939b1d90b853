//! Where groups of processes can be limited: cgroups(7), read from `/proc`. Changes nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::mounts::{Mounted, mounted};
use super::read_whole;

/// Something that a cgroup can limit or count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controller {
    /// Processor time: its share and its quota.
    Cpu,
    /// Processor time, counted. Version two counts it in every group.
    CpuAccounting,
    /// Memory.
    Memory,
    /// Processes and threads.
    Pids,
}

/// A directory of version two in which groups can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Where.
    pub directory: PathBuf,
    /// What it gives to groups below it.
    pub gives: Vec<Controller>,
    /// What it gives once it is told to.
    pub could_give: Vec<Controller>,
}

/// Where groups can be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cgroups {
    /// Of version two: the nearest first.
    pub unified: Vec<Parent>,
    /// Of version one: the directory for each controller.
    pub legacy: Vec<(Controller, PathBuf)>,
}

impl Controller {
    /// All.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::CpuAccounting, Self::Memory, Self::Pids];

    /// The kernel's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::CpuAccounting => "cpuacct",
            Self::Memory => "memory",
            Self::Pids => "pids",
        }
    }
}

impl Cgroups {
    /// Looks for the places that this process may use.
    pub fn find() -> io::Result<Self> {
        let (mounts, groups) = (read_whole("/proc/self/mountinfo")?, read_whole("/proc/self/cgroup")?);
        let groups = String::from_utf8_lossy(&groups);
        let mounts: Vec<_> = mounted(&mounts).filter(|mount| mount.kind.starts_with("cgroup")).collect();
        let legacy = Controller::ALL.into_iter().filter_map(|one| Some((one, legacy(&mounts, &groups, one)?)));
        Ok(Self { unified: unified(&mounts, &groups).unwrap_or_default(), legacy: legacy.collect() })
    }
}

/// Not our own group, but for the topmost: it has processes in it, and the kernel gives the groups of such a one no controller.
/// Those above, as long as processes can be moved from there: moving one needs the right to the common ancestor's `cgroup.procs`.
fn unified(mounts: &[Mounted], groups: &str) -> Option<Vec<Parent>> {
    let mount = mounts.iter().find(|mount| mount.kind == "cgroup2")?;
    let own = mount.seen(Path::new(groups.lines().find_map(|line| line.strip_prefix("0::"))?))?;
    let above = own.ancestors().skip(usize::from(!is_topmost(&own)));
    let above = above.take_while(|dir| dir.starts_with(&mount.point) && is_writable(&dir.join("cgroup.procs")));
    Some(above.filter(|dir| is_writable(dir)).map(parent).collect())
}

fn parent(dir: &Path) -> Parent {
    let listed = |file| {
        let all = fs::read_to_string(dir.join(file)).unwrap_or_default();
        let has = |one: &Controller| all.split_whitespace().any(|name| name == one.name());
        Controller::ALL.into_iter().filter(has).collect::<Vec<_>>()
    };
    // Time is counted in every group.
    let gives = [vec![Controller::CpuAccounting], listed("cgroup.subtree_control")].concat();
    let empty = || fs::read(dir.join("cgroup.procs")).is_ok_and(|pids| pids.is_empty());
    let may_tell = is_writable(&dir.join("cgroup.subtree_control")) && (is_topmost(dir) || empty());
    let could_give = if may_tell { listed("cgroup.controllers") } else { Vec::new() };
    Parent { directory: dir.to_owned(), gives, could_give }
}

/// Whether it is the root of all groups, which alone can have processes and give controllers.
fn is_topmost(dir: &Path) -> bool {
    !dir.join("cgroup.type").exists()
}

/// Our own group of that controller, where it can be written.
fn legacy(mounts: &[Mounted], groups: &str, controller: Controller) -> Option<PathBuf> {
    let lists = |names: &str| names.split(',').any(|name| name == controller.name());
    let mount = mounts.iter().find(|mount| mount.kind == "cgroup" && lists(&mount.options))?;
    let own = groups.lines().find_map(|line| {
        let (names, path) = line.split_once(':')?.1.split_once(':')?;
        lists(names).then_some(path)
    })?;
    let parent = mount.seen(Path::new(own))?;
    (is_writable(&parent) && is_writable(&parent.join("cgroup.procs"))).then_some(parent)
}

fn is_writable(path: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}
