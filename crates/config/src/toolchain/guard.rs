//! What is never shown, whatever leads to it.

use std::path::{Path, PathBuf};

use crate::Host;

/// Trees of the host that hold no toolchain: state, sockets, configuration, devices.
const TREES: [&str; 8] = ["/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/var/lib", "/var/run"];

/// Directories that hold more than one thing: what lies in them may be shown, they themselves never.
const WHOLES: [&str; 14] = [
    "/",
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/var",
    "/var/cache",
    "/var/opt",
    "/var/tmp",
];

/// Trees of the home directory that hold keys, tokens and private data.
const SECRETS: [&str; 21] = [
    ".ssh",
    ".gnupg",
    ".pki",
    ".aws",
    ".azure",
    ".config",
    ".kube",
    ".docker",
    ".terraform.d",
    ".mozilla",
    ".thunderbird",
    ".password-store",
    ".local/state",
    ".local/share/keyrings",
    ".local/share/uv/credentials",
    ".claude",
    ".codex",
    ".gemini",
    ".netrc",
    ".git-credentials",
    ".npmrc",
];

/// Directories of the home directory that hold more than one thing.
const HOME_WHOLES: [&str; 11] = [
    "",
    ".cache",
    ".local",
    ".local/bin",
    ".local/lib",
    ".local/share",
    "bin",
    ".cargo",
    ".m2",
    "Documents",
    "Downloads",
];

/// The directories of one run that are never shown.
pub(super) struct Guard {
    /// The home directory as `HOME` spells it.
    home: Option<PathBuf>,
    /// The home directory with all links resolved.
    real_home: Option<PathBuf>,
    workspace: Option<PathBuf>,
    state: Option<PathBuf>,
}

impl Guard {
    pub(super) fn new(host: &Host, workspace: Option<&Path>) -> Self {
        let home = host.home.clone().filter(|home| home != Path::new("/"));
        let real_home = home.as_ref().and_then(|home| std::fs::canonicalize(home).ok());
        let workspace = workspace.map(Path::to_owned);
        Self { home, real_home, workspace, state: host.state_dir().ok() }
    }

    /// A real path as programs spell it: where the home directory is reached through a link, they know only the link.
    pub(super) fn spelled(&self, path: &Path) -> PathBuf {
        match (&self.home, &self.real_home) {
            (Some(home), Some(real)) if home != real => {
                path.strip_prefix(real).map_or_else(|_| path.to_owned(), |rest| home.join(rest))
            }
            _ => path.to_owned(),
        }
    }

    /// Whether a tree, spelled as programs do, may be shown.
    pub(super) fn allows(&self, path: &Path) -> bool {
        let holds = |place: &Option<PathBuf>| place.as_ref().is_some_and(|place| place.starts_with(path));
        self.allows_file(path)
            && !WHOLES.iter().any(|whole| path == Path::new(whole))
            && !holds(&self.home)
            && !holds(&self.real_home)
            // It would show the workspace's neighbours, and stand where the workspace's own path leads.
            && !holds(&self.workspace)
            && !holds(&self.state)
            && !self.below_home(path).is_some_and(|inside| HOME_WHOLES.iter().any(|whole| inside == Path::new(whole)))
            && !SECRETS.iter().any(|secret| self.home.as_ref().is_some_and(|home| home.join(secret).starts_with(path)))
    }

    /// Whether a single file or link may be shown.
    pub(super) fn allows_file(&self, path: &Path) -> bool {
        !TREES.iter().any(|tree| path.starts_with(tree))
            && !self.state.as_ref().is_some_and(|state| path.starts_with(state))
            && !self.below_home(path).is_some_and(|inside| SECRETS.iter().any(|secret| inside.starts_with(secret)))
    }

    /// Whether a path lies in the home directory, however that is spelled.
    pub(super) fn is_below_home(&self, path: &Path) -> bool {
        self.below_home(path).is_some_and(|inside| !inside.as_os_str().is_empty())
    }

    fn below_home<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        [&self.home, &self.real_home].into_iter().flatten().find_map(|home| path.strip_prefix(home).ok())
    }
}
