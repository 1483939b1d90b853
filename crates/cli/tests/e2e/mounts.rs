//! `--mount`: host paths shown inside, as they were asked for and not otherwise.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::harness::{World, is_root, user_id};

#[test]
fn files_and_directories_are_shown_in_three_ways() {
    for (how, host_after, writes) in [("ro", "before\n", false), ("rw", "after\n", true), ("cow", "before\n", true)] {
        let world = World::new();
        let file = world.write("given/file", "before\n");
        let line = "cat /data/file; echo after >/data/file && cat /data/file";
        let ended = world.sandbox().mount(world.root().join("given"), "/data", how).sh(line);
        assert_eq!(ended.code == 0, writes, "{how}: {ended}");
        assert_eq!(ended.out(), if writes { "before\nafter\n" } else { "before\n" }, "{how}");
        assert_eq!(world.read("given/file"), host_after, "{how}");
        assert_eq!(fs::metadata(file).expect("stat").uid(), user_id());
    }
    for (how, host_after, writes) in [("ro", "before\n", false), ("rw", "after\n", true)] {
        let world = World::new();
        let file = world.write("single", "before\n");
        let ended = world
            .sandbox()
            .mount(&file, "/data/inner/file", how)
            .sh("cat /data/inner/file; echo after >/data/inner/file");
        assert_eq!(ended.code == 0, writes, "{how}: {ended}");
        assert_eq!(world.read("single"), host_after, "{how}");
    }
}

#[test]
fn a_single_file_copied_on_write_works_or_is_refused() {
    let world = World::new();
    let file = world.write("single", "before\n");
    let ended = world.sandbox().mount(&file, "/data/file", "cow").sh("echo after >/data/file && cat /data/file");
    assert_eq!(world.read("single"), "before\n");
    assert!(ended.code == 125 && ended.err().contains("copy-on-write") || ended.out() == "after\n", "{ended}");
}

#[test]
fn reading_is_the_default_and_relative_sources_start_here() {
    let world = World::new();
    world.write("workspace/given/file", "content\n");
    let ended = world.sandbox().flags(["--mount", "given:/data"]).sh("cat /data/file; echo x >/data/file");
    assert_eq!((ended.out().as_str(), ended.code != 0), ("content\n", true), "{ended}");
}

#[test]
fn a_mount_may_lie_in_the_workspace_or_in_another_mount() {
    let world = World::new();
    world.write("workspace/kept/file", "of the workspace\n");
    world.write("first/inner/file", "of the first\n");
    world.write("second/file", "of the second\n");
    let given = |name: &str| world.root().join(name);
    let sandbox = world.sandbox().mount(given("second"), "/workspace/kept", "ro");
    assert_eq!(sandbox.sh("cat kept/file").success().out(), "of the second\n");
    // In either order the outer one is not in the way of the inner one.
    let one = world.sandbox().mount(given("first"), "/data", "ro").mount(given("second"), "/data/inner", "ro");
    let two = world.sandbox().mount(given("second"), "/data/inner", "ro").mount(given("first"), "/data", "ro");
    for sandbox in [one, two] {
        assert_eq!(sandbox.sh("cat /data/inner/file").success().out(), "of the second\n");
    }
    assert_eq!(world.read("workspace/kept/file"), "of the workspace\n");
}

#[test]
fn what_is_wrong_is_refused_before_anything_runs() {
    let world = World::new();
    world.write("given/file", "1");
    let given = world.path("given");
    let cases = [
        (format!("{}:/data", world.path("missing")), "missing"),
        (format!("{given}:/data/../etc"), ".."),
        (format!("{given}:data"), "absolute"),
        (format!("{given}:/proc"), "/proc"),
        (format!("{given}:/proc/sys"), "/proc"),
        (format!("{given}:/dev"), "/dev"),
        (format!("{given}:/sys/fs"), "/sys"),
        (format!("{given}:/"), "/"),
        (format!("{given}:/etc"), "/etc"),
        ("/:/data".to_owned(), "/"),
        ("/proc:/data".to_owned(), "/proc"),
        ("/proc/self/fd:/data".to_owned(), "/proc"),
        ("/dev:/data".to_owned(), "/dev"),
        ("/sys:/data".to_owned(), "/sys"),
        (format!("{given}:/data:rx"), "rx"),
        (format!("{given}:/data:"), ""),
        (given.clone(), "SOURCE:TARGET"),
        (":/data".to_owned(), "SOURCE:TARGET"),
        (String::new(), "SOURCE:TARGET"),
        (format!("{given}:/a:ro:more"), "SOURCE:TARGET"),
    ];
    for (mount, word) in cases {
        let ended = world.sandbox().flags(["--mount", &mount]).sh("echo ran");
        assert_eq!(ended.code, 125, "{mount}: {ended}");
        assert_eq!(ended.out(), "", "{mount}");
        assert!(ended.err().contains(word), "{mount}: `{word}` is not said: {ended}");
    }
}

