//! Wrong calls and hostile files: clear words, exit 125, nothing run, nothing recorded by halves.

use std::time::{Duration, Instant};

use crate::harness::{Ended, World};

/// Runs with a profile of these bytes.
fn with_profile(world: &World, yaml: impl AsRef<[u8]>) -> Ended {
    let file = world.write("profile.yaml", yaml);
    let ended = world.sandbox().bare().profile(file.to_str().expect("UTF-8")).sh("echo ran");
    if ended.code != 0 {
        assert_eq!(ended.out(), "", "{ended}");
    }
    ended
}

#[test]
fn flags_with_wrong_values_are_refused_with_the_nearest_right_one() {
    let world = World::new();
    let cases: [(&[&str], &[&str]); 14] = [
        (&["--profile", "pyton-dev"], &["pyton-dev", "python-dev"]),
        (&["--profile", "no/such/file.yaml"], &["no/such/file.yaml"]),
        (&["--driver", "nativ"], &["nativ", "native"]),
        (&["--driver", "docker"], &["docker"]),
        (&["--net", "hots"], &["hots", "host"]),
        (&["--access", "rx"], &["rx"]),
        (&["--timeout", "soon"], &["soon", "30s"]),
        (&["--timeout", "0"], &["0"]),
        (&["--timeout", "-5s"], &["-5s"]),
        (&["--mem", "much"], &["much"]),
        (&["--cpu", "many"], &["many"]),
        (&["--pids", "-1"], &["-1"]),
        (&["--env", "=x"], &["=x"]),
        (&["--env-pass", "A=B"], &["A=B"]),
    ];
    for (flags, words) in cases {
        let ended = world.sandbox().bare().flags(flags).sh("echo ran");
        assert_eq!((ended.code, ended.out().as_str()), (125, ""), "{flags:?}: {ended}");
        ended.refused(words);
    }
}

#[test]
fn flags_that_are_misspelt_are_refused_with_the_nearest_right_one() {
    let world = World::new();
    for (flag, near) in [
        ("--profil=dev", "--profile"),
        ("--mout=a:b", "--mount"),
        ("--time-out=5", "--timeout"),
        ("--no-network", "--no-net"),
    ] {
        let ended = world.sandbox().bare().flag(flag).sh("echo ran").refused(&[near]);
        assert_eq!(ended.out(), "", "{flag}");
    }
}

#[test]
fn what_cannot_be_enforced_yet_is_refused_not_ignored() {
    let world = World::new();
    for flags in [["--driver", "bwrap"], ["--driver", "chroot"], ["--driver", "lima"]] {
        let ended = world.sandbox().flags(flags).sh("echo ran").refused(&[]);
        assert_eq!(ended.out(), "", "{flags:?}");
    }
    for driver in ["native", "auto"] {
        world.sandbox().flags(["--driver", driver]).run(["true"]).success();
    }
    with_profile(&world, "extends: strict\ndriver: bwrap\n").refused(&["bwrap"]);
    with_profile(&world, "extends: strict\nseccomp: some.json\n").refused(&["seccomp"]);
    with_profile(&world, "extends: strict\nnetwork:\n  allow: [host.example]\n").refused(&["host.example"]);
}

#[test]
fn mistakes_in_a_profile_are_shown_with_their_place() {
    let world = World::new();
    let cases: [(&str, &[&str]); 16] = [
        ("extends: strict\nnetwrok: none\n", &["profile.yaml:2:1", "netwrok", "network"]),
        ("extends: strict\nmounts:\n  - sorce: /x\n    target: /y\n", &["profile.yaml:3:5", "sorce", "source"]),
        ("extends: strct\n", &["profile.yaml:1:10", "strct", "strict"]),
        ("extends: strict\ndriver: natve\n", &["profile.yaml:2:9", "natve", "native"]),
        ("extends: strict\nlifetime: [1, 2]\n", &["profile.yaml:2:11", "lifetime"]),
        ("extends: strict\nlifetime: soon\n", &["profile.yaml:2:11", "soon"]),
        ("extends: strict\nlifetime: 0s\n", &["profile.yaml:2:11", "0s"]),
        ("extends: strict\nenv: 5\n", &["profile.yaml:2:6", "env"]),
        ("extends: strict\nenv:\n  A: 1\n  A: 2\n", &["profile.yaml:4:3", "A"]),
        ("extends: strict\nextends: dev\n", &["profile.yaml:2:1", "extends"]),
        ("extends: strict\nnetwork: none\nnet: host\n", &["profile.yaml:3", "net"]),
        ("extends: strict\nmounts:\n  - ./x:/proc/sys:rw\n", &["profile.yaml:3", "/proc"]),
        ("extends: strict\nmounts:\n  - source: ./x\n", &["profile.yaml:3", "target"]),
        ("extends: strict\n  bad: indent\n", &["profile.yaml:2"]),
        ("extends: strict\ncpu: \"0\"\n", &["profile.yaml:2", "cpu"]),
        ("- a\n- b\n", &["profile.yaml:1:1"]),
    ];
    for (yaml, words) in cases {
        with_profile(&world, yaml).refused(words);
    }
}

