//! Tests of resolution: precedence, environment, command, working directory.

use std::os::unix::ffi::OsStringExt;

use spec::{Network, RunId, TraceId};

use super::*;
use crate::fixture::{Fixture, profile};

fn ids() -> (RunId, TraceId) {
    (RunId::new(1, 2), TraceId::new(3))
}

fn run_spec(settings: &Settings) -> Result<spec::RunSpec, Error> {
    let (run, trace) = ids();
    settings.spec(run, trace, Some("/state/layer".into()))
}

#[test]
fn flags_win_over_the_profile_and_the_profile_over_defaults() {
    let fixture = Fixture::new();
    fixture.write("project/p.yaml", "lifetime: 5m\ndisk: 64m\nnet: none\n");
    let request = Request {
        lifetime: Some("10s".parse().unwrap()),
        network: Some(Network::Host),
        access: Some(Access::Ro),
        ..profile("./p.yaml")
    };
    let settings = fixture.resolve(request).unwrap();
    let rows: Vec<_> = settings
        .rules
        .rows()
        .iter()
        .map(|row| fixture.neutral(&format!("{} = {} ({})", row.name, row.value, row.origin)))
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    driver = auto (default)
    cpu = unlimited (default)
    memory = unlimited (default)
    cpu_shares = unlimited (default)
    cpu_time = unlimited (default)
    pids = 4096 (default)
    disk = 64m (/project/p.yaml:2:1)
    inodes = unlimited (default)
    file_size = unlimited (default)
    open_files = unlimited (default)
    output = unlimited (default)
    lifetime = 10s (--timeout)
    network = host (--net)
    workspace access = ro (--access)
    syscalls = baseline (default)
    toolchains = path (default)
    caps = none (default)
    floor namespaces = required (default)
    floor seccomp = required (default)
    floor cgroup = preferred (default)
    floor landlock = preferred (default)
    ");
    assert_eq!(settings.notes.len(), 1, "{:?}", settings.notes);
}

#[test]
fn the_profile_is_chosen_by_flag_variable_or_detection() {
    let fixture = Fixture::new();
    let chosen = |fixture: &Fixture, request| {
        let profile = fixture.resolve(request).unwrap().rules.profile;
        format!("{} ({})", profile.value, profile.origin)
    };
    let python = Request { argv: vec!["python3".into()], ..Request::default() };
    assert_eq!(chosen(&fixture, python.clone()), "python-dev (detected: command `python3`)");
    assert_eq!(chosen(&fixture, Request::default()), "strict (detected: command `true` belongs to no language)");
    let fixture = fixture.with("AISBX_DEFAULT_PROFILE", "minimal");
    assert_eq!(chosen(&fixture, python), "minimal (environment variable AISBX_DEFAULT_PROFILE)");
    assert_eq!(chosen(&fixture, profile("dev")), "dev (--profile)");
}

#[test]
fn what_cannot_be_enforced_is_refused_all_at_once() {
    let fixture = Fixture::new();
    let text = "driver: bwrap\nnetwork: {allow: [host.example]}\nseccomp: f.json\ncaps: [NET_ADMIN]\n\
                floor: {cgroup: required, landlock: preferred, seccomp: off}\n";
    fixture.write("project/p.yaml", text);
    let settings = fixture.resolve(profile("./p.yaml")).unwrap();
    insta::assert_snapshot!(fixture.message(&run_spec(&settings).unwrap_err()));
    let lifted = Request { driver: Some(spec::Driver::Native), network: Some(Network::None), ..profile("./p.yaml") };
    let left: Vec<_> = fixture.resolve(lifted).unwrap().unsupported().iter().map(|refusal| refusal.setting).collect();
    assert_eq!(left, ["seccomp", "caps", "floor"]);
}

