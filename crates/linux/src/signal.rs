//! Signals: held back, read from a descriptor, and put back to what programs expect.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use crate::{Result, check};

/// Signals held back from this thread and read from a descriptor instead (signalfd(2)); given back when dropped.
pub struct Held {
    descriptor: OwnedFd,
    before: libc::sigset_t,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("descriptor", &self.descriptor).finish_non_exhaustive()
    }
}

impl Held {
    /// Holds back these signals.
    pub fn new(signals: &[i32]) -> Result<Self> {
        let held = set(signals);
        let mut before = MaybeUninit::uninit();
        // SAFETY: both are valid pointers to signal sets for the length of the call.
        check(unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const held, before.as_mut_ptr()) }.into())?;
        // SAFETY: the set is valid; -1 asks for a new descriptor.
        let raw = unsafe { libc::signalfd(-1, &raw const held, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
        check(raw.into())?;
        // SAFETY: the kernel made this descriptor for us just now.
        let descriptor = unsafe { OwnedFd::from_raw_fd(raw) };
        // SAFETY: a successful `sigprocmask` filled it.
        let before = unsafe { before.assume_init() };
        Ok(Self { descriptor, before })
    }

    /// The number of the next signal that came; `None` if none did.
    pub fn next(&self) -> Option<i32> {
        let mut info: MaybeUninit<libc::signalfd_siginfo> = MaybeUninit::uninit();
        let size = size_of_val(&info);
        // SAFETY: the buffer is of the size said.
        let count = unsafe { libc::read(self.descriptor.as_raw_fd(), info.as_mut_ptr().cast(), size) };
        if usize::try_from(count) != Ok(size) {
            return None;
        }
        // SAFETY: a whole record was read; it is plain old data.
        let info = unsafe { info.assume_init() };
        i32::try_from(info.ssi_signo).ok()
    }
}

impl AsFd for Held {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the set was filled by the kernel.
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const self.before, ptr::null_mut()) };
    }
}

/// Has a signal do nothing to this process, as Rust does with SIGPIPE: the call that would have raised it fails instead.
pub fn ignore(signal: i32) -> Result<()> {
    // SAFETY: no handler of ours is installed, and the one before is not asked for.
    if unsafe { libc::signal(signal, libc::SIG_IGN) } == libc::SIG_ERR { Err(crate::last_errno()) } else { Ok(()) }
}

/// Gives every signal its default disposition and lets all through: what a fresh program expects. Rust ignores SIGPIPE, and
/// callers such as nohup(1) ignore others; both would be inherited through execve(2).
pub fn reset() {
    // The kernel's structure: default handler, no flags, no restorer, empty mask. Not by way of libc, which keeps two signals
    // for itself.
    let default = [0_u64; 4];
    for signal in 1..=64 {
        // SAFETY: the structure is as large as the kernel's on every 64-bit architecture, and the default disposition runs none
        // of our code; where it may not be set (KILL, STOP), the call fails and changes nothing.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, &raw const default, ptr::null_mut::<u64>(), 8) };
    }
    let none = set(&[]);
    // SAFETY: the set is valid.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut()) };
}

fn set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the pointer is to memory of the right type.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for signal in signals {
        // SAFETY: the set is initialized; a number out of range fails and changes nothing.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *signal) };
    }
    // SAFETY: `sigemptyset` filled it.
    unsafe { set.assume_init() }
}
