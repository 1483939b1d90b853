//! What the tests have in common: records, places, other users, other processes.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use aisbx_store::{Record, State, Store, remove};
use jiff::Timestamp;
use rustix::fs::{Mode, OFlags};
use rustix::process::geteuid;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use spec::{Driver, Outcome, Report, RunId, TraceId};
use tempfile::TempDir;

/// An ordinary user of every Linux.
pub(crate) const NOBODY: u32 = 65534;

/// A run that started so many milliseconds after the beginning of 2024.
pub(crate) fn record(millis: u64) -> Record {
    Record {
        run_id: RunId::new(1_704_067_200_000 + millis, millis.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        trace_id: TraceId::new(u128::from(millis) + 1),
        profile: "strict".to_owned(),
        driver: Driver::Native,
        command: vec!["sh".to_owned(), "-c".to_owned(), "echo \u{fffd}".to_owned()],
        started: Timestamp::from_millisecond(1_704_067_200_000 + millis as i64).unwrap(),
        workspace: Some("/home/user/project".into()),
        monitor: std::process::id(),
    }
}

pub(crate) fn report(record: &Record) -> Report {
    Report {
        run_id: record.run_id.clone(),
        trace_id: record.trace_id.clone(),
        profile: record.profile.clone(),
        driver: record.driver,
        command: record.command.clone(),
        outcome: Outcome::Exited { code: 7 },
        hint: None,
        exit_code: 7,
        duration_us: 1234,
        usage: spec::Usage::default(),
        stdout: spec::Captured::default(),
        stderr: spec::Captured::default(),
        denials: Vec::new(),
        changes: None,
        enforced: spec::Enforcement::default(),
    }
}

/// A new place with a store in it.
pub(crate) fn store() -> (TempDir, Store) {
    let home = TempDir::new().unwrap();
    let store = Store::open(&home.path().join("aisbx")).unwrap();
    (home, store)
}

/// A run whose monitor was gone before it ended.
pub(crate) fn interrupt(store: &Store, record: &Record) {
    drop(store.begin(record).unwrap());
    // Other tests start processes all the time, which share the lock from fork to exec.
    while store.find(record.run_id.as_str()).unwrap().state() == &State::Running {
        std::thread::yield_now();
    }
}

/// The users that tests about rights have to hold for: an ordinary one, and root where we are root.
pub(crate) fn users() -> Vec<u32> {
    let us = geteuid().as_raw();
    if us == 0 { vec![0, NOBODY] } else { vec![us] }
}

/// The user that permission bits bind.
pub(crate) fn ordinary() -> u32 {
    users().pop().unwrap()
}

/// A place that goes with whatever is left in it, closed directories included.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = remove::tree(self.path());
    }
}

/// A new place that belongs to a user.
pub(crate) fn home_of(user: u32) -> Home {
    let home = TempDir::new().unwrap();
    chown(home.path(), Some(user), Some(user)).unwrap();
    Home(home)
}

/// Does something as a user: in a thread of its own, whose rights nobody else shares.
pub(crate) fn as_user<T: Send>(user: u32, act: impl FnOnce() -> T + Send) -> T {
    let become_user = move || {
        if geteuid().as_raw() != user {
            let id = rustix::process::Gid::from_raw(user);
            set_thread_groups(&[]).unwrap();
            set_thread_res_gid(id, id, id).unwrap();
            let id = rustix::process::Uid::from_raw(user);
            set_thread_res_uid(id, id, id).unwrap();
        }
        act()
    };
    thread::scope(|scope| scope.spawn(become_user).join().unwrap())
}

/// Runs a shell script as a user, which must succeed.
pub(crate) fn shell(user: u32, directory: &Path, script: &str) {
    let output = command(user, "sh").args(["-euc", script]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a shell script as root of a new user and mount namespace, which must succeed: what it mounts goes with it.
pub(crate) fn shell_aside(user: u32, directory: &Path, script: &str) {
    let mut command = command(user, "unshare");
    let output = command.args(["-Urm", "sh", "-euc", script]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A command that is to be run by a user.
pub(crate) fn command(user: u32, program: &str) -> Command {
    let mut command = Command::new(program);
    if geteuid().as_raw() != user {
        command.uid(user).gid(user);
    }
    command
}

/// Another process that does what the ignored test `name` does, in the directory that its environment names.
pub(crate) fn other_process(name: &str, place: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(["--ignored", "--exact", name, "--nocapture", "--test-threads=1"]);
    command.env(PLACE, place);
    command
}

/// Words of a shell command for [`other_process`].
pub(crate) fn other_process_in_shell(name: &str, place: &Path) -> String {
    format!("{PLACE}='{}' {} --ignored --exact {name} --nocapture --test-threads=1", place.display(), program())
}

/// This very program, by a descriptor that children inherit: other users may not be able to get to where it lies.
fn program() -> String {
    static PROGRAM: OnceLock<OwnedFd> = OnceLock::new();
    let open = || rustix::fs::open(std::env::current_exe().unwrap(), OFlags::PATH, Mode::empty()).unwrap();
    format!("/proc/self/fd/{}", PROGRAM.get_or_init(open).as_raw_fd())
}

const PLACE: &str = "AISBX_STORE_TEST_PLACE";

/// Where the other process is to work; `None` when it is no other process but somebody who runs ignored tests by hand.
pub(crate) fn place() -> Option<std::path::PathBuf> {
    std::env::var_os(PLACE).map(Into::into)
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// An error with everything that led to it, the way a door prints it.
pub(crate) fn told(error: &dyn std::error::Error, home: &Path) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        told = format!("{told}: {source}");
        next = source.source();
    }
    told.replace(&*home.to_string_lossy(), "HOME")
}
