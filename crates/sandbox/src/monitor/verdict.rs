//! How a run ended, from everything that was seen of its end.

use std::ffi::OsStr;

use linux::Errno;
use linux::process::Status;
use rustix::process::Resource;
use spec::{Outcome, Room, Sender};

use super::guard::Full;
use crate::plan::{Bounds, with_margin};
use crate::survey::Controller;

/// Everything that was seen of an end.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The limit for which we ended it.
    pub(super) reached: Option<Outcome>,
    /// Why the program could not be executed, and whether it was found.
    pub(super) not_executed: Option<(Errno, bool)>,
    /// How the command ended.
    pub(super) ended: Option<Status>,
    /// Signals that the caller had us pass on.
    pub(super) passed: Vec<i32>,
    /// Processes that the kernel refused, where it counts them.
    pub(super) refused: u64,
    /// The most processes that were seen at one time.
    pub(super) peak_tasks: u32,
    /// What was full at the end.
    pub(super) full: Option<Full>,
    /// Whether somebody was killed for a system call.
    pub(super) filtered: bool,
}

impl Seen {
    /// How it ended; `None` where nothing was seen. A limit explains a failure, never a success.
    pub(super) fn outcome(&self, bounds: &Bounds, program: &OsStr) -> Option<Outcome> {
        if let Some(reached) = &self.reached {
            return Some(reached.clone());
        }
        if let Some((errno, found)) = self.not_executed {
            let reason = not_executed(errno, found, &program.to_string_lossy());
            return Some(Outcome::NotExecuted { code: if found { 126 } else { 127 }, reason });
        }
        Some(match self.ended? {
            Status::Exited(0) => Outcome::Exited { code: 0 },
            // So a shell tells of a child.
            Status::Exited(told) if told == code(libc::SIGXFSZ as u8) => {
                let limited = self.limited(bounds, told).or_else(|| too_large(bounds, told));
                limited.unwrap_or(Outcome::Exited { code: told })
            }
            Status::Exited(code) => self.limited(bounds, code).unwrap_or(Outcome::Exited { code }),
            Status::Signaled(signal) => {
                let limited = match i32::from(signal) {
                    libc::SIGXFSZ => too_large(bounds, code(signal)),
                    _ => self.limited(bounds, code(signal)),
                };
                limited.unwrap_or(Outcome::Signaled { signal, by: self.sender(signal.into()) })
            }
        })
    }

    /// The limit that was in the way of a command which failed.
    fn limited(&self, bounds: &Bounds, code: u8) -> Option<Outcome> {
        if let Some(limit) = bounds.watched.pids {
            let counting = bounds.group.as_ref().is_some_and(|group| group.has(Controller::Pids));
            let refused = counting.then_some(self.refused);
            if refused.map_or(self.peak_tasks >= limit, |count| count > 0) {
                return Some(Outcome::TooManyProcesses { limit, refused, code });
            }
        }
        let Full { of, limit, usage } = self.full?;
        Some(Outcome::DiskFull { of, limit, usage: Some(usage), code })
    }

    fn sender(&self, signal: i32) -> Sender {
        match signal {
            _ if self.passed.contains(&signal) => Sender::Caller,
            libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE | libc::SIGILL => Sender::Fault,
            libc::SIGSYS => Sender::Filter,
            libc::SIGKILL if self.filtered => Sender::Filter,
            _ => Sender::Process,
        }
    }
}

/// As a shell has it.
fn code(signal: u8) -> u8 {
    128_u8.saturating_add(signal)
}

/// A file grew larger than it may; where no limit of ours says so, the caller's does.
fn too_large(bounds: &Bounds, code: u8) -> Option<Outcome> {
    let (_, limit) = bounds.resources.iter().find(|(resource, _)| *resource == Resource::Fsize)?;
    let disk = bounds.watched.disk.filter(|disk| with_margin(*disk) == *limit);
    let (of, limit) = disk.map_or((Room::FileSize, *limit), |disk| (Room::Disk, disk.as_bytes()));
    // Where a file was cut off, it had the size that it may have.
    Some(Outcome::DiskFull { of, limit, usage: Some(limit), code })
}

