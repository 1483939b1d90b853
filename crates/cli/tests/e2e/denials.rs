//! What was refused is told: by whom, what, by which rule, and what would allow it. What programs try as a matter of course is not.

use spec::{Denial, Layer, Report, Response, Severity};

use crate::harness::{PROBE, World};

/// The profile that lets everything be traced that may be.
const TRACERS: &str = "extends: e2e\nsyscalls: development\n";

/// Calls a system call by number, of x86-64, as often as it says.
fn call(number: u32, arguments: &str, times: u32) -> [String; 3] {
    let line = format!(
        "import ctypes; libc = ctypes.CDLL(None)\nfor _ in range({times}): libc.syscall({number}, {arguments})"
    );
    ["python3".to_owned(), "-c".to_owned(), line]
}

#[track_caller]
fn only(report: &Report) -> &Denial {
    let [denial] = report.denials.as_slice() else { panic!("{:?}", report.denials) };
    denial
}

#[test]
fn a_refused_call_is_told_with_its_rule_and_what_allows_it() {
    const PTRACE: u32 = 101;
    let world = World::new();
    let report = world.sandbox().report(call(PTRACE, "16, 1, 0, 0", 1));
    let denial = only(&report);
    assert_eq!((denial.layer, denial.severity, denial.count), (Layer::Syscall, Severity::Medium, 1));
    assert_eq!((denial.operation.as_str(), denial.subject.as_str()), ("ptrace", "PTRACE_ATTACH, 1"));
    assert_eq!((denial.process.as_str(), denial.grant.as_deref()), ("python3", Some("syscalls: development")));
    assert!(denial.rule.starts_with("policy debugging, line "), "{}", denial.rule);
    assert!(denial.text.contains("python3") && denial.text.contains("syscalls: development"), "{}", denial.text);
    // The grant is enough, and nothing else is refused then.
    let granted = world.sandbox().with_profile("tracers", TRACERS).report(call(PTRACE, "16, 1, 0, 0", 1));
    assert_eq!(granted.denials, [], "{granted:?}");
}

