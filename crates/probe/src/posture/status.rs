//! What the kernel keeps about this process: identity, capabilities, confinement, namespaces, limits.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::file_text;
use crate::json::Json;

/// A line of `/proc/self/status` by its name.
fn line(name: &str) -> Json {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| *key == name);
    found.map_or(Json::Null, |(_, value)| Json::text(value.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Real, effective, saved and file-system ids, and further groups.
pub(super) fn identity() -> Json {
    Json::object([("uid", line("Uid")), ("gid", line("Gid")), ("groups", line("Groups"))])
}

/// Every set of capabilities, in hexadecimal digits.
pub(super) fn capabilities() -> Json {
    Json::object([
        ("inheritable", line("CapInh")),
        ("permitted", line("CapPrm")),
        ("effective", line("CapEff")),
        ("bounding", line("CapBnd")),
        ("ambient", line("CapAmb")),
    ])
}

/// What cannot be undone any more.
pub(super) fn confinement() -> Json {
    // SAFETY: takes numbers only.
    let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) };
    // SAFETY: takes numbers only.
    let securebits = unsafe { libc::prctl(libc::PR_GET_SECUREBITS, 0, 0, 0, 0) };
    Json::object([
        ("no_new_privs", line("NoNewPrivs")),
        ("seccomp", line("Seccomp")),
        ("seccomp_filters", line("Seccomp_filters")),
        ("dumpable", Json::number(dumpable)),
        ("securebits", Json::number(securebits)),
        ("umask", line("Umask")),
        ("oom_score_adj", file_text("/proc/self/oom_score_adj")),
        ("cgroup", file_text("/proc/self/cgroup")),
        ("blocked_signals", line("SigBlk")),
        ("ignored_signals", line("SigIgn")),
    ])
}

/// Process, group, session and terminal.
pub(super) fn session() -> Json {
    // SAFETY: these take numbers only.
    let (pid, parent, group, session) = unsafe { (libc::getpid(), libc::getppid(), libc::getpgrp(), libc::getsid(0)) };
    Json::object([
        ("pid", Json::number(pid)),
        ("parent", Json::number(parent)),
        ("group", Json::number(group)),
        ("session", Json::number(session)),
        ("terminal", Json::Bool(fs::File::open("/dev/tty").is_ok())),
    ])
}

/// The identity of every namespace.
pub(super) fn namespaces() -> Json {
    const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
    let identity = |kind| {
        let link = fs::read_link(format!("/proc/self/ns/{kind}"));
        (kind, link.map_or(Json::Null, |link| Json::text(link.as_os_str().as_bytes())))
    };
    Json::object(KINDS.map(identity))
}

/// How ids of this user namespace relate to those of its parent.
pub(super) fn id_maps() -> Json {
    let words = |path| match file_text(path) {
        Json::Text(bytes) => {
            Json::text(String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" "))
        }
        other => other,
    };
    Json::object([
        ("uid", words("/proc/self/uid_map")),
        ("gid", words("/proc/self/gid_map")),
        ("setgroups", file_text("/proc/self/setgroups")),
    ])
}

/// Soft and hard limits by name.
pub(super) fn limits() -> Json {
    let table = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    // The names are 26 columns wide and hold spaces themselves (fs/proc/base.c).
    let rows = table.lines().skip(1).filter_map(|row| row.split_at_checked(26)).map(|(name, values)| {
        let values: Vec<&str> = values.split_whitespace().take(2).collect();
        (name.trim().to_owned(), Json::text(values.join(" ")))
    });
    Json::Object(rows.collect())
}
