//! Host processes cannot be seen, signalled, traced or entered.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use crate::harness::{World, outside, unique};

/// A process of the same user on the host, with a secret in its environment and a name of its own.
struct Bystander {
    child: Child,
    name: String,
}

impl Bystander {
    fn new() -> Self {
        let name = unique("bystander");
        let child = Command::new("sleep").arg0(&name).arg("120").env("SECRET", "bystanders-secret").spawn();
        Self { child: child.expect("start sleep"), name }
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("ask for the bystander").is_none()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn host_processes_are_invisible() {
    let world = World::new();
    let bystander = Bystander::new();
    let line = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ /proc/[0-9]*/task/*/comm 2>/dev/null | tr '\\0' '\\n'";
    let control = Command::new("sh").args(["-c", line]).output().expect("run sh");
    assert!(String::from_utf8_lossy(&control.stdout).contains(&bystander.name), "control");
    let inside = world.sandbox().sh(line);
    assert!(!inside.out().contains(&bystander.name), "{inside}");
    assert!(!inside.out().contains("bystanders-secret"), "{inside}");
    assert!(outside(["pids"]).detail()[bystander.pid()].is_string(), "control");
    let visible = world.sandbox().probe(["pids"]).works();
    let visible = visible.detail().as_object().expect("processes").clone();
    assert!(visible.len() <= 2, "init and the probe: {visible:?}");
}

#[test]
fn host_processes_cannot_be_signalled() {
    let world = World::new();
    let mut bystander = Bystander::new();
    let pid = bystander.pid();
    for way in ["kill", "tgkill", "queue", "pidfd", "owner"] {
        outside(["signal", way, &pid, "0"]).works();
        for signal in ["0", "9"] {
            world.sandbox().probe(["signal", way, &pid, signal]).answers("ESRCH");
        }
    }
    outside(["signal", "kill", "-1", "0"]).works();
    world.sandbox().probe(["signal", "kill", "-1", "0"]).answers("ESRCH");
    assert!(bystander.is_running());
}

#[test]
fn host_processes_cannot_be_traced_or_entered() {
    let world = World::new();
    let mut bystander = Bystander::new();
    let pid = bystander.pid();
    for how in ["attach", "seize"] {
        let control = outside(["ptrace", how, &pid]);
        // Yama may forbid it outside as well (kernel.yama.ptrace_scope).
        assert!(["ok", "EPERM"].contains(&control.answer()), "{control:?}");
        world.sandbox().probe(["ptrace", how, &pid]).answers("EPERM");
    }
    outside(["list", &format!("/proc/{pid}/root")]).works();
    for below in ["root", "cwd", "fd", "environ", "maps", "ns"] {
        world.sandbox().probe(["stat", &format!("/proc/{pid}/{below}")]).answers("ENOENT");
    }
    assert!(bystander.is_running());
}

#[test]
fn init_shows_nothing_of_itself() {
    let world = World::new();
    for [act, path] in [
        ["list", "/proc/1/root"],
        ["list", "/proc/1/cwd/"],
        ["list", "/proc/1/fd"],
        ["read", "/proc/1/environ"],
        ["read", "/proc/1/maps"],
        ["read", "/proc/1/mem"],
        ["read", "/proc/1/exe"],
        ["readlink", "/proc/1/exe"],
        ["open-write", "/proc/1/exe"],
        ["open-write", "/proc/1/mem"],
    ] {
        // Control: the same on the caller's own process works.
        let own = path.replace("/1/", "/self/");
        let control = outside([act, &own]);
        assert!(
            ["ok", "ETXTBSY", "EIO", "EISDIR", "EACCES"].contains(&control.answer()),
            "control: {act} {own}: {control:?}"
        );
        let found = world.sandbox().probe([act, path]);
        let expected = ["EACCES", "EPERM", "ENOENT"];
        assert!(expected.contains(&found.answer()), "{act} {path}: {found:?}");
    }
    world.sandbox().probe(["ptrace", "attach", "1"]).answers("EPERM");
}

#[test]
fn two_sandboxes_do_not_see_each_other() {
    let world = World::new();
    let other = World::new();
    let name = unique("neighbour");
    let mut neighbour = other.sandbox().with_probe().start([crate::harness::PROBE, "stubborn", "60", &name]);
    assert!(neighbour.line().contains("ready"));
    let seen = world.sandbox().sh("cat /proc/[0-9]*/cmdline | tr '\\0' ' '").success();
    assert!(!seen.out().contains(&name), "{seen}");
    world.sandbox().sh("kill -9 -1; true").success();
    assert!(neighbour.child.try_wait().expect("ask for the neighbour").is_none());
}

#[test]
fn the_launchers_own_arguments_are_not_told() {
    let world = World::new();
    let sandbox = world.sandbox().flags(["--env", "TOKEN=told-in-arguments"]);
    let ended =
        sandbox.sh("tr '\\0' '\\n' </proc/1/cmdline; cat /proc/1/comm; tr '\\0' '\\n' </proc/1/environ").code(2);
    assert!(!ended.out().contains("told-in-arguments"), "{ended}");
    assert!(!ended.out().contains("--env") && !ended.out().contains(world.root().to_str().expect("UTF-8")), "{ended}");
}