#[test]
fn paths_and_flags_are_told_in_words() {
    let world = World::new();
    let told = |words: [String; 3]| only(&world.sandbox().report(words)).clone();
    let mount = told(call(165, "b'/dev/sda', b'/mnt', b'ext4', 0, 0", 1));
    assert_eq!(mount.subject, r#""/dev/sda", "/mnt", "ext4""#);
    assert_eq!((mount.severity, mount.grant), (Severity::High, None));
    assert_eq!(told(call(272, "0x10000000", 1)).subject, "CLONE_NEWUSER");
    assert_eq!(told(call(41, "38, 5, 0", 1)).subject, "AF_ALG, 5, 0");
    assert_eq!(told(call(90, "b'./x', 0o4755", 1)).subject, r#""./x", 0o4755"#);
    assert_eq!(told(call(16, "0, 0x5412, 0", 1)).subject, "0, TIOCSTI");
}

#[test]
fn what_programs_try_as_a_matter_of_course_is_not_told() {
    let world = World::new();
    let line = "import threading, subprocess, socket, tempfile, os\n\
                thread = threading.Thread(target=print); thread.start(); thread.join()\n\
                subprocess.run(['true']); socket.socket(); tempfile.TemporaryFile().write(b'x'); os.getloadavg()";
    assert_eq!(world.sandbox().report(["python3", "-c", line]).denials, []);
    let line = "f=$(mktemp); echo x >$f; cp -p $f $f.2; ls -l $f.2; chmod 700 $f.2; tar cf $f.tar $f.2; find /usr/bin -name x*; rm $f*";
    assert_eq!(world.sandbox().report(["sh", "-c", line]).denials, []);
}

#[test]
fn a_flood_is_counted_and_holds_nothing_up() {
    const MANY: u32 = 100_000;
    let world = World::new();
    let report = world.sandbox().report(call(101, "16, 1, 0, 0", MANY));
    let count = |report: &Report| report.denials.iter().map(|denial| denial.count).sum::<u64>();
    assert_eq!((report.exit_code, count(&report)), (0, u64::from(MANY)));
    // Whom nobody looked at, nobody blames.
    let blamed: u64 =
        report.denials.iter().filter(|denial| denial.process == "python3").map(|denial| denial.count).sum();
    assert_eq!((report.denials.len(), blamed), (2, 32), "{:?}", report.denials);
    // Different each time: they are told apart as far as there is room, and all are counted.
    let line = "import ctypes; libc = ctypes.CDLL(None)\nfor i in range(5000): libc.syscall(161, b'/%d' % i)";
    let report = world.sandbox().report(["python3", "-c", line]);
    assert_eq!(count(&report), 5000);
    assert!(report.denials.len() <= 64, "{}", report.denials.len());
}

#[test]
fn a_flood_without_end_ends_in_time() {
    let world = World::new();
    let line = "import ctypes, os, signal\nsignal.signal(15, signal.SIG_IGN); libc = ctypes.CDLL(None)\n\
                for _ in range(4): os.fork()\nwhile True: libc.syscall(101, 16, 1, 0, 0)";
    let report = world.sandbox().flags(["--timeout", "1s"]).report(["python3", "-c", line]);
    assert!(matches!(report.outcome, spec::Outcome::TimedOut { .. }), "{:?}", report.outcome);
    assert!(report.denials.iter().any(|denial| denial.count > 100), "{:?}", report.denials);
}

#[test]
fn a_profile_chooses_what_is_done_about_a_class() {
    const PTRACE: &str = "print(libc.ptrace(0, 0, 0, 0))";
    let world = World::new();
    let traced = |responses: &str| {
        let profile = format!("extends: e2e\n{responses}");
        let line = format!("import ctypes; libc = ctypes.CDLL(None); {PTRACE}");
        world.sandbox().with_profile("responding", &profile).report(["python3", "-c", &line])
    };
    let denied = traced("responses: {debugging: deny}\n");
    assert_eq!((denied.stdout.text.as_str(), only(&denied).response), ("-1\n", Response::Deny));
    let logged = traced("responses: {debugging: log}\n");
    assert_eq!((logged.stdout.text.as_str(), only(&logged).response), ("0\n", Response::Log));
    let killed = traced("responses: {debugging: kill}\n");
    assert_eq!((killed.stdout.text.as_str(), only(&killed).response), ("", Response::Kill));
    assert_eq!(killed.outcome, spec::Outcome::Signaled { signal: 9, by: spec::Sender::Filter });
    // Another class is not concerned, and one whose calls lead out is never let through.
    assert_eq!(traced("responses: {keys: kill}\n").stdout.text, "-1\n");
    let refused = |responses: &str| {
        let profile = format!("extends: e2e\n{responses}");
        world.sandbox().with_profile("wrong", &profile).run(["true"])
    };
    refused("responses: {mounts: log}\n").refused(&["mounts", "cannot be let through"]);
    refused("responses: {debuging: log}\n").refused(&["debuging", "there are bound", "debugging"][..1]);
    refused("responses: {debugging: allow}\n").refused(&["allow"]);
}

#[test]
fn they_are_told_on_the_terminal_where_they_may_be_the_reason() {
    let world = World::new();
    let fails = "unshare -U true; mount -t tmpfs x /mnt; mount -t tmpfs y /mnt; chroot / true; exit 3";
    let told = |ended: &crate::harness::Ended| ended.err().lines().filter(|line| line.starts_with("denied: ")).count();
    let ended = world.sandbox().sh(fails).code(3);
    assert_eq!(told(&ended), 3, "two of them, and how many more: {ended}");
    assert!(ended.err().contains("2 more were refused: `aisbx inspect "), "{ended}");
    assert_eq!(told(&world.sandbox().flags(["-q"]).sh(fails).code(3)), 0);
    // A program that does without is no news, unless it tried what attacks look like.
    assert_eq!(told(&world.sandbox().run(call(101, "16, 1, 0, 0", 1)).success()), 0);
    assert_eq!(told(&world.sandbox().run(call(165, "0, 0, 0, 0, 0", 1)).success()), 1);
}

#[test]
fn names_and_paths_do_no_harm_to_a_terminal() {
    let world = World::new();
    let line = "import ctypes; libc = ctypes.CDLL(None); libc.prctl(15, b'\\x1b[31mred'); \
                libc.syscall(165, b'\\x1b]0;title\\x07\\n', b'/mnt', 0, 0, 0)";
    let ended = world.sandbox().run(["python3", "-c", line]).success();
    assert!(ended.err().contains("denied: ") && !ended.err().contains('\x1b'), "{ended}");
}

#[test]
fn without_namespaces_they_are_told_as_well() {
    let world = World::new();
    let profile = "extends: e2e\nfloor: {namespaces: off}\n";
    let ended = world.sandbox().with_profile("confined", profile).report(call(41, "2, 1, 0", 1));
    if let spec::Outcome::Refused { reason } = &ended.outcome {
        assert!(reason.contains("Landlock"), "{reason}");
        return;
    }
    let denial = only(&ended);
    assert_eq!((denial.subject.as_str(), denial.grant.as_deref()), ("AF_INET, 1, 0", None));
    assert!(denial.rule.starts_with("policy no-sockets"), "{}", denial.rule);
}

/// A supervisor that listens to all it starts, as some containers have it: it allows everything. By number, of x86-64.
const SUPERVISOR: &str = "
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
program = struct.pack('HBBI', 6, 0, 0, 0x7fff0000)
buffer = ctypes.create_string_buffer(program)
class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
libc.prctl(38, 1, 0, 0, 0)
listener = libc.syscall(317, 1, 8, ctypes.byref(Program(1, ctypes.addressof(buffer))))
assert listener >= 0, ctypes.get_errno()
os.set_inheritable(listener, True)
os.execv(sys.argv[1], sys.argv[1:])
";

#[test]
fn where_somebody_listens_already_the_same_is_refused_and_nobody_hears_of_it() {
    let world = World::new();
    let sandbox = world.sandbox().with_probe().flags(["--json"]);
    let inner = sandbox.command([PROBE, "unshare", "user"]);
    let mut supervisor = std::process::Command::new("python3");
    sandbox.settle(&mut supervisor);
    supervisor.args(["-c", SUPERVISOR]).arg(inner.get_program()).args(inner.get_args());
    let ended: crate::harness::Ended = supervisor.output().expect("run python3").into();
    let report: Report = serde_json::from_slice(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"));
    assert!(report.stdout.text.contains("EPERM"), "{report:?}");
    assert_eq!(report.denials, []);
    assert!(report.enforced.weakened.iter().any(|weak| weak.name == "denials"), "it is said: {:?}", report.enforced);
}
