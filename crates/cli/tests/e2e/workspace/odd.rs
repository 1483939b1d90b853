//! Names that option strings, shells and tables stumble over.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::harness::World;

/// What overlay options, mount tables, mount flags and terminals treat as special.
const NAMES: [&[u8]; 14] = [
    b"with space",
    b"with:colon",
    b"with,comma",
    b"with\\backslash",
    b"with\"quote'",
    b"with\nnewline",
    b"with\ttab",
    b"with=equals",
    b"-starts-with-dash",
    b"ends with space ",
    b"\xff\xfe not UTF-8",
    b"$(touch injected)`touch injected`",
    b"lowerdir=,upperdir=:",
    b"\x1b]0;title\x07",
];

#[test]
fn the_workspace_may_have_any_name() {
    for name in NAMES {
        for how in ["cow", "rw", "ro"] {
            let world = World::new().with_workspace(OsStr::from_bytes(name));
            fs::write(world.workspace().join("file"), "content\n").expect("write");
            let shown = String::from_utf8_lossy(name).into_owned();
            let ended = world.sandbox().workspace(how).sh("pwd; cat file; echo x 2>/dev/null >new; true");
            assert_eq!(ended.code, 0, "{shown:?} {how}: {ended}");
            assert_eq!(ended.out(), "/workspace\ncontent\n", "{shown:?} {how}: {ended}");
            assert_eq!(world.workspace().join("new").exists(), how == "rw", "{shown:?} {how}");
        }
    }
}

#[test]
fn the_records_may_lie_below_any_name() {
    for name in NAMES {
        let world = World::new();
        let state = world.root().join(OsStr::from_bytes(name));
        fs::create_dir(&state).expect("make a directory");
        let ended = world.sandbox().env("XDG_STATE_HOME", &state).flag("--json").sh("echo x >new").success();
        assert_eq!(ended.json()["changes"]["created"][0], "new", "{:?}", String::from_utf8_lossy(name));
    }
}

#[test]
fn a_long_path_is_no_obstacle() {
    // The option string of the old mount call is one page long; eight such names do not fit.
    let deep: std::path::PathBuf = (0..8).map(|number| format!("{number}{}", "x".repeat(200))).collect();
    let world = World::new().with_workspace(&deep);
    fs::write(world.workspace().join("file"), "content\n").expect("write");
    let report = world.sandbox().report(["sh", "-c", "cat file; echo x >new"]);
    assert_eq!(report.stdout.text, "content\n");
    assert_eq!(report.changes.expect("changes").created, ["new"]);
}

#[test]
fn changed_files_may_have_any_name() {
    let world = World::new();
    for name in NAMES {
        fs::write(world.workspace().join(OsStr::from_bytes(name)), "1").expect("write");
    }
    let report = world.sandbox().report(["sh", "-c", "for f in *; do echo 2 >\"./$f\"; done"]);
    let mut expected: Vec<String> = NAMES.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    expected.sort();
    let mut modified = report.changes.expect("changes").modified;
    modified.sort();
    assert_eq!(modified, expected);
}

#[test]
fn a_deep_tree_is_no_obstacle() {
    let world = World::new();
    let line = "d=.; for i in $(seq 600); do mkdir d; cd d; done; echo x >file";
    let report = world.sandbox().report(["sh", "-c", line]);
    assert_eq!(report.exit_code, 0, "{report:?}");
    let changes = report.changes.expect("changes");
    assert_eq!(changes.created.len() as u64 + changes.omitted, 601);
}
