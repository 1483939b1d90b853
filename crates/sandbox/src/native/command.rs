//! The command's own process: from a copy of init to the program.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use linux::landlock::Ruleset;
use linux::process::{Strings, execute};
use linux::{Errno, Result};
use rustix::process::setsid;
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

use super::message::{Channel, Message};
use crate::Error;
use crate::plan::c_string;

/// What is executed, as the kernel takes it.
#[derive(Debug)]
pub(super) struct Program {
    /// Where it may be, in order.
    candidates: Vec<CString>,
    arguments: Vec<CString>,
    environment: Vec<CString>,
    /// Where it starts.
    pub(super) workdir: CString,
}

impl Program {
    /// Prepares a command.
    pub(super) fn new(command: &spec::Command) -> std::result::Result<Self, Error> {
        let arguments = command.argv.iter().map(c_string).collect::<std::result::Result<_, _>>()?;
        let environment = command.env.iter().map(|(name, value)| c_string(variable(name, value)));
        let environment = environment.collect::<std::result::Result<_, _>>()?;
        let candidates = candidates(command).map(c_string).collect::<std::result::Result<_, _>>()?;
        Ok(Self { candidates, arguments, environment, workdir: c_string(&command.workdir)? })
    }

    /// Becomes the program; comes back only to say why not, and whether it was found.
    fn execute(&self) -> (Errno, bool) {
        let arguments = Strings::new(self.arguments.iter().map(CString::as_c_str));
        let environment = Strings::new(self.environment.iter().map(CString::as_c_str));
        let mut verdict = (Errno::NOENT, false);
        for candidate in &self.candidates {
            match execute(candidate, &arguments, &environment) {
                Errno::NOENT if exists(candidate) => return (Errno::NOENT, true),
                Errno::NOENT | Errno::NOTDIR => {}
                // As execvp(3): what may not be executed here may be found further on.
                Errno::ACCESS => verdict = (Errno::ACCESS, true),
                other => return (other, true),
            }
        }
        verdict
    }
}

fn variable(name: &OsStr, value: &OsStr) -> OsString {
    OsString::from_vec([name.as_bytes(), b"=", value.as_bytes()].concat())
}

/// Where a program may be: in the directories of `PATH`, unless its name has a `/` in it.
fn candidates(command: &spec::Command) -> impl Iterator<Item = OsString> {
    let program = command.argv.first().cloned().unwrap_or_default();
    let path = command.env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone()).unwrap_or_default();
    let direct = program.as_bytes().contains(&b'/') || program.is_empty();
    let directories = if direct { Vec::new() } else { std::env::split_paths(&path).collect() };
    let searched = directories.into_iter().map({
        let program = program.clone();
        move |directory| {
            if directory.as_os_str().is_empty() { OsStr::new("./").into() } else { directory }
                .join(&program)
                .into_os_string()
        }
    });
    direct.then_some(program).into_iter().chain(searched)
}

fn exists(path: &CStr) -> bool {
    rustix::fs::access(path, rustix::fs::Access::EXISTS).is_ok()
}

/// The command's process, to its end.
pub(super) fn main(program: &Program, within: Option<&Ruleset>, terminal: Option<&OwnedFd>, channel: &Channel) -> u8 {
    if let Err(errno) = prepare(within, terminal) {
        let _gone = channel.send(Message::NotExecuted(errno, true));
        return 126;
    }
    let (errno, found) = program.execute();
    let _gone = channel.send(Message::NotExecuted(errno, found));
    if found { 126 } else { 127 }
}

fn prepare(within: Option<&Ruleset>, terminal: Option<&OwnedFd>) -> Result<()> {
    setsid()?;
    if let Some(terminal) = terminal {
        rustix::process::ioctl_tiocsctty(terminal)?;
        dup2_stdin(terminal)?;
        dup2_stdout(terminal)?;
        dup2_stderr(terminal)?;
    }
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    linux::descriptor::close_on_execute()?;
    linux::signal::reset();
    within.map_or(Ok(()), Ruleset::restrict_self)
}
