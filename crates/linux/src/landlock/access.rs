//! Sets of what Landlock can deny (linux/landlock.h).

/// A set of bits, with the same four acts as [`crate::process::Namespaces`] and one more.
macro_rules! set {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub(super) u64);

        impl $name {
            /// Nothing.
            pub const fn empty() -> Self {
                Self(0)
            }

            /// Both sets together.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// What of this set is not in `other`.
            #[must_use]
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// What of this set is also in `other`: a rule may only name what its ruleset handles.
            #[must_use]
            pub const fn within(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }

            /// Whether all of `other` is in this set.
            pub const fn contain(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether nothing is in this set.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// This set where the kernel's ABI is at least `first`, else nothing.
            const fn since(self, first: u32, abi: u32) -> Self {
                if abi >= first { self } else { Self(0) }
            }
        }
    };
}

set! {
    /// Acts on files and directories (`LANDLOCK_ACCESS_FS_*`). Where no kernel is named: ABI 1, Linux 5.13.
    FileAccess
}

impl FileAccess {
    /// Executing a file.
    pub const EXECUTE: Self = Self(1 << 0);
    /// Opening a file for writing. Also needs [`Self::TRUNCATE`] where that is handled and `O_TRUNC` is used.
    pub const WRITE_FILE: Self = Self(1 << 1);
    /// Opening a file for reading.
    pub const READ_FILE: Self = Self(1 << 2);
    /// Opening a directory, or listing it.
    pub const READ_DIR: Self = Self(1 << 3);
    /// Removing an empty directory, or renaming one, from this directory.
    pub const REMOVE_DIR: Self = Self(1 << 4);
    /// Removing a file, or renaming one, from this directory.
    pub const REMOVE_FILE: Self = Self(1 << 5);
    /// Making, or renaming or linking here, a character device.
    pub const MAKE_CHAR: Self = Self(1 << 6);
    /// Making, or renaming here, a directory.
    pub const MAKE_DIR: Self = Self(1 << 7);
    /// Making, or renaming or linking here, a regular file.
    pub const MAKE_REG: Self = Self(1 << 8);
    /// Making, or renaming or linking here, a Unix socket.
    pub const MAKE_SOCK: Self = Self(1 << 9);
    /// Making, or renaming or linking here, a named pipe.
    pub const MAKE_FIFO: Self = Self(1 << 10);
    /// Making, or renaming or linking here, a block device.
    pub const MAKE_BLOCK: Self = Self(1 << 11);
    /// Making, or renaming or linking here, a symbolic link.
    pub const MAKE_SYM: Self = Self(1 << 12);
    /// Linking or renaming from or to another directory: needed at both ends (ABI 2, Linux 5.19). ABI 1 denies it always, with
    /// `EXDEV`, and so does every later ruleset that does not handle it.
    pub const REFER: Self = Self(1 << 13);
    /// Cutting a file off: `truncate`, `ftruncate`, `creat`, `O_TRUNC` (ABI 3, Linux 6.2; allowed before).
    pub const TRUNCATE: Self = Self(1 << 14);
    /// `ioctl` on a device opened from now on, but for a few harmless ones (ABI 5, Linux 6.10; allowed before).
    pub const IOCTL_DEV: Self = Self(1 << 15);
    /// Reaching a Unix socket by its path, if a process outside listens there (ABI 9, Linux 7.1; allowed before).
    pub const RESOLVE_UNIX: Self = Self(1 << 16);

    /// Executing, reading, listing.
    pub const READ: Self = Self::EXECUTE.and(Self::READ_FILE).and(Self::READ_DIR);

    /// All that a kernel with this ABI knows and this module does.
    pub const fn all(abi: u32) -> Self {
        // The thirteen of the first version, from EXECUTE to MAKE_SYM.
        Self((Self::MAKE_SYM.0 << 1) - 1)
            .since(1, abi)
            .and(Self::REFER.since(2, abi))
            .and(Self::TRUNCATE.since(3, abi))
            .and(Self::IOCTL_DEV.since(5, abi))
            .and(Self::RESOLVE_UNIX.since(9, abi))
    }

    /// What of this set means something for that which is not a directory: all that a rule for a file may name.
    #[must_use]
    pub const fn only_files(self) -> Self {
        let files = Self::EXECUTE.and(Self::WRITE_FILE).and(Self::READ_FILE);
        self.within(files.and(Self::TRUNCATE).and(Self::IOCTL_DEV).and(Self::RESOLVE_UNIX))
    }
}

set! {
    /// Acts on sockets, each allowed port by port (`LANDLOCK_ACCESS_NET_*`). All else is not Landlock's: raw, netlink, and
    /// before ABI 10 UDP.
    NetworkAccess
}

impl NetworkAccess {
    /// Binding a TCP socket to a local port (ABI 4, Linux 6.7). To listen without having bound, on any free port, is not denied.
    pub const BIND_TCP: Self = Self(1 << 0);
    /// Connecting a TCP socket to a remote port (ABI 4, Linux 6.7). `MSG_FASTOPEN` and MPTCP connect past it (seen on 6.18):
    /// whoever means no network must also refuse the sockets.
    pub const CONNECT_TCP: Self = Self(1 << 1);
    /// Binding a UDP socket to a local port (ABI 10, Linux 7.2).
    pub const BIND_UDP: Self = Self(1 << 2);
    /// Connecting a UDP socket or sending to a remote port (ABI 10, Linux 7.2).
    pub const CONNECT_SEND_UDP: Self = Self(1 << 3);

    /// All that a kernel with this ABI knows and this module does.
    pub const fn all(abi: u32) -> Self {
        let tcp = Self::BIND_TCP.and(Self::CONNECT_TCP);
        let udp = Self::BIND_UDP.and(Self::CONNECT_SEND_UDP);
        tcp.since(4, abi).and(udp.since(10, abi))
    }
}

set! {
    /// What restricted processes may no longer do to others than those restricted with or by them (`LANDLOCK_SCOPE_*`).
    Scope
}

impl Scope {
    /// Reaching an abstract Unix socket that a process outside made (ABI 6, Linux 6.12).
    pub const ABSTRACT_UNIX_SOCKET: Self = Self(1 << 0);
    /// Sending a signal to a process outside (ABI 6, Linux 6.12).
    pub const SIGNAL: Self = Self(1 << 1);

    /// All that a kernel with this ABI knows and this module does.
    pub const fn all(abi: u32) -> Self {
        Self::ABSTRACT_UNIX_SOCKET.and(Self::SIGNAL).since(6, abi)
    }
}
