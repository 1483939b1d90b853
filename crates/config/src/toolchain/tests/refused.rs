//! What is never shown, whatever leads to it.

use super::{furnished, node, python, seen};
use crate::fixture::profile;

#[test]
fn private_directories_on_the_path_stay_private() {
    let fixture = furnished().with_path(&[
        "home/u",
        "home/u/.ssh",
        "home/u/.config/gh",
        "home",
        "",
        "home/u/.local",
        "home/u/Documents",
    ]);
    insta::assert_snapshot!(seen(&fixture, "true"), @"

    PATH=/usr/bin:/bin
    ");
}

#[test]
fn a_home_that_looks_like_a_runtime_is_a_home() {
    let fixture = furnished().with_path(&["home/u/bin", "home/u/.local/bin"]);
    python(&fixture, "home/u");
    python(&fixture, "home/u/.local");
    fixture.write("home/u/conda-meta/history", "");
    fixture.write("home/u/pyvenv.cfg", "");
    fixture.write("home/u/lib/node_modules/x", "");
    let settings = fixture.run("python3");
    let shown = fixture.shown(&settings);
    for path in ["/home/u", "/home/u/.local", "/home/u/bin", "/home/u/.local/bin"] {
        assert!(!shown.iter().any(|line| line == path), "{path} of {shown:#?}");
    }
}

#[test]
fn the_workspace_cannot_have_anything_shown_but_runtimes() {
    let fixture = furnished().with_path(&["project/node_modules/.bin"]);
    fixture.program("project/node_modules/.bin/tool");
    fixture.link("project/.venv/bin/python", "/home/u/.ssh/id_ed25519");
    fixture.link("project/venv/bin/python", "/home/u/other-project/bin/python");
    fixture.write("project/.venv/pyvenv.cfg", "home = /home/u/.ssh\n");
    python(&fixture, "home/u/other-project");
    fixture.write("home/u/other-project/pyvenv.cfg", "");
    fixture.link("project/env/bin/python", "/home/u/conda-project/bin/python");
    python(&fixture, "home/u/conda-project");
    fixture.write("home/u/conda-project/conda-meta/history", "");
    fixture.link("project/run", "/home/u/.aws/credentials");
    fixture.link("project/node", "/home/u/Documents/letter.txt");
    for program in [".venv/bin/python", "./run", "./node", "venv/bin/python", "env/bin/python", "/workspace/run"] {
        assert_eq!(seen(&fixture, program), "\nPATH=/project/node_modules/.bin:/usr/bin:/bin", "{program}");
    }
}

#[test]
fn a_program_by_its_path_shows_its_runtime_and_no_more() {
    let fixture = furnished().with_path(&[]);
    node(&fixture, "home/u/tools/node-v20");
    let node = fixture.path("home/u/tools/node-v20/bin/node");
    assert_eq!(seen(&fixture, &node.to_string_lossy()), "/home/u/tools/node-v20\nPATH=/usr/bin:/bin");
    let secret = fixture.path("home/u/.ssh/id_ed25519");
    assert_eq!(seen(&fixture, &secret.to_string_lossy()), "\nPATH=/usr/bin:/bin");
}

#[test]
fn an_installation_that_holds_the_workspace_is_not_shown() {
    let fixture = furnished().with_path(&["data/bin"]);
    python(&fixture, "data");
    fixture.write("data/work/project/x", "");
    let request = crate::fixture::workspace(fixture.path("data/work/project"));
    let shown = fixture.shown(&fixture.resolve(request).unwrap());
    assert_eq!(shown, ["/data/bin/python -> python3.12", "/data/bin/python3 -> python3.12", "/data/bin/python3.12"]);
}

#[test]
fn a_profile_can_leave_out_the_home() {
    let fixture = furnished().with_path(&["home/u/.nvm/versions/node/v20/bin", "project/bin"]);
    node(&fixture, "home/u/.nvm/versions/node/v20");
    fixture.program("project/bin/x");
    let settings = fixture.resolve(profile("minimal")).unwrap();
    assert!(fixture.shown(&settings).is_empty());
    assert_eq!(fixture.inside(&settings, "PATH").as_deref(), Some("/project/bin:/usr/bin:/bin"));
}

#[test]
fn no_secret_of_the_system_is_in_the_table() {
    let settings = furnished().run("true");
    let secrets = [
        "/etc/shadow",
        "/etc/ssl/private",
        "/etc/passwd",
        "/etc/hosts",
        "/etc/ssh",
        "/etc/sudoers",
        "/etc/machine-id",
        "/root",
    ];
    for secret in secrets {
        let covered = settings.view.iter().any(|shown| std::path::Path::new(secret).starts_with(&shown.path));
        assert!(!covered, "{secret}");
    }
    assert!(settings.view.iter().all(|shown| !shown.why.is_empty()));
    assert!(settings.view.windows(2).all(|pair| pair[0].path < pair[1].path), "parents come first");
}
