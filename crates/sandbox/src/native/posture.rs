//! What the kernel says of init when everything is in place: what was asked for is read back, not believed.

use std::ffi::CStr;

use linux::process::Namespaces;
use linux::{Errno, Result};
use rustix::fs::stat;
use rustix::process::Pid;
use rustix::thread::SecureComputingMode;

/// The namespaces that a sandbox is not to be in, by their files and numbers (namespaces(7)).
#[derive(Debug)]
pub(super) struct Outside(Vec<(&'static CStr, u64)>);

const FILES: [(Namespaces, &CStr); 7] = [
    (Namespaces::USER, c"/proc/self/ns/user"),
    (Namespaces::MOUNT, c"/proc/self/ns/mnt"),
    (Namespaces::PID, c"/proc/self/ns/pid"),
    (Namespaces::NETWORK, c"/proc/self/ns/net"),
    (Namespaces::IPC, c"/proc/self/ns/ipc"),
    (Namespaces::UTS, c"/proc/self/ns/uts"),
    (Namespaces::CGROUP, c"/proc/self/ns/cgroup"),
];

impl Outside {
    /// Those of this process that the sandbox has its own of.
    pub(super) fn of(namespaces: Namespaces) -> Result<Self> {
        let wanted = FILES.into_iter().filter(|(one, _)| namespaces.contain(*one));
        wanted.map(|(_, file)| Ok((file, stat(file)?.st_ino))).collect::<Result<_>>().map(Self)
    }
}

/// Fails (`EPERM`) unless this process is the first of its namespace and in none of those outside, has the id that the plan gives
/// it, holds no capability, can gain no privilege, and has its system calls filtered.
pub(super) fn verify(inner_id: u32, outside: &Outside) -> Result<()> {
    let mut apart = rustix::process::getpid() == Pid::INIT;
    for (file, number) in &outside.0 {
        apart &= stat(*file)?.st_ino != *number;
    }
    let user = rustix::process::getuid().as_raw() == inner_id && rustix::process::geteuid().as_raw() == inner_id;
    let group = rustix::process::getgid().as_raw() == inner_id && rustix::process::getegid().as_raw() == inner_id;
    let powerless = linux::capability::is_empty()? && rustix::thread::no_new_privs()?;
    let filtered = rustix::thread::secure_computing_mode()? == SecureComputingMode::Filter;
    if apart && user && group && powerless && filtered { Ok(()) } else { Err(Errno::PERM) }
}
