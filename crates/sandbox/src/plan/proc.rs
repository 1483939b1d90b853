//! What of `/proc` is covered: as data, a reason for each. What a kernel lacks, and what the permissions of the file itself
//! keep from this sandbox, is passed over when the step is done: every cover is a mount, and mounts are what a start is made
//! of.

/// A file or directory of `/proc` that may have to be covered.
#[derive(Debug)]
pub(crate) struct Cover {
    /// Its name below `/proc`.
    pub(crate) name: &'static str,
    pub(crate) covering: Covering,
    /// What it would give away, or let be changed.
    pub(crate) reason: &'static str,
}

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covering {
    /// Hidden by an empty file or directory.
    Hidden { directory: bool },
    /// Read-only.
    ReadOnly,
}

use Covering::ReadOnly;

const FILE: Covering = Covering::Hidden { directory: false };
const DIRECTORY: Covering = Covering::Hidden { directory: true };

/// All of them.
pub(crate) const COVERS: &[Cover] = &[
    Cover { name: "acpi", covering: DIRECTORY, reason: "hardware of the host" },
    Cover { name: "asound", covering: DIRECTORY, reason: "hardware of the host" },
    Cover { name: "scsi", covering: DIRECTORY, reason: "hardware of the host" },
    Cover { name: "interrupts", covering: FILE, reason: "keystroke timing of the host" },
    Cover { name: "kcore", covering: FILE, reason: "all memory of the host" },
    Cover { name: "key-users", covering: FILE, reason: "keys of the host's users" },
    Cover { name: "keys", covering: FILE, reason: "keys of the host's users" },
    Cover { name: "latency_stats", covering: FILE, reason: "what the kernel waits for" },
    Cover { name: "sched_debug", covering: FILE, reason: "processes of the host" },
    Cover { name: "sysrq-trigger", covering: FILE, reason: "commands the kernel" },
    Cover { name: "timer_list", covering: FILE, reason: "processes of the host" },
    Cover { name: "bus", covering: ReadOnly, reason: "devices" },
    Cover { name: "fs", covering: ReadOnly, reason: "file systems" },
    Cover { name: "irq", covering: ReadOnly, reason: "interrupt routing" },
    Cover { name: "pressure", covering: ReadOnly, reason: "triggers on the load of the host" },
    Cover { name: "sys", covering: ReadOnly, reason: "every other setting of the kernel" },
];

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
}
