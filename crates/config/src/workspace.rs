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
const TREES: [(&str, &str); 12] = [
    ("/bin", "it is part of the system"),
    ("/boot", "it is part of the system"),
    ("/dev", "it holds the host's devices"),
    ("/etc", "it holds the host's configuration"),
    ("/lib", "it is part of the system"),
    ("/lib32", "it is part of the system"),
    ("/lib64", "it is part of the system"),
    ("/libx32", "it is part of the system"),
    ("/proc", "it is the kernel's view of the host"),
    ("/sbin", "it is part of the system"),
    ("/sys", "it is the kernel's view of the host"),
    ("/usr", "it is part of the system"),
];

/// What lies below one of these and is welcome below itself: memory, for trees that are to be fast and short-lived, and
/// where administrators keep sources.
const CLEARINGS: [&str; 3] = ["/dev/shm", "/usr/local/src", "/usr/src"];

/// What is refused itself: a project may lie below, but the whole is none.
const WHOLES: [(&str, &str); 15] = [
    ("/", "it is the whole host"),
    ("/dev/shm", "it is the memory that all programs of the host share"),
    ("/home", "it holds the homes of all users"),
    ("/opt", "it holds installed programs"),
    ("/root", "it is the home directory of root"),
    ("/run", "it holds the sockets of the host's services"),
    // Agents for keys and desktops keep their sockets there.
    ("/tmp", "it is shared by all programs of the host, which keep sockets there"),
    ("/usr/local/src", "it holds the sources of all that is built on the host"),
    ("/usr/src", "it holds the sources of all that is built on the host"),
    ("/var", "it holds the host's state"),
    ("/var/cache", "it holds what the host's services keep"),
    ("/var/lib", "it holds what the host's services keep"),
    ("/var/log", "it holds the host's logs"),
    ("/var/spool", "it holds the mail and jobs of all users"),
    ("/var/tmp", "it is shared by all programs of the host"),
];

/// What of the home directory is refused itself.
const OF_PROGRAMS: [(&str, &str); 8] = [
    (".cache", "it holds the caches of all your programs"),
    (".cargo", "it holds the credentials and programs of cargo"),
    (".config", "it holds the settings and keys of your programs"),
    (".local", "it holds the data of all your programs"),
    (".local/bin", "it holds programs that you run"),
    (".local/share", "it holds the data of all your programs"),
    (".local/state", "it holds the data of all your programs"),
    (".rustup", "it holds the toolchains of Rust"),
];

/// What a home directory has, one or the other.
const OF_A_HOME: [&str; 5] = [".bash_history", ".bashrc", ".profile", ".ssh", ".zshrc"];

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
    let home = host.home.as_deref().map(resolved);
    find(&WHOLES, |place| real == Path::new(place))
        .or_else(|| in_tree(real))
        .or_else(|| home.as_deref().and_then(|home| in_home(real, home)))
        .or_else(|| of_another(real, home.as_deref()))
        .or_else(|| in_state(real, host))
}

fn find(table: &[(&str, &'static str)], hit: impl Fn(&str) -> bool) -> Option<&'static str> {
    table.iter().find(|(place, _)| hit(place)).map(|(_, why)| *why)
}

/// A path as it really is: `/home`, for one, may be a link.
fn resolved(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn in_tree(real: &Path) -> Option<&'static str> {
    let is_clear = CLEARINGS.iter().any(|place| real.starts_with(place));
    find(&TREES, |place| real.starts_with(place) && !is_clear)
}

fn in_home(real: &Path, home: &Path) -> Option<&'static str> {
    if real == home {
        return Some("it is your home directory");
    }
    if home.starts_with(real) {
        return Some("it holds your home directory");
    }
    let inside = real.strip_prefix(home).ok()?;
    find(&SECRETS, |place| inside.starts_with(place)).or_else(|| find(&OF_PROGRAMS, |place| inside == Path::new(place)))
}

/// The home of somebody else: it lies where homes lie, and looks like one.
fn of_another(real: &Path, home: Option<&Path>) -> Option<&'static str> {
    let above = real.parent()?;
    // Beside the home of root lies all that containers have at their root.
    let beside_own = home.and_then(Path::parent) == Some(above) && above != Path::new("/");
    let is_home = beside_own || above == resolved(Path::new("/home"));
    let looks_so = || OF_A_HOME.iter().any(|name| real.join(name).symlink_metadata().is_ok());
    (is_home && looks_so()).then_some("it is the home directory of another user")
}

fn in_state(real: &Path, host: &Host) -> Option<&'static str> {
    let state = host.state_dir().ok()?;
    real.starts_with(state).then_some("it holds the records of other runs")
}

#[cfg(test)]
mod tests;
