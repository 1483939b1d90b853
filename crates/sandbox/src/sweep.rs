//! Removes the group of a run that is over.

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use linux::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::RunGroup;

/// After what pauses removing is tried again: the last process leaves its group shortly after its end.
pub(crate) const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(600),
];

impl RunGroup {
    /// Whether no process is in it.
    pub fn is_empty(&self) -> bool {
        members(&self.directory).is_empty()
    }

    /// Removes it if no process is in it: the kernel refuses it else (cgroups(7)).
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Ends all that is in it and removes it. Only for a run that is known to be over.
    pub fn end(&self) -> io::Result<()> {
        let mut outcome = Ok(());
        for pause in PAUSES {
            thread::sleep(pause);
            outcome = self.remove();
            match &outcome {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => kill(&self.directory)?,
                _ => return outcome,
            }
        }
        outcome
    }
}

/// Ends all that is in a group, and waits until nobody is.
pub(crate) fn empty(group: &Path) -> io::Result<()> {
    for pause in PAUSES {
        thread::sleep(pause);
        if members(group).is_empty() {
            return Ok(());
        }
        kill(group)?;
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// The processes in a group. One that is not there has none.
pub(crate) fn members(group: &Path) -> Vec<Pid> {
    let listed = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    // A process that this namespace has no number for is listed as 0.
    listed.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)).collect()
}

/// Ends all that is in a group: at once where the kernel can (Linux 5.14, version two), else one process after the other.
pub(crate) fn kill(group: &Path) -> io::Result<()> {
    let switch = group.join("cgroup.kill");
    if switch.exists() && fs::write(switch, "1").is_ok() {
        return Ok(());
    }
    members(group).into_iter().try_for_each(|pid| Ok(kill_member(group, pid)?))
}

/// A number may pass to another process at any time. What the descriptor leads to had it when it was opened; if the number is in
/// the group after that, either it is the same process or that one has ended, and gets no signal.
fn kill_member(group: &Path, pid: Pid) -> linux::Result<()> {
    let process = match pidfd_open(pid, PidfdFlags::empty()) {
        Err(Errno::SRCH) => return Ok(()),
        opened => opened?,
    };
    if !members(group).contains(&pid) {
        return Ok(());
    }
    match pidfd_send_signal(&process, Signal::KILL) {
        Err(Errno::SRCH) => Ok(()),
        sent => sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_numbers_and_nothing_else() {
        let group = std::env::temp_dir().join(format!("aisbx-members-{}", std::process::id()));
        fs::create_dir_all(&group).unwrap();
        fs::write(group.join("cgroup.procs"), "7\n0\n\nx\n4194304\n").unwrap();
        let pids: Vec<_> = members(&group).iter().map(|pid| pid.as_raw_nonzero().get()).collect();
        fs::remove_dir_all(&group).unwrap();
        assert_eq!(pids, [7, 4_194_304]);
        assert_eq!(members(&group), []);
    }

    #[test]
    fn who_left_the_group_is_not_ended() {
        let mut sleep = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let pid = Pid::from_child(&sleep);
        kill_member(Path::new("/nonexistent"), pid).unwrap();
        assert_eq!(sleep.try_wait().unwrap(), None);
        sleep.kill().unwrap();
        sleep.wait().unwrap();
    }
}
