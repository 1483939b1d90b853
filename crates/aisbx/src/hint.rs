//! What helps when a run ended and a question is left open: one sentence.

use std::fmt::Display;

use config::{Ceiling, Origin, Settings, Sourced};
use spec::{Access, Captured, Clock, Outcome, Room, Size};

/// What helps, where the outcome or the output leaves a question open.
pub(crate) fn hint(outcome: &Outcome, output: [&Captured; 2], settings: &Settings) -> Option<String> {
    let rules = &settings.rules;
    match outcome {
        Outcome::OutOfMemory { limit: Some(limit), process, .. } => {
            let by = process.as_ref().map_or_else(String::new, |name| format!(" by process {name:?}"));
            let memory = Limit::new("--mem", "memory", &rules.memory);
            Some(format!(
                "{}{by}; files in /tmp and /dev/shm count as memory: {}",
                memory.reached(limit),
                memory.way_out()
            ))
        }
        Outcome::OutOfMemory { limit: None, .. } => {
            Some("this host ran out of memory; a limit of the run's own, such as --mem 2g, ends it earlier".to_owned())
        }
        Outcome::TooManyProcesses { limit, .. } => {
            let pids = Limit::new("--pids", "pids", &rules.pids);
            let (reached, way_out) = (pids.reached(limit), pids.way_out());
            Some(format!("{reached}, threads included, and the command then failed: {way_out}"))
        }
        Outcome::DiskFull { of, limit, .. } => Some(full(*of, *limit, settings)),
        Outcome::OutputLimit { limit, .. } => {
            let output = Limit::new("--max-output", "output", &rules.output);
            let (reached, way_out) = (output.reached(limit), output.way_out());
            Some(format!("{reached}, and the report has the beginning and the end: {way_out}"))
        }
        Outcome::TimedOut { limit, clock: Clock::Cpu, .. } => {
            let time = Limit::new("--cpu-time", "cpu_time", &rules.cpu_time);
            Some(format!("{} by all processes together: {}", time.reached(limit), time.way_out()))
        }
        Outcome::TimedOut { limit, clock: Clock::Wall, .. } => {
            Some(Limit::new("--timeout", "lifetime", &rules.lifetime).plainly(limit))
        }
        Outcome::Exited { code: 1.. } => output.into_iter().find_map(|stream| told(stream, settings)),
        _ => None,
    }
}

fn full(of: Room, limit: u64, settings: &Settings) -> String {
    let (rules, size) = (&settings.rules, Size::bytes(limit));
    let disk = Limit::new("--disk", "disk", &rules.disk);
    match of {
        Room::Disk => format!("{} by what the run wrote: {}", disk.reached(size), disk.way_out()),
        Room::Scratch => {
            let more = match rules.disk.value {
                Ceiling::At(whole) if whole > size => format!("`--disk {whole}` lets them have all of that"),
                _ => disk.way_out(),
            };
            format!("/tmp, home and /dev/shm, which share {size} in memory, are full: {more}")
        }
        Room::Inodes => Limit::new("--inodes", "inodes", &rules.inodes).plainly(limit),
        Room::FileSize => {
            let file = Limit::new("--file-size", "file_size", &rules.file_size);
            format!("{} by a file: {}", file.reached(size), file.way_out())
        }
    }
}

/// A limit by the name under which whoever set it knows it.
struct Limit<'s> {
    flag: &'static str,
    key: &'static str,
    origin: &'s Origin,
}

impl<'s> Limit<'s> {
    fn new<T>(flag: &'static str, key: &'static str, setting: &'s Sourced<T>) -> Self {
        Self { flag, key, origin: &setting.origin }
    }

    fn reached(&self, limit: impl Display) -> String {
        let Self { flag, key, origin } = self;
        match origin {
            Origin::Flag(_) => format!("{flag} {limit} was reached"),
            Origin::File { .. } | Origin::BuiltIn { .. } => format!("`{key}: {limit}` ({origin}) was reached"),
            Origin::Variable(_) | Origin::Detected(_) | Origin::Default => {
                format!("the limit of {limit} (`{flag}`) was reached")
            }
        }
    }

    fn way_out(&self) -> String {
        let there = match self.origin {
            Origin::File { .. } => "there, or ",
            _ => "",
        };
        format!("allow more {there}with {}", self.flag)
    }

