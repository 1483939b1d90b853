//! The receipt of a sandbox: what the kernel says of it once it is built. Init has read back the same from inside, or nothing would
//! run; this is the word of somebody outside.

use linux::Errno;
use linux::process::Namespaces;
use rustix::process::Resource;
use spec::{Enforcement, Network, Protection, Size, Syscalls, Weakening};

use super::processes::Processes;
use crate::account::Account as _;
use crate::native::Running;
use crate::plan::{Plan, Setting, Version, Wall};
use crate::survey::Controller;
use crate::{Act, Error};

/// What holds for a sandbox, and where it is less than the strongest form.
///
/// # Errors
/// Something does not hold that was planned.
pub(super) fn write(plan: &Plan, running: &Running, processes: &Processes) -> Result<Enforcement, Error> {
    let failed = |errno| Error::Build { act: Act::Verify, errno };
    let read = |file| processes.of_init(file).ok_or(failed(Errno::SRCH));
    let status = Status(read("status")?);
    let held = |what: Option<String>| what.ok_or(failed(Errno::PERM));
    let mut all = match &plan.wall {
        Wall::Namespaces => {
            vec![
                ("users", held(users(&read("uid_map")?, plan))?),
                ("files", "mount namespace, root of its own".to_owned()),
                ("processes", held(status.processes())?),
                ("capabilities", held(status.capabilities(&ALL_SETS))?),
            ]
        }
        Wall::Landlock(confinement, _) => {
            let version = linux::landlock::abi().map_err(failed)?;
            let files = format!("Landlock, version {version}, {} rules", confinement.rules.len());
            let processes = "Landlock: nobody outside can be signaled or looked into".to_owned();
            vec![("files", files), ("processes", processes), ("capabilities", held(status.capabilities(&HELD_SETS))?)]
        }
    };
    all.push(("privileges", held(status.privileges())?));
    all.push(("syscalls", format!("{}, {}", held(status.filter())?, plan.syscalls.name())));
    match (&plan.wall, plan.namespaces.contain(Namespaces::NETWORK)) {
        (Wall::Landlock(_, Network::None), _) => all.push(("network", "no sockets, by the filter".to_owned())),
        (_, true) => all.push(("network", "network namespace, loopback only".to_owned())),
        (_, false) => {}
    }
    all.extend(limits(plan, running, processes).map_err(failed)?);
    let protections =
        all.into_iter().map(|(name, mechanism)| Protection { name: name.to_owned(), mechanism }).collect();
    let weakened = weaknesses(plan);
    let weakened =
        weakened.into_iter().map(|(name, reason)| Weakening { name: name.to_owned(), reason: reason.to_owned() });
    Ok(Enforcement { protections, weakened: plan.bounds.weakened.iter().cloned().chain(weakened).collect() })
}

fn weaknesses(plan: &Plan) -> Vec<(&'static str, &'static str)> {
    let shared = match &plan.wall {
        Wall::Namespaces => !plan.namespaces.contain(Namespaces::NETWORK),
        Wall::Landlock(_, network) => *network == Network::Host,
    };
    let all = [
        (
            plan.wall != Wall::Namespaces,
            "namespaces",
            "there are none: names and metadata of the host's files and its process ids can be seen, modes and owners of \
             files cannot be changed, nor their times, though that is pretended, nothing is at a place of its own, and the command has the caller's user id",
        ),
        (shared, "network", "the host's network is shared: its loopback services and abstract sockets can be reached"),
        (plan.syscalls == Syscalls::Development, "syscalls", "processes of the sandbox may trace each other"),
    ];
    all.into_iter().filter(|(weak, _, _)| *weak).map(|(_, name, reason)| (name, reason)).collect()
}

/// Every set of capabilities(7).
const ALL_SETS: [&str; 5] = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
/// Without the bounding set, which only who has the right to can empty, and which means nothing under `no_new_privs`.
const HELD_SETS: [&str; 4] = ["CapInh", "CapPrm", "CapEff", "CapAmb"];

