//! Nothing can be gained that was not given: ids, capabilities, set-id files, devices, priority.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{Attempt, all, attempt, privileged};
use crate::harness::{Fact, PROBE, World, copy_program, is_root, probe};

const GAINS: &[Attempt] = &[
    privileged("setuid 0", "ok", "EINVAL|EPERM"),
    privileged("setgid 0", "ok", "EINVAL|EPERM"),
    privileged("setgroups 0", "ok", "EPERM"),
    privileged("capset", "ok", "EPERM"),
    privileged("ambient", "ok", "EPERM"),
    privileged("chroot /", "ok", "EPERM"),
    privileged("realtime", "ok", "EPERM"),
    Attempt { words: "nice -5", root: "ok", user: "EACCES|EPERM", inside: "EACCES|EPERM" },
    attempt("personality 262144", "ok", "EPERM"),
    attempt("personality 4194304", "ok", "EPERM"),
    attempt("ptrace traceme", "ok", "EPERM"),
    attempt("setns user 1", "EINVAL|EACCES|EPERM", "EACCES|EPERM"),
];

#[test]
fn nothing_is_gained_by_asking() {
    let world = World::new();
    all(GAINS, || world.sandbox());
}

#[test]
fn debuggers_may_trace_their_own_children_where_the_profile_says_so() {
    let world = World::new();
    let development = "security:\n  network: deny-all\n  syscalls: development\n";
    world.sandbox().with_profile("e2e-debug", development).probe(["ptrace", "traceme"]).works();
}

#[test]
fn special_files_cannot_be_made() {
    let world = World::new();
    for (kind, major, minor) in [("c", "1", "1"), ("b", "254", "0"), ("c", "10", "229")] {
        let control = ["mknod", &world.path("device"), kind, major, minor];
        crate::harness::outside(control).answers(if is_root() { "ok" } else { "EPERM" });
        for place in ["/tmp/device", "/workspace/device", "/dev/shm/device"] {
            world.sandbox().probe(["mknod", place, kind, major, minor]).answers("EPERM");
        }
        let _ = fs::remove_file(world.path("device"));
    }
}

#[test]
fn the_marks_of_privilege_cannot_be_set() {
    let world = World::new();
    let file = world.script("workspace/file", "#!/bin/sh\n");
    let path = file.to_str().expect("UTF-8");
    for mode in ["4755", "2755", "6755"] {
        crate::harness::outside(["chmod", path, mode]).works();
        crate::harness::outside(["chmod", path, "755"]).works();
        world.sandbox().probe(["chmod", "/workspace/file", mode]).answers("EPERM");
    }
    crate::harness::outside(["filecap", path]).answers(if is_root() { "ok" } else { "EPERM" });
    world.sandbox().probe(["filecap", "/workspace/file"]).answers("EPERM");
    // No such user: root is not mapped.
    world.sandbox().probe(["chown", "/workspace/file", "0", "0"]).answers("EINVAL");
    // And what a copy brings along is without effect: `sticky` on a directory is no privilege and stays possible.
    world.sandbox().sh("mkdir d && chmod 1777 d").success();
}

#[test]
fn set_id_programs_of_the_workspace_have_no_effect() {
    let world = World::new();
    let program = world.root().join("workspace/set-id");
    copy_program(probe(), &program);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o6755)).expect("set the marks");
    if is_root() {
        fs::set_permissions(world.root(), fs::Permissions::from_mode(0o755)).expect("open the directory");
        let control = Command::new("setpriv")
            .args(["--reuid=65533", "--regid=65533", "--clear-groups"])
            .arg(&program)
            .arg("posture")
            .output()
            .expect("run setpriv");
        let identity = Fact::from_line(&control.stdout).works().detail()["identity"]["uid"].clone();
        assert_eq!(identity, "65533 0 0 0", "control: outside it makes root");
    }
    for how in ["cow", "rw", "ro"] {
        let ended = world.sandbox().workspace(how).run(["./set-id", "posture"]).success();
        let found = Fact::from_line(&ended.stdout).works();
        assert_eq!(found.detail()["identity"]["uid"], "1000 1000 1000 1000", "{how}");
        assert_eq!(found.detail()["identity"]["gid"], "1000 1000 1000 1000", "{how}");
        assert_eq!(found.detail()["capabilities"]["permitted"], "0000000000000000", "{how}");
    }
}

#[test]
fn set_id_programs_of_the_system_have_no_effect() {
    let world = World::new();
    // `mount` and `su` are set-id root on every distribution.
    let ended = world.sandbox().sh("su -c true </dev/null; echo $?; mount -t tmpfs none /tmp; echo $?");
    let codes: Vec<&str> =
        ended.stdout.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()).collect();
    assert!(codes.iter().filter(|line| !line.is_empty()).all(|code| *code != "0"), "{ended}");
}

#[test]
fn a_program_from_memory_is_no_more_privileged() {
    let world = World::new();
    let posture = |words: &[&str]| {
        let found = world.sandbox().probe(words).works();
        let detail = found.detail();
        ["identity", "capabilities", "id_maps"].map(|name| detail[name].clone())
    };
    assert_eq!(posture(&["memfd-exec", "posture"]), posture(&["posture"]));
}

#[test]
fn limits_cannot_be_raised_nor_the_killer_of_memory_hogs_evaded() {
    let world = World::new();
    // 6 processes, 7 open files, 8 locked memory: hard limits of the sandbox.
    let sandbox = || world.sandbox();
    let found = sandbox().probe(["posture"]).works();
    for (number, name) in [("7", "Max open files"), ("8", "Max locked memory")] {
        let limit = found.detail()["limits"][name].as_str().unwrap_or_default().to_owned();
        if !limit.ends_with("unlimited") {
            sandbox().probe(["raise-limit", number]).answers("EPERM");
        }
    }
    let answer = sandbox().probe(["oom-shield", "-500"]);
    assert!(["EACCES", "EPERM", "EROFS"].contains(&answer.answer()), "{answer:?}");
    // 1, not 0: with 0 the kernel still runs the host's handler of `core_pattern` (core(5)).
    assert_eq!(found.detail()["limits"]["Max core file size"], "1 1", "a crash leaves no core");
}

#[test]
fn a_crash_leaves_no_core_anywhere() {
    let world = World::new();
    let ended = world.sandbox().workspace("rw").with_probe().run([
        "sh",
        "-c",
        &format!("ulimit -c unlimited; exec {PROBE} kill-self 11"),
    ]);
    assert!([139, 1, 2].contains(&ended.code), "{ended}");
    assert_eq!(fs::read_dir(world.workspace()).expect("list").count(), 0, "a core was left");
}
