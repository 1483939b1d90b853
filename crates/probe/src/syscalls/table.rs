//! The calls that can be tried by name.

use libc::c_long;

/// One call that can be tried.
pub(super) struct Call {
    /// Its name in the manual.
    pub(super) name: &'static str,
    /// Its number.
    pub(super) number: c_long,
    /// Arguments with which it does nothing.
    pub(super) arguments: [c_long; 6],
}

/// An address that no process can have: below `vm.mmap_min_addr`, and not null, which often means "none".
const BAD: c_long = 1;
/// A descriptor or process that is never there.
const NONE: c_long = -1;
/// A set of flags with undefined bits.
const FLAGS: c_long = 0x4000_0000;
/// A length or command beyond every bound.
const HUGE: c_long = 1 << 24;

const fn call(name: &'static str, number: c_long, arguments: [c_long; 6]) -> Call {
    Call { name, number, arguments }
}

/// Number of `open_tree_attr` (Linux 6.15), which libc does not know yet.
const SYS_OPEN_TREE_ATTR: c_long = 467;

/// All calls.
pub(super) const CALLS: &[Call] = &[
    // Mounts.
    call("mount", libc::SYS_mount, [BAD, BAD, BAD, 0, BAD, 0]),
    call("umount2", libc::SYS_umount2, [BAD, FLAGS, 0, 0, 0, 0]),
    call("pivot_root", libc::SYS_pivot_root, [BAD, BAD, 0, 0, 0, 0]),
    call("chroot", libc::SYS_chroot, [BAD, 0, 0, 0, 0, 0]),
    call("fsopen", libc::SYS_fsopen, [BAD, FLAGS, 0, 0, 0, 0]),
    call("fsconfig", libc::SYS_fsconfig, [NONE, 0, BAD, BAD, 0, 0]),
    call("fsmount", libc::SYS_fsmount, [NONE, FLAGS, 0, 0, 0, 0]),
    call("fspick", libc::SYS_fspick, [NONE, BAD, FLAGS, 0, 0, 0]),
    call("open_tree", libc::SYS_open_tree, [NONE, BAD, FLAGS, 0, 0, 0]),
    call("open_tree_attr", SYS_OPEN_TREE_ATTR, [NONE, BAD, FLAGS, BAD, 0, 0]),
    call("move_mount", libc::SYS_move_mount, [NONE, BAD, NONE, BAD, FLAGS, 0]),
    call("mount_setattr", libc::SYS_mount_setattr, [NONE, BAD, FLAGS, BAD, 0, 0]),
    call("swapon", libc::SYS_swapon, [BAD, FLAGS, 0, 0, 0, 0]),
    call("swapoff", libc::SYS_swapoff, [BAD, 0, 0, 0, 0, 0]),
    call("quotactl", libc::SYS_quotactl, [0xff, BAD, 0, BAD, 0, 0]),
    call("quotactl_fd", libc::SYS_quotactl_fd, [NONE, 0xff, 0, BAD, 0, 0]),
    call("acct", libc::SYS_acct, [BAD, 0, 0, 0, 0, 0]),
    call("open_by_handle_at", libc::SYS_open_by_handle_at, [NONE, BAD, 0, 0, 0, 0]),
    call("fanotify_init", libc::SYS_fanotify_init, [0x200 | FLAGS, 0, 0, 0, 0, 0]),
    call("fanotify_mark", libc::SYS_fanotify_mark, [NONE, FLAGS, 0, NONE, BAD, 0]),
    // Namespaces.
    call("setns", libc::SYS_setns, [NONE, 0, 0, 0, 0, 0]),
    call("clone3", libc::SYS_clone3, [BAD, 0, 0, 0, 0, 0]),
    // Other processes.
    call("process_vm_readv", libc::SYS_process_vm_readv, [0, 0, 0, 0, 0, 1]),
    call("process_vm_writev", libc::SYS_process_vm_writev, [0, 0, 0, 0, 0, 1]),
    call("kcmp", libc::SYS_kcmp, [NONE, NONE, 999, 0, 0, 0]),
    call("pidfd_getfd", libc::SYS_pidfd_getfd, [NONE, NONE, 1, 0, 0, 0]),
    // The kernel itself.
    call("bpf", libc::SYS_bpf, [0, BAD, HUGE, 0, 0, 0]),
    call("perf_event_open", libc::SYS_perf_event_open, [BAD, 0, NONE, NONE, FLAGS, 0]),
    call("init_module", libc::SYS_init_module, [BAD, 0, BAD, 0, 0, 0]),
    call("finit_module", libc::SYS_finit_module, [NONE, BAD, FLAGS, 0, 0, 0]),
    call("delete_module", libc::SYS_delete_module, [BAD, 0, 0, 0, 0, 0]),
    call("kexec_load", libc::SYS_kexec_load, [0, HUGE, BAD, 0xffff, 0, 0]),
    call("reboot", libc::SYS_reboot, [0, 0, 0, 0, 0, 0]),
    call("syslog", libc::SYS_syslog, [10, 0, 0, 0, 0, 0]),
    call("settimeofday", libc::SYS_settimeofday, [BAD, 0, 0, 0, 0, 0]),
    call("clock_settime", libc::SYS_clock_settime, [9999, BAD, 0, 0, 0, 0]),
    call("clock_adjtime", libc::SYS_clock_adjtime, [9999, BAD, 0, 0, 0, 0]),
    call("sethostname", libc::SYS_sethostname, [BAD, NONE, 0, 0, 0, 0]),
    call("setdomainname", libc::SYS_setdomainname, [BAD, NONE, 0, 0, 0, 0]),
    call("nfsservctl", libc::SYS_nfsservctl, [0, BAD, BAD, 0, 0, 0]),
    call("lookup_dcookie", libc::SYS_lookup_dcookie, [0, BAD, 0, 0, 0, 0]),
    // Keys.
    call("keyctl", libc::SYS_keyctl, [9999, 0, 0, 0, 0, 0]),
    call("add_key", libc::SYS_add_key, [BAD, BAD, BAD, 1, 0, 0]),
    call("request_key", libc::SYS_request_key, [BAD, BAD, BAD, 0, 0, 0]),
    // Memory and I/O that exploits are built with.
    call("userfaultfd", libc::SYS_userfaultfd, [1 | 0x100, 0, 0, 0, 0, 0]),
    call("io_uring_setup", libc::SYS_io_uring_setup, [1, BAD, 0, 0, 0, 0]),
    call("io_uring_enter", libc::SYS_io_uring_enter, [NONE, 0, 0, FLAGS, 0, 0]),
    call("io_uring_register", libc::SYS_io_uring_register, [NONE, 9999, BAD, 0, 0, 0]),
    call("memfd_secret", libc::SYS_memfd_secret, [FLAGS, 0, 0, 0, 0, 0]),
    // The terminal: in a process without one this does nothing.
    call("vhangup", libc::SYS_vhangup, [0, 0, 0, 0, 0, 0]),
    #[cfg(target_arch = "x86_64")]
    call("kexec_file_load", libc::SYS_kexec_file_load, [NONE, NONE, 0, BAD, 0xffff, 0]),
    #[cfg(target_arch = "x86_64")]
    call("modify_ldt", libc::SYS_modify_ldt, [0, BAD, 0, 0, 0, 0]),
    #[cfg(target_arch = "x86_64")]
    call("iopl", libc::SYS_iopl, [4, 0, 0, 0, 0, 0]),
    #[cfg(target_arch = "x86_64")]
    call("ioperm", libc::SYS_ioperm, [HUGE, 1, 1, 0, 0, 0]),
    #[cfg(target_arch = "x86_64")]
    call("uselib", libc::SYS_uselib, [BAD, 0, 0, 0, 0, 0]),
];
