//! Many processes or threads at once, alive or dead.

use std::ffi::OsString;
use std::thread;
use std::time::Duration;

use crate::Probe;
use crate::arguments::{Options, Usage, bounded};
use crate::child::{fork, leave, wait};
use crate::fact::{Answer, Fact, Failure};
use crate::json::Json;

/// Crowds. The fact tells how many there are and why there are not more.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "fork-bomb", arguments: "MOST [--hold MS] (forks until refused, then ends all)", run: fork_bomb },
    Probe { name: "zombies", arguments: "MOST [--hold MS] (children that end and are not reaped)", run: zombies },
    Probe { name: "threads", arguments: "MOST [--hold MS] (threads until refused)", run: threads },
];

/// More than any limit that is tested, and less than what a machine cannot bear.
const MOST: u64 = 20_000;

/// Makes one of a crowd after another until there are enough or the kernel refuses.
fn gathered<T>(most: u64, mut make: impl FnMut() -> Result<T, Failure>) -> (Vec<T>, Option<Failure>) {
    let mut crowd = Vec::new();
    while (crowd.len() as u64) < most {
        match make() {
            Ok(one) => crowd.push(one),
            Err(failure) => return (crowd, Some(failure)),
        }
    }
    (crowd, None)
}

/// Most, and how long to keep them.
fn asked(arguments: &[OsString]) -> Result<(u64, Duration), Usage> {
    Ok((bounded(arguments, 0, MOST)?, Options::parse(arguments, 1, &["--hold"], &[])?.hold()?))
}

fn fact<T>(most: u64, kind: &str, (crowd, refused): &(Vec<T>, Option<Failure>)) -> Fact {
    let detail = Json::object([(kind, Json::number(crowd.len())), ("refused", Failure::refusal(refused.as_ref()))]);
    Fact::new(format!("{most}"), Ok(detail))
}

fn fork_bomb(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (most, hold) = asked(arguments)?;
    let crowd = gathered(most, || child(|| thread::sleep(Duration::from_secs(60) + hold)));
    let fact = fact(most, "children", &crowd);
    thread::sleep(hold);
    for pid in &crowd.0 {
        // SAFETY: takes numbers only; the child is ours and not reaped yet, so the number is still its own.
        unsafe { libc::kill(*pid, libc::SIGKILL) };
        // Gone is gone.
        let _ = wait(*pid);
    }
    Ok(fact.into())
}

/// A child that does this and ends.
fn child(life: impl FnOnce()) -> Result<i32, Failure> {
    let pid = fork()?;
    if pid == 0 {
        life();
        leave(0);
    }
    Ok(pid)
}

fn zombies(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (most, hold) = asked(arguments)?;
    let crowd = gathered(most, || child(|| {}));
    // Not reaped here: whoever inherits them has to.
    Ok(fact(most, "zombies", &crowd).held("zombies", hold))
}

fn threads(arguments: &[OsString]) -> Result<Answer, Usage> {
    /// Little, so that it is the number that is refused and not the memory.
    const STACK: usize = 64 << 10;
    let (most, hold) = asked(arguments)?;
    let crowd = gathered(most, || Ok(thread::Builder::new().stack_size(STACK).spawn(thread::park)?));
    // They end with this process.
    Ok(fact(most, "threads", &crowd).held("threads", hold))
}
