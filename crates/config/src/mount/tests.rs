//! Tests of mounts.

use std::os::unix::ffi::OsStrExt;

use super::*;
use crate::Request;
use crate::fixture::{Fixture, profile};

fn parse(fixture: &Fixture, text: &str) -> String {
    match parse_mount(OsStr::new(text), &fixture.path("project")) {
        Ok(mount) => fixture.neutral(&format!(
            "{} at {} {}",
            mount.source.display(),
            mount.target.display(),
            mount.access.name()
        )),
        Err(error) => fixture.message(&error),
    }
}

#[test]
fn mounts_are_read_as_docker_users_write_them() {
    let fixture = Fixture::new();
    fixture.write("project/data/x", "");
    fixture.link("project/link", "data");
    let texts =
        ["data:/data", "./data:/data/:rw", "link:/a/./b:cow", "data/x:/etc/app.conf:ro", "../project:/workspace/sub"];
    let all: Vec<_> = texts.iter().map(|text| format!("{text} -> {}", parse(&fixture, text))).collect();
    insta::assert_snapshot!(all.join("\n"), @"
    data:/data -> /project/data at /data ro
    ./data:/data/:rw -> /project/data at /data rw
    link:/a/./b:cow -> /project/data at /a/b cow
    data/x:/etc/app.conf:ro -> /project/data/x at /etc/app.conf ro
    ../project:/workspace/sub -> /project at /workspace/sub ro
    ");
}

#[test]
fn refusals_name_the_way_out() {
    let fixture = Fixture::new();
    let texts = [
        "",
        "data",
        ":",
        ".:",
        ":/data",
        ".:/data:rx",
        ".:/a:rw:x",
        ".:data",
        ".:/a/../../etc",
        ".:/",
        ".:/etc",
        ".:/proc",
        ".:/proc/sys",
        ".:/sys/fs",
        ".:/dev/null",
        ".:/./dev",
        "nowhere:/data",
        "/:/host",
        "/proc:/x",
        "/dev/null:/x",
        "/sys/kernel:/x",
    ];
    let all: Vec<_> = texts.iter().map(|text| format!("{text:?}\n  {}", parse(&fixture, text))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn names_that_are_not_text_survive() {
    let fixture = Fixture::new();
    let name = OsStr::from_bytes(b"d\xff");
    std::fs::create_dir(fixture.path("project").join(name)).unwrap();
    let mount = parse_mount(OsStr::from_bytes(b"d\xff:/t\xfe"), &fixture.path("project")).unwrap();
    assert_eq!(mount.source, fixture.path("project").join(name));
    assert_eq!(mount.target, Path::new(OsStr::from_bytes(b"/t\xfe")));
}

#[test]
fn a_place_is_taken_once_but_a_flag_replaces_the_profile() {
    let fixture = Fixture::new();
    let mount = |text: &str| parse_mount(OsStr::new(text), &fixture.path("")).unwrap();
    let twice = Request { mounts: vec![mount("home:/a"), mount("project:/a/")], ..Request::default() };
    insta::assert_snapshot!(fixture.refusal(twice), @"a mount is refused (--mount): two mounts have the target `/a`; keep one");
    fixture.write("project/p.yaml", "mounts: ['.:/a', '.:/b/c', '.:/b']");
    let settings = fixture.resolve(Request { mounts: vec![mount("home:/a:rw")], ..profile("./p.yaml") }).unwrap();
    let targets: Vec<_> =
        settings.rules.mounts.iter().map(|mount| (mount.value.target.to_str().unwrap(), &mount.value.source)).collect();
    let project = fixture.path("project");
    assert_eq!(targets, [("/a", &fixture.path("home")), ("/b", &project), ("/b/c", &project)]);
}
