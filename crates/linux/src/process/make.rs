//! Making processes: copies, holders of namespaces, and those that share memory until they become another program.

use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::ptr;

use rustix::process::Pid;

use super::{Child, Namespaces};
use crate::{Errno, Result, check};

/// As in linux/sched.h; the constant of libc overflows.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// Makes a process in new namespaces that runs `child` on a copy of this process and ends with the code it returns
/// (clone3(2), Linux 5.3).
///
/// With `group`, a directory of a cgroup of version two, it is born in that (`CLONE_INTO_CGROUP`, Linux 5.7).
///
/// Only the calling thread exists in the copy. If this process has other threads, `child` must not allocate or take a
/// lock: another thread may have held it. A panic in `child` aborts the copy.
pub fn clone(namespaces: Namespaces, group: Option<BorrowedFd<'_>>, child: impl FnOnce() -> u8) -> Result<Child> {
    let mut pidfd: libc::c_int = -1;
    // SAFETY: all-zero is a valid `clone_args`.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = namespaces.0 | libc::CLONE_PIDFD as u64;
    args.exit_signal = libc::SIGCHLD as u64;
    args.pidfd = &raw mut pidfd as u64;
    if let Some(group) = group {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = u64::try_from(group.as_raw_fd()).map_err(|_| Errno::BADF)?;
    }
    // SAFETY: the arguments live through the call and name no stack, so that the child goes on, on a copy of this one,
    // with a copy of all memory; nothing is shared.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of_val(&args)) };
    let pid = match check(pid) {
        // Filters of containers hide the call, because they cannot look at its flags.
        Err(Errno::NOSYS) if group.is_none() => {
            let flags = args.flags | libc::SIGCHLD as u64;
            // SAFETY: as above. With no stack and no shared memory it goes on like fork(2); the kernel stores the descriptor where
            // it would store the id of a thread (clone(2), `CLONE_PIDFD`).
            check(unsafe { libc::syscall(libc::SYS_clone, flags, 0, &raw mut pidfd, 0, 0) })?
        }
        other => other?,
    };
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { finish(child) };
    // SAFETY: the kernel stored a new descriptor that nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Child { pid, pidfd })
}

/// Moves this process into new namespaces (unshare(2)): all but process namespaces, which take only what is made later.
pub fn separate(namespaces: Namespaces) -> Result<()> {
    // SAFETY: the set has namespaces alone, never `CLONE_FILES`: no descriptor changes its meaning.
    check(unsafe { libc::syscall(libc::SYS_unshare, namespaces.0) }).map(drop)
}

/// Makes a process that does nothing but keep new namespaces alive. It shares this one's memory, so nothing is copied, and
/// dies with it.
pub fn hold(namespaces: Namespaces) -> Result<Child> {
    extern "C" fn wait(parent: *mut libc::c_void) -> libc::c_int {
        // SAFETY: this call touches no memory of ours unless it fails, which it cannot.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) };
        // SAFETY: nor does this one. Who died before the signal was asked for sends none.
        if unsafe { libc::getppid() } as usize != parent as usize {
            return 1;
        }
        loop {
            // SAFETY: as above: what ends it is a signal that is not handled.
            unsafe { libc::syscall(libc::SYS_ppoll, 0, 0, 0, 0, 0) };
        }
    }
    let mut stack: Vec<u128> = Vec::with_capacity(STACK / size_of::<u128>());
    let top = stack.spare_capacity_mut().as_mut_ptr_range().end;
    let flags = namespaces.0 as libc::c_int | libc::CLONE_VM | libc::CLONE_PIDFD | libc::SIGCHLD;
    let mut pidfd: libc::c_int = -1;
    let parent = ptr::without_provenance_mut(std::process::id() as usize);
    // SAFETY: the stack is ours and aligned, and it is leaked below: the child uses it for as long as it lives. The child
    // touches nothing else of the shared memory; the kernel stores the descriptor before the call returns.
    let pid = unsafe { libc::clone(wait, top.cast(), flags, parent, &raw mut pidfd) };
    let pid = check(pid.into())?;
    std::mem::forget(stack);
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::INVAL)?;
    // SAFETY: the kernel stored a new descriptor that nobody else owns.
    Ok(Child { pid, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } })
}

/// Bytes of stack for a child that shares this process's memory; it is touched as far as it is used.
const STACK: usize = 64 * 1024;

/// Makes a process that runs `child` in this one's memory until it replaces its program or ends; this process waits for that,
/// so nothing is copied (clone(2), `CLONE_VM` and `CLONE_VFORK`, as in posix_spawn(3)). [`reap`] buries it.
///
/// What [`clone`] says of threads and panics holds here too. What `child` allocates stays allocated.
pub fn spawn(child: impl FnOnce() -> u8) -> Result<Pid> {
    spawn_taken(&mut Some(child))
}

fn spawn_taken<F: FnOnce() -> u8>(child: &mut Option<F>) -> Result<Pid> {
    extern "C" fn run<F: FnOnce() -> u8>(child: *mut libc::c_void) -> libc::c_int {
        // SAFETY: the pointer is the one given below, to an `Option<F>` that lives on, and the one who gave it waits.
        let child = unsafe { &mut *child.cast::<Option<F>>() };
        match child.take() {
            Some(child) => finish(child),
            None => exit(u8::MAX),
        }
    }
    let mut stack: Vec<u128> = Vec::with_capacity(STACK / size_of::<u128>());
    let top = stack.spare_capacity_mut().as_mut_ptr_range().end;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: the stack is ours, aligned, large enough for what callers do (they do not recurse), and outlives the child's
    // use of it, as does the closure: this thread is stopped until the child has replaced its program or ended.
    let pid = unsafe { libc::clone(run::<F>, top.cast(), flags, (&raw mut *child).cast()) };
    let pid = check(pid.into())?;
    i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::INVAL)
}

/// Runs the child's part of a [`clone`] or [`spawn`] and ends the process: neither a return nor a panic leaves it.
fn finish(child: impl FnOnce() -> u8) -> ! {
    struct Abort;
    impl Drop for Abort {
        fn drop(&mut self) {
            std::process::abort();
        }
    }
    let abort = Abort;
    let code = child();
    std::mem::forget(abort);
    exit(code)
}

/// Ends this process at once: no destructor, no buffer, no handler of the copied parent runs (_exit(2)).
pub fn exit(code: u8) -> ! {
    // SAFETY: `_exit` has no precondition.
    unsafe { libc::_exit(code.into()) }
}
