//! The rung without namespaces: where a profile wants none, and where the host has none.

use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::harness::{Fact, Sandbox, World, alive, eventually, only_child, outside, probe, unique};

/// What the least that Landlock must be came with.
const LINUX: (u32, u32) = (6, 12);

/// Whether this kernel's Landlock is new enough. Where not, every test here sees that the run is refused, with the reason.
fn is_new_enough() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("the kernel's release");
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= LINUX
}

/// A world and a sandbox without namespaces in it, or none where the kernel cannot have one.
fn confined<'w>(world: &'w World, rest: &str) -> Option<impl Fn() -> Sandbox<'w> + use<'w>> {
    let floor = if rest.contains("floor:") { "" } else { "floor: {namespaces: off}\n" };
    let yaml = format!("extends: strict\n{floor}{rest}");
    let make = move || Sandbox::new(world).with_profile("confined", &yaml);
    if is_new_enough() {
        return Some(make);
    }
    let ended = make().run(["true"]).refused(&["Landlock"]);
    assert!(ended.err().contains("6 is needed"), "{ended}");
    None
}

/// Tries one thing inside: the probe is at its own place there.
fn inside(sandbox: Sandbox<'_>, words: &[&str]) -> Fact {
    let probe = probe().display().to_string();
    let words = [probe.as_str()].into_iter().chain(words.iter().copied());
    let ended = sandbox.mount(&probe, &probe, "ro").run(words).success();
    Fact::from_line(&ended.stdout)
}

#[test]
fn files_outside_are_refused_and_the_workspace_is_as_the_profile_has_it() {
    let world = World::new();
    world.write("secret", "s");
    world.write("workspace/mine", "m");
    let secret = world.root().join("secret").display().to_string();
    let mine = world.workspace().join("mine").display().to_string();
    outside(["read", &secret]).works();
    outside(["append", &mine, ""]).works();
    let Some(sandbox) = confined(&world, "") else { return };
    inside(sandbox(), &["read", &secret]).answers("EACCES");
    inside(sandbox(), &["append", &secret, "x"]).answers("EACCES");
    inside(sandbox(), &["read", &mine]).works();
    inside(sandbox(), &["append", &mine, "x"]).answers("EACCES");
    inside(sandbox().workspace("rw"), &["append", &mine, "x"]).works();
    assert_eq!(world.read("workspace/mine"), "mx");
    assert_eq!(world.read("secret"), "s");
}

#[test]
fn a_copy_on_write_workspace_is_a_copy() {
    let world = World::new();
    world.write("workspace/old", "o");
    let Some(sandbox) = confined(&world, "workspace: cow\n") else { return };
    let report = sandbox().report(["sh", "-c", "cat old; echo n > new; echo more >> old; pwd; echo t > $TMPDIR/t"]);
    assert!(report.stdout.text.starts_with('o'), "{report:?}");
    let changes = report.changes.expect("changes");
    assert_eq!((changes.created, changes.modified), (vec!["new".to_owned()], vec!["old".to_owned()]));
    assert_eq!(world.read("workspace/old"), "o");
    let run = world.state().join("aisbx/runs").join(report.run_id.as_str());
    assert!(run.join("copy/new").exists() && !run.join("scratch").exists(), "what dies with the run is gone");
}

