//! What is said on standard error: data goes to standard output, everything else here.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

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

/// What to do next.
pub(crate) fn hint(text: impl Display) {
    line("hint", HINT, text);
}

/// What may be of interest.
pub(crate) fn note(text: impl Display) {
    line("aisbx", NOTE, text);
}

fn line(label: &str, style: Style, text: impl Display) {
    let text = text.to_string();
    let text = plain(&text);
    // Who closed our standard error does not want to hear.
    let _closed = writeln!(anstream::stderr(), "{style}{label}:{style:#} {text}");
}
