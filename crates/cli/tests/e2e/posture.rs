//! The whole posture of a process inside, compared with what it is to be: a protection that is gone shows here first.

use serde_json::{Value, json};

use crate::harness::{World, is_root, outside};

/// What differs from run to run, or from host to host, is replaced by what matters about it.
fn normalized(world: &World, profile: &str) -> Value {
    let mut found = world
        .sandbox()
        .bare()
        .profile(profile)
        .flag("--no-net")
        .env("PATH", "/usr/bin:/bin")
        .probe(["posture"])
        .works()
        .detail()
        .clone();
    let host = outside(["posture"]).works().detail().clone();
    let namespaces = found["namespaces"].as_object_mut().expect("namespaces");
    for (name, value) in namespaces.iter_mut() {
        *value = json!(if *value == host["namespaces"][name] { "the host's" } else { "its own" });
    }
    for map in ["uid", "gid"] {
        let words: Vec<String> =
            found["id_maps"][map].as_str().unwrap_or_default().split(' ').map(str::to_owned).collect();
        assert_ne!(words.get(1).map(String::as_str), Some("0"), "nothing inside is the host's root");
        found["id_maps"][map] = json!(format!("{} to another, {} id", words[0], words[2]));
    }
    for descriptor in found["descriptors"].as_object_mut().expect("descriptors").values_mut() {
        let target = descriptor["target"].as_str().unwrap_or_default().split(':').next().unwrap_or_default().to_owned();
        descriptor["target"] = json!(target);
    }
    for table in ["routes6", "addresses6"] {
        for row in found["network"][table].as_array_mut().expect("a table") {
            *row = json!(row.as_str().and_then(|row| row.split(' ').next_back()));
        }
    }
    // One line for each hierarchy that the host has.
    let cgroup = found["confinement"]["cgroup"].as_str().unwrap_or_default();
    if cgroup.lines().all(|line| line.ends_with(":/")) {
        found["confinement"]["cgroup"] = json!("the root of its own");
    }
    // Ignored by whatever the C library starts, and of no use to anybody else: its own two signals, 32 and 33.
    let ignored = found["confinement"]["ignored_signals"].as_str().unwrap_or_default();
    let ignored = u64::from_str_radix(ignored, 16).expect("a set of signals") & !(3 << 31);
    found["confinement"]["ignored_signals"] = json!(format!("{ignored:016x}"));
    let object = found.as_object_mut().expect("an object");
    // Each has a test of its own, or follows from the host's layout.
    for name in ["mounts", "root", "limits"] {
        object.remove(name);
    }
    let processes = object["processes"].as_object().expect("processes").len();
    object.insert("processes".into(), json!(processes));
    object["session"]["pid"] = json!("the same as its group and session");
    object["session"]["group"] = Value::Null;
    object["session"]["session"] = Value::Null;
    found
}

#[test]
fn the_posture_is_the_same_for_everybody_and_in_every_profile() {
    let world = World::new();
    // A map that root wrote leaves it allowed; nobody inside has the capability that it takes.
    let setgroups = if is_root() { "allow" } else { "deny" };
    let expected = json!({
        "identity": {"uid": "1000 1000 1000 1000", "gid": "1000 1000 1000 1000", "groups": ""},
        "capabilities": {
            "inheritable": "0000000000000000",
            "permitted": "0000000000000000",
            "effective": "0000000000000000",
            "bounding": "0000000000000000",
            "ambient": "0000000000000000",
        },
        "confinement": {
            "no_new_privs": "1",
            "seccomp": "2",
            "seccomp_filters": "1",
            "dumpable": 1,
            // Every bit and its lock: no set of capabilities comes back with an id.
            "securebits": 239,
            "umask": "0022",
            "oom_score_adj": "0",
            "cgroup": "the root of its own",
            "blocked_signals": "0000000000000000",
            "ignored_signals": "0000000000001000",
        },
        "session": {
            "pid": "the same as its group and session",
            "parent": 1,
            "group": null,
            "session": null,
            "terminal": false,
        },
        "namespaces": {
            "cgroup": "its own",
            "ipc": "its own",
            "mnt": "its own",
            "net": "its own",
            "pid": "its own",
            "time": "the host's",
            "user": "its own",
            "uts": "its own",
        },
        "id_maps": {"uid": "1000 to another, 1 id", "gid": "1000 to another, 1 id", "setgroups": setgroups},
        "descriptors": {
            "0": {"target": "pipe", "mode": "read"},
            "1": {"target": "pipe", "mode": "write"},
            "2": {"target": "pipe", "mode": "write"},
        },
        "hostname": "sandbox",
        "cwd": "/workspace",
        "processes": 2,
        "network": {
            "interfaces": ["lo"],
            "loopback": "up",
            "routes": [],
            "routes6": ["lo", "lo", "lo"],
            "addresses6": ["lo"],
        },
    });
    for profile in ["strict", "minimal", "dev", "python-dev", "node-dev", "go-dev", "rust-dev", "java-dev"] {
        let found = normalized(&world, profile);
        let mut expected = expected.clone();
        if profile == "minimal" {
            // Up, but without sockets it cannot be told by using it.
            expected["network"]["loopback"] = json!("down");
        }
        assert_eq!(found, expected, "{profile}:\n{found:#}");
    }
}

#[test]
fn every_mount_is_as_closed_as_it_can_be() {
    let world = World::new();
    let found = world.sandbox().probe(["mounts"]).works();
    let mounts = found.detail().as_array().expect("mounts").clone();
    assert!(mounts.len() >= 6, "{mounts:?}");
    let home = world.home().to_str().expect("UTF-8");
    for mount in &mounts {
        let point = mount["point"].as_str().expect("a place");
        let options: Vec<&str> = mount["options"].as_str().expect("options").split(',').collect();
        assert!(options.contains(&"nosuid"), "{mount}");
        let is_masked = point.starts_with("/proc/");
        let is_device =
            is_masked || point.starts_with("/dev/") && mount["type"] != "tmpfs" && mount["type"] != "devpts";
        assert!(
            options.contains(&"nodev")
                || is_device
                || mount["type"] == "devpts"
                || mount["super"].as_str().is_some_and(|it| it.contains("ro")),
            "{mount}"
        );
        let writable = [home, "/tmp", "/var/tmp", "/run", "/dev/shm", "/workspace", "/proc", "/dev/mqueue", "/dev/pts"];
        let is_writable = writable.contains(&point) || is_device || options.contains(&"ro");
        assert!(is_writable || is_masked, "writable: {mount}");
        assert_eq!(mount["propagation"], "", "nothing spreads to or from the host: {mount}");
    }
}

#[test]
fn limits_are_the_callers_or_lower() {
    let world = World::new();
    let (host, found) = (outside(["posture"]).works(), world.sandbox().probe(["posture"]).works());
    for (name, value) in found.detail()["limits"].as_object().expect("limits") {
        let number = |text: &str| if text == "unlimited" { u64::MAX } else { text.parse().unwrap_or(0) };
        let hard = |value: &Value| number(value.as_str().unwrap_or_default().split(' ').nth(1).unwrap_or_default());
        assert!(hard(value) <= hard(&host.detail()["limits"][name]), "{name}: {value}");
    }
}
