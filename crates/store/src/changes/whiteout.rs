//! How overlayfs writes down that something of the lower directory is gone (`userxattr` form).

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, Mode, OFlags, fgetxattr, openat};
use rustix::io::Errno;

use crate::attributes::Attributes;

/// What a directory of a layer says about itself and its entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// `y`: nothing of the lower directory shows through.
    pub(super) opaque: bool,
    /// `x`: files in it may be whiteouts by extended attribute (Linux 6.7).
    pub(super) by_attribute: bool,
}

/// Reads the marks of an open directory. A file system without extended attributes has none.
pub(super) fn marks(directory: BorrowedFd<'_>) -> Result<Marks, Errno> {
    let mut value = [0_u8; 2];
    match fgetxattr(directory, c"user.overlay.opaque", &mut value[..]) {
        Ok(1) => Ok(Marks { opaque: value.starts_with(b"y"), by_attribute: value.starts_with(b"x") }),
        Ok(_) | Err(Errno::NODATA | Errno::NOTSUP | Errno::RANGE) => Ok(Marks::default()),
        Err(errno) => Err(errno),
    }
}

/// Whether an entry only says that there is none: a character device 0/0, or an empty file with a mark.
pub(super) fn is_whiteout(
    directory: BorrowedFd<'_>,
    name: &CStr,
    attributes: &Attributes,
    marks: Marks,
) -> Result<bool, Errno> {
    match attributes.kind() {
        FileType::CharacterDevice => Ok(attributes.represents() == (0, 0)),
        FileType::RegularFile if marks.by_attribute && attributes.size() == 0 => is_marked(directory, name),
        _ => Ok(false),
    }
}

fn is_marked(directory: BorrowedFd<'_>, name: &CStr) -> Result<bool, Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Err(Errno::ACCESS) => return Ok(false),
        file => file?,
    };
    match fgetxattr(&file, c"user.overlay.whiteout", &mut [0_u8; 16][..]) {
        Ok(_) | Err(Errno::RANGE) => Ok(true),
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(false),
        Err(errno) => Err(errno),
    }
}
