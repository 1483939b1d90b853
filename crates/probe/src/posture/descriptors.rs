//! Open descriptors and where they lead.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::json::Json;

/// Every open descriptor with its target and flags. The one that the listing itself needs is left out.
pub(super) fn open() -> Json {
    let numbers = crate::tree::names("/proc/self/fd".as_ref()).unwrap_or_default();
    let mut numbers: Vec<u32> = numbers.iter().filter_map(|name| String::from_utf8_lossy(name).parse().ok()).collect();
    numbers.sort_unstable();
    let members = numbers.into_iter().filter_map(|number| {
        let target = fs::read_link(format!("/proc/self/fd/{number}")).ok()?;
        let detail = Json::object([("target", Json::text(target.as_os_str().as_bytes())), ("mode", mode(number))]);
        Some((number.to_string(), detail))
    });
    Json::Object(members.collect())
}

/// Whether a descriptor reads, writes, both, or only names (`O_PATH`).
fn mode(number: u32) -> Json {
    let information = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
    let flags = information.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|digits| i32::from_str_radix(digits.trim(), 8).ok());
    Json::text(match flags {
        None => "unknown",
        Some(flags) if flags & libc::O_PATH != 0 => "path",
        Some(flags) => match flags & libc::O_ACCMODE {
            libc::O_RDONLY => "read",
            libc::O_WRONLY => "write",
            _ => "both",
        },
    })
}
