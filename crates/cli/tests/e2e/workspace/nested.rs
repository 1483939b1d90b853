//! Trees on other file systems, and mounts inside the tree.

use std::process::Command;

use crate::harness::{World, is_root};

#[test]
fn a_tree_in_memory_works_like_one_on_disk() {
    let world = World::at("/dev/shm");
    world.write("workspace/file", "content\n");
    for how in ["cow", "rw", "ro"] {
        let ended = world.sandbox().workspace(how).sh("cat file").success();
        assert_eq!(ended.out(), "content\n", "{how}");
    }
    let report = world.sandbox().report(["sh", "-c", "echo new >new; echo x >file"]);
    let changes = report.changes.expect("changes");
    assert_eq!((changes.created, changes.modified), (vec!["new".to_owned()], vec!["file".to_owned()]));
    assert_eq!(world.read("workspace/file"), "content\n");
}

#[test]
fn records_and_tree_may_be_on_different_file_systems() {
    let memory = World::at("/dev/shm");
    memory.write("workspace/file", "content\n");
    let disk = World::new();
    let report = disk.sandbox().from(memory.workspace()).report(["sh", "-c", "cat file; rm file; echo 1 >new"]);
    assert_eq!(report.stdout.text, "content\n");
    let changes = report.changes.expect("changes");
    assert_eq!((changes.created, changes.deleted), (vec!["new".to_owned()], vec!["file".to_owned()]));
    assert_eq!(memory.read("workspace/file"), "content\n");
}

#[test]
fn a_tree_and_its_records_may_both_lie_below_tmp() {
    // The sandbox has a `/tmp` of its own; what lies in the host's must not be lost behind it.
    let world = World::at("/tmp");
    world.write("workspace/file", "content\n");
    for how in ["cow", "rw", "ro"] {
        assert_eq!(world.sandbox().workspace(how).sh("cat file").success().out(), "content\n", "{how}");
    }
    let path = world.workspace().to_str().expect("UTF-8").to_owned();
    let neighbour = World::at("/tmp");
    let other = neighbour.root().file_name().and_then(|name| name.to_str()).expect("UTF-8");
    let ended = world.sandbox().sh(&format!("cat {path}/file; ls -A /tmp; echo x >/tmp/mine")).success();
    assert!(ended.out().starts_with("content\n"), "{ended}");
    assert!(neighbour.root().exists() && !ended.out().contains(other), "{ended}");
}

/// Runs in a mount namespace in which a memory file system lies at `workspace/mounted`, with a file in it.
fn with_mount(world: &World, how: &str, line: &str) -> crate::harness::Ended {
    std::fs::create_dir_all(world.workspace().join("mounted")).expect("make a directory");
    let call = world.sandbox().workspace(how).command(["sh", "-c", line]);
    let mut namespace = Command::new("unshare");
    world.sandbox().settle(&mut namespace);
    let user: &[&str] = if is_root() { &[] } else { &["--user", "--map-current-user", "--keep-caps"] };
    let mount = r#"mount -t tmpfs -o mode=777 nested mounted && echo nested >mounted/file && exec "$@""#;
    namespace.args(user).args(["--mount", "sh", "-c", mount, "sh"]).arg(call.get_program()).args(call.get_args());
    namespace.output().expect("run unshare").into()
}

#[test]
fn a_mount_inside_the_tree_is_considered() {
    for how in ["cow", "rw", "ro"] {
        let world = World::new();
        world.write("workspace/file", "content\n");
        let ended = with_mount(&world, how, "cat file; cat mounted/file 2>/dev/null || echo hidden");
        // An overlay shows one file system only; what lies on others is absent, and said so. A bind shows everything.
        let shown = ended.out();
        assert_eq!(ended.code, 0, "{how}: {ended}");
        assert!(["content\nnested\n", "content\nhidden\n"].contains(&shown.as_str()), "{how}: {ended}");
        if shown.contains("hidden") {
            assert!(ended.err().contains("mounted"), "{how}: what is not shown is named: {ended}");
        }
    }
}

#[test]
fn a_mount_inside_a_read_only_tree_is_read_only_too() {
    let world = World::new();
    let ended = with_mount(&world, "ro", "echo x >mounted/new; ls mounted");
    assert!(!ended.out().contains("new"), "{ended}");
}
