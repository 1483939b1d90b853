//! Signals reach the command, and nothing survives the launcher.

use crate::harness::{PROBE, World, alive, eventually, is_alive, unique};

#[test]
fn what_ends_a_command_is_forwarded() {
    let world = World::new();
    for name in ["TERM", "INT", "HUP", "QUIT", "USR1"] {
        let mut started = world.sandbox().with_probe().start([PROBE, "await-signal", "20"]);
        assert!(started.line().contains("ready"));
        started.signal(name);
        assert!(started.line().contains(&format!("SIG{name}")), "{name}");
        started.end().success();
    }
}

#[test]
fn a_command_without_a_handler_dies_of_it() {
    let world = World::new();
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        let mut started = world.sandbox().start(["sh", "-c", "echo ready; exec sleep 60"]);
        assert_eq!(started.line(), "ready");
        started.signal(name);
        started.end().code(code);
    }
}

#[test]
fn children_of_the_command_get_it_too() {
    let world = World::new();
    let mut started = world.sandbox().start(["sh", "-c", "echo ready; sleep 60; echo survived"]);
    assert_eq!(started.line(), "ready");
    started.signal("TERM");
    let ended = started.end().code(143);
    assert_eq!(ended.out(), "");
}

/// A run with many processes that ignore every signal, some of them in sessions of their own.
const CROWD: &str = "$0 family 5 60 $1 & setsid $0 family 3 60 $1 & $0 daemon 60 $1; exec $0 stubborn 60 $1";

#[test]
fn nothing_survives_a_launcher_that_is_killed() {
    let world = World::new();
    let marker = unique("crowd");
    let mut started = world.sandbox().with_probe().start(["sh", "-c", CROWD, PROBE, &marker]);
    for _ in 0..4 {
        assert!(started.line().contains(r#""ok":true"#));
    }
    assert!(alive(&marker).len() >= 11, "control: they were alive: {:?}", alive(&marker));
    let init = started.init();
    assert!(is_alive(init));
    started.signal("KILL");
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
    assert!(eventually(|| !is_alive(init)), "its init is still alive");
    started.end().code(137);
}

#[test]
fn a_stubborn_command_outlives_a_request_but_not_the_launcher() {
    let world = World::new();
    let marker = unique("stubborn");
    let mut started = world.sandbox().with_probe().start([PROBE, "stubborn", "60", &marker]);
    assert!(started.line().contains("ready"));
    started.signal("TERM");
    started.signal("INT");
    assert!(!alive(&marker).is_empty());
    started.signal("KILL");
    assert!(eventually(|| alive(&marker).is_empty()), "still alive: {:?}", alive(&marker));
}

#[test]
fn the_callers_ignored_and_blocked_signals_are_not_inherited() {
    let world = World::new();
    let call = world.sandbox().with_probe().command([PROBE, "posture"]);
    let mut shell = std::process::Command::new("bash");
    world.sandbox().settle(&mut shell);
    shell.args(["-c", r#"trap "" TERM INT HUP PIPE; exec "$@""#, "bash"]).arg(call.get_program()).args(call.get_args());
    let output = shell.output().expect("run bash");
    let posture = crate::harness::Fact::from_line(&output.stdout).works();
    let confinement = &posture.detail()["confinement"];
    assert_eq!(confinement["blocked_signals"], "0000000000000000");
    // Rust's runtime ignores SIGPIPE (bit 12) in the probe itself.
    assert_eq!(confinement["ignored_signals"], "0000000000001000");
}

#[test]
fn the_callers_umask_is_not_inherited() {
    let world = World::new();
    let call = world.sandbox().command(["sh", "-c", "umask"]);
    for umask in ["000", "077", "022"] {
        let mut shell = std::process::Command::new("bash");
        world.sandbox().settle(&mut shell);
        shell
            .args(["-c", &format!(r#"umask {umask}; exec "$@""#), "bash"])
            .arg(call.get_program())
            .args(call.get_args());
        let output = shell.output().expect("run bash");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "0022\n", "{umask}");
    }
}
