//! Making, replacing and burying processes.

use std::ffi::{CStr, c_char};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

use rustix::process::Pid;

use crate::{Errno, Result, check, last_errno};

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
    let ended = Ended { status, user: duration(usage.ru_utime), system: duration(usage.ru_stime), peak_memory };
    Ok(Some((pid, ended)))
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}

/// Makes a process in new namespaces that runs `child` on a copy of this process and ends with the code it returns
/// (clone3(2), Linux 5.3).
///
/// Only the calling thread exists in the copy. If this process has other threads, `child` must not allocate or take a
/// lock: another thread may have held it. A panic in `child` aborts the copy.
pub fn clone(namespaces: Namespaces, child: impl FnOnce() -> u8) -> Result<Child> {
    let mut pidfd: libc::c_int = -1;
    // SAFETY: all-zero is a valid `clone_args`.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = namespaces.0 | libc::CLONE_PIDFD as u64;
    args.exit_signal = libc::SIGCHLD as u64;
    args.pidfd = &raw mut pidfd as u64;
    // SAFETY: the arguments live through the call and name no stack, so that the child goes on, on a copy of this one,
    // with a copy of all memory; nothing is shared.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of_val(&args)) };
    let pid = check(pid)?;
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { finish(child) };
    // SAFETY: the kernel stored a new descriptor that nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Child { pid, pidfd })
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

/// Overwrites this process's arguments, which everybody who sees it could read (proc_pid_cmdline(5)). For a copy made by
/// [`clone`], which is done with them.
pub fn forget_arguments() -> Result<()> {
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC;
    let file = rustix::fs::open(c"/proc/self/stat", flags, rustix::fs::Mode::empty())?;
    let mut bytes = [0; 1024];
    let count = rustix::io::read(&file, &mut bytes)?;
    let (start, end) = argument_area(bytes.get(..count).unwrap_or_default()).ok_or(Errno::NOTSUP)?;
    let length = end.checked_sub(start).ok_or(Errno::NOTSUP)?;
    // SAFETY: the kernel says that this process's arguments are there, on its own stack. The only references into them are
    // of the program that this is a copy of, and shorter strings are what they must allow for anyway.
    unsafe { ptr::write_bytes(start as *mut u8, 0, length) };
    Ok(())
}

/// The fields `arg_start` and `arg_end` of `/proc/PID/stat`: 48 and 49, counted after the name, which may hold anything but
/// ends with the last parenthesis (proc_pid_stat(5)).
fn argument_area(stat: &[u8]) -> Option<(usize, usize)> {
    let after_name = stat.iter().rposition(|byte| *byte == b')')?;
    let mut fields = std::str::from_utf8(stat.get(after_name + 1..)?).ok()?.split_ascii_whitespace();
    Some((fields.nth(45)?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Strings for [`execute`], with the terminating null pointer in place: made before the process is copied, so that nothing
/// is allocated after.
#[derive(Debug)]
pub struct Strings<'a> {
    pointers: Vec<*const c_char>,
    // The pointers are into these.
    _borrowed: std::marker::PhantomData<&'a CStr>,
}

impl<'a> Strings<'a> {
    /// Borrows the strings.
    pub fn new(strings: impl IntoIterator<Item = &'a CStr>) -> Self {
        let mut pointers: Vec<_> = strings.into_iter().map(CStr::as_ptr).collect();
        pointers.push(ptr::null());
        Self { pointers, _borrowed: std::marker::PhantomData }
    }
}

/// Replaces the program of this process (execve(2)); comes back only to say why not.
pub fn execute(program: &CStr, arguments: &Strings<'_>, environment: &Strings<'_>) -> Errno {
    // SAFETY: the program and both arrays are NUL-terminated strings that live through the call; the arrays end in null.
    unsafe { libc::execve(program.as_ptr(), arguments.pointers.as_ptr(), environment.pointers.as_ptr()) };
    last_errno()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_returns_its_code() {
        let child = clone(Namespaces::empty(), || 42).unwrap();
        assert_eq!(child.wait().unwrap().status, Status::Exited(42));
    }

    #[test]
    fn a_child_can_be_killed() {
        let child = clone(Namespaces::empty(), || {
            std::thread::sleep(Duration::from_secs(60));
            0
        })
        .unwrap();
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().status, Status::Signaled(9));
    }

    #[test]
    fn a_holder_keeps_its_namespaces_until_it_is_killed() {
        let holder = hold(Namespaces::USER).unwrap();
        let link = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/user")).unwrap();
        assert_ne!(link(&holder.pid().to_string()), link("self"));
        holder.kill().unwrap();
        assert_eq!(holder.wait().unwrap().status, Status::Signaled(9));
    }

    #[test]
    fn a_spawned_child_shares_memory_until_it_ends() {
        let mut seen = 0;
        let pid = spawn(|| {
            seen = std::process::id();
            7
        });
        let (buried, ended) = wait4(pid.unwrap().as_raw_nonzero().get(), 0).unwrap().unwrap();
        assert_eq!((buried.as_raw_nonzero().get() as u32, ended.status), (seen, Status::Exited(7)));
    }

    #[test]
    fn arguments_can_be_forgotten() {
        let code = clone(Namespaces::empty(), || {
            let before = std::fs::read("/proc/self/cmdline").unwrap();
            forget_arguments().unwrap();
            let after = std::fs::read("/proc/self/cmdline").unwrap();
            u8::from(before.iter().any(|byte| *byte != 0) && after.iter().all(|byte| *byte == 0))
        });
        assert_eq!(code.unwrap().wait().unwrap().status, Status::Exited(1));
    }

    #[test]
    fn what_cannot_be_executed_says_why() {
        let none = Strings::new([]);
        assert_eq!(execute(c"/nonexistent", &none, &none), Errno::NOENT);
        assert_eq!(execute(c"/", &none, &none), Errno::ACCESS);
    }
}
