//! The receipt: what is in force, read back from the running sandbox.

use std::fs;

use rustix::process::Pid;
use spec::{Enforcement, Protection, Syscalls, Weakening};

use crate::plan::Plan;
use linux::process::Namespaces;

/// Reads back what holds for the sandbox whose init is `pid`. A missing protection becomes a weakening.
pub(super) fn read(plan: &Plan, pid: Pid) -> Enforcement {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let uid_map = fs::read_to_string(format!("/proc/{pid}/uid_map")).unwrap_or_default();
    let mut enforced = Enforcement::default();
    let mut note = |name: &str, holds: bool, mechanism: String, missing: &str| {
        if holds {
            enforced.protections.push(Protection { name: name.to_owned(), mechanism });
        } else {
            enforced.weakened.push(Weakening { name: name.to_owned(), reason: missing.to_owned() });
        }
    };
    let mapped = uid_map.split_whitespace().collect::<Vec<_>>().join(" ");
    note("users", !mapped.is_empty(), format!("user namespace, ids {mapped}"), "the id map could not be read back");
    note("files", true, "mount namespace, own root".to_owned(), "");
    let depth = field(&status, "NSpid").split_whitespace().count();
    note("processes", depth > 1, format!("pid namespace, {depth} deep"), "the pid namespace could not be read back");
    let isolated = plan.namespaces.contain(Namespaces::NETWORK);
    note(
        "network",
        isolated,
        "network namespace, loopback only".to_owned(),
        "the host's network is shared: its loopback services and abstract sockets can be reached",
    );
    let empty = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]
        .iter()
        .all(|set| field(&status, set).trim_matches('0').is_empty());
    note(
        "capabilities",
        empty && !status.is_empty(),
        "none in any set".to_owned(),
        "not all capability sets are empty",
    );
    note("privileges", field(&status, "NoNewPrivs") == "1", "no_new_privs".to_owned(), "no_new_privs is not set");
    let filter = format!("seccomp filter, {}", plan.syscalls.name());
    note("syscalls", field(&status, "Seccomp") == "2", filter, "no system-call filter is in force");
    if plan.syscalls == Syscalls::Development {
        enforced.weakened.push(Weakening {
            name: "syscalls".to_owned(),
            reason: "debugging calls are allowed on processes of the sandbox".to_owned(),
        });
    }
    enforced
}

/// The value of a line of `/proc/PID/status` (proc_pid_status(5)).
fn field<'a>(status: &'a str, name: &str) -> &'a str {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or("").trim()
}
