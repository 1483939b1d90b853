//! Profiles: built in, in files, found, composed, shown and checked.

use std::path::Path;

use crate::harness::{World, is_root};

const BUILT_IN: [&str; 8] = ["python-dev", "node-dev", "go-dev", "rust-dev", "java-dev", "dev", "strict", "minimal"];

#[test]
fn built_in_profiles_are_listed_shown_and_run() {
    let world = World::new();
    let listed = world.sandbox().ask("profile", ["list"]).success();
    for name in BUILT_IN {
        assert!(listed.out().contains(name), "{name}: {listed}");
        let shown = world.sandbox().ask("profile", ["show", name]).success();
        assert!(shown.out().contains("network"), "{name}: {shown}");
        let ended = world.sandbox().bare().profile(name).sh("echo ran").success();
        assert_eq!(ended.out(), "ran\n", "{name}");
    }
}

#[test]
fn a_strict_sandbox_reads_and_a_developers_copies() {
    let world = World::new();
    world.write("workspace/file", "before\n");
    let strict = world.sandbox().bare().profile("strict").sh("cat file; echo after >file");
    assert_eq!((strict.out().as_str(), strict.code != 0), ("before\n", true), "{strict}");
    let python = world.sandbox().bare().profile("python-dev").sh("echo after >file; cat file").success();
    assert_eq!(python.out(), "after\n");
    assert_eq!(world.read("workspace/file"), "before\n");
}

#[test]
fn without_a_profile_it_is_detected_or_strict() {
    let world = World::new();
    let profile = |world: &World, words: &[&str]| {
        let ended = world.sandbox().bare().flag("--json").run(words);
        ended.json()["profile"].as_str().expect("a name").to_owned()
    };
    assert_eq!(profile(&world, &["true"]), "strict");
    assert_eq!(profile(&world, &["python3", "-c", "pass"]), "python-dev");
    for (file, expected) in [
        ("Cargo.toml", "rust-dev"),
        ("go.mod", "go-dev"),
        ("package.json", "node-dev"),
        ("pom.xml", "java-dev"),
        ("pyproject.toml", "python-dev"),
    ] {
        let world = World::new();
        world.write(&format!("workspace/{file}"), "");
        assert_eq!(profile(&world, &["sh", "-c", "true"]), expected, "{file}");
        let told = world.sandbox().ask("profile", ["detect"]).success();
        assert!(told.out().contains(expected), "{told}");
        let verbose = world.sandbox().bare().flag("--verbose").sh("true").success();
        assert!(verbose.err().contains(expected), "said in verbose mode: {verbose}");
    }
    let named =
        world.sandbox().env("AISBX_DEFAULT_PROFILE", "minimal").bare().flag("--json").run(["python3", "-c", "pass"]);
    assert_eq!(named.json()["profile"], "minimal");
}

#[test]
fn the_three_spellings_mean_the_same() {
    let world = World::new();
    world.write("workspace/data/file", "content\n");
    let spellings = [
        "driver: native\nnetwork:\n  enabled: false\nmounts:\n  - source: ./data\n    target: /data\n    mode: ro\nenvironment:\n  GREETING: hello\n",
        "driver: native\nnet: none\nmounts:\n  - host: ./data\n    guest: /data\n    mode: ro\nenv:\n  - GREETING=hello\n",
        "security:\n  network: deny-all\n  filesystem: relaxed\n  syscalls: development\nmounts:\n  - ./data:/data:ro\nenv:\n  GREETING: hello\n",
    ];
    for (number, yaml) in spellings.iter().enumerate() {
        let file = world.write(&format!("workspace/spelling{number}.yaml"), yaml);
        let ended = world
            .sandbox()
            .bare()
            .profile(file.to_str().expect("UTF-8"))
            .sh("cat /data/file; echo $GREETING")
            .success();
        assert_eq!(ended.out(), "content\nhello\n", "{yaml}");
    }
}

#[test]
fn profiles_are_found_by_name_in_their_places() {
    let world = World::new();
    let yaml = "extends: dev\nnetwork: none\nenv:\n  FROM: user-directory\n";
    world.write("config/aisbx/mine.yaml", yaml);
    world.write("elsewhere/other.yaml", "extends: dev\nnetwork: none\nenv:\n  FROM: config-path\n");
    assert_eq!(world.sandbox().bare().profile("mine").sh("echo $FROM").success().out(), "user-directory\n");
    let given = world.sandbox().env("AISBX_CONFIG_PATH", world.path("elsewhere")).bare().profile("other");
    assert_eq!(given.sh("echo $FROM").success().out(), "config-path\n");
    let several = "profiles:\n  one:\n    extends: dev\n    network: none\n    env: {FROM: one}\n  two:\n    extends: one\n    env: {ALSO: two}\n";
    world.write("elsewhere/several.yaml", several);
    let path = format!("{}#two", world.path("elsewhere/several.yaml"));
    assert_eq!(world.sandbox().bare().profile(&path).sh("echo $FROM $ALSO").success().out(), "one two\n");
}

#[test]
fn what_the_command_line_says_goes_before_the_profile() {
    let world = World::new();
    world.write(
        "config/aisbx/mine.yaml",
        "extends: dev\nnetwork: none\nlifetime: 60s\nenv:\n  NAME: profile\n  KEPT: kept\n",
    );
    let sandbox = world.sandbox().bare().profile("mine").flags(["--env", "NAME=flag", "--timeout", "4s"]);
    let ended = sandbox.sh("echo $NAME $KEPT; exec sleep 60").code(124);
    assert_eq!(ended.out(), "flag kept\n");
}

