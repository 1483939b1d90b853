//! System-call filters: a policy becomes a program of the kernel's packet filter (seccomp(2)).

mod listener;
mod program;

use std::os::fd::{FromRawFd as _, OwnedFd};

use crate::{Result, check};

pub use listener::{Answer, Call, Listener};
pub use program::{Instruction, Program, TooLong};

/// What happens to a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It runs.
    Allow,
    /// It runs, and the kernel writes it to the audit log (Linux 4.14).
    Log,
    /// It fails with this `errno`.
    Errno(u16),
    /// Whoever holds the [`Listener`] is asked (Linux 5.0). Once there is none any more, it fails with `ENOSYS`.
    Notify,
    /// It raises SIGSYS, which the program may handle; the data goes along.
    Trap(u16),
    /// A tracer is told, with the data; without one it fails with `ENOSYS`.
    Trace(u16),
    /// It ends the whole process with SIGSYS (Linux 4.14).
    Kill,
    /// It ends the thread with SIGSYS.
    KillThread,
}

/// A test of one argument, or of its lower or upper half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which argument, from 0.
    pub argument: u8,
    /// How it is tested. The kernel takes most flags as `int`: only the lower 32 bits are looked at, so that garbage in the
    /// upper half cannot slip past (CVE-2019-10063).
    pub test: Test,
}

/// A test of an argument: of its lower 32 bits, or of all 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Any of these bits is set in the lower half.
    AnyBit(u32),
    /// The lower half is equal.
    Is(u32),
    /// The lower half is not equal.
    IsNot(u32),
    /// All of it compares so to a value, without a sign.
    Wide(Comparison, u64),
    /// What the mask (the first) leaves of it is the value (the second).
    Masked(u64, u64),
}

impl Condition {
    /// Whether it holds for these arguments: what the kernel finds when it runs the program, by another reading.
    pub fn holds(&self, arguments: &[u64; 6]) -> bool {
        let Some(&whole) = arguments.get(usize::from(self.argument)) else { return false };
        let low = whole as u32;
        match self.test {
            Test::AnyBit(bits) => low & bits != 0,
            Test::Is(value) => low == value,
            Test::IsNot(value) => low != value,
            Test::Masked(mask, value) => whole & mask == value,
            Test::Wide(comparison, value) => comparison.holds(whole, value),
        }
    }
}

impl Comparison {
    fn holds(self, found: u64, value: u64) -> bool {
        match self {
            Self::Equal => found == value,
            Self::NotEqual => found != value,
            Self::Less => found < value,
            Self::AtMost => found <= value,
            Self::AtLeast => found >= value,
            Self::Greater => found > value,
        }
    }
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater or equal.
    AtLeast,
    /// Greater.
    Greater,
}

/// One row of a policy: a call for which all `conditions` hold meets `action`.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// The call's number on this architecture.
    pub number: u32,
    /// All must hold; none is always.
    pub conditions: &'a [Condition],
    /// What happens then.
    pub action: Action,
}

/// A policy: the first rule that matches a call decides; else `otherwise`; a number above `last_known` is answered as a
/// kernel without it does, with `ENOSYS`. Foreign architectures and x32 are always killed.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// The rules, first match first.
    pub rules: &'a [Rule<'a>],
    /// For calls that no rule matches.
    pub otherwise: Action,
    /// The last call that the policy's author knew.
    pub last_known: u32,
}

/// Puts the filter on this process, for good, and on all it will make or become. Needs `no_new_privs`.
pub fn install(program: &Program) -> Result<()> {
    put(program, 0).map(drop)
}

/// As [`install`], and returns the descriptor by which the calls are answered whose action is [`Action::Notify`]: a
/// [`Listener`]. Such a call can only be interrupted by a signal that kills, once it was received (Linux 5.19).
///
/// Fails with `BUSY` where a filter with a listener is in place already.
pub fn install_listening(program: &Program) -> Result<OwnedFd> {
    let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    let raw = match put(program, flags) {
        Err(crate::Errno::INVAL) => put(program, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER)?,
        other => other?,
    };
    // SAFETY: the kernel made this descriptor for us just now.
    Ok(unsafe { OwnedFd::from_raw_fd(raw as libc::c_int) })
}

fn put(program: &Program, flags: libc::c_ulong) -> Result<libc::c_long> {
    let filter = libc::sock_fprog {
        len: u16::try_from(program.instructions().len()).map_err(|_| rustix::io::Errno::TOOBIG)?,
        filter: program.instructions().as_ptr().cast::<libc::sock_filter>().cast_mut(),
    };
    // SAFETY: `Instruction` has the layout of `sock_filter`, the length is that of the slice, and the kernel only reads.
    check(unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const filter) })
}
