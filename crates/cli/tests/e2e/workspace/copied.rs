//! Copy on write, the default: the command changes what it likes, the host's tree stays, the report tells the difference.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::picture;
use crate::harness::{World, eventually, is_root};

/// A tree with something of everything.
fn furnished() -> World {
    let world = World::new();
    world.write("workspace/read.txt", "read\n");
    world.write("workspace/changed.txt", "before\n");
    world.write("workspace/gone.txt", "gone\n");
    world.write("workspace/moved.txt", "moved\n");
    world.write("workspace/dir/inner.txt", "inner\n");
    world.write("workspace/replaced/old.txt", "old\n");
    world.write("workspace/emptied/a", "a\n");
    world.script("workspace/tool.sh", "#!/bin/sh\necho tool\n");
    std::os::unix::fs::symlink("read.txt", world.workspace().join("link")).expect("link");
    fs::hard_link(world.workspace().join("read.txt"), world.workspace().join("twin")).expect("link");
    world
}

#[test]
fn the_hosts_tree_is_never_touched_and_the_report_is_exact() {
    let world = furnished();
    let before = picture(world.workspace());
    let line = "set -e
        cat read.txt link dir/inner.txt >/dev/null
        echo after >changed.txt
        rm gone.txt
        mv moved.txt renamed.txt
        echo new >new.txt
        mkdir -p made/deep && echo x >made/deep/file
        rm -r replaced && mkdir replaced && echo n >replaced/new.txt
        rm -r emptied && echo now-a-file >emptied
        chmod 700 tool.sh
        ln -s new.txt new-link";
    let report = world.sandbox().report(["sh", "-c", line]);
    assert_eq!(report.exit_code, 0, "{report:?}");
    assert_eq!(picture(world.workspace()), before);
    let changes = report.changes.expect("changes");
    assert_eq!(
        changes.created,
        ["made", "made/deep", "made/deep/file", "new-link", "new.txt", "renamed.txt", "replaced/new.txt"]
    );
    assert_eq!(changes.modified, ["changed.txt", "emptied", "tool.sh"]);
    assert_eq!(changes.deleted, ["gone.txt", "moved.txt", "replaced/old.txt"]);
    assert_eq!(changes.omitted, 0);
}

#[test]
fn what_was_changed_and_changed_back_or_made_and_removed_is_no_change() {
    let world = furnished();
    let line =
        "cp -p read.txt /tmp/r; echo new >temp; rm temp; mkdir d; rmdir d; touch -r read.txt /tmp/r; cat changed.txt";
    let report = world.sandbox().report(["sh", "-c", line]);
    assert!(report.changes.as_ref().is_some_and(spec::Changes::is_empty), "{:?}", report.changes);
}

#[test]
fn reading_is_no_change() {
    let world = furnished();
    let before = picture(world.workspace());
    let report = world.sandbox().report(["sh", "-c", "find . -type f -exec cat {} + >/dev/null; ls -lR; ./tool.sh"]);
    assert!(report.changes.as_ref().is_some_and(spec::Changes::is_empty), "{:?}", report.changes);
    assert_eq!(picture(world.workspace()), before);
}

#[test]
fn the_command_sees_its_own_changes_and_a_second_run_does_not() {
    let world = furnished();
    let ended = world.sandbox().sh("echo mine >read.txt; rm gone.txt; cat read.txt; ls").success();
    assert!(ended.out().starts_with("mine\n") && !ended.out().contains("gone.txt"), "{ended}");
    let ended = world.sandbox().sh("cat read.txt gone.txt").success();
    assert_eq!(ended.out(), "read\ngone\n");
}

#[test]
fn the_tree_belongs_to_the_command() {
    let world = furnished();
    fs::set_permissions(world.workspace().join("read.txt"), fs::Permissions::from_mode(0o600)).expect("chmod");
    let ended = world
        .sandbox()
        .sh("stat -c '%u %g %a' . read.txt dir; echo more >>read.txt; mv dir other; chmod 644 read.txt")
        .success();
    assert!(ended.out().starts_with("1000 1000"), "{ended}");
    assert!(ended.out().contains("1000 1000 600"), "{ended}");
    assert_eq!(world.read("workspace/read.txt"), "read\n");
}

