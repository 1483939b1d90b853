//! The processes of a sandbox, seen through its own `/proc` (proc_pid_stat(5), proc_pid_statm(5), proc_pid_smaps(5)).

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
    /// Whether everybody else is there too.
    shared: bool,
}

/// What all processes use together, init included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Processes and threads, init left out.
    pub(super) tasks: u32,
    /// Memory that is mapped, in bytes: what several have is counted for each, and what they have of files too. Never less than
    /// what is used.
    pub(super) resident: u64,
    /// Processor time of those that live, and of the dead that somebody waited for.
    pub(super) time: Duration,
    /// The process with the most memory, and its pid.
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
    /// All that a `/proc` shows.
    pub(super) fn new(proc: OwnedFd) -> Self {
        Self { proc, init: Pid::INIT, shared: false }
    }

    /// A process of the host's and all that descend from it. Those that lose their parent must become its own children.
    pub(super) fn below(init: Pid) -> Result<Self> {
        let proc = openat(CWD, "/proc", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { proc, init, shared: true })
    }

    /// As [`Processes::below`] the only child of this process.
    pub(super) fn kept_by(keeper: Pid) -> Result<Self> {
        let mut processes = Self::below(keeper)?;
        let family = processes.family()?;
        let &[init] = family.children(keeper.as_raw_nonzero().get()) else { return Err(Errno::SRCH) };
        processes.init = Pid::from_raw(init).ok_or(Errno::SRCH)?;
        Ok(processes)
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
            sample.time += stat.time;
            sample.resident += stat.resident;
            if !init && sample.largest.as_ref().is_none_or(|largest| largest.resident < stat.resident) {
                sample.largest = Some(Process { name: stat.name, resident: stat.resident });
            }
        }
        Ok(sample)
    }

    /// The memory of all processes with each page counted once, files left out: what is theirs alone, and what is in memory and
    /// shared, in bytes. The kernel looks at every page, which takes its time: `None` where it takes more than there is.
    pub(super) fn weigh(&self) -> Option<(u64, u64)> {
        let until = Instant::now() + BUDGET;
        let mut sum = (0, 0);
        for pid in self.pids().ok()? {
            if Instant::now() > until {
                return None;
            }
            let Some(text) = self.read(&pid, "smaps_rollup") else { continue };
            let field = |name: &str| text.lines().find_map(|line| kilobytes(line.strip_prefix(name)?)).unwrap_or(0);
            sum.0 += field("Pss_Anon:");
            sum.1 += field("Pss_Shmem:");
        }
        Some(sum)
    }

    /// Bytes of files that are open and have no name any more, but for those in the file system of `root`. What a process hides
    /// by not being dumpable (prctl(2)), or has on the way to another in a message, is not seen. `None` where there are more descriptors than can be looked at in time.
    pub(super) fn nameless(&self, root: Option<&OwnedFd>) -> Option<u64> {
        let until = Instant::now() + BUDGET;
        let own = root.and_then(|root| fstat(root).ok()).map_or(0, |root| root.st_dev);
        let mut known = BTreeMap::new();
        for pid in self.pids().unwrap_or_default() {
            let fds = format!("{pid}/fd");
            let opened = openat(&self.proc, &fds, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
            let Ok(dir) = opened.and_then(Dir::new) else { continue };
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
        }
        Some(known.values().sum())
    }

    fn pids(&self) -> Result<Vec<String>> {
        if !self.shared {
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
        self.read(pid, "stat").as_deref().and_then(Stat::parse)
    }

    fn listed(&self) -> Result<Vec<String>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = Dir::new(openat(&self.proc, ".", flags, Mode::empty())?)?;
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
        let processes = Processes::new(proc);
        let sample = processes.sample().unwrap();
        assert!(sample.tasks > 0 && sample.resident > 0 && sample.largest.is_some());
        assert!(processes.weigh().is_none_or(|(alone, _)| alone > 0));
    }
}