#[test]
fn profiles_that_extend_each_other_in_a_circle_are_refused() {
    let world = World::new();
    world.write("config/aisbx/one.yaml", "extends: two\n");
    world.write("config/aisbx/two.yaml", "extends: three\n");
    world.write("config/aisbx/three.yaml", "extends: one\n");
    world.sandbox().bare().profile("one").sh("echo ran").refused(&["one", "two"]);
    world.write("config/aisbx/self.yaml", "extends: self\n");
    world.sandbox().bare().profile("self").sh("echo ran").refused(&["self"]);
}

/// Each refers ten times to the one before: ten to the ninth values in half a page.
fn bomb() -> String {
    let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = level - 1;
        let references = vec![format!("*a{before}"); 10].join(", ");
        yaml.push_str(&format!("a{level}: &a{level} [{references}]\n"));
    }
    yaml
}

#[test]
fn hostile_files_are_refused_quickly() {
    let world = World::new();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a bomb of anchors", bomb().into_bytes()),
        ("ten megabytes of text", format!("description: \"{}\"\n", "x".repeat(10 << 20)).into_bytes()),
        (
            "ten megabytes of keys",
            (0..700_000).map(|number| format!("k{number}: 1\n")).collect::<String>().into_bytes(),
        ),
        ("deep brackets", "[".repeat(100_000).into_bytes()),
        ("deep braces", "{a: ".repeat(100_000).into_bytes()),
        (
            "deep indentation",
            (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>().into_bytes(),
        ),
        ("no text at all", vec![0xff; 1000]),
        ("NUL bytes", b"extends: strict\0\n".to_vec()),
        ("a self-reference", b"a: &a [*a]\n".to_vec()),
        ("an unknown anchor", b"extends: *nowhere\n".to_vec()),
        ("a tag", b"extends: !!python/object/apply:os.system [id]\n".to_vec()),
        ("several documents", b"extends: strict\n---\nextends: dev\n".to_vec()),
        ("a scalar", b"strict\n".to_vec()),
        ("a merge key", b"base: &b {network: host}\n<<: *b\n".to_vec()),
        ("control characters", b"extends: \"\x1b[31mstrict\"\n".to_vec()),
        ("an overflowing number", b"extends: strict\npids: 99999999999999999999999999\n".to_vec()),
        ("a million in exponent", b"extends: strict\ncpu: 1e1000000\n".to_vec()),
    ];
    for (name, bytes) in cases {
        let begin = Instant::now();
        let ended = with_profile(&world, bytes);
        assert_eq!(ended.code, 125, "{name}: {ended}");
        assert!(!ended.err().contains("panicked") && !ended.err().contains("overflowed its stack"), "{name}: {ended}");
        assert!(ended.err().len() < 10_000, "{name}: the answer is {} bytes long", ended.err().len());
        assert!(!ended.err().contains('\x1b'), "{name}: escape sequences are shown raw");
        assert!(begin.elapsed() < Duration::from_secs(30), "{name} took {:?}", begin.elapsed());
    }
}

#[test]
fn an_empty_profile_is_the_defaults_or_is_refused() {
    let world = World::new();
    for yaml in ["", "\n\n", "# only a comment\n", "{}\n", "null\n"] {
        let ended = with_profile(&world, yaml);
        assert!([0, 125].contains(&ended.code), "{yaml:?}: {ended}");
    }
}

#[test]
fn what_is_no_file_is_no_profile() {
    let world = World::new();
    std::fs::create_dir(world.root().join("directory.yaml")).expect("make a directory");
    std::os::unix::fs::symlink("loop.yaml", world.root().join("loop.yaml")).expect("link");
    let made = std::process::Command::new("mkfifo").arg(world.root().join("pipe.yaml")).status().expect("run mkfifo");
    assert!(made.success());
    for name in ["directory.yaml", "loop.yaml", "pipe.yaml", "missing.yaml"] {
        let path = world.path(name);
        world.sandbox().bare().profile(&path).sh("echo ran").refused(&[name]);
    }
    world.sandbox().bare().profile("/dev/zero.yaml").sh("echo ran").refused(&[]);
}

