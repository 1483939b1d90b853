//! What of `/proc` is hidden or protected: as data, a reason for each. Names that a kernel lacks are passed over.

/// Hidden directories: they tell about the host, or command it.
pub(super) const HIDDEN_DIRECTORIES: &[(&str, &str)] =
    &[("acpi", "hardware of the host"), ("asound", "hardware of the host"), ("scsi", "hardware of the host")];

/// Hidden files, for the same reason.
pub(super) const HIDDEN_FILES: &[(&str, &str)] = &[
    ("interrupts", "keystroke timing of the host"),
    ("kcore", "all memory of the host"),
    ("key-users", "keys of the host's users"),
    ("keys", "keys of the host's users"),
    ("latency_stats", "what the kernel waits for"),
    ("sched_debug", "processes of the host"),
    ("sysrq-trigger", "commands the kernel"),
    ("timer_list", "processes of the host"),
];

/// Read-only: settings of the kernel. Most are the host root's anyway; this holds where the sandbox's outer id owns them.
pub(super) const READ_ONLY: &[(&str, &str)] = &[
    ("bus", "devices"),
    ("fs", "file systems"),
    ("irq", "interrupt routing"),
    ("pressure", "triggers on the load of the host"),
    ("sys", "every other setting"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_reason_and_is_named_once() {
        let mut names: Vec<_> = HIDDEN_DIRECTORIES.iter().chain(HIDDEN_FILES).chain(READ_ONLY).collect();
        assert!(names.iter().all(|(_, reason)| !reason.is_empty()));
        let count = names.len();
        names.sort();
        names.dedup_by_key(|(name, _)| *name);
        assert_eq!(names.len(), count);
    }
}
