//! Why a sandbox could not be built or watched.

use std::path::PathBuf;

use linux::Errno;

/// Why a sandbox could not be built or watched. Nothing of the command has run unless `Watch` says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The host could not be looked at.
    #[error("cannot look at the host")]
    Survey(#[source] std::io::Error),
    /// A path to be shown does not exist.
    #[error("cannot show {0}: it does not exist")]
    Missing(PathBuf),
    /// A path, argument or variable has a NUL byte, which no system call can take.
    #[error("cannot use {0}: it has a NUL byte in it")]
    Nul(String),
    /// Something cannot be done without namespaces.
    #[error("cannot {0} without namespaces; `aisbx doctor` tells whether this host allows them")]
    Unconfined(String),
    /// Landlock is missing, or too old to keep signals in.
    #[error(
        "namespaces cannot be made here, and Landlock, which could stand in for them, {0}; `aisbx doctor` tells how to mend that"
    )]
    Landlock(String),
    /// The floor asks for a cgroup that cannot be had.
    #[error(
        "no cgroup with the {0} controller can be made here, which the profile's floor requires; `aisbx doctor` tells how, and `floor: {{cgroup: preferred}}` does without"
    )]
    Group(&'static str),
    /// A cgroup could not be made or set up.
    #[error("cannot {act} {path}; `floor: {{cgroup: off}}` does without")]
    Cgroup {
        /// What was being done.
        act: &'static str,
        /// Where.
        path: PathBuf,
        /// What the kernel said.
        #[source]
        errno: Errno,
    },
    /// Something cannot be shown in the way asked.
    #[error("cannot show {path}: {reason}")]
    Shape {
        /// The path on the host.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// A response is asked for to a class that is none.
    #[error("there is no class `{class}` of system calls to respond to: there are {known}")]
    Class {
        /// What was named.
        class: String,
        /// What could be.
        known: String,
    },
    /// What no profile may grant is to be let through.
    #[error("system calls of class `{0}` cannot be let through, so `log` is no response to them: choose deny or kill")]
    Unloggable(String),
    /// The kernel makes no namespaces for this caller.
    #[error("cannot make new namespaces (`aisbx doctor` tells what this host allows)")]
    Namespaces(#[source] Errno),
    /// The parent's part of the start failed.
    #[error("cannot {act}")]
    Start {
        /// What was being done.
        act: &'static str,
        /// What the kernel said.
        #[source]
        errno: Errno,
    },
    /// The child's part of the start failed.
    #[error("cannot {act}")]
    Build {
        /// What was being done.
        act: Act,
        /// What the kernel said.
        #[source]
        errno: Errno,
    },
    /// The child ended before it could say why.
    #[error("the sandbox ended while it was being built")]
    Vanished,
    /// The running sandbox could not be watched any further; it was ended.
    #[error("cannot watch the sandbox")]
    Watch(#[source] Errno),
}

impl Error {
    /// Whether namespaces are what could not be had: nothing ran, and another wall may do.
    pub fn lacks_namespaces(&self) -> bool {
        match self {
            Self::Namespaces(_) => true,
            Self::Build { act, .. } => matches!(act, Act::Separate | Act::Map),
            _ => false,
        }
    }
}

/// What the child was doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Moving into new namespaces.
    Separate,
    /// Mapping its ids.
    Map,
    /// Becoming the sandbox's user.
    Become,
    /// Opening the source of a step.
    Open(String),
    /// Showing something for writing whose file system cannot translate owners, which a sandbox of root's needs.
    Translate(PathBuf),
    /// Doing a step.
    Do(String),
    /// Laying the run's kept layer over the workspace: not every file system can be below or above.
    Overlay(String),
    /// Giving up capabilities and the rest of what it inherited.
    Surrender,
    /// Restricting itself to what the rules leave.
    Confine,
    /// Installing the system-call filter.
    Filter,
    /// Reading back that all of it holds.
    Verify,
    /// Going to the working directory.
    Workdir(PathBuf),
    /// Starting the command.
    Start,
}

impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Separate => f.write_str("make new namespaces"),
            Self::Map => f.write_str("map user and group ids into the sandbox"),
            Self::Become => f.write_str("become the sandbox's user"),
            Self::Open(step) => write!(f, "open what is needed to {step}"),
            Self::Translate(path) => write!(
                f,
                "show {} for writing, because its file system cannot translate owners (give it `cow` or `ro`, or run as its \
                 owner instead of root)",
                path.display()
            ),
            Self::Do(step) | Self::Overlay(step) => f.write_str(step),
            Self::Surrender => f.write_str("give up capabilities and inherited descriptors"),
            Self::Confine => f.write_str("restrict itself by Landlock"),
            Self::Filter => f.write_str("install the system-call filter"),
            Self::Verify => f.write_str("find every protection in force"),
            Self::Workdir(path) => write!(f, "go to the working directory {}", path.display()),
            Self::Start => f.write_str("start the command's process"),
        }
    }
}
