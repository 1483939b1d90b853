//! Landlock: a process gives up files, TCP, and whom it may reach, by itself and for good (landlock(7)).
//!
//! What a ruleset *handles* is denied but where a rule allows it; what it does not handle stays as it was. Landlock never
//! handles `chmod`, `chown`, `utimes`, `setxattr`, `stat`, `chdir`, `flock` or `fcntl`, and descriptors that were open before
//! keep their power (Documentation/userspace-api/landlock.rst, "Current limitations"): those are for seccomp to close.
//!
//! Unasked, every ruleset also forbids what would get around it: `mount`, `pivot_root` and their like where it handles
//! files, and the rights of ptrace(2) over every process that is not restricted at least as much, so that `environ`, `maps`,
//! `mem`, `fd`, `root`, `cwd` below its `/proc/PID` are closed. But CAP_PERFMON and CAP_SYS_ADMIN still read `environ` and
//! `maps` (Linux 6.15): restrict who has no capabilities.
//!
//! Nothing here allocates: a process that was just copied can do it all.

mod access;
#[cfg(test)]
mod tests;

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use crate::{Result, check};

pub use access::{FileAccess, NetworkAccess, Scope};

/// `LANDLOCK_CREATE_RULESET_VERSION` (linux/landlock.h).
const VERSION: u32 = 1;
/// `enum landlock_rule_type`.
const PATH_BENEATH: u32 = 1;
const NET_PORT: u32 = 2;

/// The version of Landlock's interface that this kernel has (landlock_create_ruleset(2)). 1 is Linux 5.13, 2 is 5.19, 3 is 6.2,
/// 4 is 6.7, 5 is 6.10, 6 is 6.12, 7 is 6.15, 8 is 7.0, 9 is 7.1, 10 is 7.2; distributions carry back.
///
/// Fails with `NOSYS` where it is not built in or a container's filter hides it, and with `OPNOTSUPP` where it was not switched
/// on at boot (`lsm=`).
pub fn abi() -> Result<u32> {
    // SAFETY: the version is asked for with no structure; no memory is touched.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<u8>(), 0, VERSION) };
    check(version).map(|version| u32::try_from(version).unwrap_or(0))
}

/// What a ruleset denies but where a rule allows it: `struct landlock_ruleset_attr`.
///
/// The structure grew with ABI 4 and 6; an older kernel takes the longer one as long as what it does not know is empty.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handled {
    /// Acts on files and directories.
    ///
    /// [`FileAccess::REFER`] is denied by every ruleset, handled or not: only one that handles it can allow it.
    pub files: FileAccess,
    /// Acts on sockets, allowed port by port (ABI 4).
    pub network: NetworkAccess,
    /// What ends at the edge of the restricted processes; no rule allows it again (ABI 6).
    pub scoped: Scope,
}

impl Handled {
    /// All that a kernel with this ABI can deny and this module knows.
    pub const fn everything(abi: u32) -> Self {
        Self { files: FileAccess::all(abi), network: NetworkAccess::all(abi), scoped: Scope::all(abi) }
    }
}

/// Rules being put together: a descriptor, which is closed on exec by the kernel's own doing.
#[derive(Debug)]
pub struct Ruleset(OwnedFd);

impl Ruleset {
    /// A ruleset that allows nothing of what it handles (landlock_create_ruleset(2)).
    ///
    /// Fails with `INVAL` or `TOOBIG` for what this kernel cannot handle, with `NOMSG` if nothing is handled at all.
    pub fn new(handled: &Handled) -> Result<Self> {
        let size = size_of::<Handled>();
        // SAFETY: `Handled` has the layout of `landlock_ruleset_attr`, is as long as said, and is only read.
        let raw = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::from_ref(handled), size, 0) };
        let raw = check(raw)? as libc::c_int;
        // SAFETY: the kernel made this descriptor for us just now.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(raw) }))
    }

    /// Allows these acts on a directory and all below it, or on one file (landlock_add_rule(2)). `O_PATH` is enough to point.
    ///
    /// Fails with `INVAL` if not all of them are handled, or if `place` is no directory and not all are among
    /// [`FileAccess::only_files`]; with `NOMSG` if there are none; with `BADFD` for what lies in no visible file system (pipes,
    /// sockets, `/proc/PID/ns/*`), which no ruleset restricts.
    pub fn allow_below(&self, place: BorrowedFd<'_>, access: FileAccess) -> Result<()> {
        /// `struct landlock_path_beneath_attr`.
        #[repr(C, packed)]
        struct PathBeneath {
            allowed: u64,
            parent: i32,
        }
        let rule = PathBeneath { allowed: access.0, parent: place.as_raw_fd() };
        // SAFETY: the rule has the layout of what this type of rule takes, and is only read.
        check(unsafe { add_rule(self.0.as_raw_fd(), PATH_BENEATH, &raw const rule) }).map(drop)
    }

    /// Allows these acts with one port (landlock_add_rule(2), ABI 4). Port 0 stands for binding to whichever is free.
    ///
    /// Fails with `INVAL` if not all of them are handled, with `NOMSG` if there are none, with `AFNOSUPPORT` if the kernel has
    /// no TCP.
    pub fn allow_port(&self, port: u16, access: NetworkAccess) -> Result<()> {
        /// `struct landlock_net_port_attr`.
        #[repr(C)]
        struct NetPort {
            allowed: u64,
            port: u64,
        }
        let rule = NetPort { allowed: access.0, port: port.into() };
        // SAFETY: the rule has the layout of what this type of rule takes, and is only read.
        check(unsafe { add_rule(self.0.as_raw_fd(), NET_PORT, &raw const rule) }).map(drop)
    }

    /// Restricts this thread, for good, and all that it will make or become (landlock_restrict_self(2)). Other threads of the
    /// process go free: call it where there are none.
    ///
    /// Needs `no_new_privs`, or else CAP_SYS_ADMIN in the thread's user namespace: fails with `PERM` without. Rulesets add up,
    /// each can only take away; a seventeenth fails with `TOOBIG`.
    pub fn restrict_self(&self) -> Result<()> {
        // SAFETY: the descriptor is open; no memory is touched.
        check(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, self.0.as_raw_fd(), 0) }).map(drop)
    }
}

impl AsFd for Ruleset {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// # Safety
/// `rule` points to the structure that `kind` of rule takes.
unsafe fn add_rule<R>(ruleset: libc::c_int, kind: u32, rule: *const R) -> libc::c_long {
    // SAFETY: the caller's promise; the kernel only reads.
    unsafe { libc::syscall(libc::SYS_landlock_add_rule, ruleset, kind, rule, 0) }
}
