//! The kernel's own files: settings, triggers, memory. Closed for writing, and the telling ones for reading.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Ended, Fact, World, is_root, outside};

/// What root could write on the host, and what that would do.
const WRITTEN: &[&str] = &[
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/randomize_va_space",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/vm/drop_caches",
    "/proc/sys/fs/file-max",
    "/proc/sys/fs/binfmt_misc/register",
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/user/max_user_namespaces",
    "/proc/irq/default_smp_affinity",
    "/proc/mtrr",
    "/proc/1/oom_score_adj",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/mm/ksm/run",
    "/sys/power/state",
    "/sys/fs/cgroup/release_agent",
    "/sys/fs/cgroup/memory/release_agent",
];

/// What tells about the host or its memory.
const READ: &[&str] = &[
    "/proc/kcore",
    "/proc/kmsg",
    "/proc/keys",
    "/proc/key-users",
    "/proc/timer_list",
    "/proc/sched_debug",
    "/proc/latency_stats",
    "/proc/interrupts",
    "/proc/acpi",
    "/proc/scsi",
];

/// Whether an open "worked" only because an empty file or the null device lies over it.
fn is_covered(world: &World, path: &str) -> bool {
    let found = world.sandbox().probe(["stat", path]);
    found.worked()
        && (found.detail()["device"] == "1:3" || found.detail()["size"] == 0 && found.detail()["kind"] == "directory")
}

fn is_closed(found: &Fact) -> bool {
    ["EACCES", "EPERM", "EROFS", "ENOENT", "EINVAL"].contains(&found.answer())
}

#[test]
fn settings_and_triggers_cannot_be_written() {
    let world = World::new();
    let mut reached = 0;
    for path in WRITTEN {
        if is_root() && Path::new(path).exists() && outside(["open-write", path]).worked() {
            reached += 1;
        }
        let found = world.sandbox().probe(["open-write", path]);
        assert!(is_closed(&found) || is_covered(&world, path), "{path}: {found:?}");
    }
    assert!(!is_root() || reached >= 8, "control: root could open {reached} of them outside");
}

#[test]
fn a_writable_file_below_proc_sys_does_not_exist() {
    let world = World::new();
    let line = "find /proc/sys -type f -exec sh -c 'for f; do (: >>\"$f\") 2>/dev/null && echo \"$f\"; done' sh {} +";
    let ended = world.sandbox().sh(line);
    assert_eq!(ended.out(), "", "{ended}");
}

#[test]
fn a_writable_file_of_the_whole_of_proc_is_the_processes_own() {
    let world = World::new();
    // `test -w` asks for permission only; nothing is written. What is left belongs to the asking process itself.
    let line = "find /proc -path '/proc/[0-9]*' -prune -o -path '/proc/self' -prune -o -path '/proc/thread-self' -prune -o -type f -print 2>/dev/null | while read -r f; do test -w \"$f\" && echo \"$f\"; done; true";
    let ended = world.sandbox().sh(line).success();
    let open: Vec<String> = ended.out().lines().filter(|path| !is_covered(&world, path)).map(str::to_owned).collect();
    assert_eq!(open, [""; 0]);
}

#[test]
fn memory_and_logs_of_the_kernel_cannot_be_read() {
    let world = World::new();
    for path in READ {
        let found = world.sandbox().probe(["read", path]);
        let empty = found.worked() && found.detail()["hex"] == "";
        assert!(is_closed(&found) || empty || found.answer() == "EISDIR", "{path}: {found:?}");
    }
}

#[test]
fn addresses_of_the_kernel_are_not_told() {
    let world = World::new();
    let line =
        "grep -v '^0\\{16\\} ' /proc/kallsyms | head -3; cat /proc/self/stack 2>/dev/null; dmesg 2>/dev/null | head -1";
    let ended = world.sandbox().sh(line);
    assert_eq!(ended.out(), "", "{ended}");
}

#[test]
fn the_hosts_settings_are_what_they_were() {
    let world = World::new();
    let before = fs::read("/proc/sys/kernel/core_pattern").expect("read");
    world
        .sandbox()
        .sh("echo '|/bin/false' >/proc/sys/kernel/core_pattern; echo x >/proc/sys/kernel/hostname; true")
        .success();
    assert_eq!(fs::read("/proc/sys/kernel/core_pattern").expect("read"), before);
}

#[test]
fn ids_cannot_be_mapped_anew() {
    let world = World::new();
    for (file, map, answer) in
        [("uid_map", "0 0 1", "EPERM"), ("gid_map", "0 0 1", "EPERM"), ("setgroups", "allow", "EACCES")]
    {
        world.sandbox().probe(["append", &format!("/proc/self/{file}"), map]).answers(answer);
    }
}

#[test]
fn there_is_no_sys_and_no_host_cgroup() {
    let world = World::new();
    let found = world.sandbox().probe(["list", "/sys"]);
    assert!(found.answer() == "ENOENT" || found.worked() && found.texts().is_empty(), "{found:?}");
    let posture = world.sandbox().probe(["posture"]).works();
    let cgroup = posture.detail()["confinement"]["cgroup"].as_str().unwrap_or_default().to_owned();
    assert!(cgroup.lines().all(|line| line.ends_with(":/")), "the place in the host's cgroups is told: {cgroup}");
}

/// Outside, `/proc` shows processes and nothing else; the sandbox's own is whole all the same, and must be covered.
#[test]
fn covers_do_not_depend_on_what_the_host_shows_of_its_own() {
    let world = World::new();
    assert!(!fs::read("/proc/interrupts").expect("control: everybody reads it").is_empty());
    let call = world.sandbox().command(["sh", "-c", "cat /proc/interrupts; : >>/proc/sys/kernel/ns_last_pid"]);
    let mut namespace = Command::new("unshare");
    world.sandbox().settle(&mut namespace);
    let user: &[&str] = if is_root() { &[] } else { &["--user", "--map-current-user", "--keep-caps"] };
    let mount = r#"mount -t proc -o subset=pid proc /proc && test ! -e /proc/interrupts && exec "$@""#;
    namespace.args(user).args(["--mount", "--pid", "--fork", "sh", "-c", mount, "sh"]);
    let ended: Ended = namespace.arg(call.get_program()).args(call.get_args()).output().expect("run unshare").into();
    assert_eq!(ended.out(), "", "{ended}");
    assert!(ended.err().contains("ns_last_pid"), "{ended}");
}
