//! What Landlock does here; where it does nothing, why, and what mends it.

use linux::Errno;
use sandbox::trial::Landlock;

use super::act::Fix;
use super::around::{Around, Container};
use super::{Finding, Standing};

/// How Landlock stands.
pub(super) fn finding(tried: Landlock, around: &Around) -> Finding {
    let (found, fix) = match tried {
        Landlock::Denies(version) => return Finding::good("landlock", format!("Landlock, version {version}")),
        Landlock::Idle(version) => {
            (format!("Landlock, version {version}, took rules and denied nothing"), "use another kernel".to_owned())
        }
        Landlock::Untried(version, errno) => {
            (format!("Landlock, version {version}, could not be tried: {errno}"), hidden(around.container).to_owned())
        }
        Landlock::Fails(Errno::OPNOTSUPP) => {
            ("Landlock was not switched on when the kernel was started".to_owned(), boot(around))
        }
        Landlock::Fails(Errno::NOSYS) if around.filtered || around.container.is_some() => (
            "Landlock: the kernel has none, or a filter around this process hides it".to_owned(),
            hidden(around.container).to_owned(),
        ),
        Landlock::Fails(Errno::NOSYS) => (
            "Landlock: the kernel has none".to_owned(),
            "use Linux 5.13 or newer, built with CONFIG_SECURITY_LANDLOCK".to_owned(),
        ),
        Landlock::Fails(errno) => {
            (format!("Landlock: {errno}"), "use Linux 5.13 or newer, built with CONFIG_SECURITY_LANDLOCK".to_owned())
        }
    };
    Finding { standing: Standing::Weak, fix: Some(Fix::Yours(fix)), ..Finding::good("landlock", found) }
}

fn hidden(container: Option<Container>) -> &'static str {
    match container {
        Some(Container::Kubernetes) => {
            "give the container a securityContext with `seccompProfile: {type: Unconfined}`, or use Linux 5.13 or newer"
        }
        _ => "start the container with --security-opt seccomp=unconfined, or use Linux 5.13 or newer",
    }
}

/// The modules as they are now, with Landlock before them. What is always on is not named.
fn boot(around: &Around) -> String {
    let told = around.boot.split_whitespace().rev().find_map(|word| word.strip_prefix("lsm="));
    let Some(modules) = around.modules.as_deref().or(told) else {
        return "put `landlock,` before what CONFIG_LSM of the kernel's configuration lists (/boot/config-*), and add \
                that as `lsm=…` to the kernel's boot parameters; then boot again"
            .to_owned();
    };
    let others: Vec<_> = modules.split(',').filter(|name| !name.is_empty() && *name != "capability").collect();
    let line = format!("lsm={}", [vec!["landlock"], others].concat().join(","));
    format!(
        "add `{line}` to the kernel's boot parameters (Debian, Ubuntu: GRUB_CMDLINE_LINUX in /etc/default/grub, then \
         sudo update-grub; Fedora: sudo grubby --update-kernel=ALL --args={line}), and boot again"
    )
}
