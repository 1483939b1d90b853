//! Host files: secrets that cannot be read, places that cannot be written.

use std::fs;
use std::path::Path;

use crate::harness::{World, is_root, outside, unique};

#[test]
fn secrets_of_the_host_are_not_there() {
    let world = World::new();
    let planted = [
        world.write("home/.ssh/id_ed25519", "PRIVATE KEY"),
        world.write("home/.aws/credentials", "PRIVATE KEY"),
        world.write("home/.netrc", "PRIVATE KEY"),
        world.write("another-user/secret", "PRIVATE KEY"),
        world.write("tmp/secret", "PRIVATE KEY"),
    ];
    for path in planted {
        let path = path.to_str().expect("UTF-8");
        assert_eq!(outside(["read", path]).works().detail()["text"], "PRIVATE KEY");
        world.sandbox().probe(["read", path]).answers("ENOENT");
    }
    outside(["read", "/etc/shadow"]).answers(if is_root() { "ok" } else { "EACCES" });
    world.sandbox().probe(["read", "/etc/shadow"]).answers("ENOENT");
}

#[test]
fn host_files_are_not_there_in_any_profile() {
    let world = World::new();
    let secret = world.write("home/.ssh/id_ed25519", "PRIVATE KEY");
    for profile in ["strict", "minimal", "dev", "python-dev", "node-dev", "go-dev", "rust-dev", "java-dev"] {
        for path in [
            secret.to_str().expect("UTF-8"),
            "/etc/shadow",
            "/etc/ssh",
            "/var/lib",
            "/boot",
            "/sys/kernel",
            "/root/.ssh",
        ] {
            let found = world.sandbox().profile(profile).probe(["stat", path]);
            assert!(["ENOENT", "EACCES"].contains(&found.answer()), "{profile}: {path}: {found:?}");
        }
    }
}

#[test]
fn a_planted_key_is_found_nowhere() {
    let world = World::new();
    let name = unique("planted-key");
    for place in [".ssh", ".config/deep/er", "documents"] {
        world.write(&format!("home/{place}/{name}"), "PRIVATE KEY");
    }
    let root = world.root().to_str().expect("UTF-8");
    assert_eq!(outside(["find", root, &name]).works().texts().len(), 3);
    assert_eq!(world.sandbox().probe(["find", "/", &name]).works().texts(), [""; 0]);
}

#[test]
fn the_home_directory_is_there_and_empty() {
    let world = World::new();
    world.write("home/.bashrc", "echo injected");
    let home = world.home().to_str().expect("UTF-8");
    let ended = world.sandbox().sh("echo $HOME; ls -A $HOME; touch $HOME/mine && ls -A ~").success();
    assert_eq!(ended.out(), format!("{home}\nmine\n"));
    assert!(!world.home().join("mine").exists());
}

#[test]
fn secrets_of_the_environment_are_not_passed() {
    let world = World::new();
    let secrets = [
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "SSH_AUTH_SOCK",
        "OPENAI_API_KEY",
        "DATABASE_URL",
        "LD_PRELOAD_NOT",
        "MY_OWN",
    ];
    let sandbox = || secrets.iter().fold(world.sandbox(), |sandbox, name| sandbox.env(name, "top-secret-value"));
    let found = sandbox().probe(["env"]).works();
    for name in secrets {
        assert!(found.detail()["text"][name].is_null(), "{name} was passed");
    }
    let everywhere =
        sandbox().sh("cat /proc/*/environ /proc/*/task/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'");
    assert!(!everywhere.out().contains("top-secret-value"), "{everywhere}");
    let passed = sandbox().flags(["--env-pass", "MY_OWN"]).probe(["env"]).works();
    assert_eq!(passed.detail()["text"]["MY_OWN"], "top-secret-value", "control: what is asked for is passed");
}

#[test]
fn writing_is_possible_only_in_places_that_go_away() {
    let world = World::new();
    let name = unique("written");
    let found = world.sandbox().workspace("cow").probe(["writable", "/", &name]).works();
    let home = world.home().to_str().expect("UTF-8");
    let known = [home, "/dev/shm", "/run", "/tmp", "/var/tmp", "/workspace", "/dev/mqueue"];
    // The world itself may lie below a directory that the sandbox has for itself.
    let is_scratch = |place: &str| place.starts_with("/tmp/") || place.starts_with("/var/tmp/");
    let unknown: Vec<_> =
        found.texts().into_iter().filter(|place| !known.contains(place) && !is_scratch(place)).collect();
    assert_eq!(unknown, [""; 0], "writable places");
    for needed in [home, "/dev/shm", "/tmp", "/workspace"] {
        assert!(found.texts().contains(&needed), "{needed} is not writable");
    }
    for place in ["/tmp", "/var/tmp", "/dev/shm", "/run", "/workspace", "/"] {
        assert!(!Path::new(place).join(&name).exists(), "{place} of the host was written");
    }
    assert_eq!(fs::read_dir(world.workspace()).expect("list").count(), 0);
}

