//! What the command line asked for.

use std::ffi::OsString;
use std::path::PathBuf;

use spec::{Access, Cpu, Driver, Lifetime, Mount, Network, Size, Stdin};

use crate::Ceiling;

/// What the command line asked for; what it left out is for the profile to say, and in the end for the defaults.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `--profile`: a name, or a path if it holds a `/` or ends in `.yaml` or `.yml`; `FILE#NAME` chooses one of several.
    pub profile: Option<OsString>,
    /// `--driver`.
    pub driver: Option<Driver>,
    /// `--cpu`.
    pub cpu: Option<Ceiling<Cpu>>,
    /// `--mem`.
    pub memory: Option<Ceiling<Size>>,
    /// `--cpu-shares`.
    pub cpu_shares: Option<Ceiling<u32>>,
    /// `--cpu-time`.
    pub cpu_time: Option<Ceiling<Lifetime>>,
    /// `--pids`.
    pub pids: Option<Ceiling<u32>>,
    /// `--disk`.
    pub disk: Option<Ceiling<Size>>,
    /// `--inodes`.
    pub inodes: Option<Ceiling<u64>>,
    /// `--file-size`.
    pub file_size: Option<Ceiling<Size>>,
    /// `--open-files`.
    pub open_files: Option<Ceiling<u32>>,
    /// `--max-output`.
    pub output: Option<Ceiling<Size>>,
    /// `--timeout`.
    pub lifetime: Option<Ceiling<Lifetime>>,
    /// `--net`.
    pub network: Option<Network>,
    /// `--mount`, each read by [`crate::parse_mount`].
    pub mounts: Vec<Mount>,
    /// `--env`: `NAME=VALUE`, or `NAME` to pass the host's value.
    pub env: Vec<OsString>,
    /// `--env-pass`: a name, with a `*` at its end for all that begin alike.
    pub env_pass: Vec<OsString>,
    /// `--workdir`: absolute inside the sandbox, or relative to the workspace.
    pub workdir: Option<PathBuf>,
    /// `--workspace` and `--no-workspace`.
    pub workspace: WorkspaceChoice,
    /// `--access`: what the sandbox may do with the workspace.
    pub access: Option<Access>,
    /// `-t`: a terminal of its own.
    pub terminal: bool,
    /// What the command reads; the caller's standard input unless said otherwise.
    pub stdin: Option<Stdin>,
    /// Program and arguments; empty for the profile's `entrypoint`.
    pub argv: Vec<OsString>,
}

/// Which tree the command works on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WorkspaceChoice {
    /// What the profile says, else the working directory.
    #[default]
    Unsaid,
    /// This directory.
    Directory(PathBuf),
    /// An empty directory that dies with the run.
    None,
}
