//! The other side of a filter: calls that wait for somebody's answer (seccomp_unotify(2)).

use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};

use rustix::process::Pid;

use crate::{Errno, Result, check};

/// Who answers the calls that a filter has for somebody to answer.
#[derive(Debug)]
pub struct Listener(OwnedFd);

/// A call that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// What it is answered by.
    id: u64,
    /// The thread that made it; `None` where its process id namespace is not below ours.
    pub thread: Option<Pid>,
    /// Its number.
    pub number: u32,
    /// Its arguments: what a pointer points to may change as long as the process lives, whatever is read of it.
    pub arguments: [u64; 6],
}

/// What a call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It fails with this.
    Errno(u16),
    /// It runs (Linux 5.5). No protection may depend on what was read of its arguments' targets.
    Continue,
}

impl Call {
    /// A call that nobody waits for, to be looked at.
    pub fn of(thread: u32, number: u32, arguments: [u64; 6]) -> Self {
        let thread = i32::try_from(thread).ok().and_then(Pid::from_raw);
        Self { id: 0, thread, number, arguments }
    }
}

impl Listener {
    /// By a descriptor that [`super::install_listening`] returned, in this process or another.
    pub fn new(descriptor: OwnedFd) -> Self {
        // Whoever is answered runs at once, on this processor, instead of being put in a queue (Linux 6.6). Without, it is only slower.
        // SAFETY: the request takes a number.
        let _older = unsafe { libc::ioctl(descriptor.as_raw_fd(), SET_FLAGS, SYNC_WAKE_UP) };
        Self(descriptor)
    }

    /// The next call. Blocks unless the descriptor is readable; `None` if the caller was killed meanwhile.
    pub fn receive(&self) -> Result<Option<Call>> {
        // SAFETY: all-zero is a valid `seccomp_notif`, and what the kernel asks for.
        let mut notification: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: the structure is the one that this request fills.
        let received = unsafe { libc::ioctl(self.0.as_raw_fd(), RECEIVE, &raw mut notification) };
        match check(received.into()) {
            Err(Errno::NOENT | Errno::INTR) => return Ok(None),
            other => other?,
        };
        let libc::seccomp_notif { id, pid, data, .. } = notification;
        Ok(Some(Call { id, ..Call::of(pid, data.nr.cast_unsigned(), data.args) }))
    }

    /// Whether the caller still waits: if so, whatever was read of its process before was its own.
    pub fn waits(&self, call: &Call) -> bool {
        // SAFETY: the request reads eight bytes.
        check(unsafe { libc::ioctl(self.0.as_raw_fd(), IS_VALID, &raw const call.id) }.into()).is_ok()
    }

    /// Answers a call. That its caller is gone is no error.
    pub fn answer(&self, call: &Call, answer: Answer) -> Result<()> {
        let (error, flags) = match answer {
            Answer::Errno(errno) => (-i32::from(errno), 0),
            Answer::Continue => (0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32),
        };
        let response = libc::seccomp_notif_resp { id: call.id, val: 0, error, flags };
        // SAFETY: the structure is the one that this request reads.
        match check(unsafe { libc::ioctl(self.0.as_raw_fd(), SEND, &raw const response) }.into()) {
            Err(Errno::NOENT) => Ok(()),
            other => other.map(drop),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Requests of linux/seccomp.h.
const RECEIVE: libc::c_ulong = libc::SECCOMP_IOCTL_NOTIF_RECV;
const SEND: libc::c_ulong = libc::SECCOMP_IOCTL_NOTIF_SEND;
const IS_VALID: libc::c_ulong = libc::SECCOMP_IOCTL_NOTIF_ID_VALID;
/// `SECCOMP_IOCTL_NOTIF_SET_FLAGS` and `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`.
const SET_FLAGS: libc::c_ulong = 0x4008_2104;
const SYNC_WAKE_UP: u64 = 1;

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use rustix::process::{ForeignRawFd, PidfdGetfdFlags, pidfd_getfd};

    use super::*;
    use crate::process::{Namespaces, Status, clone};
    use crate::seccomp::{Action, Condition, Policy, Program, Rule, Test, install_listening};

    #[test]
    fn a_call_waits_for_its_answer() {
        let seven = [Condition { argument: 0, test: Test::Is(7) }];
        let number = libc::SYS_getpgid as u32;
        let rules = [Rule { number, conditions: &seven, action: Action::Notify }];
        let policy = Policy { rules: &rules, otherwise: Action::Allow, last_known: 999 };
        let program = Program::new(&policy).unwrap();
        let (mut said, mut say) = std::io::pipe().unwrap();
        let child = clone(Namespaces::empty(), None, || {
            let ask = || match rustix::process::getpgid(Pid::from_raw(7)) {
                Err(errno) => errno.raw_os_error() as u8,
                Ok(_) => 0,
            };
            let installed = rustix::thread::set_no_new_privs(true).and_then(|()| install_listening(&program));
            let Ok(listener) = installed else { return 255 };
            if say.write_all(&listener.as_raw_fd().to_ne_bytes()).is_err() {
                return 254;
            }
            ask()
        })
        .unwrap();
        let mut raw = [0; 4];
        said.read_exact(&mut raw).unwrap();
        let foreign: ForeignRawFd = i32::from_ne_bytes(raw);
        let listener = Listener::new(pidfd_getfd(child.pidfd(), foreign, PidfdGetfdFlags::empty()).unwrap());
        let call = listener.receive().unwrap().unwrap();
        assert_eq!((call.number, call.arguments[0], call.thread), (number, 7, Some(child.pid())));
        assert!(listener.waits(&call));
        listener.answer(&call, Answer::Errno(42)).unwrap();
        assert_eq!(child.wait().unwrap().status, Status::Exited(42));
        assert!(!listener.waits(&call));
        listener.answer(&call, Answer::Continue).unwrap();
    }
}
