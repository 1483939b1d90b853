//! How each limit of a run is held: by the kernel for the whole sandbox, by the kernel for each process, or by looking.

use std::fmt;
use std::time::Duration;

use rustix::process::Resource;
use spec::{Access, Level, Limits, RunSpec, Size, Weakening};

use super::group::{Group, group, with_init};
use crate::survey::Controller;
use crate::{Error, Survey};

/// How each limit of a run is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The memory that was asked for, however it is held: the kernel rounds it to pages.
    pub memory: Option<Size>,
    /// What the limits of the whole sandbox are held by, where this host has it.
    pub group: Option<Group>,
    /// What holds for each process of the sandbox (setrlimit(2)), the number of processes for all of them together.
    pub resources: Vec<(Resource, u64)>,
    /// How many processors it is bound to, where a quota cannot be had (sched_setaffinity(2)).
    pub processors: Option<u32>,
    /// How much it steps back behind others, where shares cannot be had (setpriority(2)).
    pub nice: Option<i32>,
    /// What is looked at from time to time, and ends the sandbox.
    pub watched: Watched,
    /// Limits that are held less well than they could be.
    pub weakened: Vec<Weakening>,
}

/// What is looked at from time to time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Memory.
    pub memory: Option<Size>,
    /// Processor time of all processes together.
    pub cpu_time: Option<Duration>,
    /// Processes and threads, to tell why one was refused.
    pub pids: Option<u32>,
    /// The same, where nothing refuses one: it ends the sandbox.
    pub crowd: Option<u32>,
    /// Everything writable together.
    pub disk: Option<Size>,
    /// Of that, what is in memory: the kernel holds it.
    pub scratch: Option<Size>,
    /// Files in the same.
    pub inodes: Option<u64>,
    /// Output.
    pub output: Option<Size>,
}

/// Why a limit is held less well: what cgroups would give.
const NO_GROUP: &str = "no cgroup with that controller can be made here (`aisbx doctor` tells how)";

/// What else keeps the sandbox apart, as far as it decides about limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// A user namespace counts its processes, and what dies with the run is a file system of its own.
    Namespaces,
    /// Neither.
    Confined,
}

impl Rung {
    /// Whether a run is to have a group where it can.
    pub(crate) fn needs_group(self, spec: &RunSpec) -> bool {
        // Where there are no namespaces, nothing else refuses a process, and nothing else finds everybody.
        let counted = self == Self::Confined && spec.limits.pids.is_some();
        spec.limits.need_group() || counted || spec.floor.cgroup == Level::Required
    }
}

/// Plans how the limits of a run are held.
pub(super) fn bounds(spec: &RunSpec, survey: &Survey, rung: Rung) -> Result<Bounds, Error> {
    let limits = &spec.limits;
    let group = rung.needs_group(spec).then(|| group(&spec.run_id, limits, &survey.cgroups)).flatten();
    let has = |controller| group.as_ref().is_some_and(|group| group.has(controller));
    if spec.floor.cgroup == Level::Required {
        require(limits, has)?;
    }
    let mut bounds = Bounds {
        memory: limits.memory,
        resources: resources(spec, has(Controller::Pids) || rung == Rung::Confined),
        ..Bounds::default()
    };
    bounds.watched = Watched {
        memory: limits.memory.filter(|_| !has(Controller::Memory)),
        cpu_time: limits.cpu_time.map(spec::Lifetime::as_duration),
        pids: limits.pids,
        crowd: limits.pids.filter(|_| rung == Rung::Confined && !has(Controller::Pids)),
        disk: limits.disk,
        scratch: limits.scratch.filter(|_| rung == Rung::Namespaces),
        inodes: limits.inodes,
        output: limits.output,
    };
    if let Some(cpu) = limits.cpu.filter(|_| !has(Controller::Cpu)) {
        bounds.processors = Some(cpu.millis().div_ceil(1000));
    }
    if let Some(shares) = limits.cpu_shares.filter(|_| !has(Controller::Cpu)) {
        bounds.nice = Some(nice(shares));
    }
    bounds.weakened = bounds.weakenings(limits, has);
    bounds.group = group;
    Ok(bounds)
}

/// How large a single file may become where the disk is limited: more than the limit, so that a look finds it reached instead of the
/// program failing for a reason that nobody sees, and little enough to bound what is written between two looks.
pub(crate) fn with_margin(disk: Size) -> u64 {
    disk.as_bytes().saturating_add(disk.as_bytes() / 16).saturating_add(1 << 20)
}

