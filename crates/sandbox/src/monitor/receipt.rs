//! The receipt of a sandbox: what the kernel says of it once it is built. Init has read back the same from inside, or nothing would
//! run; this is the word of somebody outside.

use linux::Errno;
use linux::process::Namespaces;
use rustix::process::Resource;
use spec::{Enforcement, Protection, Size, Syscalls, Weakening};

use super::processes::Processes;
use crate::native::Running;
use crate::plan::{Plan, Version};
use crate::survey::Controller;
use crate::{Act, Error};

/// What holds for a sandbox, and where it is less than the strongest form.
///
/// # Errors
/// Something does not hold that was planned.
pub(super) fn write(plan: &Plan, running: &Running, processes: &Processes) -> Result<Enforcement, Error> {
    let failed = |errno| Error::Build { act: Act::Verify, errno };
    let read = |file| processes.read("1", file).ok_or(failed(Errno::SRCH));
    let status = Status(read("status")?);
    let users = users(&read("uid_map")?, plan).ok_or(failed(Errno::PERM))?;
    let mut all = vec![
        ("users", users),
        ("files", "mount namespace, root of its own".to_owned()),
        ("processes", status.processes().ok_or(failed(Errno::PERM))?),
        ("capabilities", status.capabilities().ok_or(failed(Errno::PERM))?),
        ("privileges", status.privileges().ok_or(failed(Errno::PERM))?),
        ("syscalls", format!("{}, {}", status.filter().ok_or(failed(Errno::PERM))?, plan.syscalls.name())),
    ];
    let isolated = plan.namespaces.contain(Namespaces::NETWORK);
    if isolated {
        all.push(("network", "network namespace, loopback only".to_owned()));
    }
    all.extend(limits(plan, running, processes).map_err(failed)?);
    let protections =
        all.into_iter().map(|(name, mechanism)| Protection { name: name.to_owned(), mechanism }).collect();
    let shared = "the host's network is shared: its loopback services and abstract sockets can be reached";
    let traced = "processes of the sandbox may trace each other";
    let weakened = [
        (!isolated).then_some(("network", shared)),
        (plan.syscalls == Syscalls::Development).then_some(("syscalls", traced)),
    ];
    let weakened = weakened.into_iter().flatten();
    let weakened = weakened.map(|(name, reason)| Weakening { name: name.to_owned(), reason: reason.to_owned() });
    Ok(Enforcement { protections, weakened: plan.bounds.weakened.iter().cloned().chain(weakened).collect() })
}

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

    fn capabilities(&self) -> Option<String> {
        let is_empty = |set: &str| self.field(set).is_some_and(|bits| bits.bytes().all(|digit| digit == b'0'));
        let all = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].into_iter().all(is_empty);
        all.then(|| "none in any set".to_owned())
    }

    fn privileges(&self) -> Option<String> {
        (self.field("NoNewPrivs")? == "1").then(|| "no_new_privs".to_owned())
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
        let files = [
            ("memory", Controller::Memory, "memory.max", "memory.limit_in_bytes"),
            ("pids", Controller::Pids, "pids.max", "pids.max"),
            ("cpu", Controller::Cpu, "cpu.max", "cpu.cfs_quota_us"),
            ("cpu_shares", Controller::Cpu, "cpu.weight", "cpu.shares"),
        ];
        let set = |one: &str, two: &str| {
            group
                .directories
                .iter()
                .flat_map(|dir| &dir.settings)
                .any(|setting| setting.file == one || setting.file == two)
        };
        for (name, controller, two, one) in files.into_iter().filter(|(_, _, two, one)| set(one, two)) {
            let (version, value) = cgroup.stands(controller, two, one).ok_or(Errno::NOENT)?;
            let (number, file) = if version == Version::Two { (2, two) } else { (1, one) };
            all.push((name, format!("cgroup v{number}, {file} {value}")));
        }
    }
    let known = |name: &str, all: &[(&str, String)]| all.iter().any(|(known, _)| *known == name);
    for (resource, value) in &plan.bounds.resources {
        let (name, text) = match resource {
            Resource::Nproc => ("pids", format!("RLIMIT_NPROC {value} in a user namespace of its own, init included")),
            Resource::Fsize => ("file_size", format!("RLIMIT_FSIZE {value}")),
            Resource::Nofile => ("open_files", format!("RLIMIT_NOFILE {value}")),
            _ => continue,
        };
        if !known(name, &all) {
            all.push((name, text));
        }
    }
    if let Some(count) = plan.bounds.processors {
        all.push(("cpu", format!("affinity to {count} of the processors, which cannot be changed inside")));
    }
    let watched = &plan.bounds.watched;
    let scratch = watched.scratch.map_or_else(String::new, |size| format!(", of which {size} in memory by the kernel"));
    let watched = [
        watched.memory.map(|size| ("memory", format!("watched, {size}"))),
        watched.cpu_time.map(|time| ("cpu_time", format!("watched, {} s", time.as_secs_f64()))),
        watched.disk.map(|size: Size| ("disk", format!("watched, {size}{scratch}"))),
        watched.inodes.map(|count| ("inodes", format!("watched, {count}"))),
        watched.output.map(|size| ("output", format!("counted, {size}"))),
    ];
    all.extend(watched.into_iter().flatten());
    Ok(all)
}

/// Init is in the group, as the kernel sees it from here.
fn is_inside(group: &str, processes: &Processes) -> Result<(), Errno> {
    let text = processes.read("1", "cgroup").ok_or(Errno::SRCH)?;
    let inside = text.lines().any(|line| line.rsplit('/').next() == Some(group));
    if inside { Ok(()) } else { Err(Errno::PERM) }
}
