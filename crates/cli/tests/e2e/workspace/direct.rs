//! The workspace itself, read-only or writable.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::picture;
use crate::harness::{World, is_root, user_id};

#[test]
fn writable_changes_reach_the_host_at_once_and_are_the_callers() {
    let world = World::new();
    world.write("workspace/old", "old\n");
    world.sandbox().workspace("rw").sh("cat old; echo new >made; rm old; mkdir dir; echo x >dir/x").success();
    assert_eq!(world.read("workspace/made"), "new\n");
    assert!(!world.workspace().join("old").exists());
    for name in ["made", "dir", "dir/x"] {
        let found = fs::metadata(world.workspace().join(name)).expect("stat");
        assert_eq!(found.uid(), user_id(), "{name} belongs to the caller");
    }
}

#[test]
fn read_only_is_read_only() {
    let world = World::new();
    world.write("workspace/file", "content\n");
    let before = picture(world.workspace());
    let ended = world.sandbox().workspace("ro").sh("cat file");
    assert_eq!(ended.out(), "content\n");
    let acts: [&[&str]; 7] = [
        &["open-write", "/workspace/file"],
        &["create", "/workspace/new"],
        &["unlink", "/workspace/file"],
        &["mkdir", "/workspace/dir"],
        &["rename", "/workspace/file", "/workspace/other"],
        &["link", "/workspace/file", "/workspace/other"],
        &["chmod", "/workspace/file", "777"],
    ];
    for act in acts {
        world.sandbox().workspace("rw").probe(["stat", act[1]]);
        world.sandbox().workspace("ro").probe(act).answers("EROFS");
    }
    assert_eq!(picture(world.workspace()), before);
}

#[test]
fn a_tree_that_the_caller_cannot_write_is_copied_all_the_same() {
    let world = World::new();
    world.write("workspace/dir/file", "content\n");
    for name in ["workspace/dir", "workspace"] {
        fs::set_permissions(world.root().join(name), fs::Permissions::from_mode(0o555)).expect("chmod");
    }
    let ended =
        world.sandbox().sh("cat dir/file; chmod u+w . dir; echo mine >dir/file; echo new >new; cat dir/file new");
    fs::set_permissions(world.workspace(), fs::Permissions::from_mode(0o755)).expect("chmod");
    assert_eq!(ended.success().out(), "content\nmine\nnew\n");
    assert_eq!(world.read("workspace/dir/file"), "content\n");
}

#[test]
fn no_workspace_is_an_empty_one() {
    let world = World::new();
    world.write("workspace/file", "content\n");
    let sandbox = || world.sandbox().flag("--no-workspace");
    let ended = sandbox().sh("pwd; ls -A; echo x >mine && cat mine").success();
    assert_eq!(ended.out(), "/workspace\nx\n");
    assert!(!world.workspace().join("mine").exists());
    let found = sandbox().probe(["stat", world.workspace().to_str().expect("UTF-8")]);
    assert!(!found.worked(), "the directory it was called in is not shown: {found:?}");
}

#[test]
fn another_directory_can_be_the_workspace() {
    let world = World::new();
    world.write("elsewhere/file", "there\n");
    for given in [world.path("elsewhere"), "../elsewhere".to_owned(), "../elsewhere/.".to_owned()] {
        let ended = world.sandbox().flags(["--workspace", &given]).sh("pwd; cat file").success();
        assert_eq!(ended.out(), "/workspace\nthere\n", "{given}");
    }
}

#[test]
fn the_working_directory_can_be_chosen() {
    let world = World::new();
    world.write("workspace/sub/file", "deep\n");
    for (given, expected) in
        [("sub", "/workspace/sub"), ("/workspace/sub", "/workspace/sub"), ("/tmp", "/tmp"), (".", "/workspace")]
    {
        let ended = world.sandbox().flags(["--workdir", given]).sh("pwd").success();
        assert_eq!(ended.out().trim(), expected, "{given}");
    }
    world.sandbox().flags(["--workdir", "../.."]).sh("pwd").refused(&["--workdir"]);
    let missing = world.sandbox().flags(["--workdir", "no/such"]).sh("pwd").code(125);
    assert!(missing.err().contains("no/such"), "{missing}");
    std::os::unix::fs::symlink("/", world.workspace().join("out")).expect("link");
    let ended = world.sandbox().flags(["--workdir", "out"]).sh("ls usr >/dev/null; test ! -e /etc/shadow");
    assert!([0, 125].contains(&ended.code), "a link leads to the root inside, or is refused: {ended}");
}

#[test]
fn root_in_another_users_tree_writes_as_that_user() {
    if !is_root() {
        return;
    }
    let world = World::new();
    let file = world.write("workspace/file", "alice's\n");
    for path in [world.workspace(), &file] {
        std::os::unix::fs::chown(path, Some(4242), Some(4343)).expect("chown");
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("chmod");
    }
    let ended =
        world.sandbox().workspace("rw").sh("cat file; echo more >>file; echo new >new; stat -c %u file new").success();
    assert_eq!(ended.out(), "alice's\n1000\n1000\n");
    for name in ["file", "new"] {
        let found = fs::metadata(world.workspace().join(name)).expect("stat");
        assert_eq!((found.uid(), found.gid()), (4242, 4343), "{name}");
    }
    assert_eq!(world.sandbox().workspace("cow").sh("cat file; rm file new").success().out(), "alice's\nmore\n");
    assert!(file.exists());
}

#[test]
fn who_fails_to_write_where_nobody_said_read_only_is_told_the_way_out() {
    let world = World::new();
    let way_out = "--access cow";
    let unasked = world.sandbox().bare().run(["touch", "new"]).code(1);
    assert!(unasked.err().contains(way_out), "{unasked}");
    for quiet in [world.sandbox().bare().workspace("ro"), world.sandbox().bare().flag("--quiet")] {
        let ended = quiet.run(["touch", "new"]).code(1);
        assert!(!ended.err().contains(way_out), "{ended}");
    }
    for (line, code) in [("true", 0), ("exit 1", 1), ("touch new || true", 0)] {
        let ended = world.sandbox().bare().sh(line).code(code);
        assert!(!ended.err().contains(way_out), "{line}: {ended}");
    }
    let report = world.sandbox().bare().report(["touch", "new"]);
    assert!(report.hint.as_deref().is_some_and(|hint| hint.contains(way_out)), "{report:?}");
    assert_eq!(world.sandbox().bare().report(["sh", "-c", "exit 1"]).hint, None);
    world.sandbox().bare().workspace("cow").run(["touch", "new"]).success();
}
