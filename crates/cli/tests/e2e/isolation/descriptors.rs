//! Descriptors of the caller do not come along, and the launcher's own executable cannot be changed.

use std::process::Command;

use crate::harness::{Ended, Fact, PROBE, Sandbox, World, aisbx, outside, sha256};

/// Calls the launcher from a shell that holds descriptors 3 to 20, 100 and 200 open: on the host's root, and on a secret.
fn with_descriptors(world: &World, sandbox: &Sandbox<'_>, words: &[&str]) -> Ended {
    let call = sandbox.command(words);
    let mut shell = Command::new("bash");
    sandbox.settle(&mut shell);
    let open: String =
        (3..=20).map(|number| format!("{number}<{} ", if number % 2 == 0 { "\"$SECRET\"" } else { "/" })).collect();
    let line = format!("exec {open} 100</ 200<>\"$SECRET\"; exec \"$@\"");
    shell.env("SECRET", world.write("secret", "of the host"));
    shell.args(["-c", &line, "bash"]).arg(call.get_program()).args(call.get_args());
    shell.output().expect("run bash").into()
}

#[test]
fn inherited_descriptors_are_closed() {
    let world = World::new();
    let control =
        Command::new("bash").args(["-c", "exec 9</; exec \"$0\" descriptors"]).arg(crate::harness::probe()).output();
    let control = Fact::from_line(&control.expect("run bash").stdout).works();
    assert_eq!(control.detail()["9"]["target"], "/", "control");
    let ended = with_descriptors(&world, &world.sandbox().with_probe(), &[PROBE, "descriptors"]).success();
    let found = Fact::from_line(&ended.stdout).works();
    let numbers: Vec<_> = found.detail().as_object().expect("descriptors").keys().collect();
    assert_eq!(numbers, ["0", "1", "2"], "{found:?}");
}

#[test]
fn inherited_descriptors_lead_nowhere() {
    let world = World::new();
    for path in [
        "/proc/self/fd/3/etc/shadow",
        "/proc/self/fd/100/etc/shadow",
        "/proc/self/fd/200",
        "/proc/1/fd/200",
        "/dev/fd/4",
    ] {
        let ended = with_descriptors(&world, &world.sandbox().with_probe(), &[PROBE, "read", path]).success();
        let found = Fact::from_line(&ended.stdout);
        assert!(["ENOENT", "EACCES"].contains(&found.answer()), "{path}: {found:?}");
    }
}

#[test]
fn the_working_directory_cannot_be_a_descriptor() {
    let world = World::new();
    for workdir in ["/proc/self/fd/3", "/proc/self/fd/9", "/proc/1/root", "/proc/1/cwd"] {
        let sandbox = world.sandbox().with_probe().flags(["--workdir", workdir]);
        let ended = with_descriptors(&world, &sandbox, &[PROBE, "read", "etc/shadow"]);
        assert!(ended.code != 0 || Fact::from_line(&ended.stdout).answer() == "ENOENT", "{workdir}: {ended}");
    }
}

#[test]
fn the_launcher_itself_cannot_be_overwritten() {
    let world = World::new();
    let before = sha256(aisbx());
    for path in ["/proc/self/exe", "/proc/1/exe", "/proc/1/map_files", "/proc/1/fd/3"] {
        for act in ["open-write", "truncate"] {
            let found = world.sandbox().probe([act, path]);
            assert!(!found.worked(), "{act} {path}: {found:?}");
        }
    }
    // The program that re-executes the runtime and waits for it to let go (CVE-2019-5736).
    world.script("workspace/reexecute", "#!/proc/1/exe\n");
    let line = "for i in $(seq 50); do (: >/proc/1/exe) 2>/dev/null && echo opened; done; ./reexecute run -- true; cat /proc/1/exe | wc -c";
    let ended = world.sandbox().sh(line);
    assert!(!ended.out().contains("opened"), "{ended}");
    assert_eq!(sha256(aisbx()), before);
    outside(["stat", "/proc/self/exe"]).works();
}

#[test]
fn files_shown_read_only_stay_what_they_are() {
    let world = World::new();
    let shown = world.script("shown", "#!/bin/sh\necho original\n");
    let before = sha256(&shown);
    let sandbox = || world.sandbox().mount(&shown, "/opt/shown", "ro");
    for act in ["open-write", "truncate", "unlink"] {
        let found = sandbox().probe([act, "/opt/shown"]);
        assert!(["EROFS", "EACCES", "EBUSY"].contains(&found.answer()), "{act}: {found:?}");
    }
    let found = sandbox().probe(["rename", "/opt/shown", "/opt/other"]);
    assert!(!found.worked(), "{found:?}");
    assert_eq!(sha256(&shown), before);
}
