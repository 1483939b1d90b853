//! What the kernel says of init when everything is in place: what was asked for is read back, not believed.

use linux::{Errno, Result};
use rustix::process::Pid;
use rustix::thread::SecureComputingMode;

/// Fails (`EPERM`) unless this process is the first of its namespace, has the id that the plan gives it, holds no
/// capability, can gain no privilege, and has its system calls filtered.
pub(super) fn verify(inner_id: u32) -> Result<()> {
    let apart = rustix::process::getpid() == Pid::INIT;
    let user = rustix::process::getuid().as_raw() == inner_id && rustix::process::geteuid().as_raw() == inner_id;
    let group = rustix::process::getgid().as_raw() == inner_id && rustix::process::getegid().as_raw() == inner_id;
    let powerless = linux::capability::is_empty()? && rustix::thread::no_new_privs()?;
    let filtered = rustix::thread::secure_computing_mode()? == SecureComputingMode::Filter;
    if apart && user && group && powerless && filtered { Ok(()) } else { Err(Errno::PERM) }
}
