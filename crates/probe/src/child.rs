//! A child that tries something dangerous in our place and tells how it went.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};

use crate::fact::{Failure, checked};

/// Forks; tells the child's id to the parent and `0` to the child.
pub(crate) fn fork() -> Result<i32, Failure> {
    // SAFETY: this program has one thread, so the child may do anything that the parent may.
    checked(unsafe { libc::fork() }).map(|pid| pid as i32)
}

/// Ends this process at once, running nothing more.
pub(crate) fn leave(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Waits for a child and tells its wait status.
pub(crate) fn wait(pid: i32) -> Result<i32, Failure> {
    let mut status = 0;
    loop {
        // SAFETY: `status` is ours and outlives the call.
        match checked(unsafe { libc::waitpid(pid, &raw mut status, 0) }) {
            Err(Failure::Errno(libc::EINTR)) => {}
            Err(other) => return Err(other),
            Ok(_) => return Ok(status),
        }
    }
}

/// A pipe: the end to read and the end to write.
pub(crate) fn pipe() -> Result<(File, File), Failure> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors.
    checked(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: the kernel just gave us both, and nobody else owns them.
    let [read, write] = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
    Ok((read.into(), write.into()))
}

/// Tries something in a child and tells what it returned, or the signal that killed it.
pub(crate) fn attempt(thing: impl FnOnce() -> Result<i64, Failure>) -> Result<i64, Failure> {
    let (mut answer, mut tell) = pipe()?;
    let pid = fork()?;
    if pid == 0 {
        let encoded = match thing() {
            Ok(value) => (0, value),
            Err(Failure::Errno(errno)) => (1, i64::from(errno)),
            Err(Failure::Killed(signal)) => (2, i64::from(signal)),
            Err(Failure::Words(_)) => (3, 0),
        };
        let told = tell.write_all(&[[encoded.0; 8], encoded.1.to_ne_bytes()].concat());
        leave(i32::from(told.is_err()));
    }
    drop(tell);
    // Exactly one answer, not all there is: what the child leaves behind may hold the pipe open.
    let mut bytes = [0; 16];
    let read = answer.read_exact(&mut bytes);
    let status = wait(pid)?;
    read.ok().and_then(|()| decode(&bytes)).unwrap_or_else(|| Err(ended(status)))
}

fn decode(bytes: &[u8]) -> Option<Result<i64, Failure>> {
    let (kind, value) = bytes.split_at_checked(8)?;
    let value = i64::from_ne_bytes(value.try_into().ok()?);
    let number = i32::try_from(value).unwrap_or_default();
    Some(match kind.first()? {
        0 => Ok(value),
        1 => Err(Failure::Errno(number)),
        2 => Err(Failure::Killed(number)),
        _ => Err(Failure::Words("the child could not try".to_owned())),
    })
}

/// How a child ended that did not tell.
pub(crate) fn ended(status: i32) -> Failure {
    if libc::WIFSIGNALED(status) {
        return Failure::Killed(libc::WTERMSIG(status));
    }
    Failure::Words(format!("the child exited with {} and told nothing", libc::WEXITSTATUS(status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_tells_what_it_got() {
        assert!(matches!(attempt(|| Ok(7)), Ok(7)));
        assert!(matches!(attempt(|| Err(Failure::Errno(libc::EPERM))), Err(Failure::Errno(libc::EPERM))));
    }

    #[test]
    fn a_killed_child_is_told_apart() {
        // SAFETY: `raise` has no preconditions.
        let killed = attempt(|| checked(unsafe { libc::raise(libc::SIGSYS) }));
        assert!(matches!(killed, Err(Failure::Killed(libc::SIGSYS))), "{killed:?}");
    }
}
