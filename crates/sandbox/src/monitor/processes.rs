//! The processes of a sandbox, seen through its own `/proc` (proc_pid_stat(5), proc_pid_statm(5), proc_pid_smaps(5)).

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use linux::{Errno, Result};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::process::Pid;

use crate::stat::{Family, Stat};

/// What one thorough look may take. Deadlines, signals and output wait meanwhile.
const BUDGET: Duration = Duration::from_millis(200);

/// The processes of a sandbox.
#[derive(Debug)]
pub(super) struct Processes {
    /// The sandbox's own `/proc`, held from outside, or else the host's.
    proc: OwnedFd,
    /// Its init there.
    init: Pid,
    /// Its init in the host's; the same where everybody else is there too.
    outside: Pid,
}

/// What all processes use together, init included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Processes and threads, init left out.
    pub(super) tasks: u32,
    /// Memory that is mapped, in bytes: what several have is counted for each, and what they have of files too. Never less than
    /// what is used.
    pub(super) resident: u64,
    /// Processor time in user mode of those that live, and of the dead that somebody waited for.
    pub(super) user: Duration,
    /// The same in the kernel.
    pub(super) system: Duration,
    /// The process with the most memory.
    pub(super) largest: Option<Process>,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    /// Its name, as the kernel keeps it: at most 15 bytes.
    pub(super) name: String,
    /// Its memory, in bytes.
    pub(super) resident: u64,
}

impl Processes {
    /// All that a `/proc` shows, whose first process has another number in the host's.
    pub(super) fn new(proc: OwnedFd, outside: Pid) -> Self {
        Self { proc, init: Pid::INIT, outside }
    }

    /// A process of the host's and all that descend from it. Those that lose their parent must become its own children.
    pub(super) fn below(init: Pid) -> Result<Self> {
        let proc = openat(CWD, "/proc", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { proc, init, outside: init })
    }

    /// As [`Processes::below`] the only child of this process.
    pub(super) fn kept_by(keeper: Pid) -> Result<Self> {
        let processes = Self::below(keeper)?;
        let family = processes.family()?;
        let &[init] = family.children(keeper.as_raw_nonzero().get()) else { return Err(Errno::SRCH) };
        let init = Pid::from_raw(init).ok_or(Errno::SRCH)?;
        Ok(Self { init, outside: init, ..processes })
    }

    /// A file of init's.
    pub(super) fn of_init(&self, file: &str) -> Option<String> {
        self.read(&self.init.to_string(), file)
    }

    /// Looks at all that there are now. Those that end meanwhile are left out.
    pub(super) fn sample(&self) -> Result<Sample> {
        let mut sample = Sample::default();
        for pid in self.pids()? {
            let Some(stat) = self.stat(&pid) else { continue };
            let init = pid == self.init.to_string();
            sample.tasks += if init { 0 } else { stat.threads };
            sample.user += stat.user;
            sample.system += stat.system;
            sample.resident += stat.resident;
            if !init && sample.largest.as_ref().is_none_or(|largest| largest.resident < stat.resident) {
                sample.largest = Some(Process { name: stat.name, resident: stat.resident });
            }
        }
        Ok(sample)
    }

    /// The memory of all processes with each page counted once, files left out: what is theirs alone, page tables included, and
    /// what is in memory and shared, in bytes. The kernel looks at every page, which takes its time: `None` where it takes more
    /// than there is.
    pub(super) fn weigh(&self) -> Option<(u64, u64)> {
        let until = Instant::now() + BUDGET;
        let mut sum = (0, 0);
        let all: BTreeMap<_, _> =
            self.pids().ok()?.into_iter().filter_map(|pid| self.stat(&pid).map(|stat| (pid, stat))).collect();
        let outside = OnceCell::new();
        for (pid, stat) in &all {
            if Instant::now() > until {
                return None;
            }
            // vfork(2) leaves two processes with one memory until the new one executes its program.
            let parent = all.get_key_value(&stat.parent.to_string()).filter(|(_, parent)| parent.size == stat.size);
            if parent.is_some_and(|(parent, _)| share(outside.get_or_init(|| self.outside_pids()), pid, parent)) {
                continue;
            }
            let place = self.living(pid, stat);
            let Some(text) = self.read(&place, "smaps_rollup") else { continue };
            let tables = self.read(&place, "status").map_or(0, |status| field(&status, "VmPTE:"));
            sum.0 += field(&text, "Pss_Anon:") + tables;
            sum.1 += field(&text, "Pss_Shmem:");
        }
        Some(sum)
    }

