//! What is around this process, as far as a cause or a cure depends on it. Reads; changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use config::Host;
use rustix::thread::{SecureComputingMode, secure_computing_mode};

use super::hierarchies::Hierarchies;

/// What is around this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// Effective user id.
    pub(super) user: u32,
    /// This program.
    pub(super) program: PathBuf,
    /// The container that it runs in.
    pub(super) container: Option<Container>,
    /// Whether system calls are filtered already.
    pub(super) filtered: bool,
    /// Variables of the kernel that bar namespaces, where it has them.
    pub(super) settings: Vec<(&'static str, u64)>,
    /// Whether SELinux enforces its policy.
    pub(super) selinux: bool,
    /// The security modules that are switched on, where they can be read.
    pub(super) modules: Option<String>,
    /// What the kernel was started with.
    pub(super) boot: String,
    /// The AppArmor profile that is installed.
    pub(super) profile: Option<String>,
    /// Whether systemd is the init.
    pub(super) systemd: bool,
    /// Whether it runs a manager for this user.
    pub(super) manager: bool,
    /// Whether the administrator has a drop-in about delegation.
    pub(super) drop_in: bool,
    /// The trees of cgroups.
    pub(super) hierarchies: Hierarchies,
}

/// What makes containers here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
    /// Kubernetes, whatever it uses.
    Kubernetes,
}

/// Ubuntu's, since 23.10: only programs with a profile that says so get capabilities in a user namespace.
pub(super) const APPARMOR: &str = "kernel.apparmor_restrict_unprivileged_userns";
/// Debian's until 10, and that of hardened kernels.
pub(super) const CLONE: &str = "kernel.unprivileged_userns_clone";
/// How many user namespaces each user may have.
pub(super) const USERS: &str = "user.max_user_namespaces";

/// Those that are looked at.
const SETTINGS: [&str; 9] = [
    APPARMOR,
    CLONE,
    USERS,
    "user.max_mnt_namespaces",
    "user.max_pid_namespaces",
    "user.max_net_namespaces",
    "user.max_ipc_namespaces",
    "user.max_uts_namespaces",
    "user.max_cgroup_namespaces",
];

/// Where systemd looks for what is changed of the managers of users.
pub(super) const DROP_INS: &str = "/etc/systemd/system/user@.service.d";
/// Where AppArmor's profile of this program is kept.
pub(super) const PROFILE: &str = "/etc/apparmor.d/aisbx";

impl Around {
    pub(super) fn read(host: &Host) -> Self {
        let number = |name: &str| text(Path::new("/proc/sys").join(name.replace('.', "/")))?.parse().ok();
        let exists = |path: &str| Path::new(path).exists();
        let program = std::env::current_exe().ok().filter(|program| program.is_file());
        Self {
            user: host.uid,
            program: program.unwrap_or_else(|| "/usr/local/bin/aisbx".into()),
            container: match () {
                () if host.var("KUBERNETES_SERVICE_HOST").is_some() => Some(Container::Kubernetes),
                () if exists("/run/.containerenv") => Some(Container::Podman),
                () if exists("/.dockerenv") => Some(Container::Docker),
                () => None,
            },
            filtered: matches!(secure_computing_mode(), Ok(SecureComputingMode::Filter)),
            settings: SETTINGS.into_iter().filter_map(|name| Some((name, number(name)?))).collect(),
            selinux: text("/sys/fs/selinux/enforce").as_deref() == Some("1"),
            modules: text("/sys/kernel/security/lsm"),
            boot: text("/proc/cmdline").unwrap_or_default(),
            profile: fs::read_to_string(PROFILE).ok(),
            systemd: exists("/run/systemd/system"),
            manager: Path::new("/run/user").join(host.uid.to_string()).join("systemd").exists(),
            drop_in: Path::new(DROP_INS).join("delegate.conf").exists(),
            hierarchies: Hierarchies::read(host.uid),
        }
    }

    /// What a variable of the kernel is.
    pub(super) fn setting(&self, name: &str) -> Option<u64> {
        self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Whether this is root, as far as can be told from inside.
    pub(super) fn is_root(&self) -> bool {
        self.user == 0
    }
}

/// A small file of the kernel.
fn text(path: impl AsRef<Path>) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}