#[test]
fn another_users_files_stay_that_users() {
    if !is_root() {
        // Control of the same rule: a file that the caller cannot read, the command cannot read either.
        let world = World::new();
        let closed = world.write("workspace/closed", "secret");
        fs::set_permissions(closed, fs::Permissions::from_mode(0o000)).expect("chmod");
        world.sandbox().probe(["read", "/workspace/closed"]).answers("EACCES");
        return;
    }
    let world = World::new();
    let foreign = world.write("workspace/foreign", "secret of user 4242");
    std::os::unix::fs::chown(&foreign, Some(4242), Some(4242)).expect("chown");
    fs::set_permissions(&foreign, fs::Permissions::from_mode(0o600)).expect("chmod");
    world.sandbox().probe(["read", "/workspace/foreign"]).answers("EACCES");
    world.sandbox().probe(["read", "/workspace"]).answers("EISDIR");
}

#[test]
fn links_are_followed_inside_only() {
    let world = World::new();
    world.write("outside-secret", "secret");
    let link =
        |target: &str, name: &str| std::os::unix::fs::symlink(target, world.workspace().join(name)).expect("link");
    link("../outside-secret", "relative");
    link(&world.path("outside-secret"), "absolute");
    link("/etc/shadow", "shadow");
    link("/proc/1/root/etc/passwd", "init");
    link("../../../../../../../../etc/hostname", "climbing");
    for name in ["relative", "absolute", "shadow"] {
        world.sandbox().probe(["read", &format!("/workspace/{name}")]).answers("ENOENT");
    }
    let found = world.sandbox().probe(["read", "/workspace/init"]);
    assert!(!found.worked(), "{found:?}");
    assert_eq!(world.sandbox().probe(["read", "/workspace/climbing"]).works().detail()["text"], "sandbox\n");
    world.sandbox().sh("echo overwritten >relative; echo overwritten >absolute; true").success();
    assert_eq!(world.read("outside-secret"), "secret");
    let report = world.sandbox().report(["sh", "-c", "rm relative; ln -s /etc/passwd relative; rm shadow"]);
    let changes = report.changes.expect("changes");
    assert_eq!((changes.modified, changes.deleted), (vec!["relative".to_owned()], vec!["shadow".to_owned()]));
}

#[test]
fn the_hosts_path_leads_to_the_workspace_inside() {
    let world = World::new();
    world.write("workspace/file", "here");
    let path = world.workspace().to_str().expect("UTF-8");
    assert_eq!(world.sandbox().probe(["readlink", path]).works().text(), "/workspace");
    assert_eq!(world.sandbox().probe(["read", &format!("{path}/file")]).works().detail()["text"], "here");
    assert_eq!(world.sandbox().probe(["list", "/workspace"]).works().texts(), ["file"], "no ghost files");
}

#[test]
fn more_changes_than_can_be_listed_are_counted() {
    let world = World::new();
    let report = world.sandbox().report(["sh", "-c", "for i in $(seq 1300); do echo x >f$i; done"]);
    let changes = report.changes.expect("changes");
    let named = changes.created.len();
    assert!(named <= spec::Changes::LISTED, "{named}");
    assert_eq!(named as u64 + changes.omitted, 1300);
}

#[test]
fn names_of_the_overlays_own_are_files_like_others() {
    let world = World::new();
    world.write("workspace/.wh.file", "1");
    world.write("workspace/file", "2");
    world.write("workspace/work/work/x", "3");
    world.write("workspace/upper/.wh..wh..opq", "4");
    let ended =
        world.sandbox().sh("cat .wh.file file work/work/x upper/.wh..wh..opq; rm .wh.file; ls -A . upper").success();
    assert!(ended.out().starts_with("1234") && ended.out().contains("file\nupper\nwork"), "{ended}");
    let report = world.sandbox().report(["sh", "-c", "echo x >.wh.new; rm file; mkfifo pipe"]);
    let changes = report.changes.expect("changes");
    assert_eq!(changes.created, [".wh.new", "pipe"]);
    assert_eq!(changes.deleted, ["file"]);
}

#[test]
fn the_layer_of_an_ended_run_can_be_removed_by_its_owner() {
    let world = World::new();
    world.sandbox().sh("echo new > new.txt").success();
    // Whoever tidies up after a run may be at it still.
    let gone = || std::fs::remove_dir_all(world.state()).is_ok() || !world.state().exists();
    assert!(eventually(gone), "no directory is closed to its owner");
}
