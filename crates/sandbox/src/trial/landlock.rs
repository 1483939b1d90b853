//! What Landlock does here, found by restricting a process and by having it try what is denied to it.

use linux::landlock::{FileAccess, Handled, Ruleset, abi};
use linux::process::{Namespaces, clone};
use linux::{Errno, Result};
use rustix::fs::{CWD, Mode, OFlags, openat};

use super::{code, ended};

/// What became of trying Landlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landlock {
    /// It denies; this is the version of its interface.
    Denies(u32),
    /// It took the rules, and what they deny was done all the same.
    Idle(u32),
    /// The kernel has it, but the process that was to try it could not be made or restricted.
    Untried(u32, Errno),
    /// It cannot be had.
    Fails(Errno),
}

impl Landlock {
    /// Whether it can stand in for namespaces: it must also keep signals in (version 6, Linux 6.12).
    pub fn is_wall(self) -> bool {
        matches!(self, Self::Denies(6..))
    }
}

/// Tries it.
pub fn landlock() -> Landlock {
    let version = match abi() {
        Ok(version) => version,
        Err(errno) => return Landlock::Fails(errno),
    };
    let child = clone(Namespaces::empty(), None, || code(restricted(version)));
    match child.and_then(|child| ended(&child)) {
        Ok(()) => Landlock::Denies(version),
        Err(Errno::PROTO) => Landlock::Idle(version),
        Err(errno) => Landlock::Untried(version, errno),
    }
}

/// Gives up everything, and sees that what could be done before is denied: `PROTO` if it is not.
fn restricted(version: u32) -> Result<()> {
    let list = || openat(CWD, c"/", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    list()?;
    rustix::thread::set_no_new_privs(true)?;
    let handled = Handled { files: FileAccess::all(version), ..Handled::everything(0) };
    Ruleset::new(&handled)?.restrict_self()?;
    match list() {
        Err(Errno::ACCESS) => Ok(()),
        _ => Err(Errno::PROTO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_landlock_is_what_its_version_says() {
        match (landlock(), abi()) {
            (Landlock::Denies(tried), Ok(told)) => assert_eq!(tried, told),
            (Landlock::Fails(tried), Err(told)) => assert_eq!(tried, told),
            other => panic!("{other:?}"),
        }
    }
}
