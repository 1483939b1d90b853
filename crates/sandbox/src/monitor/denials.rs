//! What the filter refuses and somebody should hear of: each such call waits until it is answered from here.

use std::os::fd::BorrowedFd;

use linux::seccomp::{Answer, Call, Listener};
use linux::{Errno, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use spec::{Denial, Layer, Response, Weakening};

use super::subject;
use crate::syscalls::{Filter, Row};

/// So many calls are answered before anything else is looked after: a flood of them must not keep the monitor from that.
const AT_ONCE: usize = 64;

/// So many different denials are told apart; of what comes after that, only how often.
const KINDS: usize = 64;

/// How often one row is looked into: whoever tries again and again is counted, and nothing more is found out.
const LOOKED_INTO: u64 = 32;

/// The denials of one sandbox.
#[derive(Debug)]
pub(super) struct Denials {
    filter: Filter,
    listener: Option<Listener>,
    found: Vec<Found>,
    /// Whether somebody was killed for one.
    killed: bool,
}

/// The same, again and again.
#[derive(Debug)]
struct Found {
    row: &'static Row,
    response: Response,
    process: String,
    subject: String,
    count: u64,
}

impl Denials {
    pub(super) fn new(filter: Filter) -> Self {
        Self { filter, listener: None, found: Vec::new(), killed: false }
    }

    /// Listens from here on.
    pub(super) fn listen(&mut self, listener: Listener) {
        self.listener = Some(listener);
    }

    /// That nobody hears of refused calls, where that is so.
    pub(super) fn deaf(&self) -> Option<Weakening> {
        let reason = "refused system calls are not told: somebody else listens to those of the caller already";
        let weakening = Weakening { name: "denials".to_owned(), reason: reason.to_owned() };
        self.listener.is_none().then_some(weakening)
    }

    /// What to wait for.
    pub(super) fn awaits(&self) -> Option<BorrowedFd<'_>> {
        use std::os::fd::AsFd as _;
        self.listener.as_ref().map(|listener| listener.as_fd())
    }

    /// Answers what is there to be answered.
    pub(super) fn proceed(&mut self) -> Result<()> {
        for _ in 0..AT_ONCE {
            let Some(listener) = &self.listener else { return Ok(()) };
            let mut waiting = [PollFd::new(listener, PollFlags::IN)];
            match poll(&mut waiting, Some(&Timespec::default())) {
                Err(Errno::INTR) => continue,
                other => other?,
            };
            let [waiting] = waiting.map(|listener| listener.revents());
            if waiting.contains(PollFlags::IN) {
                // Nobody else receives: what polled as waiting is there, or its caller was killed.
                if let Some(call) = listener.receive()? {
                    self.answer(&call)?;
                }
            } else {
                // All who could call have ended.
                if waiting.intersects(PollFlags::HUP | PollFlags::ERR) {
                    self.listener = None;
                }
                return Ok(());
            }
        }
        Ok(())
    }

    fn answer(&mut self, call: &Call) -> Result<()> {
        let Some((row, response)) = self.filter.decide(call.number, &call.arguments) else {
            // The filter asks about nothing else; whatever this is, it is refused.
            return self.reply(call, Answer::Errno(u16::try_from(Errno::PERM.raw_os_error()).unwrap_or(u16::MAX)));
        };
        if row.told {
            self.note(row, response, call);
        }
        match response {
            Response::Deny => self.reply(call, Answer::Errno(row.errno())),
            // Only what the profile may grant anyway is ever let through.
            Response::Log => self.reply(call, Answer::Continue),
            Response::Kill => {
                self.killed |= self.kill(call);
                // Whoever could not be killed does not get through either.
                self.reply(call, Answer::Errno(row.errno()))
            }
        }
    }

    fn reply(&self, call: &Call, answer: Answer) -> Result<()> {
        self.listener.as_ref().map_or(Ok(()), |listener| listener.answer(call, answer))
    }

    /// Kills the process that made a call.
    fn kill(&self, call: &Call) -> bool {
        let Some(listener) = &self.listener else { return false };
        let Some(process) = subject::process(call) else { return false };
        let Ok(pidfd) = pidfd_open(process, PidfdFlags::empty()) else { return false };
        // While the caller waits, its number is nobody else's.
        listener.waits(call) && pidfd_send_signal(&pidfd, Signal::KILL).is_ok()
    }

    fn note(&mut self, row: &'static Row, response: Response, call: &Call) {
        let of_row = self.found.iter().filter(|found| std::ptr::eq(found.row, row));
        let known: u64 = of_row.map(|found| found.count).sum();
        if known >= LOOKED_INTO || (self.found.len() >= KINDS && known > 0) {
            // Nobody is blamed whom nobody looked at.
            return self.count(Found { row, response, process: String::new(), subject: "…".to_owned(), count: 1 });
        }
        let (process, subject) = subject::of(row.name, call);
        let waits = self.listener.as_ref().is_some_and(|listener| listener.waits(call));
        // Whoever does not wait any more was killed, and what was read may have been another's.
        let (process, subject) = if waits { (process, subject) } else { (String::new(), "…".to_owned()) };
        self.count(Found { row, response, process, subject, count: 1 });
    }

    fn count(&mut self, one: Found) {
        let same = |found: &&mut Found| {
            std::ptr::eq(found.row, one.row) && found.process == one.process && found.subject == one.subject
        };
        match self.found.iter_mut().find(same) {
            Some(found) => found.count += 1,
            None => self.found.push(one),
        }
    }

    /// Whether somebody was killed for one.
    pub(super) fn killed(&self) -> bool {
        self.killed
    }

    /// All of them, the gravest first.
    pub(super) fn told(&self) -> Vec<Denial> {
        let mut all: Vec<_> = self.found.iter().map(Found::told).collect();
        all.sort_by_key(|denial| std::cmp::Reverse(denial.severity));
        all
    }
}

impl Found {
    fn told(&self) -> Denial {
        let Row { name, class, line, reason, .. } = self.row;
        let Self { process, subject, count, response, .. } = self;
        let rule = format!("policy {}, line {line}, class {}", class.policy, class.name);
        let way_out = match class.grant {
            Some(grant) => format!("`{grant}` in the profile allows it"),
            None => "no profile allows it".to_owned(),
        };
        let times = if *count == 1 { String::new() } else { format!(" {count} times") };
        let who = if process.is_empty() { "somebody".to_owned() } else { format!("{process:?}") };
        let done = match response {
            Response::Deny => "which is refused",
            Response::Log => "which is let through and told",
            Response::Kill => "and was killed for it",
        };
        let text = format!("{who} called {name}({subject}){times}, {done}: {reason} ({rule}); {way_out}");
        Denial {
            layer: Layer::Syscall,
            operation: (*name).to_owned(),
            subject: subject.clone(),
            rule,
            response: *response,
            count: *count,
            severity: class.severity,
            process: process.clone(),
            grant: class.grant.map(str::to_owned),
            text,
        }
    }
}