/// The map has one line: first id inside, first id outside, how many.
fn users(map: &str, plan: &Plan) -> Option<String> {
    let numbers: Vec<u32> = map.split_whitespace().map_while(|number| number.parse().ok()).collect();
    let (inner, outer) = (plan.identity.inner, plan.identity.outer_user);
    (numbers == [inner, outer, 1]).then(|| format!("user namespace, {inner} inside is {outer} outside"))
}

/// `/proc/PID/status` (proc_pid_status(5)).
struct Status(String);

impl Status {
    fn field(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    fn processes(&self) -> Option<String> {
        let first = self.field("NSpid")?.split_whitespace().last()? == "1";
        first.then(|| "process namespace".to_owned())
    }

    fn capabilities(&self, sets: &[&str]) -> Option<String> {
        let is_empty = |set: &&str| self.field(set).is_some_and(|bits| bits.bytes().all(|digit| digit == b'0'));
        let every = if sets == ALL_SETS { "in any set" } else { "held" };
        sets.iter().all(is_empty).then(|| format!("none {every}"))
    }

    fn privileges(&self) -> Option<String> {
        (self.field("NoNewPrivs")? == "1").then(|| "no_new_privs".to_owned())
    }

    /// How many processors it may use.
    fn processors(&self) -> Option<u32> {
        let digits = self.field("Cpus_allowed")?.chars().filter(|digit| *digit != ',');
        digits.map(|digit| digit.to_digit(16).map(u32::count_ones)).sum()
    }

    fn filter(&self) -> Option<String> {
        (self.field("Seccomp")? == "2").then(|| "seccomp filter".to_owned())
    }
}

/// The limits, as the files of the group have them, and those that hold for each process.
fn limits(plan: &Plan, running: &Running, processes: &Processes) -> Result<Vec<(&'static str, String)>, Errno> {
    let mut all = Vec::new();
    if let (Some(group), Some(cgroup)) = (&plan.bounds.group, &running.cgroup) {
        is_inside(&group.name, processes)?;
        for directory in &group.directories {
            let number = if directory.version == Version::Two { 2 } else { 1 };
            for Setting { file, value, .. } in &directory.settings {
                let Some((_, name)) = LIMITS.iter().find(|(known, _)| known == file) else { continue };
                let found = cgroup.read(file).ok_or(Errno::NOENT)?;
                if !is_as_written(file, value, found.trim()) {
                    return Err(Errno::PERM);
                }
                all.push((*name, format!("cgroup v{number}, {file} {}", found.trim())));
            }
        }
    }
    let known = |name: &str, all: &[(&str, String)]| all.iter().any(|(known, _)| *known == name);
    let text = processes.of_init("limits").ok_or(Errno::SRCH)?;
    for (resource, planned) in &plan.bounds.resources {
        let Some((name, row, words)) =
            RESOURCES.iter().find_map(|(known, name, row, words)| (known == resource).then_some((*name, *row, *words)))
        else {
            continue;
        };
        // The caller may have had less.
        let value = resource_limit(&text, row).filter(|value| value <= planned).ok_or(Errno::PERM)?;
        if !known(name, &all) {
            let (before, after) = words;
            all.push((name, format!("{before} {value}{after}")));
        }
    }
    if plan.bounds.processors.is_some() {
        let count = Status(processes.of_init("status").ok_or(Errno::SRCH)?).processors().ok_or(Errno::PERM)?;
        all.push(("cpu", format!("affinity to {count} of the processors, which cannot be changed inside")));
    }
    if let Some(nice) = plan.bounds.nice {
        all.push(("cpu_shares", format!("a nice value of {nice}, which cannot be lowered inside")));
    }
    let watched = &plan.bounds.watched;
    let scratch = watched.scratch.map_or_else(String::new, |size| format!(", of which {size} in memory by the kernel"));
    let counting = plan.bounds.group.as_ref().and_then(|group| group.version(Controller::CpuAccounting));
    let counted = match counting {
        Some(Version::One) => "counted by cgroup v1",
        Some(Version::Two) => "counted by cgroup v2",
        None => "added up from its processes",
    };
    let watched = [
        watched.memory.map(|size| ("memory", format!("watched, {size}"))),
        watched.crowd.map(|count| ("pids", format!("watched, {count}"))),
        watched.cpu_time.map(|time| ("cpu_time", format!("watched, {} s, {counted}", time.as_secs_f64()))),
        watched.disk.map(|size: Size| ("disk", format!("watched, {size}{scratch}"))),
        watched.inodes.map(|count| ("inodes", format!("watched, {count}"))),
        watched.output.map(|size| ("output", format!("counted, {size}"))),
    ];
    all.extend(watched.into_iter().flatten());
    Ok(all)
}

/// The resources that are told: the limit's name, its row in `/proc/PID/limits`, and what is said before and after the value.
const RESOURCES: [(Resource, &str, &str, (&str, &str)); 3] = [
    (Resource::Nproc, "pids", "Max processes", ("RLIMIT_NPROC", " in a user namespace of its own, init included")),
    (Resource::Fsize, "file_size", "Max file size", ("RLIMIT_FSIZE", "")),
    (Resource::Nofile, "open_files", "Max open files", ("RLIMIT_NOFILE", "")),
];

/// The hard limit in a row of `/proc/PID/limits` (proc_pid_limits(5)): name, soft limit, hard limit, unit.
fn resource_limit(text: &str, row: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(row))?;
    match rest.split_whitespace().nth(1)? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// The files in which a limit stands.
const LIMITS: [(&str, &str); 7] = [
    ("memory.max", "memory"),
    ("memory.limit_in_bytes", "memory"),
    ("pids.max", "pids"),
    ("cpu.max", "cpu"),
    ("cpu.cfs_quota_us", "cpu"),
    ("cpu.weight", "cpu_shares"),
    ("cpu.shares", "cpu_shares"),
];

/// Whether a file has what was written to it. Memory is rounded down to pages.
fn is_as_written(file: &str, written: &str, found: &str) -> bool {
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    // As much as the kernel can count is no limit to it (mm/page_counter.c, PAGE_COUNTER_MAX).
    let most = i64::MAX.cast_unsigned() / page * page;
    match (written.parse::<u64>(), found.parse::<u64>()) {
        (Ok(written), Err(_)) if file.starts_with("memory.") && found == "max" => written >= most,
        (Ok(written), Ok(found)) if file.starts_with("memory.") => found <= written && written - found < page,
        _ => written == found,
    }
}

/// Init is in the group, as the kernel sees it from here.
fn is_inside(group: &str, processes: &Processes) -> Result<(), Errno> {
    let text = processes.of_init("cgroup").ok_or(Errno::SRCH)?;
    let inside = text.lines().any(|line| line.rsplit('/').next() == Some(group));
    if inside { Ok(()) } else { Err(Errno::PERM) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_of_a_process_is_read() {
        let text = "Limit  Soft Limit  Hard Limit  Units\nMax processes  7  9  processes\nMax open files  unlimited  unlimited  files\n";
        assert_eq!(resource_limit(text, "Max processes"), Some(9));
        assert_eq!(resource_limit(text, "Max open files"), Some(u64::MAX));
        assert_eq!(resource_limit(text, "Max file size"), None);
        let status = |text: &str| Status(text.to_owned()).processors();
        assert_eq!(status("Cpus_allowed:\tff,00000003\n"), Some(10));
        assert_eq!(status("Cpus_allowed:\t?\n"), None);
    }

    #[test]
    fn a_limit_that_does_not_stand_as_it_was_written_is_noticed() {
        assert!(
            is_as_written("memory.max", "1048577", "1048576")
                && is_as_written("cpu.max", "50000 100000", "50000 100000")
        );
        assert!(is_as_written("memory.max", "9223372036854771712", "max"));
        assert!(!is_as_written("memory.max", "1048576", "max") && !is_as_written("memory.max", "1048576", "2097152"));
        assert!(!is_as_written("pids.max", "21", "20") && !is_as_written("cpu.max", "50000 100000", "max 100000"));
    }
}
