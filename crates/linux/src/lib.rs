//! The kernel: what rustix lacks, and the only crate of the product with unsafe code.
//!
//! Every function is one act of the kernel and fails with the kernel's own [`Errno`]; what the act means for a sandbox is
//! the caller's business. Nothing here reads the environment or keeps state.

pub mod capability;
pub mod descriptor;
pub mod keyring;
pub mod landlock;
pub mod loopback;
pub mod mount;
pub mod process;
pub mod seccomp;
pub mod signal;

pub use rustix::io::Errno;

/// The result of one act of the kernel.
pub type Result<T> = std::result::Result<T, Errno>;

/// Turns the `-1` of a C function into the `errno` it left.
fn check(returned: libc::c_long) -> Result<libc::c_long> {
    if returned == -1 { Err(last_errno()) } else { Ok(returned) }
}

/// The `errno` of the last failed C function of this thread.
fn last_errno() -> Errno {
    let raw = std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO);
    Errno::from_raw_os_error(raw)
}
