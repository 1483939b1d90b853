//! Mount trees by descriptor (Linux 5.2 and 5.12): what rustix lacks of the new mount interface.

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create, fsconfig_set_string,
    fsmount, fsopen, move_mount, open_tree,
};

use crate::{Result, check};

/// Attributes of a mount, as far as a sandbox sets them. What is `false` is left as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<'fd> {
    /// Nothing can be changed through it.
    pub read_only: bool,
    /// Set-user-id bits and file capabilities mean nothing on it.
    pub no_setuid: bool,
    /// Device nodes mean nothing on it.
    pub no_devices: bool,
    /// Owners are translated by this user namespace (mount_setattr(2), Linux 5.12). Needs privilege over the file system.
    pub idmap: Option<BorrowedFd<'fd>>,
}

/// `struct mount_attr` of mount_setattr(2).
#[repr(C)]
struct MountAttr {
    attr_set: u64,
    attr_clr: u64,
    propagation: u64,
    userns_fd: u64,
}

/// Copies the mount that holds `path`, from `path` down and with all mounts below it, as a detached tree.
pub fn copy_tree(path: &CStr, links: Links) -> Result<OwnedFd> {
    copy(path, links, OpenTreeFlags::AT_RECURSIVE)
}

/// As [`copy_tree`], but leaves the mounts below out. The kernel refuses that (`EINVAL`) in a user namespace where it
/// would uncover what they hide.
pub fn copy_mount(path: &CStr, links: Links) -> Result<OwnedFd> {
    copy(path, links, OpenTreeFlags::empty())
}

/// Whether symbolic links lead on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// As everywhere.
    Followed,
    /// None on the way is followed, for a path that was resolved before and checked: whoever puts a link there now is up to
    /// something (openat2(2), `RESOLVE_NO_SYMLINKS`, Linux 5.6).
    Refused,
}

/// A descriptor that only names what is at a path.
pub fn find(path: &CStr, links: Links) -> Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    match links {
        Links::Followed => openat(CWD, path, flags, Mode::empty()),
        Links::Refused => {
            let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            openat2(CWD, path, flags, Mode::empty(), resolve)
        }
    }
}

fn copy(path: &CStr, links: Links, extra: OpenTreeFlags) -> Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | extra;
    match links {
        Links::Followed => open_tree(CWD, path, flags),
        Links::Refused => open_tree(find(path, links)?, c"", flags | OpenTreeFlags::AT_EMPTY_PATH),
    }
}

/// Copies a part of an attached or detached tree, named by a descriptor and a path below it.
pub fn copy_below(dir: impl AsFd, path: &CStr) -> Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    open_tree(dir, path, flags)
}

/// Sets attributes on a whole tree and cuts it off from mount propagation, in one step: all or nothing
/// (mount_setattr(2)).
pub fn set_attributes(tree: impl AsFd, attributes: &Attributes<'_>) -> Result<()> {
    let flag = |on: bool, flag: u64| if on { flag } else { 0 };
    let userns_fd = attributes.idmap.and_then(|fd| u64::try_from(fd.as_raw_fd()).ok());
    let attr = MountAttr {
        attr_set: flag(attributes.read_only, libc::MOUNT_ATTR_RDONLY)
            | flag(attributes.no_setuid, libc::MOUNT_ATTR_NOSUID)
            | flag(attributes.no_devices, libc::MOUNT_ATTR_NODEV)
            | flag(userns_fd.is_some(), libc::MOUNT_ATTR_IDMAP),
        attr_clr: 0,
        propagation: libc::MS_PRIVATE,
        userns_fd: userns_fd.unwrap_or(0),
    };
    change(tree, &attr, libc::AT_RECURSIVE)
}

/// Makes one mount read-only, and none of those below it.
pub fn seal(mount: impl AsFd) -> Result<()> {
    change(mount, &MountAttr { attr_set: libc::MOUNT_ATTR_RDONLY, attr_clr: 0, propagation: 0, userns_fd: 0 }, 0)
}

fn change(tree: impl AsFd, attr: &MountAttr, flags: libc::c_int) -> Result<()> {
    // SAFETY: the path is a NUL-terminated string, the structure is what the kernel expects, and its size is said.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_fd().as_raw_fd(),
            c"".as_ptr(),
            flags | libc::AT_EMPTY_PATH,
            &raw const *attr,
            size_of_val(attr),
        )
    };
    check(returned).map(drop)
}

/// Mounts a tree on `path` below `dir`. A symbolic link at the end is not followed but mounted on.
pub fn attach(tree: impl AsFd, dir: impl AsFd, path: impl rustix::path::Arg) -> Result<()> {
    move_mount(tree, c"", dir, path, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
}

/// Mounts a tree on the very file or directory that `place` is a descriptor of.
pub fn attach_on(tree: impl AsFd, place: impl AsFd) -> Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(tree, c"", place, c"", flags)
}

/// Makes a new file system and a detached mount of it (fsopen(2)).
pub fn file_system(kind: &CStr, options: &[(&CStr, &CStr)], attributes: MountAttrFlags) -> Result<OwnedFd> {
    let context = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in options {
        // A flag has no value.
        if value.is_empty() {
            rustix::mount::fsconfig_set_flag(context.as_fd(), *key)?;
        } else {
            fsconfig_set_string(context.as_fd(), *key, *value)?;
        }
    }
    fsconfig_create(context.as_fd())?;
    fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_leads_to_what_was_resolved_before() {
        // `/proc/self` is a link on every Linux.
        assert!(find(c"/proc/self/status", Links::Followed).is_ok());
        assert_eq!(find(c"/proc/self/status", Links::Refused).err(), Some(crate::Errno::LOOP));
        assert!(find(c"/proc/version", Links::Refused).is_ok());
    }
}
