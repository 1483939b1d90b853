//! What cgroups hold here; where they hold nothing, why, and what mends it.

use sandbox::Controller;
use sandbox::Version;
use sandbox::trial::{Holding, Lack};

use super::act::{Act, Fix};
use super::around::{Around, Container, DROP_INS};
use super::hierarchies::Unified;
use super::{Finding, Standing};

/// How a controller stands that was tried. `namespaces`: the sandbox has a user namespace of its own.
pub(super) fn finding(controller: Controller, holding: &Holding, namespaces: bool, around: &Around) -> Finding {
    let (subject, what, without) = words(controller);
    match holding {
        Err(_) if is_held_without(controller, namespaces) => {
            Finding::good(subject, format!("{what} by RLIMIT_NPROC in a user namespace of the sandbox's own"))
        }
        Ok((version, parent)) => {
            Finding::good(subject, format!("{what} by cgroup {} in {}", number(*version), parent.display()))
        }
        Err(lack) => {
            let cause = Cause::of(controller, around);
            let told = match lack {
                Lack::Nowhere => cause.sentence(),
                Lack::Failed { act, path, errno } => format!("cannot {act} {}: {errno}", path.display()),
            };
            let found = format!("{without}, not {what} by cgroup: {told}");
            Finding { standing: Standing::Weak, fix: cause.fix(controller, around), ..Finding::good(subject, found) }
        }
    }
}

/// Whether the kernel holds it for the whole sandbox without a cgroup: it counts the processes of each user namespace.
pub(super) fn is_held_without(controller: Controller, namespaces: bool) -> bool {
    controller == Controller::Pids && namespaces
}

/// The name of an interface.
pub(super) fn number(version: Version) -> &'static str {
    match version {
        Version::One => "v1",
        Version::Two => "v2",
    }
}

/// The subject, what a cgroup does, and what is done without one.
fn words(controller: Controller) -> (&'static str, &'static str, &'static str) {
    match controller {
        Controller::Cpu => ("cpu", "limited", "processors are bound and niced"),
        Controller::CpuAccounting => ("cpu_time", "counted", "processor time is added up"),
        Controller::Memory => ("memory", "limited", "memory is looked at"),
        Controller::Pids => ("pids", "limited", "processes are looked at"),
    }
}

/// Why no group that has a controller can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// It was switched off at boot.
    Disabled,
    /// No tree of cgroups is mounted.
    Unmounted,
    /// No tree that is mounted has it.
    Unknown,
    /// The tree is mounted read-only.
    ReadOnly,
    /// Version one belongs to root.
    Roots,
    /// We are in the topmost group that a container sees, and a group with processes in it gives nothing to others.
    Topmost,
    /// Our group is outside of what systemd hands to the user.
    Outside,
    /// It is not among what systemd hands to the user.
    Withheld,
    /// None that is known.
    Unclear,
}

impl Cause {
    pub(super) fn of(controller: Controller, around: &Around) -> Self {
        let name = controller.name();
        let trees = &around.hierarchies;
        let has = |names: &[String]| names.iter().any(|known| known == name);
        if has(&trees.disabled) {
            return Self::Disabled;
        }
        if let Some((_, _, writable)) = trees.legacy.iter().find(|(names, _, _)| has(names)) {
            return match writable {
                false => Self::ReadOnly,
                true if around.is_root() => Self::Unclear,
                true => Self::Roots,
            };
        }
        let Some(tree) = &trees.unified else {
            return if trees.legacy.is_empty() { Self::Unmounted } else { Self::Unknown };
        };
        // Every group of version two counts time.
        if controller != Controller::CpuAccounting && !has(&tree.offers) {
            return Self::Unknown;
        }
        Self::of_unified(controller, tree, around)
    }

    fn of_unified(controller: Controller, tree: &Unified, around: &Around) -> Self {
        if !tree.writable {
            return Self::ReadOnly;
        }
        if tree.own == "/" && !tree.topmost {
            return Self::Topmost;
        }
        if around.is_root() {
            return Self::Unclear;
        }
        if !tree.own.contains(&format!("/user@{}.service/", around.user)) {
            return Self::Outside;
        }
        let handed = tree.delegated.as_ref().is_some_and(|names| names.iter().any(|name| name == controller.name()));
        if handed || controller == Controller::CpuAccounting { Self::Unclear } else { Self::Withheld }
    }

    pub(super) fn sentence(&self) -> String {
        let text = match self {
            Self::Disabled => "the kernel was started without it",
            Self::Unmounted => "no tree of cgroups is mounted",
            Self::Unknown => "no tree of cgroups that is mounted has it",
            Self::ReadOnly => "the tree of cgroups is mounted read-only",
            Self::Roots => "the tree of cgroups v1 belongs to root",
            Self::Topmost => {
                "the topmost group of this container has processes in it, so that it can give nothing to others"
            }
            Self::Outside => "this session is outside of what systemd hands to its user",
            Self::Withheld => "systemd does not hand it to users",
            Self::Unclear => "no group that can be written to has it",
        };
        text.to_owned()
    }

