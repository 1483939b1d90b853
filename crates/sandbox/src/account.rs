//! What the kernel keeps about a cgroup, whichever version it is of: the files of both have names of their own, but for those that
//! mean the same (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/).

use std::path::PathBuf;
use std::time::Duration;

use spec::Stalled;

/// A cgroup that can be read, however it is held.
pub(crate) trait Account {
    /// A file of whichever of its directories has it.
    fn read(&self, file: &str) -> Option<String>;

    /// A number that is all of a file.
    fn number(&self, file: &str) -> Option<u64> {
        self.read(file)?.trim().parse().ok()
    }

    /// A number that stands after its name in a file.
    fn entry(&self, file: &str, name: &str) -> Option<u64> {
        self.read(file)?.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
    }

    /// Processor time in user mode and in the kernel.
    fn time(&self) -> Option<(Duration, Duration)> {
        let micros = |name| self.entry("cpu.stat", name).map(Duration::from_micros);
        let nanos = |file| self.number(file).map(Duration::from_nanos);
        let legacy = || nanos("cpuacct.usage_user").zip(nanos("cpuacct.usage_sys"));
        micros("user_usec").zip(micros("system_usec")).or_else(legacy)
    }

    /// Memory that is used, in bytes, files that the kernel keeps included.
    fn memory(&self) -> Option<u64> {
        self.number("memory.current").or_else(|| self.number("memory.usage_in_bytes"))
    }

    /// The most memory that was used.
    fn memory_peak(&self) -> Option<u64> {
        self.number("memory.peak").or_else(|| self.number("memory.max_usage_in_bytes"))
    }

    /// What is kept of files and was not used lately.
    fn memory_idle(&self) -> Option<u64> {
        let whole = self.entry("memory.stat", "total_inactive_file");
        whole.or_else(|| self.entry("memory.stat", "inactive_file"))
    }

    /// The limit of memory.
    fn memory_limit(&self) -> Option<u64> {
        // To version one, no limit is a very large one.
        let legacy = || self.number("memory.limit_in_bytes").filter(|limit| *limit < 1 << 60);
        self.number("memory.max").or_else(legacy)
    }

    /// Processes that were ended for want of memory.
    fn killed(&self) -> u64 {
        let unified = self.entry("memory.events", "oom_kill");
        unified.or_else(|| self.entry("memory.oom_control", "oom_kill")).unwrap_or(0)
    }

    /// Whether the group's own limit of memory was the cause. Version one does not say whose it was: then it is, if nearly all of
    /// it was used.
    fn is_exhausted(&self) -> bool {
        let near = || self.memory_peak().zip(self.memory_limit()).is_some_and(|(peak, limit)| peak >= nearly(limit));
        self.entry("memory.events", "oom").map_or_else(near, |count| count > 0)
    }

    /// Whether nearly all memory is used now.
    fn is_nearly_exhausted(&self) -> bool {
        self.memory().zip(self.memory_limit()).is_some_and(|(used, limit)| used >= nearly(limit))
    }

    /// Processes and threads that were refused.
    fn refused(&self) -> u64 {
        self.entry("pids.events", "max").unwrap_or(0)
    }

    /// The most processes and threads at one time (Linux 6.6).
    fn tasks_peak(&self) -> Option<u64> {
        self.number("pids.peak")
    }

    /// For how long all of it stood still. Version one has no such files, and a kernel may be built or started without.
    fn stalled(&self) -> Option<Stalled> {
        let total = |file| {
            let text = self.read(file)?;
            let full = text.lines().find(|line| line.starts_with("full "))?;
            full.rsplit_once("total=")?.1.trim().parse().ok()
        };
        let (cpu_us, memory_us, io_us) = (total("cpu.pressure")?, total("memory.pressure")?, total("io.pressure")?);
        Some(Stalled { cpu_us, memory_us, io_us })
    }
}

/// What counts as all of a limit.
fn nearly(limit: u64) -> u64 {
    limit - limit / 64
}

/// By the paths of its directories.
impl Account for [PathBuf] {
    fn read(&self, file: &str) -> Option<String> {
        self.iter().find_map(|directory| std::fs::read_to_string(directory.join(file)).ok())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Files(BTreeMap<&'static str, &'static str>);

    impl Account for Files {
        fn read(&self, file: &str) -> Option<String> {
            self.0.get(file).map(|text| (*text).to_owned())
        }
    }

    #[test]
    fn a_group_of_version_two_is_read() {
        let group = Files(BTreeMap::from([
            ("cpu.stat", "usage_usec 30\nuser_usec 10\nsystem_usec 20\n"),
            ("memory.current", "5000\n"),
            ("memory.max", "max\n"),
            ("memory.events", "low 0\nmax 9\noom 1\noom_kill 2\noom_group_kill 1\n"),
            ("memory.stat", "anon 1\ninactive_file 1000\n"),
            ("pids.events", "max 3\n"),
        ]));
        assert_eq!(group.time(), Some((Duration::from_micros(10), Duration::from_micros(20))));
        assert_eq!((group.memory(), group.memory_idle(), group.memory_limit()), (Some(5000), Some(1000), None));
        assert_eq!((group.killed(), group.is_exhausted(), group.refused()), (2, true, 3));
        assert_eq!(group.stalled(), None);
    }

    #[test]
    fn a_group_of_version_one_is_read() {
        let group = |peak| {
            Files(BTreeMap::from([
                ("cpu.stat", "nr_periods 0\n"),
                ("cpuacct.usage_user", "1000000\n"),
                ("cpuacct.usage_sys", "500000\n"),
                ("memory.usage_in_bytes", "5000\n"),
                ("memory.max_usage_in_bytes", peak),
                ("memory.limit_in_bytes", "6400\n"),
                ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"),
                ("memory.stat", "inactive_file 1\ntotal_inactive_file 1000\n"),
            ]))
        };
        assert_eq!(group("1").time(), Some((Duration::from_millis(1), Duration::from_micros(500))));
        assert_eq!((group("1").memory_idle(), group("1").killed(), group("1").refused()), (Some(1000), 1, 0));
        // The host's memory was used up, not the group's.
        assert!(!group("6200").is_exhausted() && group("6300").is_exhausted());
        let unlimited = Files(BTreeMap::from([("memory.limit_in_bytes", "9223372036854771712\n")]));
        assert_eq!(unlimited.memory_limit(), None);
    }
}