#[test]
fn modes_owners_and_attributes_outside_stay() {
    let world = World::new();
    world.write("mine", "m");
    let mine = world.root().join("mine").display().to_string();
    let python = "import os, sys\nfor act in [lambda p: os.chmod(p, 0o777), lambda p: os.chown(p, -1, os.getgid()),\n\
        lambda p: os.setxattr(p, 'user.x', b'1'), lambda p: os.chmod(os.open(p, os.O_RDONLY), 0o777)]:\n\
        \x20   try: act(sys.argv[1]); print('did')\n    except OSError as e: print(e.errno)\n";
    let control = Command::new("python3").args(["-c", python, &mine]).output().expect("run python3");
    assert!(String::from_utf8_lossy(&control.stdout).starts_with("did\ndid\ndid\ndid\n"), "control: {control:?}");
    let mode = || std::fs::metadata(&mine).map(|file| std::os::unix::fs::PermissionsExt::mode(&file.permissions()));
    std::fs::set_permissions(&mine, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("set the mode");
    let Some(sandbox) = confined(&world, "") else { return };
    let ended = sandbox().run(["python3", "-c", python, &mine]).success();
    assert!(!ended.out().contains("did"), "{ended}");
    assert_eq!(mode().expect("look") & 0o777, 0o600);
}

#[test]
fn no_network_and_no_service_of_the_host_is_reached() {
    let world = World::new();
    let path = world.root().join("service");
    let listener = UnixListener::bind(&path).expect("listen");
    let greeter = std::thread::spawn(move || {
        for stream in listener.incoming().take(1) {
            stream.expect("a guest").write_all(b"hello").expect("greet");
        }
    });
    let path = path.display().to_string();
    outside(["unix", &path]).works();
    greeter.join().expect("the greeter");
    outside(["loopback", "127.0.0.1"]).works();
    let Some(sandbox) = confined(&world, "") else { return };
    inside(sandbox(), &["unix", &path]).answers("EAFNOSUPPORT");
    inside(sandbox(), &["loopback", "127.0.0.1"]).answers("EAFNOSUPPORT");
    for family in ["2", "10", "16", "17"] {
        inside(sandbox(), &["socket", family, "1", "0"]).answers("EAFNOSUPPORT");
    }
    // Datagram pairs could be sent anywhere; streams cannot.
    inside(sandbox(), &["socketpair", "1", "2", "0"]).answers("EPROTONOSUPPORT");
    inside(sandbox(), &["socketpair", "1", "1", "0"]).works();
}

#[test]
fn processes_outside_are_neither_signaled_nor_looked_into() {
    let world = World::new();
    let name = unique("bystander");
    let mut bystander = Command::new("sleep").arg("60").env("SECRET", &name).spawn().expect("start sleep");
    let pid = bystander.id().to_string();
    let environ = format!("/proc/{pid}/environ");
    outside(["signal", "kill", &pid, "0"]).works();
    outside(["read", &environ]).works();
    if let Some(sandbox) = confined(&world, "") {
        for way in ["kill", "tgkill", "queue", "pidfd"] {
            inside(sandbox(), &["signal", way, &pid, "9"]).answers("EPERM");
        }
        inside(sandbox(), &["read", &environ]).answers("EACCES");
        // Everybody at once, init included.
        sandbox().sh("kill -9 -1; exit 0");
        assert!(bystander.try_wait().expect("ask").is_none(), "it lives");
    }
    bystander.kill().expect("end it");
    bystander.wait().expect("bury it");
}

#[test]
fn the_end_takes_everybody_along() {
    let world = World::new();
    let Some(sandbox) = confined(&world, "") else { return };
    let probe = probe().display().to_string();
    let all: [(&[&str], i32); 4] =
        [(&["family", "20", "60"], 124), (&["daemon", "60"], 0), (&["stubborn", "60"], 124), (&["stopped"], 124)];
    for (words, code) in all {
        let marker = unique("left");
        let call = sandbox().mount(&probe, &probe, "ro").flags(["--timeout", "1s"]);
        let words = [probe.as_str()].into_iter().chain(words.iter().copied()).chain([marker.as_str()]);
        call.run(words).code(code);
        assert!(alive(&marker).is_empty(), "{marker}");
    }
}

#[test]
fn whoever_keeps_init_busy_with_the_dead_is_ended_in_time() {
    let world = World::new();
    let Some(alone) = confined(&world, "floor: {namespaces: off, cgroup: off}\n") else { return };
    let (probe, marker) = (probe().display().to_string(), unique("litter"));
    let words = [probe.as_str(), "litter", "30", "2", &marker];
    let report = alone().mount(&probe, &probe, "ro").flags(["--timeout", "1s", "--pids", "500"]).report(words);
    let limit =
        matches!(report.outcome, spec::Outcome::TimedOut { .. } | spec::Outcome::TooManyProcesses { code: 137, .. });
    assert!(limit, "{report:?}");
    assert!(alive(&marker).is_empty(), "nobody is left of {report:?}");
}

#[test]
fn toolchains_below_the_home_directory_are_there() {
    let world = World::new();
    world.script("home/.pyenv/versions/3.99.0/bin/python3.99", "#!/bin/sh\necho fake python in ${0%/versions/*}\n");
    world.write("home/.pyenv/versions/3.99.0/lib/python3.99/site.py", "");
    world.write("home/.ssh/id", "PRIVATE KEY");
    let Some(sandbox) = confined(&world, "") else { return };
    let path = format!("{}:/usr/bin:/bin", world.path("home/.pyenv/versions/3.99.0/bin"));
    let line = "python3.99; cat ~/.pyenv/versions/3.99.0/lib/python3.99/site.py && ls -A ~; cat ~/.ssh/id";
    let ended = sandbox().env("PATH", &path).sh(line);
    assert!(ended.out().starts_with("fake python in ") && ended.out().ends_with("\n.pyenv\n"), "{ended}");
    let ended = sandbox().env("PATH", &path).sh("echo x > ~/.pyenv/versions/3.99.0/bin/new").code(2);
    assert!(ended.err().contains("ermission denied"), "{ended}");
}

#[test]
fn nobody_is_left_when_the_monitor_is_killed() {
    let world = World::new();
    let Some(sandbox) = confined(&world, "") else { return };
    let (probe, marker) = (probe().display().to_string(), unique("orphan"));
    let started = sandbox().mount(&probe, &probe, "ro").start([&probe, "family", "10", "60", &marker]);
    assert!(eventually(|| alive(&marker).len() > 10), "it runs");
    started.signal("KILL");
    assert!(eventually(|| alive(&marker).is_empty()), "nobody is left");
}

#[test]
fn nobody_is_left_when_everybody_in_the_callers_group_is_killed() {
    let world = World::new();
    let Some(sandbox) = confined(&world, "") else { return };
    let (probe, marker) = (probe().display().to_string(), unique("group"));
    let mut call = sandbox().mount(&probe, &probe, "ro").command([&probe, "family", "10", "60", &marker]);
    // As timeout(1) and runners of jobs do it.
    let mut launcher = call.process_group(0).stdout(std::process::Stdio::null()).spawn().expect("start aisbx");
    assert!(eventually(|| alive(&marker).len() > 10), "it runs");
    let group = format!("-{}", launcher.id());
    let killed = Command::new("kill").args(["-s", "KILL", "--", &group]).status().expect("run kill");
    assert!(killed.success());
    launcher.wait().expect("bury it");
    assert!(eventually(|| alive(&marker).is_empty()), "nobody is left");
}

#[test]
fn nobody_is_left_when_init_or_its_keeper_is_killed() {
    let world = World::new();
    let Some(sandbox) = confined(&world, "") else { return };
    let probe = probe().display().to_string();
    let Some(alone) = confined(&world, "floor: {namespaces: off, cgroup: off}\n") else { return };
    // Without a group there is a keeper, and init is its child.
    for (call, generations) in [(sandbox(), 1), (alone(), 1), (alone(), 2)] {
        let marker = unique("init");
        let started = call.mount(&probe, &probe, "ro").start([&probe, "family", "10", "60", &marker]);
        assert!(eventually(|| alive(&marker).len() > 10), "it runs");
        let victim = (0..generations).fold(started.pid(), |pid, _| only_child(pid));
        let killed = Command::new("kill").args(["-s", "KILL", &victim.to_string()]).status().expect("run kill");
        assert!(killed.success());
        started.end().code(125);
        assert!(alive(&marker).is_empty(), "nobody is left: {generations}");
    }
}

#[test]
fn limits_hold_there_too() {
    let world = World::new();
    let Some(sandbox) = confined(&world, "workspace: cow\n") else { return };
    let probe = probe().display().to_string();
    let run = |flags: [&str; 2], words: &[&str]| {
        let words = [probe.as_str()].into_iter().chain(words.iter().copied());
        sandbox().mount(&probe, &probe, "ro").flags(flags).report(words).outcome
    };
    let memory = run(["--mem", "64m"], &["eat", "mmap", "300M", "--hold", "5000"]);
    assert!(matches!(memory, spec::Outcome::OutOfMemory { limit: Some(_), .. }), "{memory:?}");
    let within = run(["--mem", "64m"], &["eat", "mmap", "8M"]);
    assert_eq!(within, spec::Outcome::Exited { code: 0 });
    let time = run(["--cpu-time", "1s"], &["spin", "2", "20000", "session"]);
    assert!(matches!(time, spec::Outcome::TimedOut { clock: spec::Clock::Cpu, .. }), "{time:?}");
    let disk = run(["--disk", "4m"], &["disk", "one", ".", "16M"]);
    assert!(matches!(disk, spec::Outcome::DiskFull { .. }), "{disk:?}");
}

#[test]
fn the_receipt_says_what_is_less() {
    let world = World::new();
    let Some(sandbox) = confined(&world, "") else { return };
    let ended = sandbox().run(["true"]).success();
    assert_eq!(ended.err().lines().filter(|line| line.starts_with("warning: no namespaces")).count(), 1, "{ended}");
    let report = sandbox().report(["true"]);
    let names: Vec<_> = report.enforced.protections.iter().map(|one| one.name.as_str()).collect();
    for name in ["files", "processes", "capabilities", "privileges", "syscalls", "network"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let files = report.enforced.protections.iter().find(|one| one.name == "files").expect("files");
    assert!(files.mechanism.starts_with("Landlock, version "), "{files:?}");
    assert!(report.enforced.weakened.iter().any(|weak| weak.name == "namespaces"), "{report:?}");
}

#[test]
fn what_cannot_be_had_without_namespaces_is_refused_with_words() {
    let world = World::new();
    world.write("data/file", "d");
    let Some(sandbox) = confined(&world, "") else { return };
    let elsewhere = sandbox().mount(world.root().join("data"), "/elsewhere", "ro").run(["true"]);
    elsewhere.refused(&["without namespaces", "/elsewhere"]);
}

/// What the filter of a container does by default: `clone3` is not there, and nobody makes namespaces. By number, of x86-64.
const CONTAINER: &str = "
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
step = lambda code, value, yes=0, no=0: struct.pack('HBBI', code, yes, no, value)
NUMBER, FLAGS, ALLOW, ENOSYS, EPERM = 0, 16, 0x7fff0000, 0x50026, 0x50001
program = b''.join([
    step(0x20, NUMBER),
    step(0x15, 435, 0, 1), step(0x06, ENOSYS),
    step(0x15, 272, 0, 1), step(0x06, EPERM),
    step(0x15, 56, 0, 3), step(0x20, FLAGS), step(0x45, 0x10000000, 0, 1), step(0x06, EPERM),
    step(0x06, ALLOW),
])
steps = ctypes.create_string_buffer(program)
filter = ctypes.create_string_buffer(struct.pack('HxxxxxxP', len(program) // 8, ctypes.addressof(steps)))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, filter, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
";

#[test]
fn in_a_container_that_forbids_namespaces_the_next_rung_is_taken() {
    let world = World::new();
    let call = |profile: &str| {
        let run = Sandbox::new(&world).profile(profile).command(["python3", "-c", "print(6 * 7)"]);
        let mut contained = Command::new("python3");
        Sandbox::new(&world).settle(&mut contained);
        contained.args(["-c", CONTAINER]).arg(run.get_program()).args(run.get_args());
        crate::harness::Ended::from(contained.output().expect("run python3"))
    };
    if is_new_enough() {
        let ended = call("python-dev").success();
        assert_eq!(ended.out(), "42\n");
        assert_eq!(ended.err().lines().filter(|line| line.contains("kept apart by Landlock")).count(), 1, "{ended}");
    }
    let way_out =
        ["cannot make new namespaces", "the floor of profile strict requires", "namespaces: preferred", "doctor"];
    call("strict").refused(&way_out);
}

#[test]
fn a_host_without_namespaces_gets_the_next_rung_or_a_refusal() {
    let world = World::new();
    let none = std::env::var_os("AISBX_TEST_HOST").is_some_and(|host| host == "no-userns");
    let strict = Sandbox::new(&world).profile("strict").run(["true"]);
    let lenient = Sandbox::new(&world).profile("python-dev").run(["true"]);
    match (none, is_new_enough()) {
        (false, _) => drop((strict.success(), lenient.success())),
        (true, true) => {
            strict.refused(&["namespaces"]);
            let lenient = lenient.success();
            assert!(lenient.err().contains("kept apart by Landlock"), "{lenient}");
        }
        (true, false) => {
            strict.refused(&["namespaces"]);
            lenient.refused(&["Landlock"]);
        }
    }
}
