//! System calls by name, with arguments that do no harm: a filter's answer can be told from the kernel's.
//!
//! Where the kernel looks at an argument before it looks at privilege, that argument is wrong on purpose, so that an unfiltered kernel
//! answers `EFAULT`, `EINVAL` or `EBADF` to anybody, and `EPERM` or `ENOSYS` can only come from a filter.

mod table;

use std::ffi::OsString;

use crate::Probe;
use crate::arguments::{Usage, number, text};
use crate::child::{self, attempt};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;

use table::CALLS;

/// System calls.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "syscall", arguments: "NAME (with harmless wrong arguments)", run: syscall },
    Probe { name: "unshare", arguments: "user|mnt|pid|net|ipc|uts|cgroup|time", run: unshare },
    Probe { name: "clone", arguments: "user|mnt|pid|net|ipc|uts|cgroup", run: clone },
    Probe { name: "clone3", arguments: "user|mnt|pid|net|ipc|uts|cgroup|none", run: clone3 },
    Probe { name: "setns", arguments: "user|mnt|pid|net|ipc|uts|cgroup PID", run: setns },
    Probe { name: "ptrace", arguments: "traceme|attach|seize PID", run: ptrace },
    Probe { name: "personality", arguments: "NUMBER", run: personality },
];

/// A system call in a child, without regard to what it returns when it works.
fn tried(subject: &str, thing: impl FnOnce() -> Result<i64, Failure>) -> Answer {
    Fact::new(subject, attempt(thing).map(Json::Number)).into()
}

fn syscall(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = text(arguments, 0)?;
    let call = CALLS.iter().find(|call| call.name == name);
    let call = call.ok_or_else(|| Usage(format!("`{name}` is not in the table of system calls")))?;
    let [a, b, c, d, e, f] = call.arguments;
    // SAFETY: the table holds only arguments with which the kernel writes nothing to our memory: pointers that no process has, invalid
    // flags and descriptors; and the call happens in a child that ends at once.
    Ok(tried(name, || checked(unsafe { libc::syscall(call.number, a, b, c, d, e, f) })))
}

/// The flag that asks for a namespace, by the name of its file below `/proc/self/ns`.
fn namespace(name: &str) -> Result<i32, Usage> {
    Ok(match name {
        "user" => libc::CLONE_NEWUSER,
        "mnt" => libc::CLONE_NEWNS,
        "pid" => libc::CLONE_NEWPID,
        "net" => libc::CLONE_NEWNET,
        "ipc" => libc::CLONE_NEWIPC,
        "uts" => libc::CLONE_NEWUTS,
        "cgroup" => libc::CLONE_NEWCGROUP,
        "time" => libc::CLONE_NEWTIME,
        "none" => 0,
        other => return Err(Usage(format!("`{other}` is no namespace"))),
    })
}

fn unshare(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = text(arguments, 0)?;
    let flag = namespace(name)?;
    // SAFETY: takes a number only, in a child that ends at once.
    Ok(tried(name, || checked(unsafe { libc::unshare(flag) })))
}

fn clone(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = text(arguments, 0)?;
    let flags = i64::from(namespace(name)? | libc::SIGCHLD);
    // SAFETY: without a stack of its own the child runs on a copy of ours, as after `fork`.
    Ok(tried(name, || reaped(checked(unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) }))))
}

fn clone3(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = text(arguments, 0)?;
    let request = request(namespace(name)?);
    // SAFETY: the request has the size told and asks for no pointer to be written; the child runs on a copy of our stack.
    let call = || unsafe { libc::syscall(libc::SYS_clone3, &raw const request, size_of_val(&request)) };
    Ok(tried(name, || reaped(checked(call()))))
}

/// What to ask `clone3` for to get a child in new namespaces, as `fork` would make it.
pub(crate) fn request(namespaces: i32) -> libc::clone_args {
    // SAFETY: all fields are numbers, for which zero is a value and means "nothing".
    let mut request: libc::clone_args = unsafe { std::mem::zeroed() };
    request.flags = namespaces as u64;
    request.exit_signal = libc::SIGCHLD as u64;
    request
}

/// The child ends at once, the parent waits for it.
fn reaped(pid: Result<i64, Failure>) -> Result<i64, Failure> {
    match pid? {
        0 => child::leave(0),
        pid => child::wait(pid as i32).map(|_| 0),
    }
}

fn setns(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (name, pid) = (text(arguments, 0)?, number::<u32>(arguments, 1)?);
    let flag = namespace(name)?;
    let path = format!("/proc/{pid}/ns/{name}");
    Ok(tried(&path, || {
        let file = std::fs::File::open(&path)?;
        // SAFETY: takes numbers only; the descriptor is open.
        checked(unsafe { libc::setns(std::os::fd::AsRawFd::as_raw_fd(&file), flag) })
    }))
}

fn ptrace(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (how, pid) = (text(arguments, 0)?, number::<libc::pid_t>(arguments, 1).unwrap_or(0));
    let request = match how {
        "traceme" => libc::PTRACE_TRACEME,
        "attach" => libc::PTRACE_ATTACH,
        "seize" => libc::PTRACE_SEIZE,
        other => return Err(Usage(format!("`{other}` is none of traceme, attach, seize"))),
    };
    // SAFETY: these three read and write none of our memory; what they attach to is let go when the child ends.
    Ok(tried(&format!("{how} {pid}"), || checked(unsafe { libc::syscall(libc::SYS_ptrace, request, pid, 0, 0) })))
}

fn personality(arguments: &[OsString]) -> Result<Answer, Usage> {
    let number: libc::c_ulong = number(arguments, 0)?;
    // SAFETY: takes a number only, in a child that ends at once.
    Ok(tried(&format!("{number:#x}"), || checked(unsafe { libc::personality(number) })))
}
