//! Git sees the same tree on both sides.

use std::process::Command;

use crate::harness::World;

/// Runs git on the host, with nobody's settings but the test's.
fn git(world: &World, words: &[&str]) -> String {
    let mut command = Command::new("git");
    world.sandbox().settle(&mut command);
    let output = command.args(words).output().expect("run git");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const STATUS: &[&str] = &["status", "--porcelain=v1", "--untracked-files=all", "--ignored"];

/// A repository with committed, changed, staged, removed, ignored and untracked files.
fn repository() -> World {
    let world = World::new();
    git(&world, &["init", "--quiet", "--initial-branch=main"]);
    for name in ["same", "changed", "staged", "removed", "deep/er/file"] {
        world.write(&format!("workspace/{name}"), format!("{name}\n"));
    }
    world.write("workspace/.gitignore", "*.log\n");
    world.script("workspace/script.sh", "#!/bin/sh\n");
    git(&world, &["add", "--all"]);
    let me = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    git(&world, &[&me[..], &["commit", "--quiet", "--message", "first"]].concat());
    world.write("workspace/changed", "other\n");
    world.write("workspace/staged", "other\n");
    git(&world, &["add", "staged"]);
    std::fs::remove_file(world.workspace().join("removed")).expect("remove");
    world.write("workspace/untracked", "1\n");
    world.write("workspace/debug.log", "1\n");
    world
}

#[test]
fn status_is_the_same_before_inside_and_after() {
    for how in ["cow", "rw", "ro"] {
        let world = repository();
        let before = git(&world, STATUS);
        assert!(before.lines().count() >= 5, "control: {before}");
        let inside = world.sandbox().workspace(how).run(["git"].iter().chain(STATUS)).success();
        assert_eq!(inside.out(), before, "{how}");
        assert_eq!(git(&world, STATUS), before, "{how}");
    }
}

#[test]
fn status_reads_no_content_it_knows() {
    // Times, sizes and inode numbers that differ inside would make git read every file, and rewrite its index.
    let world = repository();
    git(&world, STATUS);
    let index = std::fs::read(world.workspace().join(".git/index")).expect("read");
    let report = world.sandbox().report(["git"].iter().chain(STATUS));
    assert_eq!(report.exit_code, 0, "{report:?}");
    let touched = report.changes.expect("changes");
    assert!(touched.created.is_empty() && touched.deleted.is_empty(), "{touched:?}");
    assert_eq!(std::fs::read(world.workspace().join(".git/index")).expect("read"), index);
}

#[test]
fn work_can_be_committed_inside_and_the_host_does_not_notice() {
    let world = repository();
    let before = git(&world, &["rev-parse", "HEAD"]);
    let line = "git -c user.name=T -c user.email=t@example.invalid commit -qam second && git log --oneline | wc -l";
    assert_eq!(world.sandbox().sh(line).success().out().trim(), "2");
    assert_eq!(git(&world, &["rev-parse", "HEAD"]), before);
}

#[test]
fn the_repository_is_the_commands_own() {
    // git refuses a directory of somebody else (safe.directory).
    let world = repository();
    let ended = world.sandbox().run(["git", "rev-parse", "--is-inside-work-tree"]).success();
    assert_eq!(ended.out().trim(), "true");
}
