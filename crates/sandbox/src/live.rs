//! What a sandbox uses while it runs, seen from outside: from its group where it has one, else from `/proc`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Pid;

use crate::RunGroup;
use crate::account::Account as _;
use crate::stat::{Family, Stat};
use crate::sweep::members;

/// A sandbox that runs, as far as it can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The directories of its group.
    group: Vec<PathBuf>,
    /// Its processes, where it has none.
    processes: Vec<Pid>,
}

/// What a sandbox uses at one moment, init included in time and memory but not in the count of processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Processor time so far.
    pub time: Option<Duration>,
    /// Memory, in bytes: what the group is charged with but for what it read of disks and has not used lately, as Docker has
    /// it; else what the processes have in memory, what is shared counted for each.
    pub memory: Option<u64>,
    /// The limit of it.
    pub memory_limit: Option<u64>,
    /// Processes and threads.
    pub tasks: Option<u64>,
    /// The limit of them.
    pub tasks_limit: Option<u64>,
    /// Whether a group told it.
    pub by_group: bool,
}

impl Live {
    /// Finds the sandbox of a run by its group; where it has none, by its monitor's process.
    pub fn find(run: &spec::RunId, groups: &[RunGroup], monitor: u32) -> Self {
        let group: Vec<_> =
            groups.iter().filter(|group| group.run == *run).map(|group| group.directory.clone()).collect();
        let processes = if group.is_empty() { sandbox(&family(), monitor) } else { Vec::new() };
        Self { group, processes }
    }

    /// What it uses now.
    pub fn load(&self) -> Load {
        let group = self.group.as_slice();
        let time = group.time().map(|(user, system)| user + system);
        let memory = group.memory().map(|used| used.saturating_sub(group.memory_idle().unwrap_or(0)));
        // What the group does not count, its processes tell.
        let sum = if time.is_none() || memory.is_none() { Sum::of(&self.members()) } else { Sum::default() };
        Load {
            time: time.or(sum.time),
            memory: memory.or(sum.resident),
            memory_limit: group.memory_limit(),
            tasks: self.tasks().or(sum.tasks).map(|tasks| tasks.saturating_sub(1)),
            tasks_limit: group.number("pids.max").map(|limit| limit.saturating_sub(1)),
            by_group: !self.group.is_empty(),
        }
    }

    fn members(&self) -> Vec<Pid> {
        self.group.first().map_or_else(|| self.processes.clone(), |directory| members(directory))
    }

    fn tasks(&self) -> Option<u64> {
        let group = self.group.as_slice();
        let lines = |text: String| u64::try_from(text.lines().count()).ok();
        let listed = || group.read("cgroup.threads").or_else(|| group.read("tasks")).and_then(lines);
        group.number("pids.current").or_else(listed)
    }
}

/// What some processes use together; those that end meanwhile are left out.
#[derive(Debug, Default)]
struct Sum {
    tasks: Option<u64>,
    time: Option<Duration>,
    resident: Option<u64>,
}

impl Sum {
    fn of(processes: &[Pid]) -> Self {
        let mut sum = Self::default();
        for stat in processes.iter().filter_map(|pid| stat(pid.as_raw_nonzero().get())) {
            sum.tasks = Some(sum.tasks.unwrap_or_default() + u64::from(stat.threads));
            sum.time = Some(sum.time.unwrap_or_default() + stat.user + stat.system);
            sum.resident = Some(sum.resident.unwrap_or_default() + stat.resident);
        }
        sum
    }
}

/// All processes that can be seen.
fn family() -> Family {
    let mut family = Family::default();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some((pid, stat)) = pid.and_then(|pid| Some((pid, stat(pid)?))) {
            family.add(pid, stat.parent);
        }
    }
    family
}

fn stat(pid: i32) -> Option<Stat> {
    let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
    Stat::parse(&String::from_utf8_lossy(&text))
}

/// The processes of the sandbox that a monitor watches. None where it watches several: which is which cannot be told.
fn sandbox(family: &Family, monitor: u32) -> Vec<Pid> {
    let children = family.children(i32::try_from(monitor).unwrap_or(0));
    let inits: Vec<_> = children.iter().copied().filter(|pid| is_init(*pid)).collect();
    let init = match (inits.as_slice(), children) {
        (&[init], _) => init,
        // Where there are neither namespaces nor a group, init has a keeper, and nothing tells that from another child.
        (&[], &[keeper]) => match *family.children(keeper) {
            [init] => init,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    family.descendants(init).into_iter().filter_map(Pid::from_raw).collect()
}

/// Whether a process is the first of a namespace below ours (proc_pid_status(5), `NSpid`).
fn is_init(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    numbers.split_whitespace().skip(1).last() == Some("1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_only_child_is_the_sandbox() {
        let mut family = Family::default();
        // No process has such numbers.
        let [keeper, init, one, other] = [i32::MAX - 1, i32::MAX - 2, i32::MAX - 3, i32::MAX - 4];
        [(keeper, 1), (init, keeper), (one, init), (other, init)]
            .into_iter()
            .for_each(|(child, parent)| family.add(child, parent));
        assert_eq!(sandbox(&family, 1).len(), 3, "init and its children, without its keeper");
        assert_eq!(sandbox(&family, init.cast_unsigned()), [], "which of two children is it?");
    }

    #[test]
    fn a_group_is_read_in_either_version() {
        let top = std::env::temp_dir().join(format!("aisbx-live-{}", std::process::id()));
        let (memory, pids) = (top.join("memory"), top.join("pids"));
        fs::create_dir_all(&memory).unwrap();
        fs::create_dir_all(&pids).unwrap();
        for (path, text) in [
            (memory.join("memory.usage_in_bytes"), "5000\n"),
            (memory.join("memory.stat"), "inactive_file 1\ntotal_inactive_file 1000\n"),
            (memory.join("memory.limit_in_bytes"), "9223372036854771712\n"),
            (memory.join("cpuacct.usage_user"), "1000000\n"),
            (memory.join("cpuacct.usage_sys"), "500000\n"),
            (pids.join("pids.current"), "4\n"),
            (pids.join("pids.max"), "33\n"),
        ] {
            fs::write(path, text).unwrap();
        }
        let load = Live { group: vec![memory, pids], processes: Vec::new() }.load();
        fs::remove_dir_all(&top).unwrap();
        let time = Some(Duration::from_micros(1500));
        let expected = Load {
            time,
            memory: Some(4000),
            memory_limit: None,
            tasks: Some(3),
            tasks_limit: Some(32),
            by_group: true,
        };
        assert_eq!(load, expected);
    }
}
