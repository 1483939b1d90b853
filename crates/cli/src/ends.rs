//! This process's standard streams.

use std::io;
use std::os::fd::BorrowedFd;

use aisbx::Ends;

/// What of this process's standard streams the command gets. A terminal is read only where that was asked for: else a
/// command in a script's background would take the keys meant for somebody else.
pub(crate) fn ends(interactive: bool, captured: bool) -> Ends<'static> {
    let stdin = rustix::stdio::stdin();
    let readable = interactive || !rustix::termios::isatty(stdin);
    let shown = |end: BorrowedFd<'static>| (!captured).then_some(end);
    Ends {
        stdin: readable.then_some(stdin),
        stdout: shown(rustix::stdio::stdout()),
        stderr: shown(rustix::stdio::stderr()),
    }
}

/// Whether a person reads our standard error.
pub(crate) fn is_watched() -> bool {
    io::IsTerminal::is_terminal(&io::stderr())
}