fn not_executed(errno: Errno, found: bool, program: &str) -> String {
    match (errno, found) {
        (_, false) if program.contains('/') => format!("`{program}` does not exist in the sandbox"),
        (_, false) => format!("`{program}` was not found in the sandbox's PATH"),
        (Errno::NOENT, true) => {
            format!("`{program}` needs an interpreter or loader that does not exist in the sandbox")
        }
        (Errno::ACCESS, true) => format!("`{program}` is not executable"),
        (Errno::NOEXEC, true) => format!("`{program}` is no program of this machine; a script needs a `#!` line"),
        (errno, true) => format!("`{program}` cannot be executed: {errno}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Watched;

    fn bounds() -> Bounds {
        let watched = Watched { pids: Some(8), disk: Some(spec::Size::mebibytes(4)), ..Watched::default() };
        let file_size = with_margin(spec::Size::mebibytes(4));
        Bounds { watched, resources: vec![(Resource::Fsize, file_size)], ..Bounds::default() }
    }

    fn outcome(seen: &Seen) -> Outcome {
        seen.outcome(&bounds(), OsStr::new("p")).unwrap()
    }

    #[test]
    fn a_limit_explains_a_failure_and_never_a_success() {
        let full = Some(Full { of: Room::Scratch, limit: 10, usage: 10 });
        let seen = |ended| Seen { ended: Some(ended), full, peak_tasks: 8, ..Seen::default() };
        assert_eq!(outcome(&seen(Status::Exited(0))), Outcome::Exited { code: 0 });
        let many = Outcome::TooManyProcesses { limit: 8, refused: None, code: 3 };
        assert_eq!(outcome(&seen(Status::Exited(3))), many);
        let disk = Seen { peak_tasks: 7, ..seen(Status::Exited(3)) };
        let expected = Outcome::DiskFull { of: Room::Scratch, limit: 10, usage: Some(10), code: 3 };
        assert_eq!(outcome(&disk), expected);
    }

    #[test]
    fn who_sent_a_signal_is_told() {
        let by = |signal: u8, passed: Vec<i32>| match outcome(&Seen {
            ended: Some(Status::Signaled(signal)),
            passed,
            ..Seen::default()
        }) {
            Outcome::Signaled { by, .. } => by,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(by(15, vec![15]), Sender::Caller);
        assert_eq!(by(15, vec![2]), Sender::Process);
        assert_eq!(by(11, Vec::new()), Sender::Fault);
        assert_eq!(by(31, Vec::new()), Sender::Filter);
    }

    #[test]
    fn a_file_that_is_too_large_names_the_limit() {
        let seen = Seen { ended: Some(Status::Signaled(25)), ..Seen::default() };
        let expected = Outcome::DiskFull { of: Room::Disk, limit: 4 << 20, usage: Some(4 << 20), code: 153 };
        assert_eq!(outcome(&seen), expected);
    }

    #[test]
    fn a_shell_tells_of_a_child_whose_file_was_too_large() {
        let seen = Seen { ended: Some(Status::Exited(153)), ..Seen::default() };
        let expected = Outcome::DiskFull { of: Room::Disk, limit: 4 << 20, usage: Some(4 << 20), code: 153 };
        assert_eq!(outcome(&seen), expected);
        assert_eq!(seen.outcome(&Bounds::default(), OsStr::new("p")), Some(Outcome::Exited { code: 153 }));
    }

    #[test]
    fn what_was_ended_for_a_limit_is_told_so_whatever_the_command_says() {
        let reached = Outcome::OutOfMemory { limit: None, usage: None, process: None };
        let seen = Seen { reached: Some(reached.clone()), ended: Some(Status::Exited(0)), ..Seen::default() };
        assert_eq!(outcome(&seen), reached);
        assert_eq!(Seen::default().outcome(&bounds(), OsStr::new("p")), None);
    }
}
