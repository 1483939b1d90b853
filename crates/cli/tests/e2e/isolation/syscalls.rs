//! The system calls that are refused, by their names.

use super::{Attempt, all, attempt, privileged};
use crate::harness::World;

/// This kernel may be built without it: then the filter's answer differs from the kernel's all the same.
const fn optional(words: &'static str, root: &'static str, user: &'static str, inside: &'static str) -> Attempt {
    Attempt { words, root, user, inside }
}

/// Calls whose arguments are wrong on purpose: an errno other than `EPERM` and `ENOSYS` proves that the kernel itself was reached.
const REFUSED: &[Attempt] = &[
    attempt("syscall mount", "EFAULT", "EPERM"),
    attempt("syscall umount2", "EINVAL", "EPERM"),
    privileged("syscall pivot_root", "EFAULT", "EPERM"),
    attempt("syscall chroot", "EFAULT", "EPERM"),
    privileged("syscall fsopen", "EINVAL", "EPERM"),
    attempt("syscall fsconfig", "EINVAL", "EPERM"),
    privileged("syscall fsmount", "EINVAL", "EPERM"),
    privileged("syscall fspick", "EINVAL", "EPERM"),
    attempt("syscall open_tree", "EINVAL", "EPERM"),
    attempt("syscall open_tree_attr", "EINVAL|ENOSYS", "EPERM"),
    privileged("syscall move_mount", "EINVAL", "EPERM"),
    attempt("syscall mount_setattr", "EINVAL", "EPERM"),
    attempt("syscall swapon", "EINVAL", "EPERM"),
    privileged("syscall swapoff", "EFAULT", "EPERM"),
    attempt("syscall quotactl", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall quotactl_fd", "EBADF|ENOSYS", "EPERM"),
    optional("syscall acct", "EFAULT|ENOSYS", "EPERM|ENOSYS", "EPERM"),
    // Before Linux 6.11, for root alone.
    optional("syscall open_by_handle_at", "EFAULT|EBADF", "EFAULT|EBADF|EPERM", "EPERM"),
    attempt("syscall fanotify_init", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall fanotify_mark", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall setns", "EBADF", "EPERM"),
    attempt("syscall clone3", "EINVAL", "ENOSYS"),
    attempt("syscall process_vm_readv", "EINVAL", "EPERM"),
    attempt("syscall process_vm_writev", "EINVAL", "EPERM"),
    attempt("syscall kcmp", "ESRCH|ENOSYS", "EPERM"),
    attempt("syscall pidfd_getfd", "EINVAL", "EPERM"),
    // Distributions forbid it to others than root.
    optional("syscall bpf", "E2BIG|ENOSYS", "E2BIG|ENOSYS|EPERM", "EPERM"),
    attempt("syscall perf_event_open", "EINVAL|ENOSYS", "EPERM"),
    optional("syscall init_module", "ENOEXEC|EFAULT|ENOSYS", "EPERM|ENOSYS", "EPERM"),
    optional("syscall finit_module", "EINVAL|EBADF|ENOSYS", "EPERM|ENOSYS", "EPERM"),
    optional("syscall delete_module", "EFAULT|ENOSYS", "EPERM|ENOSYS", "EPERM"),
    optional("syscall kexec_load", "EINVAL|ENOSYS", "EPERM|ENOSYS", "EPERM"),
    optional("syscall reboot", "EINVAL", "EPERM", "EPERM"),
    optional("syscall syslog", "ok|EPERM", "ok|EPERM", "EPERM"),
    attempt("syscall settimeofday", "EFAULT", "EPERM"),
    attempt("syscall clock_settime", "EINVAL", "EPERM"),
    privileged("syscall sethostname", "EINVAL", "EPERM"),
    privileged("syscall setdomainname", "EINVAL", "EPERM"),
    attempt("syscall keyctl", "EOPNOTSUPP|ENOSYS", "EPERM"),
    attempt("syscall add_key", "EFAULT|ENOSYS", "EPERM"),
    attempt("syscall request_key", "EFAULT|ENOSYS", "EPERM"),
    attempt("syscall userfaultfd", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall io_uring_setup", "EFAULT|ENOSYS|EPERM", "EPERM"),
    attempt("syscall io_uring_enter", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall io_uring_register", "EINVAL|ENOSYS|EPERM", "EPERM"),
    attempt("syscall memfd_secret", "EINVAL|ENOSYS", "ENOSYS|EPERM"),
    optional("syscall vhangup", "ok", "EPERM", "EPERM"),
    attempt("syscall nfsservctl", "ENOSYS", "ENOSYS"),
    attempt("syscall lookup_dcookie", "ENOSYS", "EPERM|ENOSYS"),
];

/// Those of one processor family.
#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[Attempt] = &[
    optional("syscall kexec_file_load", "EINVAL|ENOSYS", "EPERM|ENOSYS", "EPERM"),
    attempt("syscall modify_ldt", "ok|ENOSYS", "EPERM"),
    attempt("syscall iopl", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall ioperm", "EINVAL|ENOSYS", "EPERM"),
    attempt("syscall uselib", "EFAULT|ENOSYS", "ENOSYS"),
    // Another architecture's numbers kill outright: a filter that forgot them would be no filter.
    attempt("i386", "ok|SIGSEGV", "SIGSYS"),
    attempt("x32", "ok|ENOSYS", "SIGSYS"),
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[Attempt] = &[];

/// Namespaces, which would give back every capability.
const NAMESPACES: &[Attempt] = &[
    attempt("unshare user", "ok", "EPERM"),
    privileged("unshare mnt", "ok", "EPERM"),
    privileged("unshare pid", "ok", "EPERM"),
    privileged("unshare net", "ok", "EPERM"),
    privileged("unshare ipc", "ok", "EPERM"),
    privileged("unshare uts", "ok", "EPERM"),
    privileged("unshare cgroup", "ok", "EPERM"),
    privileged("unshare time", "ok", "EPERM"),
    attempt("clone user", "ok", "EPERM"),
    privileged("clone mnt", "ok", "EPERM"),
    privileged("clone pid", "ok", "EPERM"),
    privileged("clone net", "ok", "EPERM"),
    privileged("clone ipc", "ok", "EPERM"),
    privileged("clone uts", "ok", "EPERM"),
    privileged("clone cgroup", "ok", "EPERM"),
    attempt("clone3 user", "ok", "ENOSYS"),
    attempt("clone3 none", "ok", "ENOSYS"),
];

/// Kinds of sockets, by the numbers of family, type and protocol.
const SOCKETS: &[Attempt] = &[
    // AF_ALG, AF_VSOCK, AF_XDP, AF_KEY, AF_PACKET, AF_BLUETOOTH, AF_CAN, AF_TIPC: EAFNOSUPPORT where the kernel has none of it.
    attempt("socket 38 5 0", "ok|EAFNOSUPPORT", "EAFNOSUPPORT|EPERM"),
    attempt("socket 40 1 0", "ok|EAFNOSUPPORT", "EAFNOSUPPORT|EPERM"),
    Attempt {
        words: "socket 44 3 0",
        root: "ok|EAFNOSUPPORT",
        user: "EPERM|EAFNOSUPPORT",
        inside: "EAFNOSUPPORT|EPERM",
    },
    Attempt {
        words: "socket 15 3 2",
        root: "ok|EAFNOSUPPORT",
        user: "EPERM|EAFNOSUPPORT",
        inside: "EAFNOSUPPORT|EPERM",
    },
    Attempt { words: "socket 17 3 0", root: "ok", user: "EPERM", inside: "EAFNOSUPPORT|EPERM" },
    attempt("socket 31 5 0", "ok|EAFNOSUPPORT|EPROTONOSUPPORT|ESOCKTNOSUPPORT", "EAFNOSUPPORT|EPERM"),
    attempt("socket 30 1 0", "ok|EAFNOSUPPORT", "EAFNOSUPPORT|EPERM"),
    // Netlink: audit, netfilter, generic. Routes (0) are what programs ask.
    attempt("socket 16 3 9", "ok|EPROTONOSUPPORT", "EPROTONOSUPPORT|EPERM"),
    attempt("socket 16 3 12", "ok|EPROTONOSUPPORT", "EPROTONOSUPPORT|EPERM"),
    attempt("socket 16 3 16", "ok|EPROTONOSUPPORT", "EPROTONOSUPPORT|EPERM"),
    // SCTP and MPTCP.
    attempt("socket 2 1 132", "ok|EPROTONOSUPPORT", "EPROTONOSUPPORT|EPERM"),
    attempt("socket 2 1 262", "ok|EPROTONOSUPPORT|ENOPROTOOPT", "EPROTONOSUPPORT|EPERM"),
    // SCTP and others by type, SMC; and families that make pairs.
    attempt("socket 2 5 0", "ok|ESOCKTNOSUPPORT|EPROTONOSUPPORT", "ESOCKTNOSUPPORT"),
    attempt("socket 10 5 0", "ok|ESOCKTNOSUPPORT|EPROTONOSUPPORT", "ESOCKTNOSUPPORT"),
    attempt("socket 2 1 256", "ok|EPROTONOSUPPORT|ENOPROTOOPT", "EPROTONOSUPPORT"),
    attempt("socketpair 40 1 0", "EOPNOTSUPP|EAFNOSUPPORT|ESOCKTNOSUPPORT|EPROTONOSUPPORT|ENODEV", "EAFNOSUPPORT"),
    attempt("socketpair 30 1 0", "ok|EAFNOSUPPORT", "EAFNOSUPPORT"),
    attempt("socketpair 2 1 0", "EOPNOTSUPP", "EAFNOSUPPORT"),
    // Raw packets.
    Attempt { words: "socket 2 3 1", root: "ok", user: "EPERM", inside: "EPERM" },
];

/// What ordinary programs need.
const ALLOWED: &[Attempt] = &[
    attempt("socket 1 1 0", "ok", "ok"),
    attempt("socket 2 1 0", "ok", "ok"),
    attempt("socket 2 2 0", "ok", "ok"),
    attempt("socket 10 1 0", "ok", "ok"),
    attempt("socket 16 3 0", "ok", "ok"),
    attempt("socketpair 1 1 0", "ok", "ok"),
    attempt("socketpair 1 5 0", "ok", "ok"),
    attempt("socket 1 5 0", "ok", "ok"),
    attempt("personality 4294967295", "ok", "ok"),
    attempt("clone none", "ok", "ok"),
    attempt("nice 5", "ok", "ok"),
];

#[test]
fn dangerous_calls_are_refused() {
    let world = World::new();
    all(REFUSED, || world.sandbox());
    all(REFUSED_HERE, || world.sandbox());
}

#[test]
fn namespaces_cannot_be_nested() {
    let world = World::new();
    all(NAMESPACES, || world.sandbox());
}

#[test]
fn unusual_sockets_are_refused() {
    let world = World::new();
    all(SOCKETS, || world.sandbox());
}

#[test]
fn ordinary_calls_are_not() {
    let world = World::new();
    all(ALLOWED, || world.sandbox());
}

#[test]
fn the_strictest_profile_refuses_network_sockets_altogether() {
    let world = World::new();
    let strict = [
        attempt("socket 2 1 0", "ok", "EAFNOSUPPORT|EPERM"),
        attempt("socket 2 2 0", "ok", "EAFNOSUPPORT|EPERM"),
        attempt("socket 10 1 0", "ok", "EAFNOSUPPORT|EPERM"),
        attempt("socket 1 1 0", "ok", "ok"),
    ];
    all(&strict, || {
        world.sandbox().with_profile("e2e-minimal-calls", "security:\n  network: deny-all\n  syscalls: minimal\n")
    });
}

#[test]
fn a_program_in_memory_is_under_the_same_filter() {
    let world = World::new();
    for [words, answer] in [["unshare user", "EPERM"], ["syscall mount", "EPERM"], ["i386", "SIGSYS"]] {
        let from_memory = format!("memfd-exec {words}");
        crate::harness::outside(from_memory.split(' '));
        world.sandbox().probe(from_memory.split(' ')).answers(answer);
    }
}
