//! Why namespaces, overlays and filters cannot be had, and what mends it: the usual causes, the likeliest first.

use linux::Errno;
use sandbox::trial::Part;

use super::act::{Act, Fix};
use super::around::{APPARMOR, Around, CLONE, Container, PROFILE, USERS};
use super::{Finding, Standing};

/// How a part stands that was tried. `walled`: a filter around us forbids namespaces.
pub(super) fn finding(part: Part, failure: Option<Errno>, walled: bool, around: &Around) -> Finding {
    let (subject, what) = words(part);
    let Some(errno) = failure else { return Finding::good(subject, what.to_owned()) };
    // Without overlays the workspace is copied.
    let standing = if part == Part::Overlay { Standing::Weak } else { Standing::Missing };
    let found = format!("{what}: {errno}");
    Finding { standing, fix: Some(fix(part, errno, walled, around)), ..Finding::good(subject, found) }
}

/// Whether a filter around this process is what forbids namespaces.
pub(super) fn is_walled(tried: &[(Part, Option<Errno>)], around: &Around) -> bool {
    around.filtered && tried.iter().any(|(part, failure)| *part == Part::Users && failure.is_some_and(is_forbidden))
}

/// Whether it is what filters answer.
fn is_forbidden(errno: Errno) -> bool {
    errno == Errno::PERM || errno == Errno::NOSYS
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

pub(super) fn fix(part: Part, errno: Errno, walled: bool, around: &Around) -> Fix {
    // No setting and no module of the host helps against a filter.
    if walled && is_forbidden(errno) {
        return Fix::Yours(format!(
            "this already is a sandbox or container whose filter forbids namespaces: run aisbx outside of it, or, {}",
            unconfined(around.container)
        ));
    }
    if part == Part::Filter {
        return Fix::Yours("use a kernel built with CONFIG_SECCOMP_FILTER".to_owned());
    }
    setting(part, errno, around).unwrap_or_else(|| other(part, errno, around))
}

/// What a variable of the kernel forbids.
fn setting(part: Part, errno: Errno, around: &Around) -> Option<Fix> {
    let forbidden = errno == Errno::PERM || errno == Errno::ACCESS;
    if forbidden && around.setting(CLONE) == Some(0) {
        return Some(Fix::setting(CLONE, 1));
    }
    if forbidden && around.setting(APPARMOR) == Some(1) {
        return Some(apparmor(around));
    }
    let bound = |name: &&'static str| around.setting(name) == Some(0);
    let exhausted = kinds(part).iter().find(|name| bound(name));
    // Not zero, and yet none is left: others have them all.
    let exhausted = exhausted.or_else(|| kinds(part).last().filter(|_| errno == Errno::NOSPC));
    exhausted.map(|name| Fix::setting(name, around.setting(name).unwrap_or(0).saturating_mul(2).max(ENOUGH)))
}

/// As many namespaces as any machine that runs thousands of sandboxes needs; distributions have about as many.
const ENOUGH: u64 = 15_000;

/// What bounds the number of namespaces that a part is made of (namespaces(7)).
fn kinds(part: Part) -> &'static [&'static str] {
    match part {
        Part::Users => &[USERS],
        Part::Mounts | Part::Overlay => &[USERS, "user.max_mnt_namespaces"],
        Part::Processes => &[USERS, "user.max_mnt_namespaces", "user.max_pid_namespaces"],
        Part::Network => &[USERS, "user.max_net_namespaces"],
        Part::Others => &[USERS, "user.max_ipc_namespaces", "user.max_uts_namespaces", "user.max_cgroup_namespaces"],
        Part::Filter => &[],
    }
}

fn other(part: Part, errno: Errno, around: &Around) -> Fix {
    if part == Part::Overlay && errno == Errno::NODEV {
        let load = Act::Run(vec!["modprobe".to_owned(), "overlay".to_owned()]);
        let keep = Act::Line { path: "/etc/modules-load.d/aisbx.conf".into(), line: "overlay".to_owned() };
        return Fix::Root(vec![load, keep], Some("until then the workspace is copied".to_owned()));
    }
    if errno == Errno::ACCESS && around.selinux {
        return Fix::Yours(
            "SELinux's policy forbids it: `sudo ausearch -m avc -c aisbx` (package audit) shows the rule; allow \
             `user_namespace create` to this domain in a module of the policy"
                .to_owned(),
        );
    }
    if part == Part::Users && errno == Errno::INVAL {
        return Fix::Yours("use a kernel built with CONFIG_USER_NS".to_owned());
    }
    if part == Part::Overlay && errno == Errno::PERM && around.container.is_none() {
        return Fix::Yours("use Linux 5.11 or newer; until then the workspace is copied".to_owned());
    }
    Fix::Yours(unconfined(around.container).to_owned())
}

/// Docker's filter and its AppArmor profile forbid namespaces, and what it hides of `/proc` forbids a fresh one.
fn unconfined(container: Option<Container>) -> &'static str {
    match container {
        None | Some(Container::Docker) => {
            "in a container: start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
             --security-opt systempaths=unconfined"
        }
        Some(Container::Podman) => {
            "start the container with --security-opt seccomp=unconfined --security-opt unmask=ALL (with SELinux also \
             --security-opt label=disable)"
        }
        Some(Container::Kubernetes) => {
            "give the container a securityContext with `seccompProfile: {type: Unconfined}`, `appArmorProfile: {type: \
             Unconfined}` and `procMount: Unmasked` (which needs `hostUsers: false` in the pod)"
        }
    }
}

/// A profile of this program alone, which changes nothing for any other. Ubuntu has its own ones of browsers in this form.
pub(super) fn apparmor(around: &Around) -> Fix {
    let load = ["apparmor_parser", "-r", PROFILE].map(str::to_owned);
    let acts = vec![Act::Write { path: PROFILE.into(), text: profile(around) }, Act::Run(load.into())];
    Fix::Root(acts, Some(format!("it is for {} alone", around.program.display())))
}

/// Its text. A profile without a user's own rules has to be given none: `unconfined` it is, and allowed user namespaces.
pub(super) fn profile(around: &Around) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let path = escaped(around.program.as_os_str().as_bytes());
    format!(
        "abi <abi/4.0>,\ninclude <tunables/global>\n\nprofile aisbx \"{path}\" flags=(unconfined) {{\n  userns,\n\n  \
         include if exists <local/aisbx>\n}}\n"
    )
}

/// A path that stands for itself and for no other: what would be a pattern, a variable or the end of the text is a number in
/// octal (apparmor.d(5)).
fn escaped(path: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+ ".contains(&byte);
    let shown = path.iter().map(|byte| match plain(*byte) {
        true => char::from(*byte).to_string(),
        false => format!("\\{byte:03o}"),
    });
    shown.collect()
}
