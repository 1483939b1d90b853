//! The receipt of a sandbox that was built: init has read back from the kernel that all of it holds, or nothing would run.

use linux::process::Namespaces;
use spec::{Enforcement, Protection, Syscalls, Weakening};

use crate::plan::Plan;

/// What holds for a sandbox, and where it is less than the strongest form.
pub(super) fn write(plan: &Plan) -> Enforcement {
    let ids = plan.identity;
    let isolated = plan.namespaces.contain(Namespaces::NETWORK);
    let protections = [
        ("users", format!("user namespace, {} inside is {} outside", ids.inner, ids.outer_user)),
        ("files", "mount namespace, root of its own".to_owned()),
        ("processes", "process namespace".to_owned()),
        ("capabilities", "none in any set".to_owned()),
        ("privileges", "no_new_privs".to_owned()),
        ("syscalls", format!("seccomp filter, {}", plan.syscalls.name())),
    ];
    let network = isolated.then(|| ("network", "network namespace, loopback only".to_owned()));
    let shared = "the host's network is shared: its loopback services and abstract sockets can be reached";
    let weakened = [
        (!isolated).then_some(("network", shared)),
        (plan.syscalls == Syscalls::Development)
            .then_some(("syscalls", "processes of the sandbox may trace each other")),
    ];
    Enforcement {
        protections: protections
            .into_iter()
            .chain(network)
            .map(|(name, mechanism)| Protection { name: name.to_owned(), mechanism })
            .collect(),
        weakened: weakened
            .into_iter()
            .flatten()
            .map(|(name, reason)| Weakening { name: name.to_owned(), reason: reason.to_owned() })
            .collect(),
    }
}
