//! Tests of workspaces.

use std::path::Path;

use crate::fixture::{Fixture, profile, workspace};
use crate::{Host, Request, WorkspaceChoice};

#[test]
fn the_working_directory_is_the_workspace() {
    let fixture = Fixture::new();
    let settings = fixture.run("true");
    assert_eq!(settings.workspace.value, Some(fixture.path("project")));
    assert_eq!(settings.workdir.value, Path::new("/workspace"));
}

#[test]
fn links_are_resolved_and_the_place_in_the_tree_is_kept() {
    let fixture = Fixture::new();
    fixture.link("link", "/project");
    fixture.write("project/sub/x", "");
    let host = Host { cwd: Some(fixture.path("project/sub")), ..fixture.host() };
    let request = Request { argv: vec!["true".into()], ..workspace(fixture.path("link")) };
    let settings = crate::resolve(&host, &request).unwrap();
    assert_eq!(settings.workspace.value, Some(fixture.path("project")));
    assert_eq!(settings.workdir.value, Path::new("/workspace/sub"));
}

#[test]
fn what_is_no_project_is_refused_with_the_way_out() {
    let fixture = Fixture::new();
    fixture.write("home/u/.ssh/id_ed25519", "key");
    fixture.write("home/u/.local/state/aisbx/runs/x", "");
    fixture.write("project/file", "");
    fixture.link("project/up", "/home/u");
    let own =
        ["home", "home/u", "home/u/.ssh", "home/u/.local/state/aisbx/runs", "project/file", "project/up", "nowhere"];
    let system = ["/", "/usr", "/etc", "/proc/sys", "/sys/kernel", "/dev", "/tmp", "/usr/../proc"];
    let own = own.iter().map(|path| fixture.path(path));
    let all: Vec<_> = own
        .chain(system.iter().map(|path| Path::new(path).to_owned()))
        .map(|path| fixture.refusal(workspace(path)))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

/// Why a real path is refused, which need not be there.
fn why(fixture: &Fixture, path: &str) -> Option<&'static str> {
    super::refusal(Path::new(path), &fixture.host())
}

#[test]
fn the_system_is_refused_with_all_that_is_below() {
    let fixture = Fixture::new();
    let trees =
        ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr"];
    for tree in trees {
        assert!(why(&fixture, tree).is_some(), "{tree}");
        assert!(why(&fixture, &format!("{tree}/some/thing")).is_some(), "below {tree}");
        assert_eq!(why(&fixture, &format!("{tree}x")), None, "beside {tree}");
    }
    for below in ["/usr/share/doc", "/usr/local/bin", "/usr/local/share/x", "/usr/srcx", "/etc/nginx", "/boot/efi"] {
        assert!(why(&fixture, below).is_some(), "{below}");
    }
}

#[test]
fn a_whole_is_refused_and_a_project_below_is_fine() {
    let fixture = Fixture::new();
    for (whole, _) in super::WHOLES.iter().filter(|(whole, _)| *whole != "/") {
        assert!(why(&fixture, whole).is_some(), "{whole}");
        assert_eq!(why(&fixture, &format!("{whole}/project")), None, "below {whole}");
    }
    for fine in ["/mnt", "/media", "/srv", "/srv/www", "/workspace", "/var/www", "/opt/x/y", "/tmp/x"] {
        assert_eq!(why(&fixture, fine), None, "{fine}");
    }
}

#[test]
fn what_programs_keep_in_the_home_is_refused_but_not_a_part_of_it() {
    let fixture = Fixture::new();
    let programs = [".cache", ".cargo", ".config", ".local", ".local/bin", ".local/share", ".local/state", ".rustup"];
    let all = programs.map(|name| {
        fixture.write(&format!("home/u/{name}/part/x"), "");
        let part = fixture.path(&format!("home/u/{name}/part"));
        assert_eq!(fixture.resolve(workspace(&part)).unwrap().workspace.value, Some(part));
        fixture.refusal(workspace(fixture.path(&format!("home/u/{name}"))))
    });
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn the_home_of_another_user_is_refused() {
    let fixture = Fixture::new();
    for name in super::OF_A_HOME {
        let home = format!("home/{}", name.replace('.', ""));
        fixture.write(&format!("{home}/{name}"), "");
        fixture.write(&format!("{home}/code/x"), "");
        let refusal = fixture.refusal(workspace(fixture.path(&home)));
        assert!(refusal.contains("it is the home directory of another user"), "{refusal}");
        assert!(fixture.resolve(workspace(fixture.path(&format!("{home}/code")))).is_ok(), "a project in {home}");
    }
}

#[test]
fn beside_a_home_not_everything_is_one() {
    let fixture = Fixture::new();
    fixture.write("home/shared/README.md", "");
    assert!(fixture.resolve(workspace(fixture.path("home/shared"))).is_ok());
    // A project keeps settings of tools in `.config`.
    fixture.write("project/.config/nextest.toml", "");
    assert!(fixture.resolve(workspace(fixture.path("project"))).is_ok());
}

#[test]
fn a_home_is_known_behind_a_link_too() {
    let fixture = Fixture::new();
    fixture.write("real/u/.cargo/x", "");
    fixture.write("real/other/.bashrc", "");
    fixture.link("homes", "/real");
    let home = fixture.path("homes/u");
    let fixture = fixture.with("HOME", home);
    let all = ["real/u", "homes/u/.cargo", "homes/other"].map(|path| fixture.refusal(workspace(fixture.path(path))));
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_project_in_the_home_is_fine() {
    let fixture = Fixture::new();
    fixture.write("home/u/code/main.py", "");
    let settings = fixture.resolve(workspace(fixture.path("home/u/code"))).unwrap();
    assert_eq!(settings.workspace.value, Some(fixture.path("home/u/code")));
}

#[test]
fn a_deleted_working_directory_matters_only_where_it_is_used() {
    let fixture = Fixture::new();
    let host = Host { cwd: None, ..fixture.host() };
    let argv = vec!["true".into()];
    let error = crate::resolve(&host, &Request { argv: argv.clone(), ..Request::default() }).unwrap_err();
    insta::assert_snapshot!(error, @"cannot use the working directory, because it was deleted or may not be looked up; cd into a directory that exists");
    let none = Request { workspace: WorkspaceChoice::None, argv, ..Request::default() };
    let settings = crate::resolve(&host, &none).unwrap();
    assert_eq!(settings.workspace.value, None);
    assert!(!settings.needs_layer());
}

#[test]
fn a_mount_at_its_place_is_the_workspace() {
    let fixture = Fixture::new();
    fixture.write("project/tree/x", "");
    fixture.write("project/p.yaml", "mounts:\n  - {source: ./tree, target: /workspace, mode: rw}\n");
    let settings = fixture.resolve(profile("./p.yaml")).unwrap();
    assert_eq!(settings.workspace.value, Some(fixture.path("project/tree")));
    assert_eq!(settings.rules.access.value, spec::Access::Rw);
    assert!(settings.rules.mounts.is_empty());
    let flag = Request { workspace: WorkspaceChoice::Directory(".".into()), ..profile("./p.yaml") };
    assert_eq!(fixture.resolve(flag).unwrap().workspace.value, Some(fixture.path("project")));
}

#[test]
fn two_workspaces_are_one_too_many() {
    let fixture = Fixture::new();
    let mount = crate::parse_mount("project:/workspace:rw".as_ref(), &fixture.path("")).unwrap();
    let request = Request { mounts: vec![mount], ..workspace(".") };
    insta::assert_snapshot!(fixture.refusal(request), @"the workspace is given by --workspace and by a mount at /workspace; keep one");
}
