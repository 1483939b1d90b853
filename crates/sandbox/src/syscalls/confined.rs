//! Rows for a sandbox without namespaces: what Landlock does not handle, and what would reach the caller's other processes.

use libc::{EAFNOSUPPORT, EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EPROTONOSUPPORT};
use linux::seccomp::{Condition, Test};

use super::table::{PRETENDED, deny, deny_if};
use super::{Entry, when};

/// Calls by number where libc has no name for them yet; the same on every architecture (Linux 6.6 to 6.17).
const FCHMODAT2: libc::c_long = 452;
const SETXATTRAT: libc::c_long = 463;
const REMOVEXATTRAT: libc::c_long = 466;
const FILE_SETATTR: libc::c_long = 469;

const UNIX: &[Condition] = &[when(0, Test::Is(libc::AF_UNIX as u32))];
/// Datagrams and raw have this bit among their types, streams and packets in sequence have not.
const UNCONNECTED: &[Condition] = &[when(1, Test::AnyBit(0b10))];
const OF_ANOTHER: &[Condition] = &[when(0, Test::IsNot(0))];
const BUT_OWN_PRIORITY: [&[Condition]; 2] = [&[when(0, Test::IsNot(0))], &[when(1, Test::IsNot(0))]];
const BUT_OWN_IO_PRIORITY: [&[Condition]; 2] = [&[when(0, Test::IsNot(1))], &[when(1, Test::IsNot(0))]];

const MODES: &str = "changes the mode of files outside, which Landlock does not see";
const OWNERS: &str = "changes the owner of files outside, which Landlock does not see";
// touch(1), cp(1) and tar(1) count as failed what they cannot date.
const TIMES: &str =
    "changes the times of files outside, which Landlock does not see; pretended, for no program does without";
const ATTRIBUTES: &str = "changes attributes of files outside, which Landlock does not see";
const SUBVOLUMES: &str = "makes, removes and changes subvolumes outside";
const SHARED: &str = "reaches what the caller's other processes share";
const OTHERS: &str = "reaches the caller's other processes";
const WATCHING: &str = "tells what happens to files outside";

/// Where there is no network: Landlock knows TCP alone, and not all of it.
pub(super) const NO_SOCKETS: &[Entry] =
    &[deny("socket", libc::SYS_socket, EAFNOSUPPORT, "no network namespace keeps it from the host's network")];

/// Where the host's network is shared.
pub(super) const NO_UNIX_SOCKETS: &[Entry] = &[deny_if(
    "socket",
    libc::SYS_socket,
    UNIX,
    EAFNOSUPPORT,
    "reaches the host's services by path: agents, buses, Docker",
)];

