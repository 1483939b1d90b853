//! What a sandbox uses while it runs, seen from outside: from its group where it has one, else from `/proc`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Pid;

use crate::RunGroup;
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
        let processes = if group.is_empty() { Table::read().sandbox(monitor) } else { Vec::new() };
        Self { group, processes }
    }

    /// What it uses now.
    pub fn load(&self) -> Load {
        let (time, memory) = (self.time(), self.memory());
        // What the group does not count, its processes tell.
        let sum = if time.is_none() || memory.is_none() { Sum::of(&self.members()) } else { Sum::default() };
        Load {
            time: time.or(sum.time),
            memory: memory.or(sum.resident),
            memory_limit: self.memory_limit(),
            tasks: self.tasks().or(sum.tasks).map(|tasks| tasks.saturating_sub(1)),
            tasks_limit: self.number("pids.max").map(|limit| limit.saturating_sub(1)),
            by_group: !self.group.is_empty(),
        }
    }

    fn members(&self) -> Vec<Pid> {
        self.group.first().map_or_else(|| self.processes.clone(), |directory| members(directory))
    }

    fn time(&self) -> Option<Duration> {
        let unified = || self.entry("cpu.stat", "usage_usec").map(Duration::from_micros);
        unified().or_else(|| self.number("cpuacct.usage").map(Duration::from_nanos))
    }

    fn memory(&self) -> Option<u64> {
        let used = self.number("memory.current").or_else(|| self.number("memory.usage_in_bytes"))?;
        let idle =
            self.entry("memory.stat", "total_inactive_file").or_else(|| self.entry("memory.stat", "inactive_file"));
        Some(used.saturating_sub(idle.unwrap_or(0)))
    }

    fn memory_limit(&self) -> Option<u64> {
        // To version one, no limit is a very large one.
        let legacy = || self.number("memory.limit_in_bytes").filter(|limit| *limit < 1 << 60);
        self.number("memory.max").or_else(legacy)
    }

    fn tasks(&self) -> Option<u64> {
        let lines = |text: String| u64::try_from(text.lines().count()).ok();
        let listed = || self.read("cgroup.threads").or_else(|| self.read("tasks")).and_then(lines);
        self.number("pids.current").or_else(listed)
    }

    /// A file of whichever directory has it.
    fn read(&self, file: &str) -> Option<String> {
        self.group.iter().find_map(|directory| fs::read_to_string(directory.join(file)).ok())
    }

    fn number(&self, file: &str) -> Option<u64> {
        self.read(file)?.trim().parse().ok()
    }

    fn entry(&self, file: &str, name: &str) -> Option<u64> {
        let texts = self.group.iter().filter_map(|directory| fs::read_to_string(directory.join(file)).ok());
        texts.into_iter().find_map(|text| entry(&text, name))
    }
}

/// A number that stands after its name.
fn entry(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
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
        for stat in processes.iter().filter_map(|pid| Stat::read(pid.as_raw_nonzero().get())) {
            sum.tasks = Some(sum.tasks.unwrap_or_default() + stat.threads);
            sum.time = Some(sum.time.unwrap_or_default() + stat.time);
            sum.resident = Some(sum.resident.unwrap_or_default() + stat.resident);
        }
        sum
    }
}

/// Which process comes from which.
#[derive(Debug, Default)]
struct Table(BTreeMap<i32, Vec<i32>>);

impl Table {
    fn read() -> Self {
        let mut table = Self::default();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some((pid, stat)) = pid.and_then(|pid| Some((pid, Stat::read(pid)?))) {
                table.0.entry(stat.parent).or_default().push(pid);
            }
        }
        table
    }

    /// The processes of the sandbox that a monitor watches. None where it watches several: which is which cannot be told.
    fn sandbox(&self, monitor: u32) -> Vec<Pid> {
        let monitor = i32::try_from(monitor).unwrap_or(0);
        let children = self.children(monitor);
        let inits: Vec<_> = children.iter().copied().filter(|pid| is_init(*pid)).collect();
        // Where there are no namespaces, nothing tells its init from another child.
        let candidates = if inits.is_empty() { children } else { &inits };
        let &[init] = candidates else { return Vec::new() };
        self.descendants(init).into_iter().filter_map(Pid::from_raw).collect()
    }

    fn children(&self, pid: i32) -> &[i32] {
        self.0.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// A process and all that come from it. Numbers are reused while the table is read: nobody is visited twice.
    fn descendants(&self, pid: i32) -> BTreeSet<i32> {
        let mut found = BTreeSet::new();
        let mut open = vec![pid];
        while let Some(pid) = open.pop() {
            if found.insert(pid) {
                open.extend(self.children(pid));
            }
        }
        found
    }
}

/// Whether a process is the first of a namespace below ours (proc_pid_status(5), `NSpid`).
fn is_init(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    numbers.split_whitespace().skip(1).last() == Some("1")
}

/// What of `/proc/PID/stat` matters here (proc_pid_stat(5)).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: i32,
    threads: u64,
    /// With that of the dead it waited for.
    time: Duration,
    resident: u64,
}

impl Stat {
    fn read(pid: i32) -> Option<Self> {
        let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
        Self::parse(&String::from_utf8_lossy(&text))
    }

    /// The name stands in parentheses and may hold anything, parentheses included; the other fields are numbers.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<_> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        // Fields are numbered from 1; the third is the first after the name.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let ticks = [14, 15, 16, 17].into_iter().map(field).sum::<Option<u64>>()?;
        Some(Self {
            parent: i32::try_from(field(4)?).ok()?,
            threads: field(20)?,
            time: Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()),
            resident: field(24)? * u64::try_from(rustix::param::page_size()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_called_anything() {
        let text = "7 (a) R 9 (b) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 20 30 20 0 5 0 99 1000 256 18446744073709551615";
        let stat = Stat::parse(text).unwrap();
        let ticks = rustix::param::clock_ticks_per_second();
        let time = Duration::from_millis(250 * 1000 / ticks);
        assert_eq!(stat, Stat { parent: 1, threads: 5, time, resident: 256 * rustix::param::page_size() as u64 });
        assert_eq!(Stat::parse("7 (half"), None);
        assert_eq!(Stat::parse("7 (few) S 1 2"), None);
    }

    #[test]
    fn numbers_stand_after_their_whole_name() {
        let text = "inactive_file 7\ntotal_inactive_file 9\nusage_usec_more 1\nusage_usec 12\n";
        assert_eq!(entry(text, "inactive_file"), Some(7));
        assert_eq!(entry(text, "usage_usec"), Some(12));
        assert_eq!(entry(text, "file"), None);
    }

    #[test]
    fn descendants_are_found_even_in_a_ring() {
        let table = Table(BTreeMap::from([(1, vec![2]), (2, vec![3, 4]), (4, vec![2])]));
        assert_eq!(table.descendants(2), BTreeSet::from([2, 3, 4]));
        assert_eq!(table.sandbox(1).len(), 3, "an only child is the sandbox");
        assert_eq!(table.sandbox(2), [], "which of two children is it?");
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
            (memory.join("cpuacct.usage"), "1500000\n"),
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
