//! The exit code tells how the command ended, and whether it was the command that failed or the launcher.

use crate::harness::World;

#[test]
fn the_commands_own_code_is_returned() {
    let world = World::new();
    for code in [0, 1, 2, 42, 124, 125, 126, 127, 128, 137, 255] {
        world.sandbox().sh(&format!("exit {code}")).code(code);
    }
}

#[test]
fn a_signal_is_told_as_shells_tell_it() {
    let world = World::new();
    for (signal, code) in [("1", 129), ("6", 134), ("9", 137), ("11", 139), ("15", 143), ("34", 162)] {
        world.sandbox().sh(&format!("kill -{signal} $$")).code(code);
    }
}

#[test]
fn what_is_not_there_is_127() {
    let world = World::new();
    for program in ["no-such-program-anywhere", "./missing", "/usr/bin/no-such-program", "/workspace/missing/deep"] {
        let ended = world.sandbox().run([program]).code(127);
        assert!(ended.err().starts_with("error: "), "{ended}");
        assert!(ended.err().contains(program), "{ended}");
        assert_eq!(ended.out(), "", "{ended}");
    }
}

#[test]
fn an_empty_name_is_not_found_either() {
    World::new().sandbox().run([""]).code(127);
}

#[test]
fn what_cannot_be_executed_is_126() {
    let world = World::new();
    world.write("workspace/plain", "#!/bin/sh\nexit 0\n");
    world.script("workspace/orphan", "#!/no/such/interpreter\n");
    world.script("workspace/garbage", "\x7fELF but not really");
    world.script("workspace/empty", "");
    for program in ["./plain", "./orphan", "./garbage", "./empty", "/usr", "."] {
        let ended = world.sandbox().run([program]).code(126);
        assert!(ended.err().starts_with("error: "), "{ended}");
    }
}

#[test]
fn a_script_runs_by_its_interpreter() {
    let world = World::new();
    world.script("workspace/hello", "#!/bin/sh\necho \"$0 $1\"\nexit 7\n");
    let ended = world.sandbox().run(["./hello", "there"]).code(7);
    assert_eq!(ended.out(), "./hello there\n");
}

#[test]
fn a_wrong_call_is_125() {
    let world = World::new();
    let calls: [&[&str]; 6] = [&[], &["--"], &["--no-such-flag", "--", "true"], &["--timeout"], &["--net"], &["--env"]];
    for words in calls {
        let ended = world.sandbox().bare().ask("run", words).code(125);
        assert!(ended.err().contains("error: "), "{ended}");
        assert_eq!(ended.out(), "", "{ended}");
    }
}

#[test]
fn an_unknown_verb_is_125() {
    let ended = World::new().sandbox().ask("rum", ["--", "true"]).code(125);
    assert!(ended.err().contains("run"), "the nearest verb is named: {ended}");
}

#[test]
fn help_and_version_are_no_errors() {
    let world = World::new();
    for verb in ["--help", "--version", "help"] {
        let ended = world.sandbox().ask(verb, [""; 0]).success();
        assert!(ended.out().contains("aisbx"), "{ended}");
    }
}

#[test]
fn options_after_the_command_are_the_commands_own() {
    let world = World::new();
    let ended = world.sandbox().run(["echo", "--json", "--", "-t"]).success();
    assert_eq!(ended.out(), "--json -- -t\n");
}
