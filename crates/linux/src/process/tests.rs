//! Processes made, held, killed and buried for real.

use super::*;

#[test]
fn a_child_returns_its_code() {
    let child = clone(Namespaces::empty(), None, || 42).unwrap();
    assert_eq!(child.wait().unwrap().status, Status::Exited(42));
}

#[test]
fn a_child_can_be_killed() {
    let child = clone(Namespaces::empty(), None, || {
        std::thread::sleep(Duration::from_secs(60));
        0
    })
    .unwrap();
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().status, Status::Signaled(9));
}

#[test]
fn a_holder_keeps_its_namespaces_until_it_is_killed() {
    let holder = hold(Namespaces::USER).unwrap();
    let link = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/user")).unwrap();
    assert_ne!(link(&holder.pid().to_string()), link("self"));
    holder.kill().unwrap();
    assert_eq!(holder.wait().unwrap().status, Status::Signaled(9));
}

#[test]
fn a_spawned_child_shares_memory_until_it_ends() {
    let mut seen = 0;
    let pid = spawn(|| {
        seen = std::process::id();
        7
    });
    let (buried, ended) = wait4(pid.unwrap().as_raw_nonzero().get(), 0).unwrap().unwrap();
    assert_eq!((buried.as_raw_nonzero().get() as u32, ended.status), (seen, Status::Exited(7)));
}

#[test]
fn arguments_can_be_forgotten() {
    let code = clone(Namespaces::empty(), None, || {
        let before = std::fs::read("/proc/self/cmdline").unwrap();
        forget_arguments().unwrap();
        let after = std::fs::read("/proc/self/cmdline").unwrap();
        u8::from(before.iter().any(|byte| *byte != 0) && after.iter().all(|byte| *byte == 0))
    });
    assert_eq!(code.unwrap().wait().unwrap().status, Status::Exited(1));
}

#[test]
fn what_cannot_be_executed_says_why() {
    let none = Strings::new([]);
    assert_eq!(execute(c"/nonexistent", &none, &none), Errno::NOENT);
    assert_eq!(execute(c"/", &none, &none), Errno::ACCESS);
}
