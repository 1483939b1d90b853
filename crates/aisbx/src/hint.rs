//! What helps when a run ended at a limit: one sentence.

use spec::{Clock, Outcome, Room, RunSpec, Size};

/// What helps, where the outcome leaves a question open.
pub(crate) fn hint(outcome: &Outcome, spec: &RunSpec) -> Option<String> {
    match outcome {
        Outcome::OutOfMemory { limit: Some(limit), process, .. } => {
            let by = process.as_ref().map_or_else(String::new, |name| format!(" by process {name:?}"));
            Some(format!(
                "--mem {limit} was reached{by}; files in /tmp and /dev/shm count as memory: give it more with --mem"
            ))
        }
        Outcome::OutOfMemory { limit: None, .. } => {
            Some("this host ran out of memory; a limit of the run's own, such as --mem 2g, ends it earlier".to_owned())
        }
        Outcome::TooManyProcesses { limit, .. } => Some(format!(
            "--pids {limit} was reached, threads included, and the command then failed: give it more with --pids"
        )),
        Outcome::DiskFull { of, limit, .. } => Some(full(*of, *limit, spec)),
        Outcome::OutputLimit { limit, .. } => {
            Some(format!("--max-output {limit} was reached; the report has the beginning and the end"))
        }
        Outcome::TimedOut { limit, clock: Clock::Cpu } => {
            Some(format!("--cpu-time {limit} of all processes together was reached: give it more with --cpu-time"))
        }
        Outcome::TimedOut { limit, clock: Clock::Wall } => {
            Some(format!("--timeout {limit} was reached: give it more with --timeout"))
        }
        _ => None,
    }
}

fn full(of: Room, limit: u64, spec: &RunSpec) -> String {
    let size = Size::bytes(limit);
    match of {
        Room::Disk => format!("--disk {size} was reached by what the run wrote: give it more with --disk"),
        Room::Scratch => {
            let whole = spec.limits.disk.filter(|disk| spec.limits.scratch != Some(*disk));
            let more = whole.map_or("give it more", |_| "--disk gives it as much as the whole");
            format!("/tmp, home and /dev/shm are full, which share {size} in memory: {more} with --disk")
        }
        Room::Inodes => format!("--inodes {limit} was reached: give it more with --inodes"),
        Room::FileSize => format!("a file reached --file-size {size}: give it more with --file-size"),
    }
}
