//! What the contestants are asked to do.

use std::process::Command;

/// One command and where it is run.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) name: &'static str,
    /// By absolute path: a shim of a version manager would cost more than any sandbox.
    pub(super) command: &'static [&'static str],
    pub(super) ground: Ground,
    /// The built-in profile of ours that a person would pick for it.
    pub(super) profile: &'static str,
    /// Long jobs are run that many times less often.
    pub(super) fraction: usize,
}

/// The workspace a command is run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Empty,
    /// Ten thousand files.
    Tree,
}

impl Job {
    /// The shortest command in the same place, for a job that is to be told without its start; else none.
    pub(super) fn start(&self) -> Option<Self> {
        (self.ground == Ground::Tree).then_some(Self { command: &["/usr/bin/true"], ..*self })
    }

    /// The bare command.
    pub(super) fn command(&self) -> Command {
        let mut words = self.command.iter();
        let mut command = Command::new(words.next().unwrap_or(&""));
        command.args(words);
        command
    }
}

/// Starting at all; starting what people start; touching many files.
pub(super) const JOBS: &[Job] = &[
    Job { name: "true", command: &["/usr/bin/true"], ground: Ground::Empty, profile: "minimal", fraction: 1 },
    Job {
        name: "python3 -c pass",
        command: &["/usr/bin/python3", "-c", "pass"],
        ground: Ground::Empty,
        profile: "python-dev",
        fraction: 2,
    },
    Job {
        name: "find over 10000 files",
        // A hundred lines of output: what is told of a walk is not to be how fast output passes.
        command: &["/usr/bin/find", ".", "-type", "f", "-name", "file-00.txt"],
        ground: Ground::Tree,
        profile: "python-dev",
        fraction: 1,
    },
    Job {
        name: "grep -r over 10000 files",
        command: &["/usr/bin/grep", "-r", "needle", "."],
        ground: Ground::Tree,
        profile: "python-dev",
        fraction: 4,
    },
];
