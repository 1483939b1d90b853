//! Capabilities, given up for good (capabilities(7)).

use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, clear_ambient_capability_set, set_capabilities,
    set_capabilities_secure_bits,
};

use crate::{Errno, Result, check};

/// Gives up every capability in every set: ambient, bounding, permitted, effective, inheritable; and locks the secure bits
/// so that user id 0 would mean nothing either.
pub fn drop_all() -> Result<()> {
    set_capabilities_secure_bits(
        CapabilitiesSecureBits::NO_ROOT
            | CapabilitiesSecureBits::NO_ROOT_LOCKED
            | CapabilitiesSecureBits::NO_SETUID_FIXUP
            | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
            | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED,
    )?;
    clear_ambient_capability_set()?;
    drop_bounding_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
}

/// Gives up every capability that this process holds or could pass on. Without privilege the bounding set stays, which means
/// nothing under `no_new_privs`.
pub fn drop_held() -> Result<()> {
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
}

/// Whether this process holds no capability, whatever the bounding set says.
pub fn holds_none() -> Result<bool> {
    let sets = rustix::thread::capabilities(None)?;
    Ok((sets.effective | sets.permitted | sets.inheritable).is_empty())
}

/// Whether this process holds no capability in any set.
pub fn is_empty() -> Result<bool> {
    Ok(holds_none()? && is_bounding_set_empty()?)
}

/// An ambient capability would have to be permitted and inheritable.
fn is_bounding_set_empty() -> Result<bool> {
    for number in 0..64 {
        // SAFETY: this prctl takes one number and touches no memory.
        match check(unsafe { libc::prctl(libc::PR_CAPBSET_READ, number, 0, 0, 0) }.into()) {
            Ok(0) => {}
            Ok(_) => return Ok(false),
            Err(Errno::INVAL) => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(true)
}

/// Drops every number the kernel knows, those newer than this program included: it says `EINVAL` past the last.
fn drop_bounding_set() -> Result<()> {
    for number in 0..64 {
        // SAFETY: this prctl takes one number and touches no memory.
        match check(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, number, 0, 0, 0) }.into()) {
            Ok(_) => {}
            Err(Errno::INVAL) => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
