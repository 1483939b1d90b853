//! What this host allows, found by trying each thing in a process made for it.

mod group;
mod landlock;

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::os::fd::AsFd as _;

use linux::mount::{attach, file_system};
use linux::process::{Namespaces, Status, clone};
use linux::{Errno, Result};
use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use rustix::mount::{MountAttrFlags, MountPropagationFlags, mount_change};
use spec::Syscalls;

use crate::syscalls::{Filter, Listening, Need};

pub use group::{Holding, Lack, controllers};
pub use landlock::{Landlock, landlock};

/// Something a sandbox is built of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A user namespace with a mapped id.
    Users,
    /// A mount namespace with a file system of its own.
    Mounts,
    /// A process namespace with a fresh `/proc`.
    Processes,
    /// A network namespace with loopback up.
    Network,
    /// Namespaces for IPC, host name and cgroups.
    Others,
    /// An overlay file system.
    Overlay,
    /// A system-call filter.
    Filter,
}

impl Part {
    /// All parts, in the order a sandbox needs them.
    pub const ALL: [Self; 7] =
        [Self::Users, Self::Mounts, Self::Processes, Self::Network, Self::Others, Self::Overlay, Self::Filter];

    /// Tries it.
    pub fn attempt(self) -> Result<()> {
        let user = Namespaces::USER;
        let mounts = user.and(Namespaces::MOUNT);
        match self {
            Self::Users => inside(user, || Ok(())),
            Self::Mounts => inside(mounts, || scratch().map(drop)),
            Self::Processes => inside(mounts.and(Namespaces::PID), || {
                let proc = file_system(c"proc", &[], MountAttrFlags::MOUNT_ATTR_NOSUID)?;
                attach(proc, CWD, c"/proc")
            }),
            Self::Network => inside(user.and(Namespaces::NETWORK), linux::loopback::bring_up),
            Self::Others => inside(user.and(Namespaces::IPC).and(Namespaces::UTS).and(Namespaces::CGROUP), || {
                rustix::system::sethostname(b"sandbox")
            }),
            Self::Overlay => inside(mounts, overlay),
            Self::Filter => ended(&clone(Namespaces::empty(), None, || code(filter()))?),
        }
    }
}

/// Does something as the mapped user of new namespaces.
fn inside(namespaces: Namespaces, act: impl FnOnce() -> Result<()>) -> Result<()> {
    let user = rustix::process::geteuid().as_raw();
    let group = rustix::process::getegid().as_raw();
    let (users, groups) = (format!("{user} {user} 1\n"), format!("{group} {group} 1\n"));
    let child = clone(namespaces, None, || {
        code(
            write(c"/proc/self/setgroups", "deny")
                .and_then(|()| write(c"/proc/self/uid_map", &users))
                .and_then(|()| write(c"/proc/self/gid_map", &groups))
                .and_then(|()| act()),
        )
    })?;
    ended(&child)
}

/// The kernel's word as an exit code: every `errno` is below 134.
fn code(result: Result<()>) -> u8 {
    result.err().map_or(0, |errno| u8::try_from(errno.raw_os_error()).unwrap_or(u8::MAX))
}

fn ended(child: &linux::process::Child) -> Result<()> {
    match child.wait()?.status {
        Status::Exited(0) => Ok(()),
        Status::Exited(errno) => Err(Errno::from_raw_os_error(errno.into())),
        Status::Signaled(_) => Err(Errno::INTR),
    }
}

fn write(path: &CStr, text: &str) -> Result<()> {
    let file = openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, text.as_bytes()).map(drop)
}

/// A file system mounted over a directory that every root has.
fn scratch() -> Result<std::os::fd::OwnedFd> {
    mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let scratch = file_system(c"tmpfs", &[], MountAttrFlags::MOUNT_ATTR_NOSUID)?;
    attach(&scratch, CWD, c"/dev")?;
    Ok(scratch)
}

fn overlay() -> Result<()> {
    let scratch = scratch()?;
    for name in [c"lower", c"upper", c"work"] {
        mkdirat(scratch.as_fd(), name, Mode::from_raw_mode(0o755))?;
    }
    let options = [
        (c"lowerdir", c"/dev/lower"),
        (c"upperdir", c"/dev/upper"),
        (c"workdir", c"/dev/work"),
        (c"userxattr", c""),
        (c"volatile", c""),
    ];
    let options = options.map(|(key, value): (&CStr, &CStr)| (key, value));
    file_system(c"overlay", &options, MountAttrFlags::MOUNT_ATTR_NOSUID).map(drop)
}

fn filter() -> Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    let filter = Filter::new(Syscalls::Baseline, Need::default(), &BTreeMap::new());
    linux::seccomp::install(&filter.compile(Listening::Nobody).map_err(|_| Errno::TOOBIG)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_that_run_these_tests_allow_everything() {
        for part in Part::ALL {
            assert_eq!(part.attempt(), Ok(()), "{part:?}");
        }
    }
}