/// In any case.
pub(super) const CONFINED: &[Entry] = &[
    deny_if("socketpair", libc::SYS_socketpair, UNCONNECTED, EPROTONOSUPPORT, "sends to the host's services by path"),
    #[cfg(target_arch = "x86_64")]
    deny("chmod", libc::SYS_chmod, EPERM, MODES),
    deny("fchmod", libc::SYS_fchmod, EPERM, MODES),
    deny("fchmodat", libc::SYS_fchmodat, EPERM, MODES),
    deny("fchmodat2", FCHMODAT2, EPERM, MODES),
    #[cfg(target_arch = "x86_64")]
    deny("chown", libc::SYS_chown, EPERM, OWNERS),
    #[cfg(target_arch = "x86_64")]
    deny("lchown", libc::SYS_lchown, EPERM, OWNERS),
    deny("fchown", libc::SYS_fchown, EPERM, OWNERS),
    deny("fchownat", libc::SYS_fchownat, EPERM, OWNERS),
    #[cfg(target_arch = "x86_64")]
    deny("utime", libc::SYS_utime, PRETENDED, TIMES),
    #[cfg(target_arch = "x86_64")]
    deny("utimes", libc::SYS_utimes, PRETENDED, TIMES),
    #[cfg(target_arch = "x86_64")]
    deny("futimesat", libc::SYS_futimesat, PRETENDED, TIMES),
    deny("utimensat", libc::SYS_utimensat, PRETENDED, TIMES),
    deny("setxattr", libc::SYS_setxattr, EOPNOTSUPP, ATTRIBUTES),
    deny("lsetxattr", libc::SYS_lsetxattr, EOPNOTSUPP, ATTRIBUTES),
    deny("fsetxattr", libc::SYS_fsetxattr, EOPNOTSUPP, ATTRIBUTES),
    deny("setxattrat", SETXATTRAT, EOPNOTSUPP, ATTRIBUTES),
    deny("removexattr", libc::SYS_removexattr, EOPNOTSUPP, ATTRIBUTES),
    deny("lremovexattr", libc::SYS_lremovexattr, EOPNOTSUPP, ATTRIBUTES),
    deny("fremovexattr", libc::SYS_fremovexattr, EOPNOTSUPP, ATTRIBUTES),
    deny("removexattrat", REMOVEXATTRAT, EOPNOTSUPP, ATTRIBUTES),
    deny("file_setattr", FILE_SETATTR, EOPNOTSUPP, ATTRIBUTES),
    // FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_SETVERSION and ext4's older one, each as 64-bit programs have it and as others.
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4008_6602))], EOPNOTSUPP, ATTRIBUTES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4004_6602))], EOPNOTSUPP, ATTRIBUTES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x401C_5820))], EOPNOTSUPP, ATTRIBUTES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4008_7602))], EOPNOTSUPP, ATTRIBUTES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4004_7602))], EOPNOTSUPP, ATTRIBUTES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4008_6604))], EOPNOTSUPP, ATTRIBUTES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4004_6604))], EOPNOTSUPP, ATTRIBUTES),
    // Btrfs makes, removes and changes subvolumes below any directory that can be opened (linux/btrfs.h).
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5000_9401))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5000_940E))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5000_940F))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5000_9417))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5000_9418))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5000_943F))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x4008_941A))], EOPNOTSUPP, SUBVOLUMES),
    deny_if("fcntl", libc::SYS_fcntl, &[when(1, Test::Is(libc::F_NOTIFY as u32))], EINVAL, WATCHING),
    deny("shmget", libc::SYS_shmget, ENOSYS, SHARED),
    deny("shmat", libc::SYS_shmat, ENOSYS, SHARED),
    deny("shmctl", libc::SYS_shmctl, ENOSYS, SHARED),
    deny("shmdt", libc::SYS_shmdt, ENOSYS, SHARED),
    deny("semget", libc::SYS_semget, ENOSYS, SHARED),
    deny("semop", libc::SYS_semop, ENOSYS, SHARED),
    deny("semtimedop", libc::SYS_semtimedop, ENOSYS, SHARED),
    deny("semctl", libc::SYS_semctl, ENOSYS, SHARED),
    deny("msgget", libc::SYS_msgget, ENOSYS, SHARED),
    deny("msgsnd", libc::SYS_msgsnd, ENOSYS, SHARED),
    deny("msgrcv", libc::SYS_msgrcv, ENOSYS, SHARED),
    deny("msgctl", libc::SYS_msgctl, ENOSYS, SHARED),
    deny("mq_open", libc::SYS_mq_open, ENOSYS, SHARED),
    deny("mq_unlink", libc::SYS_mq_unlink, ENOSYS, SHARED),
    deny_if("prlimit64", libc::SYS_prlimit64, OF_ANOTHER, EPERM, OTHERS),
    deny_if("sched_setaffinity", libc::SYS_sched_setaffinity, OF_ANOTHER, EPERM, OTHERS),
    deny_if("sched_setscheduler", libc::SYS_sched_setscheduler, OF_ANOTHER, EPERM, OTHERS),
    deny_if("sched_setparam", libc::SYS_sched_setparam, OF_ANOTHER, EPERM, OTHERS),
    deny_if("sched_setattr", libc::SYS_sched_setattr, OF_ANOTHER, EPERM, OTHERS),
    deny_if("migrate_pages", libc::SYS_migrate_pages, OF_ANOTHER, EPERM, OTHERS),
    deny_if("move_pages", libc::SYS_move_pages, OF_ANOTHER, EPERM, OTHERS),
    deny_if("setpriority", libc::SYS_setpriority, BUT_OWN_PRIORITY[0], EPERM, OTHERS),
    deny_if("setpriority", libc::SYS_setpriority, BUT_OWN_PRIORITY[1], EPERM, OTHERS),
    deny_if("ioprio_set", libc::SYS_ioprio_set, BUT_OWN_IO_PRIORITY[0], EPERM, OTHERS),
    deny_if("ioprio_set", libc::SYS_ioprio_set, BUT_OWN_IO_PRIORITY[1], EPERM, OTHERS),
    deny("ptrace", libc::SYS_ptrace, EPERM, OTHERS),
    deny("process_vm_readv", libc::SYS_process_vm_readv, EPERM, OTHERS),
    deny("process_vm_writev", libc::SYS_process_vm_writev, EPERM, OTHERS),
    deny("process_madvise", libc::SYS_process_madvise, EPERM, OTHERS),
    #[cfg(target_arch = "x86_64")]
    deny("inotify_init", libc::SYS_inotify_init, ENOSYS, WATCHING),
    deny("inotify_init1", libc::SYS_inotify_init1, ENOSYS, WATCHING),
    deny("name_to_handle_at", libc::SYS_name_to_handle_at, EOPNOTSUPP, WATCHING),
];