#[test]
fn limits_that_are_enforced_reach_the_run() {
    let fixture = Fixture::new();
    let request = Request {
        disk: Some("64m".parse().unwrap()),
        lifetime: Some("2s".parse().unwrap()),
        argv: vec!["sh".into(), OsString::from_vec(vec![0xff])],
        ..profile("python-dev")
    };
    let run = run_spec(&fixture.resolve(request).unwrap()).unwrap();
    assert_eq!(run.limits.disk, Some(spec::Size::mebibytes(64)));
    assert_eq!(run.limits.lifetime.map(|lifetime| lifetime.to_string()).as_deref(), Some("2s"));
    assert_eq!(run.profile, "python-dev");
    assert_eq!(run.command.argv[1], OsString::from_vec(vec![0xff]));
    assert_eq!(run.workspace.unwrap().layer, Some(spec::WorkspaceLayer::Overlay("/state/layer".into())));
}

#[test]
fn a_layer_is_needed_exactly_for_copy_on_write() {
    let fixture = Fixture::new();
    let (run, trace) = ids();
    let settings = fixture.resolve(profile("python-dev")).unwrap();
    assert!(settings.needs_layer());
    assert!(matches!(settings.spec(run.clone(), trace.clone(), None), Err(Error::NoLayer)));
    let inside = settings.spec(run.clone(), trace.clone(), Some(fixture.path("project/.state")));
    assert!(matches!(inside, Err(Error::LayerInWorkspace { .. })));
    let settings = fixture.resolve(profile("strict")).unwrap();
    assert_eq!(settings.spec(run, trace, None).unwrap().workspace.unwrap().layer, None);
}

#[test]
fn the_command_is_asked_for_or_the_entrypoint() {
    let fixture = Fixture::new();
    fixture.write("project/list.yaml", "entrypoint: [python3, -V]");
    fixture.write("project/line.yaml", "entrypoint: echo $HOME");
    let argv = |profile: &str| {
        crate::resolve(&fixture.host(), &Request { profile: Some(profile.into()), ..Request::default() })
            .map(|settings| settings.argv)
    };
    assert_eq!(argv("./list.yaml").unwrap().value, ["python3", "-V"]);
    assert_eq!(argv("./line.yaml").unwrap().value, ["/bin/sh", "-c", "echo $HOME"]);
    insta::assert_snapshot!(argv("strict").unwrap_err(), @"no command is given, and the profile `strict` has no `entrypoint`; write the command after `--`, or use a profile that has one");
    assert_eq!(fixture.run("ls").argv.value, ["ls"]);
}

#[test]
fn working_directories_do_not_climb() {
    let fixture = Fixture::new();
    let workdir = |dir: &str| {
        fixture
            .resolve(Request { workdir: Some(dir.into()), ..Request::default() })
            .map(|settings| settings.workdir.value)
    };
    assert_eq!(workdir("sub/./dir/").unwrap(), Path::new("/workspace/sub/dir"));
    assert_eq!(workdir("/tmp").unwrap(), Path::new("/tmp"));
    for dir in ["..", "/workspace/../etc", "a/../../b", "", "a\0b"] {
        assert!(matches!(workdir(dir), Err(Error::Workdir(_))), "{dir:?}");
    }
    insta::assert_snapshot!(workdir("..").unwrap_err(), @"--workdir: `..` is no place inside the sandbox; give an absolute path, or one relative to the workspace, without `..`");
}

