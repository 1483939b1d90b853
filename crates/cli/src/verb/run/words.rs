//! How a run ended and what held it less well, in words.

use spec::{Clock, Denial, Outcome, Report, Room, Sender, Severity, Size, Weakening};

/// The limit that a run ended at, in words.
pub(super) fn limit_reached(outcome: &Outcome) -> Option<String> {
    let used = |usage: Option<Size>| usage.map_or_else(String::new, |usage| format!(" ({usage} used)"));
    Some(match outcome {
        Outcome::TimedOut { limit, clock: Clock::Wall, .. } => format!("timed out after {limit}"),
        Outcome::TimedOut { limit, clock: Clock::Cpu, .. } => format!("timed out after {limit} of processor time"),
        Outcome::OutOfMemory { limit: Some(limit), usage, .. } => {
            format!("out of memory: limit {limit}{}", used(*usage))
        }
        Outcome::OutOfMemory { limit: None, .. } => "out of memory: the host has no more".to_owned(),
        Outcome::TooManyProcesses { limit, refused: Some(refused), .. } => {
            format!("too many processes: limit {limit}, {refused} refused")
        }
        Outcome::TooManyProcesses { limit, refused: None, .. } => format!("too many processes: limit {limit}"),
        Outcome::DiskFull { of: Room::Inodes, limit, usage, .. } => {
            let used = usage.map_or_else(String::new, |usage| format!(" ({usage} used)"));
            format!("disk full: limit {limit} files{used}")
        }
        Outcome::DiskFull { of: Room::FileSize, limit, .. } => {
            format!("file too large: limit {}", Size::bytes(*limit))
        }
        Outcome::DiskFull { limit, usage, .. } => {
            format!("disk full: limit {}{}", Size::bytes(*limit), used(usage.map(Size::bytes)))
        }
        Outcome::OutputLimit { limit, .. } => format!("too much output: limit {limit}"),
        _ => return None,
    })
}

/// Who sent a signal.
pub(super) fn sender(by: Sender) -> &'static str {
    match by {
        Sender::Caller => "the caller",
        Sender::Process => "a process inside, or from outside",
        Sender::Fault => "the kernel, for what the program did",
        Sender::Filter => "the system-call filter",
    }
}

/// So many denials are told; all of them are in the report.
const DENIALS: usize = 3;

/// What was refused, where it may be why a command failed, or is what attacks look like.
pub(super) fn denials(report: &Report) -> Vec<String> {
    let failed = report.exit_code != 0;
    let worth_telling = |denial: &&Denial| failed || denial.severity == Severity::High;
    let all: Vec<_> = report.denials.iter().filter(worth_telling).map(|denial| clipped(&denial.text)).collect();
    let (first, more) = all.split_at(all.len().min(if all.len() > DENIALS { DENIALS - 1 } else { DENIALS }));
    let more = match more.len() {
        0 => None,
        count => Some(format!("{count} more were refused: `aisbx inspect {}` tells", report.run_id)),
    };
    first.iter().cloned().chain(more).collect()
}

/// No longer than a few lines of a terminal: what programs pass may be of any length.
fn clipped(text: &str) -> String {
    const MOST: usize = 400;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What is weaker, and why. What is for one cause is told at once; how each is held instead is in the report.
pub(super) fn weaknesses(weakened: &[Weakening]) -> Vec<String> {
    let mut alike: Vec<Vec<&Weakening>> = Vec::new();
    for weak in weakened {
        match alike.iter_mut().find(|group| group.iter().any(|one| cause(one) == cause(weak))) {
            Some(group) => group.push(weak),
            None => alike.push(vec![weak]),
        }
    }
    alike.iter().map(|group| together(group)).collect()
}

fn together(alike: &[&Weakening]) -> String {
    let names: Vec<_> = alike.iter().map(|weak| weak.name.as_str()).collect();
    let reason = match alike {
        [one] => &one.reason,
        [first, ..] => cause(first),
        [] => "",
    };
    format!("{}: {reason}", names.join(", "))
}

/// The last part of a reason; before it stands what is done instead.
fn cause(weak: &Weakening) -> &str {
    weak.reason.rsplit_once(": ").map_or(&weak.reason, |(_, cause)| cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_weaker_for_one_cause_is_told_at_once() {
        let weak = |name: &str, reason: &str| Weakening { name: name.to_owned(), reason: reason.to_owned() };
        let network = weak("network", "the host's network is shared");
        let memory = weak("memory", "looked at: no cgroup here");
        let cpu = weak("cpu", "bound to 1 of the processors: no cgroup here");
        assert_eq!(
            weaknesses(&[memory.clone(), network.clone(), cpu]),
            ["memory, cpu: no cgroup here", "network: the host's network is shared"]
        );
        assert_eq!(weaknesses(&[memory]), ["memory: looked at: no cgroup here"]);
        assert_eq!(weaknesses(&[]), [""; 0]);
    }
}