#[test]
fn a_check_tells_all_mistakes_and_a_right_file_passes() {
    let world = World::new();
    let wrong = world.write("wrong.yaml", "extends: strict\nnetwrok: none\nlifetime: soon\ncup: 1\n");
    let checked = world.sandbox().ask("profile", ["check".as_ref(), wrong.as_os_str()]);
    assert_ne!(checked.code, 0, "{checked}");
    let text = checked.out() + &checked.err();
    for word in ["wrong.yaml:2:1", "wrong.yaml:3:11", "wrong.yaml:4:1"] {
        assert!(text.contains(word), "{word}: {checked}");
    }
    let right = world.write("right.yaml", "extends: strict\nlifetime: 5m\n");
    world.sandbox().ask("profile", ["check".as_ref(), right.as_os_str()]).success();
}

#[test]
fn a_refused_run_leaves_no_half_of_a_record() {
    let world = World::new();
    world.sandbox().bare().profile("no-such-profile").sh("true").refused(&[]);
    world.sandbox().flags(["--mount", "/no/such:/data"]).sh("true").refused(&[]);
    let listed = world.sandbox().ask("runs", ["--json", "--last", "100000"]).success().json();
    for run in listed.as_array().expect("a list") {
        assert!(run["run_id"].is_string() && run.to_string().contains("refused"), "{run}");
    }
}

#[test]
fn a_strange_environment_is_no_obstacle() {
    let world = World::new();
    for (name, value) in [
        ("HOME", ""),
        ("PATH", ""),
        ("XDG_STATE_HOME", "relative"),
        ("XDG_CONFIG_HOME", "relative"),
        ("LANG", "\u{1b}["),
        ("AISBX_DEBUG", "nonsense"),
        ("TERM", ""),
        ("TMPDIR", "/no/such"),
    ] {
        let ended = world.sandbox().env(name, value).run(["/bin/sh", "-c", "exit 3"]);
        assert!([3, 125].contains(&ended.code), "{name}={value:?}: {ended}");
        assert!(!ended.err().contains("panicked"), "{name}={value:?}: {ended}");
    }
    world.sandbox().env("AISBX_DEFAULT_PROFILE", "no-such").bare().sh("true").refused(&["AISBX_DEFAULT_PROFILE"]);
    world.sandbox().env("AISBX_CONFIG_PATH", "/no/such").bare().profile("strict").sh("true");
}

#[test]
fn a_lack_of_means_is_told() {
    let world = World::new();
    let call = world.sandbox().command(["true"]);
    for line in ["ulimit -n 8", "ulimit -n 16", "ulimit -v 1000", "ulimit -s 64"] {
        let mut shell = std::process::Command::new("bash");
        world.sandbox().settle(&mut shell);
        shell.args(["-c", &format!(r#"{line}; exec "$@""#), "bash"]).arg(call.get_program()).args(call.get_args());
        let ended: Ended = shell.output().expect("run bash").into();
        assert!(!ended.err().contains("panicked"), "{line}: {ended}");
        // The kernel itself does not start a program in a thousandth of a gigabyte.
        assert!(ended.code == 0 || ended.code > 128 || ended.err().contains("error: "), "{line}: {ended}");
    }
}

#[test]
fn a_sandbox_in_a_sandbox_is_refused_in_words() {
    let world = World::new();
    let sandbox = world.sandbox().mount(crate::harness::aisbx(), "/opt/aisbx", "ro");
    let ended = sandbox.run(["/opt/aisbx", "run", "--profile", "strict", "--no-workspace", "--", "echo", "ran"]);
    ended.refused(&["namespaces"]);
}

#[test]
fn the_sandboxes_own_place_is_no_place_for_a_mount() {
    let world = World::new();
    world.write("data/file", "content\n");
    let attempt = |target| world.sandbox().mount(world.root().join("data"), target, "rw").run(["true"]);
    attempt("/.aisbx-else").success();
    for target in ["/.aisbx", "/.aisbx/layers"] {
        let ended = attempt(target).code(125);
        assert!(ended.err().contains("the sandbox has something of its own there"), "{ended}");
    }
    assert_eq!(std::fs::read_dir(world.root().join("data")).expect("list").count(), 1, "nothing came into it");
}

#[test]
fn names_do_not_command_the_terminal_that_a_plan_is_shown_on() {
    let world = World::new().with_workspace("e\u{1b}[31mvil");
    let shown = world.sandbox().flags(["--explain"]).run(["true"]).success().out();
    assert!(shown.contains("vil") && !shown.contains('\u{1b}'), "{shown}");
}
