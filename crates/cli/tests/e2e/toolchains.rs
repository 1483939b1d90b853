//! Language runtimes below the home directory are shown, read-only, and nothing beside them is.

use std::os::unix::fs::symlink;

use crate::harness::{Sandbox, World, copy_program};

/// A sandbox called by somebody who has these directories first in their `PATH`.
fn with_path<'w>(world: &'w World, directories: &[&str]) -> Sandbox<'w> {
    let path: Vec<String> = directories.iter().map(|below| world.path(below)).collect();
    world.sandbox().env("PATH", format!("{}:/usr/bin:/bin", path.join(":")))
}

/// A manager with shims: scripts that find the chosen version and run it, as pyenv and rbenv have them.
fn shims(world: &World) {
    world.script("home/.pyenv/versions/3.99.0/bin/python3.99", "#!/bin/sh\necho fake python \"$@\"\n");
    world.write("home/.pyenv/versions/3.99.0/lib/python3.99/site.py", "");
    symlink("python3.99", world.root().join("home/.pyenv/versions/3.99.0/bin/fakepython")).expect("link");
    world.write("home/.pyenv/version", "3.99.0\n");
    let shim = "#!/bin/sh\nexec \"$HOME/.pyenv/libexec/pyenv\" exec \"${0##*/}\" \"$@\"\n";
    world.script("home/.pyenv/shims/fakepython", shim);
    let manager = "#!/bin/sh\nread -r version <\"$HOME/.pyenv/version\"\nshift\nname=$1\nshift\nexec \"$HOME/.pyenv/versions/$version/bin/$name\" \"$@\"\n";
    world.script("home/.pyenv/libexec/pyenv", manager);
}

#[test]
fn a_shim_and_all_it_needs_are_shown() {
    let world = World::new();
    shims(&world);
    world.write("home/.ssh/id", "PRIVATE KEY");
    let ended = with_path(&world, &["home/.pyenv/shims"]).run(["fakepython", "-c", "pass"]).success();
    assert_eq!(ended.out(), "fake python -c pass\n");
    let ended = with_path(&world, &["home/.pyenv/shims"])
        .sh("ls -A $HOME; touch $HOME/.pyenv/version; touch $HOME/.pyenv/shims/x");
    assert_eq!(ended.out(), ".pyenv\n", "nothing else of the home: {ended}");
    assert_eq!(ended.err().matches("Read-only file system").count(), 2, "{ended}");
}

#[test]
fn a_version_that_path_names_directly_is_shown() {
    let world = World::new();
    let program =
        world.script("home/.nvm/versions/node/v99.1.0/bin/fakenode", "#!/bin/sh\ncat \"${0%/bin/*}/lib/greeting\"\n");
    assert!(program.exists());
    world.write("home/.nvm/versions/node/v99.1.0/lib/greeting", "fake node\n");
    world.write("home/.npmrc", "//registry/:_authToken=SECRET\n");
    let sandbox = with_path(&world, &["home/.nvm/versions/node/v99.1.0/bin"]);
    assert_eq!(sandbox.run(["fakenode"]).success().out(), "fake node\n");
    let seen = with_path(&world, &["home/.nvm/versions/node/v99.1.0/bin"]).sh("cat ~/.npmrc; ls -A ~");
    assert!(!seen.out().contains("SECRET"), "{seen}");
}

#[test]
fn links_on_the_way_to_a_program_are_followed() {
    let world = World::new();
    world.script("home/tools/jdk-99/bin/java", "#!/bin/sh\necho fake java\n");
    // What makes it an installation of Java, and not any directory with a program of that name.
    world.write("home/tools/jdk-99/lib/modules", "");
    symlink(world.root().join("home/tools/jdk-99"), world.root().join("home/tools/current")).expect("link");
    std::fs::create_dir_all(world.root().join("home/.local/bin")).expect("make a directory");
    symlink("../../tools/current/bin/java", world.root().join("home/.local/bin/java")).expect("link");
    let ended = with_path(&world, &["home/.local/bin"]).run(["java"]).success();
    assert_eq!(ended.out(), "fake java\n");
}

#[test]
fn a_toolchain_outside_of_the_home_is_shown_as_well() {
    let world = World::new();
    world.script("opt/sdk/bin/node", "#!/bin/sh\ncat \"${0%/bin/*}/include/node/node.h\"\n");
    world.write("opt/sdk/include/node/node.h", "fake node\n");
    assert_eq!(with_path(&world, &["opt/sdk/bin"]).run(["node"]).success().out(), "fake node\n");
    let ended =
        with_path(&world, &["opt/sdk/bin"]).sh(&format!("echo x >{}", world.path("opt/sdk/include/node/node.h")));
    assert_ne!(ended.code, 0, "{ended}");
    assert_eq!(world.read("opt/sdk/include/node/node.h"), "fake node\n");
}

#[test]
fn a_directory_of_programs_that_is_no_toolchain_is_not_shown() {
    let world = World::new();
    world.script("home/private/bin/tool", "#!/bin/sh\necho ran\n");
    world.write("home/private/notes", "PRIVATE");
    with_path(&world, &["home/private/bin"]).run(["tool"]).code(127);
    let found = with_path(&world, &["home/private/bin"]).probe(["stat", &world.path("home/private/notes")]);
    assert_eq!(found.answer(), "ENOENT");
}

#[test]
fn a_path_that_names_the_home_or_the_root_shows_neither() {
    let world = World::new();
    world.script("home/tool", "#!/bin/sh\necho ran\n");
    world.write("home/.ssh/id", "PRIVATE KEY");
    world.write("beside", "1");
    for directory in ["home", "", "home/.ssh", "home/.ssh/..", "workspace/.."] {
        let ended = with_path(&world, &[directory]).sh("cat $HOME/.ssh/id; ls -A $HOME/.ssh; ls -A $HOME/..; true");
        assert!(!ended.out().contains("PRIVATE KEY"), "{directory:?}: {ended}");
        assert!(!ended.out().contains("beside"), "{directory:?}: {ended}");
    }
    let ended = world.sandbox().env("PATH", "/:/usr/bin:/bin").sh("ls /etc/shadow").code(2);
    assert!(ended.err().contains("No such file"), "{ended}");
}

#[test]
fn the_search_path_inside_has_what_is_there() {
    let world = World::new();
    shims(&world);
    let ended = with_path(&world, &["home/.pyenv/shims", "home/no-such"]).sh("echo $PATH").success();
    assert!(ended.out().contains(&world.path("home/.pyenv/shims")), "{ended}");
    assert!(ended.out().contains("/usr/bin"), "{ended}");
}

#[test]
fn a_virtual_environment_in_the_workspace_works_by_its_absolute_shebang() {
    let world = World::new();
    world
        .script("workspace/.venv/bin/tool", &format!("#!{}/.venv/bin/interpreter\nignored\n", world.path("workspace")));
    // An interpreter must be a program, not a script.
    copy_program("/bin/cat".as_ref(), &world.workspace().join(".venv/bin/interpreter"));
    let ended = world.sandbox().run([".venv/bin/tool"]).success();
    assert!(ended.out().ends_with("ignored\n"), "{ended}");
    let path = with_path(&world, &["workspace/.venv/bin"]);
    assert!(path.run(["tool"]).success().out().ends_with("ignored\n"));
}
