//! The session keyring (session-keyring(7)).

use crate::{Result, check};

/// Leaves the inherited session keyring, and the keys in it, for a new empty one.
pub fn leave_session() -> Result<()> {
    // SAFETY: a null name asks for an anonymous keyring; no memory is touched.
    check(unsafe { libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, 0) }).map(drop)
}
