//! Which directory may be a workspace.

use std::io;
use std::path::{Path, PathBuf};

use crate::Host;

/// Why a directory is no workspace.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// It cannot be found.
    #[error("cannot use `{}` as the workspace", path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// A file.
    #[error("cannot use `{}` as the workspace: it is not a directory; {WAY_OUT}", .0.display())]
    NotDirectory(PathBuf),
    /// It would show far more than a project.
    #[error("cannot use `{}` as the workspace: {why}; {WAY_OUT}", path.display())]
    Refused {
        /// The directory.
        path: PathBuf,
        /// What it is.
        why: &'static str,
    },
    /// Two places name one.
    #[error("the workspace is given by --workspace and by a mount at /workspace; keep one")]
    Twice,
}

const WAY_OUT: &str = "cd into a project, or give --workspace DIR, or --no-workspace for an empty one";

/// What is refused with everything below it.
const TREES: [(&str, &str); 3] = [
    ("/proc", "it is the kernel's view of the host"),
    ("/sys", "it is the kernel's view of the host"),
    ("/dev", "it holds the host's devices"),
];

/// What is welcome although it lies below one of these: memory, for trees that are to be fast and short-lived.
const MEMORY: &str = "/dev/shm";

/// What is refused itself: a project may lie below, but the whole is none.
const WHOLES: [(&str, &str); 19] = [
    ("/", "it is the whole host"),
    ("/bin", "it is part of the system"),
    ("/boot", "it is part of the system"),
    ("/dev/shm", "it is the memory that all programs of the host share"),
    ("/etc", "it holds the host's configuration"),
    ("/home", "it holds the homes of all users"),
    ("/lib", "it is part of the system"),
    ("/lib32", "it is part of the system"),
    ("/lib64", "it is part of the system"),
    ("/libx32", "it is part of the system"),
    ("/opt", "it holds installed programs"),
    ("/root", "it is the home directory of root"),
    ("/run", "it holds the sockets of the host's services"),
    ("/sbin", "it is part of the system"),
    // Agents for keys and desktops keep their sockets there.
    ("/tmp", "it is shared by all programs of the host, which keep sockets there"),
    ("/usr", "it is part of the system"),
    ("/usr/local", "it is part of the system"),
    ("/var", "it holds the host's state"),
    ("/var/tmp", "it is shared by all programs of the host"),
];

/// What of the home directory is refused with everything below it.
const SECRETS: [(&str, &str); 8] = [
    (".ssh", "it holds keys"),
    (".gnupg", "it holds keys"),
    (".aws", "it holds credentials"),
    (".azure", "it holds credentials"),
    (".kube", "it holds credentials"),
    (".docker", "it holds credentials"),
    (".password-store", "it holds passwords"),
    (".local/share/keyrings", "it holds passwords"),
];

/// The real path of a workspace.
///
/// # Errors
/// It is not there, is no directory, or would show more than a project.
pub(crate) fn check(path: &Path, host: &Host) -> Result<PathBuf, WorkspaceError> {
    let missing = |source| WorkspaceError::Missing { path: path.to_owned(), source };
    let real = std::fs::canonicalize(path).map_err(missing)?;
    if let Some(why) = refusal(&real, host) {
        return Err(WorkspaceError::Refused { path: real, why });
    }
    if std::fs::metadata(&real).map_err(missing)?.is_dir() { Ok(real) } else { Err(WorkspaceError::NotDirectory(real)) }
}

fn refusal(real: &Path, host: &Host) -> Option<&'static str> {
    let find = |table: &[(&str, &'static str)], hit: &dyn Fn(&str) -> bool| {
        table.iter().find(|(place, _)| hit(place)).map(|(_, why)| *why)
    };
    find(&WHOLES, &|place| real == Path::new(place))
        .or_else(|| find(&TREES, &|place| real.starts_with(place) && !real.starts_with(MEMORY)))
        .or_else(|| host.home.as_deref().and_then(|home| in_home(real, home)))
        .or_else(|| in_state(real, host))
}

/// The home directory is looked at as it is written and as it really is: `/home` may be a link.
fn in_home(real: &Path, home: &Path) -> Option<&'static str> {
    let resolved = std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
    if real == resolved {
        return Some("it is your home directory");
    }
    if resolved.starts_with(real) {
        return Some("it holds your home directory");
    }
    let inside = real.strip_prefix(&resolved).ok()?;
    SECRETS.iter().find(|(place, _)| inside.starts_with(place)).map(|(_, why)| *why)
}

fn in_state(real: &Path, host: &Host) -> Option<&'static str> {
    let state = host.state_dir().ok()?;
    real.starts_with(state).then_some("it holds the records of other runs")
}

#[cfg(test)]
mod tests;
