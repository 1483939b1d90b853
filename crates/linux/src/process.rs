//! Making, replacing and burying processes.

mod make;
mod replace;
#[cfg(test)]
mod tests;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::process::Pid;

use crate::{Errno, Result, check};

pub use make::{clone, exit, hold, separate, spawn};
pub use replace::{Strings, execute, forget_arguments};

/// A set of namespaces to be made new (namespaces(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespaces(u64);

impl Namespaces {
    /// User and group ids, and every capability (user_namespaces(7)).
    pub const USER: Self = Self(libc::CLONE_NEWUSER as u64);
    /// The mount tree (mount_namespaces(7)).
    pub const MOUNT: Self = Self(libc::CLONE_NEWNS as u64);
    /// Process ids (pid_namespaces(7)).
    pub const PID: Self = Self(libc::CLONE_NEWPID as u64);
    /// Network devices, addresses, routes, abstract sockets (network_namespaces(7)).
    pub const NETWORK: Self = Self(libc::CLONE_NEWNET as u64);
    /// System V and POSIX message queues, semaphores, shared memory (ipc_namespaces(7)).
    pub const IPC: Self = Self(libc::CLONE_NEWIPC as u64);
    /// Host and domain name (uts_namespaces(7)).
    pub const UTS: Self = Self(libc::CLONE_NEWUTS as u64);
    /// The view of the cgroup tree (cgroup_namespaces(7)).
    pub const CGROUP: Self = Self(libc::CLONE_NEWCGROUP as u64);

    /// No namespace.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What of this set is not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of `other` is in this set.
    pub const fn contain(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A process made by [`clone`] and not yet buried.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    pidfd: OwnedFd,
}

/// How a process ended and what it, and all descendants it waited for, had used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub status: Status,
    /// Processor time in user mode.
    pub user: Duration,
    /// Processor time in the kernel.
    pub system: Duration,
    /// Largest resident set of any one of them, in bytes.
    pub peak_memory: u64,
    /// What they wrote towards disks, in bytes (getrusage(2), `ru_oublock`).
    pub written: u64,
}

/// How a process ended (wait(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// By `_exit` with this code.
    Exited(u8),
    /// By this signal.
    Signaled(u8),
}

impl Child {
    /// Its process id in the caller's namespace.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// A descriptor that becomes readable when the process has ended (pidfd_open(2)).
    pub fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Sends SIGKILL. Safe against reuse of the process id: it goes by descriptor.
    pub fn kill(&self) -> Result<()> {
        rustix::process::pidfd_send_signal(&self.pidfd, rustix::process::Signal::KILL)
    }

    /// Waits for the end and buries the process.
    pub fn wait(&self) -> Result<Ended> {
        loop {
            match wait4(self.pid.as_raw_nonzero().get(), 0) {
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno),
                Ok(Some((_, ended))) => return Ok(ended),
                Ok(None) => return Err(Errno::CHILD),
            }
        }
    }
}

/// Buries one ended child of the caller, whichever comes; `None` while all live on or where there is none.
pub fn reap() -> Result<Option<(Pid, Ended)>> {
    match wait4(-1, libc::WNOHANG) {
        Err(Errno::CHILD) => Ok(None),
        other => other,
    }
}

/// Kills every process that this one may signal but itself, and buries those that are its own: for the first process of a
/// namespace, all there are.
pub fn end_all() -> Result<()> {
    // SAFETY: no memory is touched.
    match check(unsafe { libc::kill(-1, libc::SIGKILL) }.into()) {
        Ok(_) => {}
        Err(Errno::SRCH) => return Ok(()),
        Err(errno) => return Err(errno),
    }
    loop {
        match wait4(-1, 0) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(()),
            Err(errno) => return Err(errno),
        }
    }
}

/// Whether two processes share one address space (kcmp(2), Linux 3.5). Needs the rights of ptrace(2) over both.
pub fn share_memory(one: Pid, other: Pid) -> Result<bool> {
    /// `KCMP_VM` (linux/kcmp.h).
    const MEMORY: libc::c_int = 1;
    let [one, other] = [one, other].map(|pid| pid.as_raw_nonzero().get());
    // SAFETY: no memory is touched.
    check(unsafe { libc::syscall(libc::SYS_kcmp, one, other, MEMORY, 0, 0) }).map(|order| order == 0)
}

fn wait4(pid: libc::pid_t, options: libc::c_int) -> Result<Option<(Pid, Ended)>> {
    let mut status = 0;
    // SAFETY: all-zero is a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live, writable objects of the right type.
    let buried = unsafe { libc::wait4(pid, &raw mut status, options, &raw mut usage) };
    let buried = check(buried.into())?;
    let Some(pid) = i32::try_from(buried).ok().and_then(Pid::from_raw) else { return Ok(None) };
    let status = if libc::WIFSIGNALED(status) {
        Status::Signaled(u8::try_from(libc::WTERMSIG(status)).unwrap_or(u8::MAX))
    } else {
        Status::Exited(u8::try_from(libc::WEXITSTATUS(status)).unwrap_or(u8::MAX))
    };
    let peak_memory = u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024;
    let written = u64::try_from(usage.ru_oublock).unwrap_or(0) * 512;
    let ended =
        Ended { status, user: duration(usage.ru_utime), system: duration(usage.ru_stime), peak_memory, written };
    Ok(Some((pid, ended)))
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}
