//! Arguments, variables and file names are bytes: what is not UTF-8 arrives as it is and breaks nothing.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::harness::{World, copy_program};

/// Not UTF-8 in three ways: a lone continuation byte, an overlong form, a surrogate.
const BYTES: &[u8] = b"a\x80b\xc0\xafc\xed\xa0\x80";
const HEX: &str = "618062c0af63eda080";

fn odd() -> &'static OsStr {
    OsStr::from_bytes(BYTES)
}

#[test]
fn arguments_arrive_byte_for_byte() {
    let world = World::new();
    let words = ["argv".into(), odd().to_owned(), OsString::new(), "new\nline".into(), "--".into(), "ü €".into()];
    let fact = world.sandbox().probe(words).works();
    assert_eq!(fact.detail()["hex"], serde_json::json!([HEX, "", "6e65770a6c696e65", "2d2d", "c3bc20e282ac"]));
}

#[test]
fn many_and_long_arguments_arrive() {
    let world = World::new();
    let words = std::iter::once("argv".to_owned()).chain((0..2000).map(|number| format!("{number:0>50}")));
    let fact = world.sandbox().probe(words).works();
    assert_eq!(fact.detail()["text"].as_array().map(Vec::len), Some(2000));
    let long = "x".repeat(120_000);
    let fact = world.sandbox().probe(["argv", &long]).works();
    assert_eq!(fact.detail()["text"][0].as_str().map(str::len), Some(long.len()));
}

#[test]
fn variables_arrive_byte_for_byte() {
    let world = World::new();
    let mut given = OsString::from("GIVEN=");
    given.push(odd());
    let sandbox = world.sandbox().env("PASSED", odd()).flag("--env").flag(given).flag("--env-pass").flag("PASSED");
    let fact = sandbox.probe(["env"]).works();
    assert_eq!(fact.detail()["hex"]["GIVEN"], HEX);
    assert_eq!(fact.detail()["hex"]["PASSED"], HEX);
}

#[test]
fn a_variable_may_be_empty_or_hold_equals_signs() {
    let world = World::new();
    let fact = world.sandbox().flags(["--env", "EMPTY=", "--env", "SUM=1+1=2"]).probe(["env"]).works();
    assert_eq!(fact.detail()["text"]["EMPTY"], "");
    assert_eq!(fact.detail()["text"]["SUM"], "1+1=2");
}

#[test]
fn file_names_are_bytes_on_both_sides() {
    let world = World::new();
    fs::write(world.workspace().join(odd()), "outside").expect("write");
    let line = OsString::from_vec([b"cat '", BYTES, b"' && echo inside > '", BYTES, b".new'"].concat());
    let ended = world.sandbox().workspace("rw").run([OsStr::new("sh"), OsStr::new("-c"), &line]).success();
    assert_eq!(ended.out(), "outside");
    let made = OsString::from_vec([BYTES, b".new"].concat());
    assert_eq!(fs::read(world.workspace().join(made)).expect("read"), b"inside\n");
}

#[test]
fn reports_replace_what_is_not_text() {
    let world = World::new();
    fs::write(world.workspace().join(odd()), "x").expect("write");
    let mut line = OsString::from("rm ");
    line.push(odd());
    let report = world.sandbox().report([OsStr::new("sh"), OsStr::new("-c"), &line]);
    assert_eq!(report.command.last(), Some(&line.to_string_lossy().into_owned()));
    assert_eq!(report.changes.expect("changes").deleted, [odd().to_string_lossy()]);
}

#[test]
fn a_workspace_and_a_program_may_have_such_names() {
    let world = World::new().with_workspace(odd());
    let program = world.script("workspace.sh", "#!/bin/sh\npwd; cat file\n");
    copy_program(&program, &world.workspace().join(odd()));
    fs::write(world.workspace().join("file"), "here").expect("write");
    let mut program = OsString::from("./");
    program.push(odd());
    let ended = world.sandbox().run([program]).success();
    assert_eq!(ended.out(), "/workspace\nhere");
}

#[test]
fn a_nul_in_a_flag_cannot_even_be_said() {
    // The kernel ends arguments at NUL; what remains is a newline, which must not break the record.
    let world = World::new();
    world.sandbox().run(["echo", "one\ntwo\r\x1b[31m"]).success();
    assert_eq!(
        world.sandbox().ask("inspect", ["latest"]).success().json()["record"]["command"][1],
        "one\ntwo\r\u{1b}[31m"
    );
}
