//! What is said on standard error: data goes to standard output, everything else here.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::plain::plain;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const NOTE: Style = Style::new().dimmed();

/// What failed.
pub(crate) fn error(text: impl Display) {
    line("error", ERROR, text);
}

/// What is not as it should be.
pub(crate) fn warning(text: impl Display) {
    line("warning", WARNING, text);
}

/// What was refused to a command.
pub(crate) fn denied(text: impl Display) {
    line("denied", WARNING, text);
}

/// What to do next.
pub(crate) fn hint(text: impl Display) {
    line("hint", HINT, text);
}

/// What may be of interest.
pub(crate) fn note(text: impl Display) {
    line("aisbx", NOTE, text);
}

/// How long somebody may take to make room for a line.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

fn line(label: &str, style: Style, text: impl Display) {
    // Who does not read our standard error must not hold up the end of a run.
    if !is_taken() {
        return;
    }
    let text = text.to_string();
    let text = plain(&text);
    // Who closed our standard error does not want to hear.
    let _closed = writeln!(anstream::stderr(), "{style}{label}:{style:#} {text}");
}

/// Whether standard error takes a line now, or soon.
fn is_taken() -> bool {
    let stderr = rustix::stdio::stderr();
    loop {
        match poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], Some(&PATIENCE)) {
            Err(Errno::INTR) => {}
            // What cannot be asked tells when it is written to.
            other => return other != Ok(0),
        }
    }
}