    pub(super) fn fix(&self, controller: Controller, around: &Around) -> Option<Fix> {
        let name = controller.name();
        match self {
            Self::Disabled => Some(Fix::Yours(format!(
                "take `cgroup_disable={name}` out of the kernel's boot parameters, or where there is none, add \
                 `cgroup_enable={name}` (Raspberry Pi: in /boot/firmware/cmdline.txt), and boot again"
            ))),
            Self::Unmounted if around.container.is_none() => {
                let words = ["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"].map(str::to_owned);
                Some(Fix::Root(vec![Act::Run(words.into())], None))
            }
            Self::Unmounted => Some(Fix::Yours(writable(around))),
            Self::Unknown => Some(Fix::Yours(format!("use a kernel built with {}", option(controller)))),
            Self::ReadOnly => Some(Fix::Yours(writable(around))),
            Self::Roots if around.systemd => Some(Fix::Yours(
                "users are given cgroups of version 2 only: boot with `systemd.unified_cgroup_hierarchy=1` among the \
                 kernel's parameters, or run aisbx as root"
                    .to_owned(),
            )),
            Self::Roots => Some(Fix::Yours(
                "users are given cgroups of version 2 only: use a system that has its controllers there, or run aisbx \
                 as root"
                    .to_owned(),
            )),
            Self::Topmost => around.hierarchies.unified.as_ref().map(|tree| Fix::Yours(leave(tree))),
            Self::Outside => Some(hand_over(around)),
            Self::Withheld => Some(delegate(around)),
            Self::Unclear => None,
        }
    }
}

/// What the kernel must be built with.
fn option(controller: Controller) -> &'static str {
    match controller {
        Controller::Cpu => "CONFIG_CFS_BANDWIDTH",
        Controller::CpuAccounting => "CONFIG_CGROUP_CPUACCT",
        Controller::Memory => "CONFIG_MEMCG (and on a host with cgroups v1, CONFIG_MEMCG_V1)",
        Controller::Pids => "CONFIG_CGROUP_PIDS",
    }
}

/// What makes a read-only tree writable: it takes whoever mounted it.
fn writable(around: &Around) -> String {
    let two = around.hierarchies.unified.as_ref().filter(|_| around.hierarchies.legacy.is_empty());
    let start = match around.container {
        Some(Container::Docker) if two.is_some() => {
            "start the container with --security-opt writable-cgroups=true (Docker 28 or newer; before: --privileged)"
        }
        Some(Container::Docker) => "start the container with --privileged",
        Some(Container::Podman) => "start the container with --security-opt unmask=/sys/fs/cgroup",
        Some(Container::Kubernetes) => "give the container a securityContext with `privileged: true`",
        None => {
            "if a service of systemd started this: `ProtectControlGroups=no`; in a container: start it with --privileged"
        }
    };
    match two {
        Some(tree) if around.container.is_some() => format!("{start}, and in it, {}", leave(tree)),
        _ => start.to_owned(),
    }
}

/// Cgroups with processes in them give no controllers to those below (cgroups(7), "no internal processes").
fn leave(tree: &Unified) -> String {
    let top = tree.point.display();
    format!(
        "before the first run, as root: mkdir -p {top}/init && for one in $(cat {top}/cgroup.procs); do echo $one > \
         {top}/init/cgroup.procs; done"
    )
}

/// What puts a session into a group of the user's own.
fn hand_over(around: &Around) -> Fix {
    if around.systemd && around.manager {
        return Fix::Yours("systemd-run --user --scope -p Delegate=yes aisbx run …".to_owned());
    }
    let user = around.user;
    if around.systemd {
        let words = ["loginctl", "enable-linger", &user.to_string()].map(str::to_owned);
        let then = format!(
            "then XDG_RUNTIME_DIR=/run/user/{user} systemd-run --user --scope -p Delegate=yes aisbx run …; needs the \
             packages libpam-systemd and dbus-user-session in Debian and Ubuntu"
        );
        return Fix::Root(vec![Act::Run(words.into())], Some(then));
    }
    Fix::Yours("run aisbx as root, or have root hand a group to this user (cgroups(7), \"delegation\")".to_owned())
}

/// What has systemd hand every controller to users.
pub(super) fn delegate(around: &Around) -> Fix {
    let file = if around.drop_in { "60-aisbx.conf" } else { "delegate.conf" };
    let path = std::path::Path::new(DROP_INS).join(file);
    let text = "[Service]\nDelegate=cpu cpuset io memory pids\n".to_owned();
    let reload = ["systemctl", "daemon-reload"].map(str::to_owned);
    Fix::Root(
        vec![Act::Directory(DROP_INS.into()), Act::Write { path, text }, Act::Run(reload.into())],
        Some("then log out of every session and in again, or boot again".to_owned()),
    )
}
