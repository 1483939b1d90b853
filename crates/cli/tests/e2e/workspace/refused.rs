//! Directories that are no workspace: they hold more than a project.

use std::fs;

use crate::harness::World;

#[test]
fn root_home_and_what_is_above_home_are_refused() {
    let world = World::new();
    let above = world.root().to_str().expect("UTF-8").to_owned();
    let home = world.home().to_str().expect("UTF-8").to_owned();
    for directory in ["/", &home, &above, "/var/tmp", "/var", "/usr", "/etc", "/proc", "/sys", "/dev"] {
        let inside_out = world.sandbox().flags(["--workspace", directory]).sh("echo ran");
        let ended = inside_out.refused(&["hint: "]);
        assert!(ended.err().contains(directory), "{ended}");
        let ended = world.sandbox().from(directory).sh("echo ran").refused(&["hint: "]);
        assert_eq!(ended.out(), "");
    }
}

#[test]
fn a_link_to_the_home_directory_is_refused_as_well() {
    let world = World::new();
    std::os::unix::fs::symlink(world.home(), world.root().join("link")).expect("link");
    world.sandbox().flags(["--workspace", &world.path("link")]).sh("true").refused(&[]);
}

#[test]
fn a_directory_below_home_is_welcome() {
    let world = World::new();
    world.write("home/projects/one/file", "content\n");
    let project = world.home().join("projects/one");
    let ended = world.sandbox().from(&project).sh("pwd; cat file; ls -A $HOME; ls -A $HOME/projects").success();
    assert_eq!(ended.out(), "/workspace\ncontent\nprojects\none\n");
}

#[test]
fn what_is_no_directory_is_refused() {
    let world = World::new();
    world.write("file", "1");
    for given in ["no-such-directory", "../file", "", "/dev/null"] {
        let ended = world.sandbox().flags(["--workspace", given]).sh("true").refused(&[]);
        assert_eq!(ended.out(), "", "{given}");
    }
}

#[test]
fn a_directory_that_is_gone_is_an_error() {
    let world = World::new();
    let doomed = world.root().join("doomed");
    fs::create_dir(&doomed).expect("make a directory");
    let call = world.sandbox().command(["true"]);
    let mut shell = std::process::Command::new("sh");
    world.sandbox().settle(&mut shell);
    shell
        .args(["-c", r#"cd ../doomed && rmdir ../doomed && exec "$@""#, "sh"])
        .arg(call.get_program())
        .args(call.get_args());
    let ended: crate::harness::Ended = shell.output().expect("run sh").into();
    ended.refused(&[]);
}

#[test]
fn records_inside_the_workspace_are_refused() {
    let world = World::new();
    let inside = world.workspace().join("state");
    world.sandbox().env("XDG_STATE_HOME", &inside).sh("true").refused(&["XDG_STATE_HOME"]);
}