#[test]
fn a_read_only_sandbox_writes_nowhere_but_in_its_scratch() {
    let world = World::new();
    let name = unique("written");
    let found = world.sandbox().workspace("ro").probe(["writable", "/workspace", &name]).works();
    assert_eq!(found.texts(), [""; 0]);
    let control = world.sandbox().workspace("rw").probe(["writable", "/workspace", &name]).works();
    assert_eq!(control.texts(), ["/workspace"]);
}

#[test]
fn the_system_cannot_be_changed() {
    let world = World::new();
    for path in ["/usr/bin/env", "/etc/passwd", "/etc/hosts", "/etc/resolv.conf", "/usr/lib/os-release"] {
        if is_root() && Path::new(path).exists() {
            outside(["open-write", path]).works();
        }
        for act in ["open-write", "unlink"] {
            let found = world.sandbox().probe([act, path]);
            assert!(
                ["EROFS", "EACCES", "ENOENT", "EPERM", "EBUSY"].contains(&found.answer()),
                "{act} {path}: {found:?}"
            );
        }
    }
    for (act, path) in [("mkdir", "/new"), ("mkdir", "/usr/new"), ("create", "/etc/new"), ("create", "/usr/bin/new")] {
        let found = world.sandbox().probe([act, path]);
        assert!(["EROFS", "EACCES"].contains(&found.answer()), "{act} {path}: {found:?}");
    }
}

#[test]
fn the_etc_inside_is_made_up() {
    let world = World::new();
    let ended = world.sandbox().sh("cat /etc/passwd /etc/group; id -un; id -u; id -g; hostname; ls /etc").success();
    for absent in ["shadow", "gshadow", "ssh", "sudoers", "machine-id", "fstab", "crontab", "hostid"] {
        assert!(!ended.out().lines().any(|line| line == absent), "/etc/{absent} is there: {ended}");
    }
    assert!(ended.out().contains("\nsandbox\n1000\n1000\nsandbox\n"), "{ended}");
    let host_users = fs::read_to_string("/etc/passwd").expect("read the host's users");
    let strangers = host_users.lines().filter(|line| !line.starts_with("root:") && !line.starts_with("nobody:"));
    for line in strangers {
        assert!(!ended.out().contains(line), "a user of the host is known inside: {line}");
    }
}

#[test]
fn certificates_names_and_time_zone_work() {
    let world = World::new();
    world.sandbox().sh("test -s /etc/ssl/certs/ca-certificates.crt || ! test -e /usr/share/ca-certificates").success();
    let ended = world.sandbox().sh("getent hosts localhost; getent passwd sandbox").success();
    assert!(ended.out().contains("localhost") && ended.out().contains("sandbox:x:1000:1000"), "{ended}");
    let zone = |output: Vec<u8>| String::from_utf8_lossy(&output).trim().to_owned();
    let outside = std::process::Command::new("date").arg("+%z").env_remove("TZ").output().expect("run date");
    assert_eq!(world.sandbox().sh("date +%z").out().trim(), zone(outside.stdout));
}

#[test]
fn devices_are_the_harmless_ones() {
    let world = World::new();
    let found = world.sandbox().probe(["list", "/dev"]).works();
    let known = [
        "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom",
        "zero",
    ];
    let unknown: Vec<_> = found.texts().into_iter().filter(|name| !known.contains(name)).collect();
    assert_eq!(unknown, [""; 0]);
    let ended = world
        .sandbox()
        .sh("head -c 4 /dev/zero | od -An -tx1; head -c 8 /dev/urandom | wc -c; echo x >/dev/null; echo x >/dev/full");
    assert!(ended.out().contains("00 00 00 00") && ended.out().contains('8'), "{ended}");
    assert_ne!(ended.code, 0, "nothing fits into /dev/full: {ended}");
    for device in
        ["/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/console"]
    {
        world.sandbox().probe(["stat", device]).answers("ENOENT");
    }
}

#[test]
fn scratch_space_is_fresh_and_bounded() {
    let world = World::new();
    let name = unique("scratch");
    world.sandbox().sh(&format!("touch /tmp/{name} /dev/shm/{name} $HOME/{name}")).success();
    let ended = world.sandbox().sh("ls -A /tmp /dev/shm $HOME").success();
    assert!(!ended.out().contains(&name), "{ended}");
    let full = world.sandbox().sh("head -c 100G /dev/zero >/tmp/fill");
    assert!(full.err().contains("No space left"), "{full}");
}

#[test]
fn what_is_shown_cannot_hold_up_programs_of_the_host() {
    let world = World::new();
    let file = world.write("workspace/file", "content\n");
    outside(["lease", file.to_str().expect("UTF-8")]).works();
    world.sandbox().workspace("ro").probe(["lease", "/workspace/file"]).answers("EPERM");
}
