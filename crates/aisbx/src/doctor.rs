//! What this host can enforce, what is missing, and the command that mends it.

use std::fs;
use std::path::Path;

use linux::Errno;
use rustix::thread::{SecureComputingMode, secure_computing_mode};
use sandbox::trial::Part;
use serde::Serialize;

use crate::Host;

/// How a thing stands on this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it should be.
    Good,
    /// Runs work, with less comfort.
    Weak,
    /// No run is possible.
    Missing,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What was found.
    pub found: String,
    /// What mends it.
    pub fix: Option<String>,
}

/// Looks at this host. Everything that can be tried is tried, in processes that end at once.
pub fn examine(host: &Host) -> Vec<Finding> {
    let tried = Part::ALL.map(|part| (part, part.attempt().err()));
    let around = Around::find(&tried);
    let parts = tried.into_iter().map(|(part, failure)| finding(part, failure, around));
    [kernel()].into_iter().chain(parts).chain([state(host)]).collect()
}

/// The oldest kernel with all that is needed: `mount_setattr` came with 5.12.
const OLDEST: (u32, u32) = (5, 12);

fn kernel() -> Finding {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|number| number.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let (standing, fix) = match version >= OLDEST {
        true => (Standing::Good, None),
        false => (Standing::Missing, Some(format!("use Linux {}.{} or newer", OLDEST.0, OLDEST.1))),
    };
    Finding { subject: "kernel", standing, found: format!("Linux {release}"), fix }
}

/// What this process is in already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    /// Nothing that is known to be in the way.
    Nothing,
    /// A sandbox or container with a filter that forbids namespaces.
    Filter,
}

impl Around {
    fn find(tried: &[(Part, Option<Errno>)]) -> Self {
        let forbidden = tried.iter().any(|(part, failure)| *part == Part::Users && failure.is_some_and(is_forbidden));
        match secure_computing_mode() {
            Ok(SecureComputingMode::Filter) if forbidden => Self::Filter,
            _ => Self::Nothing,
        }
    }
}

/// Whether it is what filters answer.
fn is_forbidden(errno: Errno) -> bool {
    errno == Errno::PERM || errno == Errno::NOSYS
}

fn finding(part: Part, failure: Option<Errno>, around: Around) -> Finding {
    let (subject, what) = words(part);
    let Some(errno) = failure else {
        return Finding { subject, standing: Standing::Good, found: what.to_owned(), fix: None };
    };
    // Without overlays the workspace is copied.
    let standing = if part == Part::Overlay { Standing::Weak } else { Standing::Missing };
    Finding { subject, standing, found: format!("{what}: {errno}"), fix: Some(fix(part, errno, around)) }
}

fn words(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::Users => ("users", "user namespace"),
        Part::Mounts => ("files", "mount namespace"),
        Part::Processes => ("processes", "process namespace with a fresh /proc"),
        Part::Network => ("network", "network namespace with loopback"),
        Part::Others => ("ipc", "IPC, host name and cgroup namespaces"),
        Part::Overlay => ("workspace", "copy-on-write by overlayfs in a user namespace"),
        Part::Filter => ("syscalls", "seccomp filter"),
    }
}

/// The usual causes, the likeliest first.
fn fix(part: Part, errno: Errno, around: Around) -> String {
    // No setting and no module of the host helps against a filter.
    if around == Around::Filter && is_forbidden(errno) {
        return format!(
            "this already is a sandbox or container whose filter forbids namespaces: run aisbx outside of it, or, \
             {UNCONFINED}"
        );
    }
    let setting =
        |path: &str| fs::read_to_string(Path::new("/proc/sys").join(path)).unwrap_or_default().trim().to_owned();
    if setting("kernel/apparmor_restrict_unprivileged_userns") == "1" && part != Part::Filter {
        return apparmor();
    }
    if setting("kernel/unprivileged_userns_clone") == "0" {
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1".to_owned();
    }
    if setting("user/max_user_namespaces") == "0" || errno == Errno::NOSPC {
        return "sudo sysctl -w user.max_user_namespaces=15000".to_owned();
    }
    match part {
        Part::Filter => "use a kernel built with CONFIG_SECCOMP_FILTER".to_owned(),
        Part::Overlay => "sudo modprobe overlay (until then the workspace is copied)".to_owned(),
        Part::Processes => "in a container: start it with --security-opt systempaths=unconfined".to_owned(),
        _ => UNCONFINED.to_owned(),
    }
}

/// Docker's filter and its AppArmor profile forbid namespaces.
const UNCONFINED: &str =
    "in a container: start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined";

/// Ubuntu since 23.10 allows user namespaces only to programs with a profile that says so.
fn apparmor() -> String {
    let program =
        std::env::current_exe().map_or_else(|_| "/usr/local/bin/aisbx".to_owned(), |path| path.display().to_string());
    format!(
        "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile aisbx \"{program}\" flags=(unconfined) {{\\n  userns,\\n}}\\n' \
         | sudo tee /etc/apparmor.d/aisbx && sudo apparmor_parser -r /etc/apparmor.d/aisbx"
    )
}

fn state(host: &Host) -> Finding {
    let opened =
        host.state_dir().map_err(crate::Error::from).and_then(|dir| Ok(store::Store::open(&dir).map(|_| dir)?));
    match opened {
        Ok(dir) => Finding {
            subject: "records",
            standing: Standing::Good,
            found: format!("runs are kept in {}", dir.display()),
            fix: None,
        },
        Err(error) => Finding {
            subject: "records",
            standing: Standing::Missing,
            found: error.sentence(),
            fix: Some("set XDG_STATE_HOME to a directory of yours that can be written to".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_a_filter_the_fix_is_to_leave_it() {
        for part in Part::ALL {
            for errno in [Errno::PERM, Errno::NOSYS] {
                let fix = fix(part, errno, Around::Filter);
                assert!(fix.contains("this already is a sandbox or container"), "{part:?}: {fix}");
                assert!(fix.contains("outside of it") && fix.contains("seccomp=unconfined"), "{part:?}: {fix}");
                assert!(!fix.contains("modprobe") && !fix.contains("CONFIG_SECCOMP_FILTER"), "{part:?}: {fix}");
            }
        }
    }

    #[test]
    fn what_no_filter_answers_has_its_own_fix() {
        let used_up = fix(Part::Users, Errno::NOSPC, Around::Filter);
        assert!(used_up.starts_with("sudo sysctl"), "{used_up}");
        let outside = fix(Part::Filter, Errno::NOSYS, Around::Nothing);
        assert!(!outside.contains("this already is"), "{outside}");
    }

    #[test]
    fn where_namespaces_work_no_filter_is_blamed() {
        let fine: Vec<_> = Part::ALL.map(|part| (part, None)).into();
        assert_eq!(Around::find(&fine), Around::Nothing);
        assert_eq!(Around::find(&[(Part::Users, Some(Errno::NOSPC))]), Around::Nothing);
        assert_eq!(Around::find(&[(Part::Processes, Some(Errno::PERM))]), Around::Nothing);
    }
}