    fn plainly(&self, limit: impl Display) -> String {
        format!("{}: {}", self.reached(limit), self.way_out())
    }
}

/// What a program that failed told of a refusal nobody else counts.
fn told(stream: &Captured, settings: &Settings) -> Option<String> {
    let rules = &settings.rules;
    if tells_of_read_only(stream) {
        return read_only(settings);
    }
    if let (true, Ceiling::At(size)) = (tells_of_size(stream), &rules.file_size.value) {
        return Some(full(Room::FileSize, size.as_bytes(), settings));
    }
    match &rules.pids.value {
        // Of what nobody asked for there is plenty, and the same words tell of other things.
        Ceiling::At(count) if rules.pids.origin != Origin::Default && tells_of_crowd(stream) => {
            let pids = Limit::new("--pids", "pids", &rules.pids);
            Some(format!(
                "a process or thread may have been refused, of which there may be {count}: {}",
                pids.way_out()
            ))
        }
        _ => None,
    }
}

/// Whether a program told that a file may not grow.
fn tells_of_size(stream: &Captured) -> bool {
    stream.text.contains("ile too large") || stream.text.contains("EFBIG")
}

/// Whether a program told that it got no other process or thread: shells, C libraries, Java, Node.js.
fn tells_of_crowd(stream: &Captured) -> bool {
    ["annot fork", "esource temporarily unavailable", "unable to create native thread", "EAGAIN"]
        .iter()
        .any(|words| stream.text.contains(words))
}

/// Whether a program told that it may not write, by the kernel's words or its name for them: C libraries begin the words with a
/// capital, Go does not, Node.js has the name.
fn tells_of_read_only(stream: &Captured) -> bool {
    stream.text.contains("ead-only file system") || stream.text.contains("EROFS")
}

/// What helps a command that may not write to its workspace, where nobody said that it may not.
fn read_only(settings: &Settings) -> Option<String> {
    let (chosen, access) = (&settings.rules.profile, &settings.rules.access);
    let unasked = access.value == Access::Ro
        && !matches!(access.origin, Origin::Flag(_))
        && matches!(chosen.origin, Origin::Detected(_));
    (unasked && settings.workspace.value.is_some()).then(|| {
        format!(
            "the workspace is read-only, as profile {} has it ({}); --access cow lets the command write to a layer of its own",
            chosen.value, chosen.origin
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_named_as_whoever_set_it_knows_it() {
        let place = Origin::File { path: std::path::Path::new("/p.yaml").into(), line: 4, column: 1 };
        let told = |origin| {
            let setting = Sourced::new((), origin);
            Limit::new("--mem", "memory", &setting).plainly("64m")
        };
        assert_eq!(told(Origin::Flag("--mem")), "--mem 64m was reached: allow more with --mem");
        assert_eq!(told(place), "`memory: 64m` (/p.yaml:4:1) was reached: allow more there, or with --mem");
        assert_eq!(told(Origin::Default), "the limit of 64m (`--mem`) was reached: allow more with --mem");
    }

    #[test]
    fn every_language_tells_of_a_read_only_file_system_in_its_own_way() {
        let tells = |text: &str| tells_of_read_only(&Captured { text: text.to_owned(), ..Captured::default() });
        for text in [
            "touch: cannot touch 'new': Read-only file system",
            "OSError: [Errno 30] Read-only file system: 'new'",
            "open new: read-only file system",
            "Error: EROFS: read-only, open 'new'",
        ] {
            assert!(tells(text), "{text}");
        }
        assert!(!tells("Permission denied") && !tells(""));
    }

    #[test]
    fn refused_processes_and_files_are_told_of_in_many_ways() {
        let stream = |text: &str| Captured { text: text.to_owned(), ..Captured::default() };
        for text in [
            "sh: 1: Cannot fork",
            "sh: fork: retry: Resource temporarily unavailable",
            "BlockingIOError: [Errno 11] Resource temporarily unavailable",
            "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory",
            "Error: spawn /bin/true EAGAIN",
        ] {
            assert!(tells_of_crowd(&stream(text)), "{text}");
        }
        assert!(tells_of_size(&stream("OSError: [Errno 27] File too large")));
        assert!(tells_of_size(&stream("Error: EFBIG: file too large, write")));
        assert!(!tells_of_crowd(&stream("no")) && !tells_of_size(&stream("no")));
    }
}