    /// The page tables of all processes, in bytes, which `sample` does not see: reading memory that was never written makes tables
    /// and nothing else.
    pub(super) fn tables(&self) -> u64 {
        let of = |pid: String| {
            let place = self.living(&pid, &self.stat(&pid)?);
            Some(field(&self.read(&place, "status")?, "VmPTE:"))
        };
        self.pids().unwrap_or_default().into_iter().filter_map(of).sum()
    }

    /// Bytes of files that are open and have no name any more, but for those in the file system of `root`. What a process hides by
    /// not being dumpable (prctl(2)), or has on the way to another in a message, is not seen. `None` where such a file is only mapped,
    /// so that its size cannot be found out, or where there is more than can be looked at in time.
    pub(super) fn nameless(&self, root: Option<&OwnedFd>) -> Option<u64> {
        let until = Instant::now() + BUDGET;
        let own = root.and_then(|root| fstat(root).ok()).map_or(0, |root| root.st_dev);
        let mut known = BTreeMap::new();
        for pid in self.pids().unwrap_or_default() {
            for place in self.places(&pid) {
                self.nameless_open(&place, own, until, &mut known)?;
            }
            let place = self.stat(&pid).map_or_else(|| pid.clone(), |stat| self.living(&pid, &stat));
            if self.read(&place, "maps").is_some_and(|maps| maps_nameless(&maps, own)) {
                return None;
            }
        }
        Some(known.values().sum())
    }

    /// Of one thread, those that are open.
    fn nameless_open(
        &self,
        place: &str,
        own: u64,
        until: Instant,
        known: &mut BTreeMap<(u64, u64), u64>,
    ) -> Option<()> {
        let fds = format!("{place}/fd");
        let opened = openat(&self.proc, &fds, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let Ok(dir) = opened.and_then(Dir::new) else { return Some(()) };
        for entry in dir.flatten() {
            if Instant::now() > until {
                return None;
            }
            let path = format!("{fds}/{}", entry.file_name().to_string_lossy());
            let Ok(file) = statat(&self.proc, path, AtFlags::empty()) else { continue };
            let regular = FileType::from_raw_mode(file.st_mode).is_file();
            if regular && file.st_nlink == 0 && file.st_dev != own {
                known.insert((file.st_dev, file.st_ino), u64::try_from(file.st_blocks).unwrap_or(0) * 512);
            }
        }
        Some(())
    }

    /// Where the descriptors of a process are: each of its threads may have left the others' table (unshare(2)).
    fn places(&self, pid: &str) -> Vec<String> {
        let threads = self.threads(pid);
        if threads.len() <= 1 {
            return vec![pid.to_owned()];
        }
        threads.into_iter().map(|thread| format!("{pid}/task/{thread}")).collect()
    }

    /// Where what the threads of a process share is told: not of its first one, if that has ended.
    fn living(&self, pid: &str, stat: &Stat) -> String {
        let first = || pid.to_owned();
        if !stat.headless || stat.threads < 2 {
            return first();
        }
        let threads = self.threads(pid).into_iter().map(|thread| format!("{pid}/task/{thread}"));
        let alive = |place: &String| {
            self.read(place, "stat").as_deref().and_then(Stat::parse).is_some_and(|stat| !stat.headless)
        };
        threads.into_iter().find(alive).unwrap_or_else(first)
    }

    fn threads(&self, pid: &str) -> Vec<String> {
        self.numbers(&format!("{pid}/task")).unwrap_or_default()
    }

    /// What the host calls those processes.
    fn outside_pids(&self) -> BTreeMap<String, Pid> {
        let Ok(host) = Self::below(self.outside) else { return BTreeMap::new() };
        let all = host.pids().unwrap_or_default().into_iter();
        let named = all.filter_map(|pid| {
            let inside = match self.init == self.outside {
                true => pid.clone(),
                false => {
                    let status = host.read(&pid, "status")?;
                    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
                    numbers.split_whitespace().last()?.to_owned()
                }
            };
            Some((inside, Pid::from_raw(pid.parse().ok()?)?))
        });
        named.collect()
    }

    fn pids(&self) -> Result<Vec<String>> {
        if self.init != self.outside {
            return self.listed();
        }
        let ours = self.family()?.descendants(self.init.as_raw_nonzero().get());
        Ok(ours.into_iter().map(|pid| pid.to_string()).collect())
    }

    fn family(&self) -> Result<Family> {
        let mut family = Family::default();
        for pid in self.listed()? {
            if let (Ok(child), Some(stat)) = (pid.parse(), self.stat(&pid)) {
                family.add(child, stat.parent);
            }
        }
        Ok(family)
    }

    fn stat(&self, pid: &str) -> Option<Stat> {
        let parse = |place: &str| self.read(place, "stat").as_deref().and_then(Stat::parse);
        let stat = parse(pid)?;
        // The memory of a process whose first thread has ended is told of the others.
        if stat.headless && stat.threads > 1 {
            let other = parse(&self.living(pid, &stat))?;
            return Some(Stat { resident: other.resident, size: other.size, ..stat });
        }
        Some(stat)
    }

    fn listed(&self) -> Result<Vec<String>> {
        self.numbers(".")
    }

    /// The entries of a directory that are numbers: of processes, or of threads.
    fn numbers(&self, path: &str) -> Result<Vec<String>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = Dir::new(openat(&self.proc, path, flags, Mode::empty())?)?;
        let names = dir.filter_map(|entry| Some(entry.ok()?.file_name().to_str().ok()?.to_owned()));
        Ok(names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).collect())
    }

    /// A file of one process; `None` where it has ended.
    fn read(&self, pid: &str, file: &str) -> Option<String> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = openat(&self.proc, format!("{pid}/{file}"), flags, Mode::empty()).ok()?;
        let mut text = Vec::with_capacity(1024);
        std::fs::File::from(file).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Whether two processes have one memory, by what the host calls them. Where that cannot be found out, they have not.
