//! Becoming somebody else, or gaining what one was not given.

use std::ffi::OsString;

use crate::Probe;
use crate::arguments::{Usage, c_string, number};
use crate::child::attempt;
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;

/// Identity and capabilities.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "setuid", arguments: "UID", run: setuid },
    Probe { name: "setgid", arguments: "GID", run: setgid },
    Probe { name: "setgroups", arguments: "GID", run: setgroups },
    Probe { name: "capset", arguments: "(raises CAP_SYS_ADMIN)", run: capset },
    Probe { name: "ambient", arguments: "(raises it for what is executed, too)", run: ambient },
    Probe { name: "sethostname", arguments: "NAME", run: sethostname },
    Probe { name: "dumpable", arguments: "PID (whether /proc/PID/mem opens)", run: dumpable },
];

/// Tries it in a child: what is gained must not stay.
fn tried(subject: impl AsRef<std::ffi::OsStr>, thing: impl FnOnce() -> Result<i64, Failure>) -> Answer {
    Fact::new(subject, attempt(thing).map(Json::Number)).into()
}

fn setuid(arguments: &[OsString]) -> Result<Answer, Usage> {
    let id = number(arguments, 0)?;
    // SAFETY: takes a number and nothing else; by raw call, as there is one thread only.
    Ok(tried(format!("{id}"), || checked(unsafe { libc::setresuid(id, id, id) })))
}

fn setgid(arguments: &[OsString]) -> Result<Answer, Usage> {
    let id = number(arguments, 0)?;
    // SAFETY: takes a number and nothing else.
    Ok(tried(format!("{id}"), || checked(unsafe { libc::setresgid(id, id, id) })))
}

fn setgroups(arguments: &[OsString]) -> Result<Answer, Usage> {
    let id: libc::gid_t = number(arguments, 0)?;
    // SAFETY: one group is told and one is there.
    Ok(tried(format!("{id}"), || checked(unsafe { libc::setgroups(1, &raw const id) })))
}

/// `_LINUX_CAPABILITY_VERSION_3` (linux/capability.h).
const CAPABILITY_VERSION: u32 = 0x2008_0522;
const CAP_SYS_ADMIN: u32 = 21;

/// Asks for one capability below 32 in all three sets of this process.
fn raise(capability: u32) -> Result<i64, Failure> {
    let header = [CAPABILITY_VERSION, 0];
    let bit = 1_u32 << capability;
    let data = [bit, bit, bit, 0, 0, 0];
    // SAFETY: the header asks for version 3, whose data are two times three words; both outlive the call.
    checked(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), data.as_ptr()) })
}

fn capset(_: &[OsString]) -> Result<Answer, Usage> {
    Ok(tried("CAP_SYS_ADMIN", || raise(CAP_SYS_ADMIN)))
}

fn ambient(_: &[OsString]) -> Result<Answer, Usage> {
    let capability = libc::c_ulong::from(CAP_SYS_ADMIN);
    // SAFETY: takes numbers only.
    let keep = || unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_RAISE, capability, 0, 0) };
    Ok(tried("CAP_SYS_ADMIN", || raise(CAP_SYS_ADMIN).and_then(|_| checked(keep()))))
}

fn sethostname(arguments: &[OsString]) -> Result<Answer, Usage> {
    let name = c_string(arguments, 0)?;
    // SAFETY: `name` has the length told and outlives the call.
    let set = checked(unsafe { libc::sethostname(name.as_ptr(), name.as_bytes().len()) });
    Ok(Fact::new(name.to_string_lossy().as_ref(), set.map(|_| Json::Null)).into())
}

fn dumpable(arguments: &[OsString]) -> Result<Answer, Usage> {
    let pid: u32 = number(arguments, 0)?;
    let path = format!("/proc/{pid}/mem");
    let opened = std::fs::File::open(&path).map(|_| Json::Null);
    Ok(Fact::new(path, opened.map_err(Failure::from)).into())
}
