//! The rows: every call that is refused, with the reason. What no row names, up to the last known call, is allowed.
//!
//! A list of refusals, not of grants: it takes away what attacks the kernel or reaches other processes and leaves programs
//! whole. The answer is the `errno` of a kernel that lacks the right (`EPERM`) or the call (`ENOSYS`), whichever makes
//! programs fall back.

use libc::{EAFNOSUPPORT, ENOSYS, EOPNOTSUPP, EPERM, EPROTONOSUPPORT, ESOCKTNOSUPPORT};
use linux::seccomp::{Condition, Test};

use super::{Entry, when};

/// The last call of the kernel these rows were written against (Linux 6.18, `file_setattr`).
pub(super) const LAST_KNOWN: u32 = 469;

/// Calls by number where libc has no name for them yet; the same on every architecture (Linux 6.8 to 6.17).
const STATMOUNT: libc::c_long = 457;
const LISTMOUNT: libc::c_long = 458;
const LSM_SET_SELF_ATTR: libc::c_long = 460;
const OPEN_TREE_ATTR: libc::c_long = 467;

const ALWAYS: &[Condition] = &[];

pub(super) const fn deny(name: &'static str, number: libc::c_long, errno: libc::c_int, reason: &'static str) -> Entry {
    Entry { name, number, conditions: ALWAYS, errno, reason }
}

pub(super) const fn deny_if(
    name: &'static str,
    number: libc::c_long,
    conditions: &'static [Condition],
    errno: libc::c_int,
    reason: &'static str,
) -> Entry {
    Entry { name, number, conditions, errno, reason }
}

/// Every `CLONE_NEW*` flag that `clone` and `unshare` take.
const NAMESPACES: u32 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;
/// `clone` reads its lowest byte as the exit signal; `unshare` has the time namespace there.
const NAMESPACES_AND_TIME: u32 = NAMESPACES | libc::CLONE_NEWTIME as u32;

const SET_ID: u32 = libc::S_ISUID | libc::S_ISGID;
const MAY_CREATE: u32 = libc::O_CREAT as u32;
const MAY_CREATE_UNNAMED: u32 = 0o20_000_000;

/// Refused where the sandbox is bound to some processors for want of a quota.
pub(super) const BOUND: &[Entry] =
    &[deny("sched_setaffinity", libc::SYS_sched_setaffinity, EPERM, "takes more processors than were given")];

/// Refused where memory is watched for want of a group: it would be in nobody's account.
pub(super) const WATCHED: &[Entry] = &[
    deny(
        "memfd_create",
        libc::SYS_memfd_create,
        ENOSYS,
        "files in memory that no process need map; programs fall back to /tmp",
    ),
    deny("shmget", libc::SYS_shmget, ENOSYS, "memory that no process need map"),
    deny_if("setsockopt", libc::SYS_setsockopt, SEND_BUFFER, PRETENDED, LARGER_BUFFERS),
    deny_if("setsockopt", libc::SYS_setsockopt, RECEIVE_BUFFER, PRETENDED, LARGER_BUFFERS),
];

const LARGER_BUFFERS: &str = "memory of the kernel's that is in nobody's account; pretended";
const SEND_BUFFER: &[Condition] =
    &[when(1, Test::Is(libc::SOL_SOCKET as u32)), when(2, Test::Is(libc::SO_SNDBUF as u32))];
const RECEIVE_BUFFER: &[Condition] =
    &[when(1, Test::Is(libc::SOL_SOCKET as u32)), when(2, Test::Is(libc::SO_RCVBUF as u32))];
/// Nothing is done, and nothing is said.
pub(super) const PRETENDED: libc::c_int = 0;

/// Refused where the disk or the size of a file is limited: it takes more in one call than anybody can look at, and what it keeps
/// beyond the end of a file has no size (RLIMIT_FSIZE).
pub(super) const LIMITED: &[Entry] = &[deny_if(
    "fallocate",
    libc::SYS_fallocate,
    &[when(1, Test::Masked(libc::FALLOC_FL_PUNCH_HOLE as u64, 0))],
    EOPNOTSUPP,
    "takes any amount of the disk at once; programs fall back to writing",
)];