#[test]
fn two_mounts_at_one_place_are_refused() {
    let world = World::new();
    world.write("one/file", "1");
    world.write("two/file", "2");
    for second in ["/data", "/data/", "/data/."] {
        let sandbox = world.sandbox().mount(world.root().join("one"), "/data", "ro");
        sandbox.mount(world.root().join("two"), second, "ro").sh("true").refused(&["/data"]);
    }
}

#[test]
fn a_link_given_as_source_shows_what_it_leads_to() {
    let world = World::new();
    world.write("real/file", "content\n");
    std::os::unix::fs::symlink("real", world.root().join("link")).expect("link");
    let ended = world.sandbox().mount(world.root().join("link"), "/data", "ro").sh("cat /data/file").success();
    assert_eq!(ended.out(), "content\n");
    std::os::unix::fs::symlink("nowhere", world.root().join("dangling")).expect("link");
    world.sandbox().mount(world.root().join("dangling"), "/data", "ro").sh("true").refused(&["dangling"]);
    std::os::unix::fs::symlink("/proc/self", world.root().join("magic")).expect("link");
    world.sandbox().mount(world.root().join("magic"), "/data", "ro").sh("true").refused(&[]);
}

#[test]
fn a_target_that_is_a_link_of_the_workspace_does_not_lead_out() {
    let world = World::new();
    world.write("given/file", "1");
    world.write("outside/kept", "kept");
    std::os::unix::fs::symlink("../outside", world.workspace().join("link")).expect("link");
    std::os::unix::fs::symlink("/etc", world.workspace().join("etc")).expect("link");
    for target in ["/workspace/link", "/workspace/link/deeper", "/workspace/etc", "/workspace/etc/new"] {
        let ended = world.sandbox().workspace("rw").mount(world.root().join("given"), target, "ro").sh("true");
        assert!(ended.code == 125, "{target}: {ended}");
    }
    assert_eq!(world.read("outside/kept"), "kept");
    assert_eq!(fs::read_dir(world.root().join("outside")).expect("list").count(), 1);
    assert_eq!(fs::read_dir(world.workspace()).expect("list").count(), 2, "no mount point is left in the workspace");
}

#[test]
fn a_missing_mount_point_is_not_made_in_the_hosts_workspace() {
    for how in ["rw", "ro", "cow"] {
        let world = World::new();
        world.write("given/file", "1");
        let ended = world
            .sandbox()
            .workspace(how)
            .mount(world.root().join("given"), "/workspace/new/place", "ro")
            .sh("cat new/place/file");
        assert!(ended.out() == "1" || ended.code == 125, "{how}: {ended}");
        if how != "rw" {
            assert_eq!(fs::read_dir(world.workspace()).expect("list").count(), 0, "{how}: a ghost directory");
        }
    }
}

#[test]
fn a_shown_tree_keeps_its_owners_permissions() {
    if !is_root() {
        return not_readable_for_a_user();
    }
    let world = World::new();
    let secret = world.write("given/secret", "of another user");
    std::os::unix::fs::chown(&secret, Some(4242), Some(4242)).expect("chown");
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("chmod");
    for how in ["ro", "rw", "cow"] {
        world
            .sandbox()
            .mount(world.root().join("given"), "/data", how)
            .probe(["read", "/data/secret"])
            .answers("EACCES");
    }
}

fn not_readable_for_a_user() {
    let world = World::new();
    world.sandbox().mount("/etc", "/data", "ro").probe(["read", "/data/shadow"]).answers("EACCES");
}

#[test]
fn roots_own_secrets_need_more_than_a_mount() {
    // What root shows is read with the rights that root's files give to their owner: the caller asked for exactly this.
    let world = World::new();
    let file = world.write("given/mine", "the caller's own");
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("chmod");
    let found = world.sandbox().mount(world.root().join("given"), "/data", "ro").probe(["read", "/data/mine"]).works();
    assert_eq!(found.detail()["text"], "the caller's own");
}

#[test]
fn a_mount_point_that_flips_while_sandboxes_start_never_leads_out() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let world = World::new();
    world.write("given/file", "given");
    world.write("outside/kept", "kept");
    let (target, outside) = (world.workspace().join("target"), world.root().join("outside"));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                // Each may come too late or too early: that is the point.
                let _ = fs::create_dir(&target);
                let _ = fs::remove_dir(&target);
                let _ = std::os::unix::fs::symlink(&outside, &target);
                let _ = fs::remove_file(&target);
            }
        });
        for _ in 0..60 {
            let sandbox = world.sandbox().workspace("rw").mount(world.root().join("given"), "/workspace/target", "rw");
            let ended = sandbox.sh("echo x >target/new; cat target/kept");
            assert!(!ended.out().contains("kept"), "{ended}");
        }
        stop.store(true, Ordering::Relaxed);
    });
    let names = |path: &std::path::Path| {
        fs::read_dir(path).expect("list").flatten().map(|it| it.file_name()).collect::<Vec<_>>()
    };
    assert_eq!(names(&outside), ["kept"]);
    assert_eq!(world.read("outside/kept"), "kept");
}
