//! System-call filters: a policy becomes a program of the kernel's packet filter (seccomp(2)).

mod program;

use crate::{Result, check};

pub use program::{Instruction, Program};

/// What happens to a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It runs.
    Allow,
    /// It fails with this `errno`.
    Errno(u16),
    /// It ends the whole process with SIGSYS.
    Kill,
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

/// A test of the lower 32 bits of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Any of these bits is set.
    AnyBit(u32),
    /// Equal.
    Is(u32),
    /// Not equal.
    IsNot(u32),
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
    let filter = libc::sock_fprog {
        len: u16::try_from(program.instructions().len()).map_err(|_| rustix::io::Errno::TOOBIG)?,
        filter: program.instructions().as_ptr().cast::<libc::sock_filter>().cast_mut(),
    };
    // SAFETY: `Instruction` has the layout of `sock_filter`, the length is that of the slice, and the kernel only reads.
    let returned = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const filter) };
    check(returned).map(drop)
}