#[test]
fn only_named_variables_pass() {
    let fixture = Fixture::new()
        .with("LANG", "de_DE.UTF-8")
        .with("LC_TIME", "C")
        .with("TERM", "foot")
        .with("AWS_SECRET_ACCESS_KEY", "hunter2")
        .with("SSH_AUTH_SOCK", "/run/agent")
        .with("GITHUB_TOKEN", "x")
        .with("HTTP_PROXY", "http://u:p@host")
        .with("LD_PRELOAD", "/x.so")
        .with("SSL_CERT_FILE", "/nowhere/ca.pem")
        .with("GOPATH", "/nowhere/go");
    let names: Vec<_> =
        fixture.run("true").environment.iter().map(|one| one.value.name.to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_TIME", "TERM"]);
}

#[test]
fn the_stronger_source_of_a_variable_wins() {
    let fixture = Fixture::new().with("LANG", "host").with("CI_JOB", "7").with("CI_NAME", "n").with("A", "host");
    fixture.write("project/p.yaml", "env: {LANG: profile, A: profile, B: 3.10, C: }\nenv_pass: [CI_*]\n");
    let request = |env: &[&str], env_pass: &[&str]| Request {
        env: env.iter().map(Into::into).collect(),
        env_pass: env_pass.iter().map(Into::into).collect(),
        ..profile("./p.yaml")
    };
    let settings = fixture.resolve(request(&["CI_JOB=flag", "NEW=a=b", "NOWHERE"], &["A"])).unwrap();
    let inside = |name| fixture.inside(&settings, name);
    assert_eq!(inside("LANG").as_deref(), Some("profile"));
    assert_eq!(inside("A").as_deref(), Some("host"));
    assert_eq!(inside("B").as_deref(), Some("3.10"));
    assert_eq!(inside("CI_JOB").as_deref(), Some("flag"));
    assert_eq!(inside("CI_NAME").as_deref(), Some("n"));
    assert_eq!(inside("NEW").as_deref(), Some("a=b"));
    assert_eq!((inside("C"), inside("NOWHERE")), (None, None));
    insta::assert_snapshot!(fixture.refusal(request(&["=x"], &[])), @"a variable is refused (--env): `=x` has no variable name; write NAME=VALUE, or NAME to pass the host's value");
    insta::assert_snapshot!(fixture.refusal(request(&[], &["A*B"])), @"a variable is refused (--env-pass): `A*B` is not a pattern of variable names; `*` may stand at the end only");
}

#[test]
fn a_terminal_has_a_type() {
    let fixture = Fixture::new();
    let with_terminal = fixture.resolve(Request { terminal: true, ..Request::default() }).unwrap();
    assert_eq!(fixture.inside(&with_terminal, "TERM").as_deref(), Some("xterm"));
    assert_eq!(fixture.inside(&fixture.run("true"), "TERM"), None);
}

#[test]
fn the_path_is_rebuilt() {
    let fixture = Fixture::new();
    std::fs::create_dir_all(fixture.path("project/bin")).unwrap();
    std::fs::create_dir_all(fixture.path("home/u/.ssh")).unwrap();
    let dirs = [":.:relative:/usr/bin:/usr/bin/:/nowhere:", "/etc:", "/:~:/usr/sbin:"].concat();
    let own = ["project/bin", "home/u", "home/u/.ssh"].map(|dir| fixture.path(dir).display().to_string()).join(":");
    let fixture = fixture.with("PATH", format!("{dirs}{own}:/bin"));
    assert_eq!(fixture.inside(&fixture.run("true"), "PATH").as_deref(), Some("/usr/bin:/usr/sbin:/project/bin:/bin"));
    let fixture = fixture.with("PATH", "/nowhere");
    assert_eq!(fixture.inside(&fixture.run("true"), "PATH").as_deref(), Some("/usr/local/bin:/usr/bin:/bin"));
}

#[test]
fn names_and_values_that_are_not_text_survive() {
    let name = OsString::from_vec(b"LC_\xff".to_vec());
    let value = OsString::from_vec(b"\xfe".to_vec());
    let mut host = Fixture::new().host();
    host.env.push((name.clone(), value.clone()));
    host.env.push((OsString::from_vec(b"=C".to_vec()), value.clone()));
    let request = Request {
        argv: vec!["true".into()],
        workspace: WorkspaceChoice::None,
        env_pass: vec!["*".into()],
        ..Request::default()
    };
    let settings = resolve(&host, &request).unwrap();
    let found = settings.environment.iter().find(|one| one.value.name == name).unwrap();
    assert_eq!(found.value.value, value);
    assert!(settings.environment.iter().all(|one| one.value.name != "=C"));
}

#[test]
fn a_nul_in_the_command_is_refused() {
    let fixture = Fixture::new();
    let error = fixture.resolve(Request { argv: vec!["a\0b".into()], ..Request::default() }).unwrap_err();
    insta::assert_snapshot!(error, @"the command holds a NUL character, which no argument can");
}
