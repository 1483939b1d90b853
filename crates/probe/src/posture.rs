//! The whole posture of a process in one fact: who it is, what it may, what it sees.

mod descriptors;
mod mounts;
mod network;
mod status;

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::Probe;
use crate::arguments::Usage;
use crate::fact::{Answer, Fact};
use crate::json::Json;

/// The posture.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "posture", arguments: "(everything below in one object)", run: posture },
    Probe { name: "descriptors", arguments: "(open descriptors and where they lead)", run: open_descriptors },
    Probe { name: "mounts", arguments: "(the mount table)", run: mount_table },
    Probe { name: "pids", arguments: "(the visible processes)", run: visible_processes },
];

fn fact(subject: &str, detail: Json) -> Result<Answer, Usage> {
    Ok(Fact::new(subject, Ok(detail)).into())
}

fn posture(_: &[OsString]) -> Result<Answer, Usage> {
    let sections = [
        ("identity", status::identity()),
        ("capabilities", status::capabilities()),
        ("confinement", status::confinement()),
        ("session", status::session()),
        ("namespaces", status::namespaces()),
        ("id_maps", status::id_maps()),
        ("limits", status::limits()),
        ("descriptors", descriptors::open()),
        ("hostname", file_text("/proc/sys/kernel/hostname")),
        ("cwd", current_directory()),
        ("root", root()),
        ("processes", processes()),
        ("mounts", mounts::table()),
        ("network", network::state()),
    ];
    fact("self", Json::object(sections))
}

fn open_descriptors(_: &[OsString]) -> Result<Answer, Usage> {
    fact("self", descriptors::open())
}

fn mount_table(_: &[OsString]) -> Result<Answer, Usage> {
    fact("self", mounts::table())
}

fn visible_processes(_: &[OsString]) -> Result<Answer, Usage> {
    fact("/proc", processes())
}

/// A file's text without the spaces around it, or null where it cannot be read.
fn file_text(path: &str) -> Json {
    fs::read(path).map_or(Json::Null, |bytes| Json::text(bytes.trim_ascii()))
}

fn current_directory() -> Json {
    std::env::current_dir().map_or(Json::Null, |path| Json::text(path.as_os_str().as_bytes()))
}

/// The names in the root directory.
fn root() -> Json {
    crate::tree::names("/".as_ref()).map_or(Json::Null, Json::texts)
}

/// The visible processes with their names.
fn processes() -> Json {
    let names = crate::tree::names("/proc".as_ref()).unwrap_or_default();
    let processes = names.iter().filter(|name| name.iter().all(u8::is_ascii_digit)).map(|pid| {
        let name = String::from_utf8_lossy(pid).into_owned();
        let command = file_text(&format!("/proc/{name}/comm"));
        (name, command)
    });
    Json::Object(processes.collect())
}
