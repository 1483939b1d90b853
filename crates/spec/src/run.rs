//! One run, fully resolved: what is to be executed, and in what.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::{Driver, Floor, Limits, Mount, Network, Response, RunId, Syscalls, TraceId, Workspace};

/// One run, fully resolved. Nothing in it depends on the environment any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSpec {
    /// Name of the run.
    pub run_id: RunId,
    /// Trace the run belongs to.
    pub trace_id: TraceId,
    /// Name of the profile it was resolved from.
    pub profile: String,
    /// Which wall to build.
    pub driver: Driver,
    /// What to execute.
    pub command: Command,
    /// Who the command is inside.
    pub identity: Identity,
    /// The tree it works on; `None`: an empty directory that dies with the run.
    pub workspace: Option<Workspace>,
    /// Host paths shown read-only at their own place: the system and the toolchains. A path that is a symbolic link is
    /// recreated as that link.
    pub view: Vec<PathBuf>,
    /// Further host paths shown inside.
    pub mounts: Vec<Mount>,
    /// What it can reach over the network.
    pub network: Network,
    /// How much it may use.
    pub limits: Limits,
    /// Which system calls it may make.
    pub syscalls: Syscalls,
    /// What is done about refused calls, by the name of their class; of classes that are not here, they fail.
    pub responses: BTreeMap<String, Response>,
    /// The least enforcement that it accepts.
    pub floor: Floor,
}

/// What to execute inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments; never empty. A program without `/` is looked up in the `PATH` of `env`.
    pub argv: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// Absolute working directory inside.
    pub workdir: PathBuf,
    /// What it reads.
    pub stdin: Stdin,
    /// Whether it gets a terminal of its own.
    pub terminal: bool,
}

/// What a command reads on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// What the caller's standard input yields.
    Pass,
    /// Nothing: end of file at once.
    Empty,
}

/// Who the command is inside the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// User and group name.
    pub name: String,
    /// User and group id.
    pub id: u32,
    /// Home directory: empty, writable, gone with the run.
    pub home: PathBuf,
}

impl Default for Identity {
    fn default() -> Self {
        Self { name: "sandbox".to_owned(), id: 1000, home: PathBuf::from("/home/sandbox") }
    }
}
