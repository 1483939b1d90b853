//! What the kernel tells about one directory entry, symbolic links not followed.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, Statx, StatxAttributes, StatxFlags, StatxTimestamp, statx};
use rustix::io::Errno;
use rustix::path::Arg;

/// What the kernel tells about one directory entry.
pub(crate) struct Attributes(Statx);

/// Which file it is, for as long as somebody holds it open: device and inode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity((u32, u32), u64);

/// A moment on the clock of a file system: seconds and nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64, pub(crate) u32);

impl Attributes {
    /// Of an entry of an open directory; `None` when there is no such entry.
    pub(crate) fn of(directory: impl AsFd, name: impl Arg) -> Result<Option<Self>, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        match statx(directory, name, flags, StatxFlags::BASIC_STATS) {
            Ok(found) => Ok(Some(Self(found))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    /// Of what is open.
    pub(crate) fn of_open(fd: impl AsFd) -> Result<Self, Errno> {
        statx(fd, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS).map(Self)
    }

    pub(crate) fn kind(&self) -> FileType {
        FileType::from_raw_mode(u32::from(self.0.stx_mode))
    }

    pub(crate) fn is_dir(&self) -> bool {
        self.kind() == FileType::Directory
    }

    /// Permission bits with setuid, setgid and sticky: `07777`.
    pub(crate) fn mode(&self) -> u32 {
        u32::from(self.0.stx_mode) & 0o7777
    }

    pub(crate) fn size(&self) -> u64 {
        self.0.stx_size
    }

    /// Bytes that it takes on the disk.
    pub(crate) fn occupied(&self) -> u64 {
        self.0.stx_blocks.saturating_mul(512)
    }

    pub(crate) fn links(&self) -> u32 {
        self.0.stx_nlink
    }

    pub(crate) fn owner(&self) -> u32 {
        self.0.stx_uid
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity((self.0.stx_dev_major, self.0.stx_dev_minor), self.0.stx_ino)
    }

    /// The device it is on.
    pub(crate) fn device(&self) -> (u32, u32) {
        (self.0.stx_dev_major, self.0.stx_dev_minor)
    }

    /// The device it stands for, when it is a device node.
    pub(crate) fn represents(&self) -> (u32, u32) {
        (self.0.stx_rdev_major, self.0.stx_rdev_minor)
    }

    /// When the content was last written, or said to be.
    pub(crate) fn modified(&self) -> Moment {
        moment(self.0.stx_mtime)
    }

    /// When anything about it last changed. Nobody can set this one.
    pub(crate) fn changed(&self) -> Moment {
        moment(self.0.stx_ctime)
    }

    /// Whether another file system or bind mount is mounted here (Linux 5.8).
    pub(crate) fn is_mount(&self) -> bool {
        self.0.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)
    }
}

fn moment(time: StatxTimestamp) -> Moment {
    Moment(time.tv_sec, time.tv_nsec)
}