/// Everything that is limited must have its controller, and where nothing is, the group itself.
fn require(limits: &Limits, has: impl Fn(Controller) -> bool) -> Result<(), Error> {
    let wanted = [
        (limits.cpu.is_some() || limits.cpu_shares.is_some(), Controller::Cpu),
        (limits.pids.is_some(), Controller::Pids),
        (true, Controller::Memory),
    ];
    match wanted.into_iter().find(|(limited, controller)| *limited && !has(*controller)) {
        Some((_, missing)) => Err(Error::Group(missing.name())),
        None => Ok(()),
    }
}

fn resources(spec: &RunSpec, counted: bool) -> Vec<(Resource, u64)> {
    let limits = &spec.limits;
    // What of the host can be written to has no part in `disk`.
    let shared = spec.workspace.as_ref().is_some_and(|workspace| workspace.access == Access::Rw)
        || spec.mounts.iter().any(|mount| mount.access == Access::Rw);
    let disk = limits.disk.filter(|_| !shared).map(with_margin);
    let file = [limits.file_size.map(Size::as_bytes), disk].into_iter().flatten().min();
    let all = [
        // It is looked at before the group, which then would count nothing.
        limits.pids.filter(|_| !counted).map(|pids| (Resource::Nproc, with_init(pids))),
        file.map(|size| (Resource::Fsize, size)),
        limits.open_files.map(|files| (Resource::Nofile, u64::from(files))),
        // 1, not 0: it also keeps the kernel from starting the host's dump handler (core(5); fs/coredump.c).
        Some((Resource::Core, 1)),
    ];
    all.into_iter().flatten().collect()
}

/// Each step is a quarter (kernel/sched/core.c, `sched_prio_to_weight`).
fn nice(shares: u32) -> i32 {
    let steps = (1024.0 / f64::from(shares.max(1))).ln() / 1.25_f64.ln();
    steps.round().clamp(0.0, 19.0) as i32
}

impl Bounds {
    fn weakenings(&self, limits: &Limits, has: impl Fn(Controller) -> bool) -> Vec<Weakening> {
        let memory = self.watched.memory.map(|_| {
            ("memory", format!("looked at some twenty times a second, so that a burst gets through: {NO_GROUP}"))
        });
        let processors = self.processors.zip(limits.cpu).map(|(count, cpu)| {
            ("cpu", format!("bound to {count} of the processors at most instead of a quota of {cpu}: {NO_GROUP}"))
        });
        let shares = self
            .nice
            .map(|nice| ("cpu_shares", format!("a nice value of {nice} for each process instead: {NO_GROUP}")));
        let crowd =
            self.watched.crowd.map(|_| ("pids", format!("looked at, and ended when there are more: {NO_GROUP}")));
        let time = limits.cpu_time.filter(|_| !has(Controller::CpuAccounting));
        let time = time.map(|_| ("cpu_time", format!("added up from those processes that can be seen: {NO_GROUP}")));
        [memory, processors, shares, crowd, time]
            .into_iter()
            .flatten()
            .map(|(name, reason)| Weakening { name: name.to_owned(), reason })
            .collect()
    }
}

impl fmt::Display for Bounds {
    /// One line for each thing done.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(group) = &self.group {
            writeln!(f, "{group}")?;
        }
        let of = |(resource, value): &(Resource, u64)| match resource {
            Resource::Nproc => format!("processes {value}, init included"),
            Resource::Fsize => format!("size of a file {}", Size::bytes(*value)),
            Resource::Nofile => format!("open descriptors {value}"),
            _ => format!("size of a core dump {value}"),
        };
        let all: Vec<_> = self.resources.iter().map(of).collect();
        write!(f, "limit {}", all.join(", "))?;
        if let Some(count) = self.processors {
            write!(f, "\nbind it to {count} of the processors")?;
        }
        if let Some(nice) = self.nice {
            write!(f, "\nhave it step back by a nice value of {nice}")?;
        }
        let watched = &self.watched;
        let watched = [
            watched.memory.map(|size| format!("memory {size}")),
            watched.crowd.map(|count| format!("processes {count}")),
            watched.cpu_time.map(|time| format!("processor time {} s", time.as_secs_f64())),
            watched.disk.map(|size| format!("everything writable {size}")),
            watched.inodes.map(|count| format!("files {count}")),
            watched.output.map(|size| format!("output {size}")),
        ];
        let watched: Vec<_> = watched.into_iter().flatten().collect();
        if watched.is_empty() { Ok(()) } else { write!(f, "\nwatch, and end it at: {}", watched.join(", ")) }
    }
}
