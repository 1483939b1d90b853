//! Tries one thing and prints one JSON fact: the eyes of the tests, outside a sandbox (control) and inside.
//!
//! `aisbx-probe THING [ARGUMENTS]` exits 0 whenever the fact could be established, whether the thing worked or not, and 2 when called
//! wrongly. A fact is one line: `{"probe":"read","subject":"/etc/shadow","ok":false,"errno":2,"error":"ENOENT","detail":null}`.

mod arguments;
mod child;
mod crowds;
mod disk;
mod eat;
mod errno;
mod exec;
mod fact;
mod files;
mod floor;
mod foreign;
mod identity;
mod json;
mod leftovers;
mod limits;
mod memory;
mod nodes;
mod posture;
mod processes;
mod scheduling;
mod signals;
mod sockets;
mod spin;
mod streams;
mod swarm;
mod syscalls;
mod terminal;
mod threads;
mod tree;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use crate::arguments::Usage;
use crate::fact::Answer;

/// One thing that can be tried.
pub(crate) struct Probe {
    /// The word that asks for it.
    name: &'static str,
    /// Its arguments, as the usage text shows them.
    arguments: &'static str,
    /// Tries it.
    run: fn(&[OsString]) -> Result<Answer, Usage>,
}

/// The families, one a file.
const FAMILIES: [&[Probe]; 23] = [
    files::PROBES,
    tree::PROBES,
    nodes::PROBES,
    identity::PROBES,
    posture::PROBES,
    syscalls::PROBES,
    foreign::PROBES,
    sockets::PROBES,
    signals::PROBES,
    terminal::PROBES,
    streams::PROBES,
    exec::PROBES,
    processes::PROBES,
    scheduling::PROBES,
    floor::PROBES,
    eat::PROBES,
    disk::PROBES,
    crowds::PROBES,
    swarm::PROBES,
    spin::PROBES,
    leftovers::PROBES,
    limits::PROBES,
    threads::PROBES,
];

fn main() -> ExitCode {
    perform(std::env::args_os().skip(1))
}

/// Tries what these words say, and tells.
pub(crate) fn perform(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(thing) = arguments.next() else { return wrong("", &Usage("no THING".to_owned())) };
    let arguments: Vec<OsString> = arguments.collect();
    let Some(probe) = FAMILIES.into_iter().flatten().find(|probe| *probe.name == *thing) else {
        return wrong("", &Usage(format!("no probe `{}`", thing.display())));
    };
    match (probe.run)(&arguments) {
        Ok(Answer::Fact(fact)) => fact.print(probe.name),
        Ok(Answer::Exit(code)) => ExitCode::from(code),
        Err(usage) => wrong(probe.name, &usage),
    }
}

/// Says what was wrong with the call and how it is right.
fn wrong(asked: &str, usage: &Usage) -> ExitCode {
    let mut text = format!("error: {}\nusage: aisbx-probe THING [ARGUMENTS]\n", usage.0);
    for probe in FAMILIES.into_iter().flatten().filter(|probe| asked.is_empty() || probe.name == asked) {
        text.push_str(&format!("  {} {}\n", probe.name, probe.arguments));
    }
    // Nobody is left to tell when standard error is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::from(2)
}