fn share(outside: &BTreeMap<String, Pid>, one: &str, other: &str) -> bool {
    let pair = outside.get(one).zip(outside.get(other));
    pair.is_some_and(|(one, other)| linux::process::share_memory(*one, *other).unwrap_or(false))
}

/// Whether `/proc/PID/maps` tells of a file without a name that is on another device and no memory (proc_pid_maps(5)).
fn maps_nameless(maps: &str, own: u64) -> bool {
    maps.lines().filter(|line| line.ends_with(" (deleted)")).any(|line| {
        let mut fields = line.split_ascii_whitespace().skip(3);
        let (Some(device), Some(path)) = (fields.next(), fields.nth(1)) else { return false };
        let memory = ["/memfd:", "/dev/zero", "/SYSV"].iter().any(|memory| path.starts_with(memory));
        let hexadecimal = |text| u32::from_str_radix(text, 16).ok();
        let device = device.split_once(':').and_then(|(major, minor)| hexadecimal(major).zip(hexadecimal(minor)));
        !memory && device.is_none_or(|(major, minor)| rustix::fs::makedev(major, minor) != own)
    })
}

/// The value of a row such as `Pss_Anon:   12 kB`, in bytes.
fn field(text: &str, name: &str) -> u64 {
    text.lines().find_map(|line| kilobytes(line.strip_prefix(name)?)).unwrap_or(0)
}

/// The value of a line such as `Pss:   12 kB`, in bytes.
fn kilobytes(rest: &str) -> Option<u64> {
    rest.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen_and_weighed() {
        let proc = openat(rustix::fs::CWD, "/proc", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let processes = Processes::new(proc, rustix::process::getpid());
        let sample = processes.sample().unwrap();
        assert!(sample.tasks > 0 && sample.resident > 0 && sample.largest.is_some());
        assert!(processes.weigh().is_none_or(|(alone, _)| alone > 0));
    }

    #[test]
    fn mapped_files_without_a_name_are_told_from_memory() {
        let line = |rest: &str| format!("7f00-7f10 rw-s 00000000 {rest} (deleted)\n");
        let own = rustix::fs::makedev(0, 0x2a);
        assert!(maps_nameless(&line("fe:01 7 /workspace/a b"), own));
        assert!(!maps_nameless(&line("00:2a 7 /tmp/a"), own), "it is in the scratch space");
        assert!(!maps_nameless(&line("00:01 7 /dev/zero"), own), "it is memory");
        assert!(!maps_nameless("7f00-7f10 r-xp 00000000 fe:01 7 /usr/bin/cat\n", own), "it has a name");
    }
}
