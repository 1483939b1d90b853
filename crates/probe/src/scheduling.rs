//! Taking more than one's share: priorities, real time, limits.

use std::ffi::OsString;

use crate::Probe;
use crate::arguments::{Usage, number};
use crate::child::attempt;
use crate::fact::{Answer, Fact, checked};
use crate::json::Json;

/// Scheduling and limits.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "realtime", arguments: "(asks for SCHED_FIFO)", run: realtime },
    Probe { name: "nice", arguments: "PRIORITY (-20 to 19)", run: nice },
    Probe { name: "raise-limit", arguments: "RESOURCE (sets the hard limit to infinity)", run: raise_limit },
    Probe { name: "oom-shield", arguments: "SCORE (writes it to /proc/self/oom_score_adj)", run: oom_shield },
];

fn realtime(_: &[OsString]) -> Result<Answer, Usage> {
    let parameters = libc::sched_param { sched_priority: 1 };
    // SAFETY: the parameters are ours and outlive the call, in a child that ends at once.
    let set = || checked(unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) });
    Ok(Fact::new("SCHED_FIFO", attempt(set).map(Json::Number)).into())
}

fn nice(arguments: &[OsString]) -> Result<Answer, Usage> {
    let priority = number(arguments, 0)?;
    // SAFETY: takes numbers only, in a child that ends at once.
    let set = || checked(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, priority) });
    Ok(Fact::new(format!("{priority}"), attempt(set).map(Json::Number)).into())
}

fn raise_limit(arguments: &[OsString]) -> Result<Answer, Usage> {
    let resource: u32 = number(arguments, 0)?;
    let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the limit is ours and outlives the call, in a child that ends at once.
    let set = || checked(unsafe { libc::setrlimit(resource, &raw const limit) });
    Ok(Fact::new(format!("{resource}"), attempt(set).map(Json::Number)).into())
}

fn oom_shield(arguments: &[OsString]) -> Result<Answer, Usage> {
    let score: i32 = number(arguments, 0)?;
    let set = || Ok(std::fs::write("/proc/self/oom_score_adj", format!("{score}")).map(|()| 0)?);
    Ok(Fact::new(format!("{score}"), attempt(set).map(Json::Number)).into())
}
