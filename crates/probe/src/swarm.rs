//! The real fork bomb: everybody forks, and who is refused tries again.
//!
//! It cannot take down a machine without limits: it counts in memory that all share and makes no more than it was told, and all end by
//! themselves when the time is over.

use std::ffi::OsString;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use crate::Probe;
use crate::arguments::{Usage, bounded};
use crate::child::{fork, leave, wait};
use crate::fact::{Answer, Fact, Failure};
use crate::json::Json;
use crate::memory::counters;

/// Swarms.
pub(crate) const PROBES: &[Probe] =
    &[Probe { name: "swarm", arguments: "MOST MS (every process forks, again and again, until the end)", run: swarm }];

/// What all of a swarm know.
struct Swarm<'a> {
    made: &'a AtomicI64,
    refusals: &'a AtomicI64,
    errno: &'a AtomicI64,
    most: i64,
    end: Instant,
}

fn swarm(arguments: &[OsString]) -> Result<Answer, Usage> {
    /// No more and no longer than a machine can bear.
    const BOUNDS: (u64, u64) = (20_000, 60_000);
    let (most, millis) = (bounded(arguments, 0, BOUNDS.0)?, bounded(arguments, 1, BOUNDS.1)?);
    let subject = format!("{most}");
    Ok(Fact::new(subject, outbreak(most as i64, Duration::from_millis(millis))).into())
}

fn outbreak(most: i64, time: Duration) -> Result<Json, Failure> {
    let [made, refusals, errno] = counters()?;
    let swarm = Swarm { made, refusals, errno, most, end: Instant::now() + time };
    // The first one inherits whom their parents leave behind, so that it sees the last of them end.
    // SAFETY: takes numbers only. Where it is refused, init inherits.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    if swarm.breed(time) == Role::Follower {
        leave(0);
    }
    // Until there is none left.
    while wait(-1).is_ok() {}
    let refused = i32::try_from(errno.load(Relaxed)).ok().filter(|errno| *errno != 0).map(Failure::Errno);
    Ok(Json::object([
        ("made", Json::number(made.load(Relaxed))),
        ("refused", Failure::refusal(refused.as_ref())),
        ("refusals", Json::number(refusals.load(Relaxed))),
    ]))
}

/// Who one is after a fork.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    First,
    Follower,
}

impl Swarm<'_> {
    /// Forks until the time is over. Returns in every process of the swarm.
    fn breed(&self, time: Duration) -> Role {
        let mut role = Role::First;
        while Instant::now() < self.end {
            // Counted before it is there, so that there are never more.
            if self.made.fetch_add(1, Relaxed) >= self.most {
                self.made.fetch_sub(1, Relaxed);
                thread::sleep(Duration::from_millis(5));
                continue;
            }
            match fork() {
                Ok(0) => {
                    role = Role::Follower;
                    // Should it ever hang: an end that the kernel makes. Not inherited, so set by each for itself.
                    // SAFETY: takes a number only.
                    unsafe { libc::alarm(time.as_secs() as u32 + 5) };
                }
                Ok(_) => {}
                Err(failure) => self.refuse(&failure),
            }
        }
        role
    }

    fn refuse(&self, failure: &Failure) {
        self.made.fetch_sub(1, Relaxed);
        self.refusals.fetch_add(1, Relaxed);
        if let Failure::Errno(errno) = failure {
            self.errno.store(i64::from(*errno), Relaxed);
        }
        thread::sleep(Duration::from_millis(1));
    }
}
