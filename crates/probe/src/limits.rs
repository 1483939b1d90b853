//! The limits that a process is born with.

use std::ffi::OsString;
use std::fs::File;

use crate::Probe;
use crate::arguments::{Options, Usage, bounded};
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;

/// Limits.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "limits", arguments: "(every resource, soft and hard)", run: limits },
    Probe { name: "nofile", arguments: "MOST [--hold MS] (opens /dev/null until refused)", run: nofile },
];

/// All resources (getrlimit(2)), by their names without the prefix.
const RESOURCES: [(&str, libc::__rlimit_resource_t); 16] = [
    ("as", libc::RLIMIT_AS),
    ("core", libc::RLIMIT_CORE),
    ("cpu", libc::RLIMIT_CPU),
    ("data", libc::RLIMIT_DATA),
    ("fsize", libc::RLIMIT_FSIZE),
    ("locks", libc::RLIMIT_LOCKS),
    ("memlock", libc::RLIMIT_MEMLOCK),
    ("msgqueue", libc::RLIMIT_MSGQUEUE),
    ("nice", libc::RLIMIT_NICE),
    ("nofile", libc::RLIMIT_NOFILE),
    ("nproc", libc::RLIMIT_NPROC),
    ("rss", libc::RLIMIT_RSS),
    ("rtprio", libc::RLIMIT_RTPRIO),
    ("rttime", libc::RLIMIT_RTTIME),
    ("sigpending", libc::RLIMIT_SIGPENDING),
    ("stack", libc::RLIMIT_STACK),
];

fn limits(_: &[OsString]) -> Result<Answer, Usage> {
    let members: Result<Vec<_>, Failure> =
        RESOURCES.iter().map(|(name, resource)| Ok(((*name).to_owned(), limit(*resource)?))).collect();
    Ok(Fact::new("self", members.map(Json::Object)).into())
}

fn limit(resource: libc::__rlimit_resource_t) -> Result<Json, Failure> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is ours and outlives the call.
    checked(unsafe { libc::getrlimit(resource, &raw mut limit) })?;
    let value = |value| if value == libc::RLIM_INFINITY { Json::text("unlimited") } else { Json::number(value) };
    Ok(Json::object([("soft", value(limit.rlim_cur)), ("hard", value(limit.rlim_max))]))
}

fn nofile(arguments: &[OsString]) -> Result<Answer, Usage> {
    /// More than any limit that is tested.
    const MOST: u64 = 2_000_000;
    let most = bounded(arguments, 0, MOST)?;
    let hold = Options::parse(arguments, 1, &["--hold"], &[])?.hold()?;
    let (mut files, mut refused) = (Vec::new(), None);
    while (files.len() as u64) < most && refused.is_none() {
        match File::open("/dev/null") {
            Ok(file) => files.push(file),
            Err(error) => refused = Some(error.into()),
        }
    }
    let detail = Json::object([("opened", Json::number(files.len())), ("refused", Failure::refusal(refused.as_ref()))]);
    Ok(Fact::new(format!("{most}"), Ok(detail)).held("nofile", hold))
}
