//! What of `/proc` is covered: as data, a reason for each. What a kernel lacks, and what the permissions of the file itself
//! deny to this sandbox, is passed over: every cover is a mount, and mounts are what a start is made of.

use rustix::fs::Stat;

use crate::survey::Owner;

/// A file or directory of `/proc` that may have to be covered.
#[derive(Debug)]
pub(crate) struct Cover {
    /// Its name below `/proc`.
    pub(crate) name: &'static str,
    pub(crate) kind: Covering,
    /// What it would give away, or let be changed.
    pub(crate) reason: &'static str,
}

/// How, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covering {
    /// Hidden, where its own permissions would let the sandbox read it.
    Hidden,
    /// Read-only: what is below may be writable for everybody.
    ReadOnly,
    /// Read-only where its owner is who the sandbox is outside: nothing below is writable for others.
    ReadOnlyIfOwned,
}

use Covering::{Hidden, ReadOnly, ReadOnlyIfOwned};

/// All of them.
pub(crate) const COVERS: &[Cover] = &[
    Cover { name: "acpi", kind: Hidden, reason: "hardware of the host" },
    Cover { name: "asound", kind: Hidden, reason: "hardware of the host" },
    Cover { name: "scsi", kind: Hidden, reason: "hardware of the host" },
    Cover { name: "interrupts", kind: Hidden, reason: "keystroke timing of the host" },
    Cover { name: "kcore", kind: Hidden, reason: "all memory of the host" },
    Cover { name: "key-users", kind: Hidden, reason: "keys of the host's users" },
    Cover { name: "keys", kind: Hidden, reason: "keys of the host's users" },
    Cover { name: "latency_stats", kind: Hidden, reason: "what the kernel waits for" },
    Cover { name: "sched_debug", kind: Hidden, reason: "processes of the host" },
    Cover { name: "sysrq-trigger", kind: Hidden, reason: "commands the kernel" },
    Cover { name: "timer_list", kind: Hidden, reason: "processes of the host" },
    Cover { name: "bus", kind: ReadOnlyIfOwned, reason: "devices" },
    Cover { name: "fs", kind: ReadOnly, reason: "file systems" },
    Cover { name: "irq", kind: ReadOnlyIfOwned, reason: "interrupt routing" },
    Cover { name: "pressure", kind: ReadOnly, reason: "triggers on the load of the host" },
    Cover { name: "sys", kind: ReadOnly, reason: "every other setting of the kernel" },
];

impl Cover {
    /// Whether it must be there for a sandbox that is `sandbox` outside, where the host's own file is like this.
    pub(crate) fn is_needed(&self, file: &Stat, sandbox: Owner) -> bool {
        let owned = file.st_uid == sandbox.user || file.st_gid == sandbox.group;
        match self.kind {
            Hidden => owned || file.st_mode & 0o007 != 0,
            ReadOnly => true,
            ReadOnlyIfOwned => owned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_reason_and_is_named_once() {
        assert!(COVERS.iter().all(|cover| !cover.reason.is_empty()));
        let mut names: Vec<_> = COVERS.iter().map(|cover| cover.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COVERS.len());
    }

    #[test]
    fn what_nobody_else_may_open_needs_no_cover_but_for_its_owner() {
        let mut file = rustix::fs::stat("/").unwrap();
        (file.st_uid, file.st_gid, file.st_mode) = (7, 8, 0o100_600);
        let (owner, stranger) = (Owner { user: 7, group: 8 }, Owner { user: 70, group: 80 });
        let needed = |kind, sandbox| Cover { name: "", kind, reason: "" }.is_needed(&file, sandbox);
        assert!(needed(Hidden, owner) && !needed(Hidden, stranger));
        assert!(needed(Hidden, Owner { user: 7, ..stranger }) && needed(Hidden, Owner { group: 8, ..stranger }));
        assert!(needed(ReadOnlyIfOwned, owner) && !needed(ReadOnlyIfOwned, stranger));
        assert!(needed(ReadOnly, owner) && needed(ReadOnly, stranger));
        file.st_mode = 0o100_004;
        assert!(Cover { name: "", kind: Hidden, reason: "" }.is_needed(&file, stranger));
    }
}
