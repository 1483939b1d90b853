//! Runtimes that nobody manages, virtual environments, and caches.

use super::{furnished, node, python, seen};

#[test]
fn an_unpacked_runtime_is_shown_as_a_whole() {
    let fixture = furnished().with_path(&["home/u/tools/node-v20/bin", "data/jdk-21/bin", "home/u/sdk/go1.22/bin"]);
    node(&fixture, "home/u/tools/node-v20");
    fixture.program("data/jdk-21/bin/java");
    fixture.write("data/jdk-21/lib/modules", "");
    fixture.program("home/u/sdk/go1.22/bin/go");
    fixture.write("home/u/sdk/go1.22/src/runtime/x.go", "");
    fixture.write("home/u/tools/secret", "");
    insta::assert_snapshot!(seen(&fixture, "node"), @"
    /data/jdk-21
    /home/u/sdk/go1.22
    /home/u/tools/node-v20
    PATH=/home/u/tools/node-v20/bin:/data/jdk-21/bin:/home/u/sdk/go1.22/bin:/usr/bin:/bin
    ");
}

#[test]
fn a_lone_runtime_is_shown_alone() {
    let fixture = furnished().with_path(&["home/u/bin"]);
    fixture.program("home/u/bin/deno");
    fixture.program("home/u/bin/deploy-production");
    fixture.write("home/u/bin/python.txt", "");
    insta::assert_snapshot!(seen(&fixture, "deno"), @"
    /home/u/bin/deno
    PATH=/home/u/bin:/usr/bin:/bin
    ");
}

#[test]
fn an_environment_of_the_workspace_brings_its_interpreter() {
    let fixture = furnished().with_path(&[]);
    python(&fixture, "home/u/.pyenv/versions/3.12.1");
    fixture.link("project/.venv/bin/python3", "/home/u/.pyenv/versions/3.12.1/bin/python3");
    fixture.link("project/.venv/bin/python", "python3");
    insta::assert_snapshot!(seen(&fixture, ".venv/bin/python"), @"
    /home/u/.pyenv
    PATH=/usr/bin:/bin
    ");
    let active = fixture.path("project/.venv");
    let fixture = fixture.with("VIRTUAL_ENV", active).with_path(&["project/.venv/bin"]);
    insta::assert_snapshot!(seen(&fixture, "pytest"), @"
    /home/u/.pyenv
    PATH=/project/.venv/bin:/usr/bin:/bin
    ");
    assert_eq!(fixture.inside(&fixture.run("true"), "VIRTUAL_ENV").as_deref(), Some("/project/.venv"));
}

#[test]
fn an_environment_elsewhere_brings_its_interpreter_too() {
    let fixture = furnished().with_path(&["home/u/.virtualenvs/work/bin"]);
    python(&fixture, "data/python");
    fixture.link("home/u/.local/bin/python3.12", "/data/python/bin/python3.12");
    fixture.link("home/u/.virtualenvs/work/bin/python", "/home/u/.local/bin/python3.12");
    fixture.write("home/u/.virtualenvs/work/pyvenv.cfg", "home = /data/python/bin\n");
    insta::assert_snapshot!(seen(&fixture, "python"), @"
    /data/python
    /home/u/.local/bin/python3.12 -> /data/python/bin/python3.12
    /home/u/.virtualenvs/work
    PATH=/home/u/.virtualenvs/work/bin:/usr/bin:/bin
    ");
}

#[test]
fn what_was_fetched_before_is_shown() {
    let fixture = furnished().with_path(&["home/u/sdk/go1.22/bin", "data/maven/bin"]);
    fixture.program("home/u/sdk/go1.22/bin/go");
    fixture.write("home/u/sdk/go1.22/src/runtime/x.go", "");
    fixture.write("home/u/go/pkg/mod/cache/x", "");
    fixture.write("home/u/go/src/private/x.go", "");
    fixture.program("data/maven/bin/mvn");
    fixture.write("data/maven/boot/x.jar", "");
    fixture.write("home/u/.m2/repository/x.jar", "");
    insta::assert_snapshot!(seen(&fixture, "go"), @"
    /data/maven
    /home/u/.m2/repository
    /home/u/go/pkg/mod
    /home/u/sdk/go1.22
    PATH=/home/u/sdk/go1.22/bin:/data/maven/bin:/usr/bin:/bin
    ");
}

#[test]
fn a_variable_is_enough_for_an_installation() {
    let fixture = furnished().with_path(&[]);
    fixture.program("data/jdk-21/bin/java");
    let home = fixture.path("data/jdk-21");
    let fixture = fixture.with("JAVA_HOME", home);
    insta::assert_snapshot!(seen(&fixture, "mvn"), @"
    /data/jdk-21
    PATH=/usr/bin:/bin
    ");
    assert_eq!(fixture.inside(&fixture.run("mvn"), "JAVA_HOME").as_deref(), Some("/data/jdk-21"));
    let nonsense = fixture.path("home/u/.ssh");
    let fixture = fixture.with("JAVA_HOME", nonsense);
    assert_eq!(fixture.inside(&fixture.run("mvn"), "JAVA_HOME"), None);
}

#[test]
fn a_home_behind_a_link_is_spelled_as_its_owner_spells_it() {
    let fixture = furnished();
    fixture.link("users", "/home");
    let home = fixture.path("users/u");
    let fixture = fixture.with("HOME", home).with_path(&["users/u/.nvm/versions/node/v20/bin"]);
    node(&fixture, "home/u/.nvm/versions/node/v20");
    insta::assert_snapshot!(seen(&fixture, "node"), @"
    /users/u/.nvm/versions/node/v20
    PATH=/users/u/.nvm/versions/node/v20/bin:/usr/bin:/bin
    ");
}