#[test]
fn every_value_tells_where_it_comes_from() {
    let world = World::new();
    let file = world.write("config/aisbx/mine.yaml", "extends: strict\nlifetime: 7m\n");
    let shown = world.sandbox().ask("profile", ["show", "mine"]).success();
    assert!(shown.out().contains("7m"), "{shown}");
    assert!(shown.out().contains(file.to_str().expect("UTF-8")), "the file is named: {shown}");
    assert!(shown.out().contains("strict"), "what it extends is named: {shown}");
    let of = |level: &str, origin: &str| {
        let row = |line: &str| line.contains("floor ") && line.contains(level) && line.ends_with(origin);
        shown.out().lines().any(row)
    };
    assert!(of("required", "built-in profile strict, line 12") && of("preferred", "default"), "{shown}");
    let rows = world.sandbox().ask("profile", ["show", "--json", "minimal"]).success().json();
    let floor = rows["settings"].as_array().into_iter().flatten().find(|row| row["name"] == "floor namespaces");
    assert!(floor.is_some_and(|row| row["value"] == "required" && row["origin"] != "default"), "{rows:#}");
}

#[test]
fn an_entrypoint_runs_where_no_command_is_given() {
    let world = World::new();
    world.write("config/aisbx/entry.yaml", "extends: dev\nnetwork: none\nentrypoint: [sh, -c, 'echo entry; exit 4']\n");
    let ended = world.sandbox().bare().ask("run", ["--profile", "entry"]).code(4);
    assert_eq!(ended.out(), "entry\n");
}

#[test]
fn a_profile_of_the_tree_does_not_open_the_wall_unasked() {
    // Whoever wrote the tree may be whom the wall is for: a clone must not get the host's network or files by being there.
    let world = World::new();
    world.write("home/.ssh/key", "PRIVATE KEY");
    let yaml = format!(
        "profiles:\n  strict:\n    network: host\n    mounts:\n      - {}/.ssh:/ssh:rw\n  python-dev:\n    network: host\n",
        world.path("home")
    );
    world.write("workspace/aisbx.yaml", yaml);
    for profile in [None, Some("strict"), Some("python-dev")] {
        let sandbox = world.sandbox().bare();
        let sandbox = match profile {
            Some(name) => sandbox.profile(name),
            None => sandbox,
        };
        let ended = sandbox.sh("ls /ssh; ls /sys/class/net 2>/dev/null; cat /proc/net/dev | grep -c :");
        assert!(ended.code == 125 || !ended.out().contains("key"), "{profile:?}: {ended}");
        assert!(ended.code == 125 || ended.out().trim() == "1", "{profile:?}: more than loopback: {ended}");
    }
}

#[test]
fn the_shared_examples_load() {
    let examples = Path::new("../../examples");
    if !examples.join("config.yaml").exists() {
        return;
    }
    let world = World::new();
    for name in ["config.yaml", "dev.yaml", "py-dev-strict.yaml", "strict.yaml"] {
        let path = examples.join(name).canonicalize().expect("an example");
        let ended = world.sandbox().ask("profile", ["check".as_ref(), path.as_os_str()]);
        assert!([0, 125].contains(&ended.code) && !ended.err().contains("unknown key"), "{name}: {ended}");
    }
}

#[test]
fn doctor_tells_what_holds_here() {
    let world = World::new();
    let told = world.sandbox().ask("doctor", [""; 0]).success();
    for word in ["namespaces", "seccomp"] {
        assert!(told.out().to_lowercase().contains(word), "{word}: {told}");
    }
    let facts = world.sandbox().ask("doctor", ["--json"]).success();
    assert!(facts.json().is_object() || facts.json().is_array(), "{facts}");
}

#[test]
fn doctor_names_the_cure_where_namespaces_are_forbidden() {
    if is_root() {
        // In a user namespace of its own with no further ones allowed, the test is root enough to forbid them.
    }
    let world = World::new();
    let mut call = std::process::Command::new("unshare");
    let doctor = world.sandbox().verb("doctor");
    world.sandbox().settle(&mut call);
    let line = r#"echo 0 >/proc/sys/user/max_user_namespaces && exec "$@""#;
    call.args(["--user", "--map-root-user", "sh", "-c", line, "sh"]).arg(doctor.get_program()).args(doctor.get_args());
    let ended: crate::harness::Ended = call.output().expect("run unshare").into();
    assert!(ended.out().contains("max_user_namespaces"), "the exact setting is named: {ended}");

    let run = world.sandbox().command(["sh", "-c", "echo ran"]);
    let mut call = std::process::Command::new("unshare");
    world.sandbox().settle(&mut call);
    call.args(["--user", "--map-root-user", "sh", "-c", line, "sh"]).arg(run.get_program()).args(run.get_args());
    let ended: crate::harness::Ended = call.output().expect("run unshare").into();
    let ended = ended.refused(&["doctor"]);
    assert_eq!(ended.out(), "", "never a silent weakening");
}

#[test]
fn completions_are_for_three_shells() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = world.sandbox().ask("completion", [shell]).success();
        assert!(script.out().contains("aisbx") && script.out().contains("profile"), "{shell}: {script}");
    }
    let bash = world.sandbox().ask("completion", ["bash"]).success();
    let mut check = std::process::Command::new("bash");
    let checked = check.args(["-n", "-c", &bash.out()]).output().expect("run bash");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
