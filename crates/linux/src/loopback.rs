//! The loopback device of a network namespace (netdevice(7)).

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use crate::{Result, check};

/// Brings `lo` up; the kernel then gives it 127.0.0.1/8 and ::1.
pub fn bring_up() -> Result<()> {
    // SAFETY: `socket` takes no pointer.
    let raw = unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) };
    check(raw.into())?;
    // SAFETY: the kernel made this descriptor for us just now.
    let socket = unsafe { OwnedFd::from_raw_fd(raw) };
    // SAFETY: all-zero is a valid `ifreq`.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = byte.cast_signed();
    }
    request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
    // SAFETY: the request is a whole `ifreq` that lives through the call.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) }.into()).map(drop)
}