/// Refused under every policy.
pub(super) const BASELINE: &[Entry] = &[
    // Code and state of the kernel.
    deny("init_module", libc::SYS_init_module, EPERM, "loads code into the kernel"),
    deny("finit_module", libc::SYS_finit_module, EPERM, "loads code into the kernel"),
    deny("delete_module", libc::SYS_delete_module, EPERM, "removes code from the kernel"),
    deny("kexec_load", libc::SYS_kexec_load, EPERM, "replaces the kernel"),
    deny("kexec_file_load", libc::SYS_kexec_file_load, EPERM, "replaces the kernel"),
    deny("reboot", libc::SYS_reboot, EPERM, "stops the machine"),
    deny("bpf", libc::SYS_bpf, EPERM, "runs programs in the kernel; its verifier is a frequent hole"),
    deny("perf_event_open", libc::SYS_perf_event_open, EPERM, "large and often broken; measures other processes"),
    deny("userfaultfd", libc::SYS_userfaultfd, EPERM, "stops the kernel at a chosen moment: a tool of most exploits"),
    deny("io_uring_setup", libc::SYS_io_uring_setup, EPERM, "does calls past this filter; a frequent hole"),
    deny("io_uring_enter", libc::SYS_io_uring_enter, EPERM, "does calls past this filter"),
    deny("io_uring_register", libc::SYS_io_uring_register, EPERM, "does calls past this filter"),
    deny("syslog", libc::SYS_syslog, EPERM, "reads the kernel's log, which tells addresses"),
    deny("acct", libc::SYS_acct, EPERM, "records every process of the machine"),
    deny("swapon", libc::SYS_swapon, EPERM, "changes the machine's memory"),
    deny("swapoff", libc::SYS_swapoff, EPERM, "changes the machine's memory"),
    deny("quotactl", libc::SYS_quotactl, EPERM, "changes file systems"),
    deny("quotactl_fd", libc::SYS_quotactl_fd, EPERM, "changes file systems"),
    deny("lookup_dcookie", LOOKUP_DCOOKIE, EPERM, "profiles the kernel"),
    deny("vhangup", libc::SYS_vhangup, EPERM, "cuts off a terminal"),
    deny("settimeofday", libc::SYS_settimeofday, EPERM, "sets the machine's clock"),
    deny("clock_settime", libc::SYS_clock_settime, EPERM, "sets the machine's clock"),
    #[cfg(target_arch = "x86_64")]
    deny("iopl", libc::SYS_iopl, EPERM, "reaches devices past the kernel"),
    #[cfg(target_arch = "x86_64")]
    deny("ioperm", libc::SYS_ioperm, EPERM, "reaches devices past the kernel"),
    #[cfg(target_arch = "x86_64")]
    deny("modify_ldt", libc::SYS_modify_ldt, EPERM, "16-bit segments: rarely used, often exploited"),
    #[cfg(target_arch = "x86_64")]
    deny("uselib", libc::SYS_uselib, ENOSYS, "obsolete and unmaintained"),
    #[cfg(target_arch = "x86_64")]
    deny("ustat", libc::SYS_ustat, ENOSYS, "obsolete and unmaintained"),
    #[cfg(target_arch = "x86_64")]
    deny("sysfs", libc::SYS_sysfs, ENOSYS, "obsolete and unmaintained"),
    #[cfg(target_arch = "x86_64")]
    deny("_sysctl", libc::SYS__sysctl, ENOSYS, "obsolete and unmaintained"),
    deny("nfsservctl", libc::SYS_nfsservctl, ENOSYS, "obsolete and unmaintained"),
    deny("memfd_secret", libc::SYS_memfd_secret, ENOSYS, "memory that no limit and no review can see"),
    deny("lsm_set_self_attr", LSM_SET_SELF_ATTR, EPERM, "changes the security label"),
    // Keys of the user and of the kernel: not namespaced.
    deny("add_key", libc::SYS_add_key, EPERM, "keyrings are not namespaced"),
    deny("request_key", libc::SYS_request_key, EPERM, "keyrings are not namespaced; starts a program of the host"),
    deny("keyctl", libc::SYS_keyctl, EPERM, "keyrings are not namespaced"),
    // The view of files.
    deny("mount", libc::SYS_mount, EPERM, "changes the view of files"),
    deny("umount2", libc::SYS_umount2, EPERM, "uncovers what a mount hides"),
    deny("pivot_root", libc::SYS_pivot_root, EPERM, "changes the view of files"),
    deny("chroot", libc::SYS_chroot, EPERM, "changes the view of files"),
    deny("open_tree", libc::SYS_open_tree, EPERM, "copies mounts"),
    deny("open_tree_attr", OPEN_TREE_ATTR, EPERM, "copies mounts"),
    deny("move_mount", libc::SYS_move_mount, EPERM, "changes the view of files"),
    deny("fsopen", libc::SYS_fsopen, EPERM, "makes file systems: parsers of the kernel on hostile bytes"),
    deny("fsconfig", libc::SYS_fsconfig, EPERM, "makes file systems"),
    deny("fsmount", libc::SYS_fsmount, EPERM, "makes file systems"),
    deny("fspick", libc::SYS_fspick, EPERM, "changes file systems"),
    deny("mount_setattr", libc::SYS_mount_setattr, EPERM, "makes read-only mounts writable"),
    deny("statmount", STATMOUNT, EPERM, "tells paths of the host"),
    deny("listmount", LISTMOUNT, EPERM, "tells paths of the host"),
    deny("open_by_handle_at", libc::SYS_open_by_handle_at, EPERM, "opens files past the view (the Shocker escape)"),
    deny("fanotify_init", libc::SYS_fanotify_init, EPERM, "watches and blocks file accesses of a whole file system"),
    deny("fanotify_mark", libc::SYS_fanotify_mark, EPERM, "watches and blocks file accesses of a whole file system"),
    // Namespaces: a user namespace gives back every capability in it, and with them most of the kernel's surface.
    deny("clone3", libc::SYS_clone3, ENOSYS, "its flags are out of a filter's sight; libc falls back to clone"),
    deny_if("clone", libc::SYS_clone, &[when(0, Test::AnyBit(NAMESPACES))], EPERM, "new namespaces"),
    deny_if("unshare", libc::SYS_unshare, &[when(0, Test::AnyBit(NAMESPACES_AND_TIME))], EPERM, "new namespaces"),
    deny("setns", libc::SYS_setns, EPERM, "enters other namespaces"),
    // Sockets: only families whose code is in daily use, and is namespaced.
    deny_if(
        "socket",
        libc::SYS_socket,
        UNUSUAL_FAMILY,
        EAFNOSUPPORT,
        "AF_ALG, AF_VSOCK, AF_PACKET and others: large, rarely used, not namespaced",
    ),
    deny_if("socket", libc::SYS_socket, NETLINK_BUT_ROUTE, EPROTONOSUPPORT, "netlink but for interfaces and routes"),
    deny_if("socket", libc::SYS_socket, SCTP, EPROTONOSUPPORT, "SCTP: large and rarely used"),
    deny_if("socket", libc::SYS_socket, MPTCP, EPROTONOSUPPORT, "MPTCP: young; programs fall back to TCP"),
    deny_if("socket", libc::SYS_socket, SMC, EPROTONOSUPPORT, "SMC: for clusters"),
    deny_if("socket", libc::SYS_socket, RARE_TYPE, ESOCKTNOSUPPORT, "SCTP, DCCP and others, asked for by type"),
    deny_if("socketpair", libc::SYS_socketpair, BUT_UNIX, EAFNOSUPPORT, "the code of families that `socket` refuses"),
    // Files that are only shown: whoever opens one on the host would wait for the holder's consent (F_SETLEASE).
    deny_if("fcntl", libc::SYS_fcntl, &[when(1, Test::Is(1024))], EPERM, "leases hold up programs of the host"),
    // Terminals: keystrokes put into somebody's shell.
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x5412))], EPERM, "TIOCSTI types into the terminal"),
    deny_if("ioctl", libc::SYS_ioctl, &[when(1, Test::Is(0x541C))], EPERM, "TIOCLINUX types into the console"),
    deny_if(
        "ioctl",
        libc::SYS_ioctl,
        &[when(1, Test::Is(0x5423))],
        EPERM,
        "TIOCSETD loads line disciplines: rarely used, often exploited",
    ),
    // Set-id files: they would mean something on the host.
    #[cfg(target_arch = "x86_64")]
    deny_if("chmod", libc::SYS_chmod, &[when(1, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    deny_if("fchmod", libc::SYS_fchmod, &[when(1, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    deny_if("fchmodat", libc::SYS_fchmodat, &[when(2, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    deny_if("fchmodat2", libc::SYS_fchmodat2, &[when(2, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    #[cfg(target_arch = "x86_64")]
    deny_if("creat", libc::SYS_creat, &[when(1, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    #[cfg(target_arch = "x86_64")]
    deny_if(
        "open",
        libc::SYS_open,
        &[when(1, Test::AnyBit(MAY_CREATE | MAY_CREATE_UNNAMED)), when(2, Test::AnyBit(SET_ID))],
        EPERM,
        "set-id files",
    ),
    deny_if(
        "openat",
        libc::SYS_openat,
        &[when(2, Test::AnyBit(MAY_CREATE | MAY_CREATE_UNNAMED)), when(3, Test::AnyBit(SET_ID))],
        EPERM,
        "set-id files",
    ),
    deny("openat2", libc::SYS_openat2, ENOSYS, "its mode is out of a filter's sight; programs fall back to openat"),
    #[cfg(target_arch = "x86_64")]
    deny_if("mknod", libc::SYS_mknod, &[when(1, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    deny_if("mknodat", libc::SYS_mknodat, &[when(2, Test::AnyBit(SET_ID))], EPERM, "set-id files"),
    // Other oddities.
    deny_if(
        "personality",
        libc::SYS_personality,
        UNUSUAL_PERSONALITY,
        EPERM,
        "other execution domains: rarely used code; no address randomization",
    ),
    deny("kcmp", libc::SYS_kcmp, EPERM, "compares kernel pointers of processes"),
    deny("pidfd_getfd", libc::SYS_pidfd_getfd, EPERM, "takes descriptors out of other processes"),
];

/// `lookup_dcookie` left the kernel in 6.7; libc dropped its name, the number stays reserved.
#[cfg(target_arch = "x86_64")]
const LOOKUP_DCOOKIE: libc::c_long = 212;
#[cfg(target_arch = "aarch64")]
const LOOKUP_DCOOKIE: libc::c_long = 18;

/// Neither Unix, nor IPv4, nor IPv6, nor netlink.
const UNUSUAL_FAMILY: &[Condition] = &[
    when(0, Test::IsNot(libc::AF_UNIX as u32)),
    when(0, Test::IsNot(libc::AF_INET as u32)),
    when(0, Test::IsNot(libc::AF_INET6 as u32)),
    when(0, Test::IsNot(libc::AF_NETLINK as u32)),
];
const NETLINK_BUT_ROUTE: &[Condition] =
    &[when(0, Test::Is(libc::AF_NETLINK as u32)), when(2, Test::IsNot(libc::NETLINK_ROUTE as u32))];
// Protocol numbers of Unix and netlink sockets never come near these two.
const SCTP: &[Condition] = &[when(2, Test::Is(libc::IPPROTO_SCTP as u32))];
const MPTCP: &[Condition] = &[when(2, Test::Is(libc::IPPROTO_MPTCP as u32))];
/// `IPPROTO_SMC` (Linux 6.11).
const SMC: &[Condition] = &[when(2, Test::Is(256))];
const BUT_UNIX: &[Condition] = &[when(0, Test::IsNot(libc::AF_UNIX as u32))];
/// Every type past SOCK_STREAM, SOCK_DGRAM and SOCK_RAW has one of these bits; the flags of a type lie higher (socket(2)).
const RARE_TYPE: &[Condition] = &[when(0, Test::IsNot(libc::AF_UNIX as u32)), when(1, Test::AnyBit(0b1100))];

/// Neither of PER_LINUX and PER_LINUX32, with or without UNAME26, nor a question (personality(2)).
const UNUSUAL_PERSONALITY: &[Condition] = &[
    when(0, Test::IsNot(0)),
    when(0, Test::IsNot(8)),
    when(0, Test::IsNot(0x2_0000)),
    when(0, Test::IsNot(0x2_0008)),
    when(0, Test::IsNot(0xFFFF_FFFF)),
];

/// Refused but under `development`: what debuggers do to processes of the same sandbox.
pub(super) const DEBUGGING: &[Entry] = &[
    deny("ptrace", libc::SYS_ptrace, EPERM, "reads and changes other processes"),
    deny("process_vm_readv", libc::SYS_process_vm_readv, EPERM, "reads the memory of other processes"),
    deny("process_vm_writev", libc::SYS_process_vm_writev, EPERM, "changes the memory of other processes"),
    deny("process_madvise", libc::SYS_process_madvise, EPERM, "changes the memory of other processes"),
];

/// Refused under `minimal` only.
pub(super) const MINIMAL: &[Entry] = &[
    deny_if(
        "socket",
        libc::SYS_socket,
        &[when(0, Test::IsNot(libc::AF_UNIX as u32))],
        EAFNOSUPPORT,
        "no network, not even loopback",
    ),
    deny("setpriority", libc::SYS_setpriority, EPERM, "competes with the host"),
    deny("sched_setscheduler", libc::SYS_sched_setscheduler, EPERM, "competes with the host"),
    deny("sched_setattr", libc::SYS_sched_setattr, EPERM, "competes with the host"),
    deny("mlockall", libc::SYS_mlockall, EPERM, "holds the host's memory"),
];
