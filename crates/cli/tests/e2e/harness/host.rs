//! The host's state, as a test sees it.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The user id of this test.
pub(crate) fn user_id() -> u32 {
    fs::metadata("/proc/self").expect("proc is mounted").uid()
}

/// Whether this test runs as root.
pub(crate) fn is_root() -> bool {
    user_id() == 0
}

/// A word that no other test, run or process has in its command line.
pub(crate) fn unique(word: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{word}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The processes, of whatever namespace, whose command line holds a marker. Zombies have none, and are no processes any more.
pub(crate) fn alive(marker: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("list processes").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|pid| command_line(*pid).is_some_and(|line| line.contains(marker))).collect()
}

/// The processes, but this one, that have something below a path open, or stand in it.
pub(crate) fn holders(path: &Path) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("list processes").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|pid| *pid != std::process::id() && holds(*pid, path)).collect()
}

fn holds(pid: u32, path: &Path) -> bool {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten().map(|entry| entry.path());
    let places = ["cwd", "root"].map(|name| format!("/proc/{pid}/{name}").into());
    descriptors.chain(places).any(|link| fs::read_link(link).is_ok_and(|target| target.starts_with(path)))
}

/// Whether a process is there, and not just its zombie.
pub(crate) fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

fn command_line(pid: u32) -> Option<String> {
    fs::read(format!("/proc/{pid}/cmdline")).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether something becomes true soon: far sooner than this waits, but a loaded machine is no failure.
pub(crate) fn eventually(mut condition: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(10) {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    condition()
}

/// The mounts of the host that name a path.
pub(crate) fn mounts(path: &Path) -> Vec<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").expect("read the mount table");
    let path = path.to_str().expect("test paths are UTF-8");
    table.lines().filter(|line| line.contains(path)).map(str::to_owned).collect()
}

/// The SHA-256 of a file.
pub(crate) fn sha256(path: &Path) -> String {
    let mut child = Command::new("sha256sum").arg(path).stdout(Stdio::piped()).spawn().expect("run sha256sum");
    let mut text = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut text).expect("read the sum");
    child.wait().expect("wait for sha256sum");
    text.split_whitespace().next().expect("a sum").to_owned()
}
