//! The one loop of the monitor.

use std::ffi::OsStr;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use linux::Errno;
use linux::process::{Ended, Status};
use linux::seccomp::Listener;
use linux::signal::Held;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use spec::{Clock, Enforcement, Lifetime, MemoryOf, Outcome, Stdin, Usage};

use super::denials::Denials;
use super::guard::{Guard, Views};
use super::inlet::Inlet;
use super::outlet::Outlet;
use super::processes::Processes;
use super::terminal::Terminal;
use super::verdict::Seen;
use super::{Building, End, Ends, Sink, Stream, receipt};
use crate::Error;
use crate::native::{Message, Running, failure, proceed};
use crate::plan::{Plan, Wall};

/// From the first request to end to the last resort.
const GRACE: Duration = Duration::from_secs(2);

/// A sandbox being watched.
pub(super) struct Watch<'a> {
    plan: &'a Plan,
    ends: Ends<'a>,
    started: Instant,
    running: &'a Running,
    signals: &'a Held,
    lifetime: Option<Lifetime>,
    deadline: Option<Instant>,
    seen: Seen,
    guard: Guard<'a>,
    denials: Denials,
    enforced: Enforcement,
    inlet: Option<Inlet<'a>>,
    outlets: Vec<Outlet<'a>>,
    terminal: Option<Terminal<'a>>,
    /// Whether the command may run. Until then init hears nothing but that it may.
    begun: bool,
    /// Whether the sandbox may still say something.
    listening: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(building: &'a mut Building, lifetime: Option<Lifetime>, ends: Ends<'a>) -> Self {
        let Building { plan, started, running, signals } = building;
        let ends = Ends { stdin: ends.stdin.filter(|_| plan.command.stdin == Stdin::Pass), ..ends };
        let streams = running.streams.take();
        let mut watch = Self {
            plan,
            ends,
            started: *started,
            running,
            signals,
            lifetime,
            deadline: lifetime.and_then(|lifetime| started.checked_add(lifetime.as_duration())),
            seen: Seen::default(),
            guard: Guard::new(&plan.bounds, running.cgroup.as_ref()),
            denials: Denials::new(plan.filter()),
            enforced: Enforcement::default(),
            inlet: None,
            outlets: Vec::with_capacity(2),
            terminal: None,
            begun: false,
            listening: true,
        };
        if let Some(streams) = streams {
            watch.inlet = Some(Inlet::new(ends.stdin, streams.stdin, false));
            watch.outlets.push(Outlet::new(Stream::Stdout, streams.stdout, ends.stdout));
            watch.outlets.push(Outlet::new(Stream::Stderr, streams.stderr, ends.stderr));
        }
        watch
    }

    /// Watches until everything has ended and all output is passed on.
    pub(super) fn finish(mut self, sink: &mut dyn Sink) -> Result<End, Error> {
        let watched = match proceed(self.plan, self.running) {
            Ok(()) => self.watch(sink),
            Err(error) => Err(self.last_word().unwrap_or(error)),
        };
        if watched.is_err() {
            let _ended = self.running.end();
        }
        let ended = self.running.bury().map_err(Error::Watch)?;
        let outcome = self.outcome(watched)?;
        let duration = self.started.elapsed();
        let refused = self.outlets.iter().find_map(Outlet::refused);
        let denials = self.denials.told();
        Ok(End {
            denials,
            outcome,
            duration,
            usage: self.guard.refine(usage(&ended)),
            enforced: self.enforced,
            refused,
        })
    }

    /// How it ended: for the first limit that was reached. That the kernel ended somebody for want of memory explains whatever
    /// comes of it, a failed start included.
    fn outcome(&mut self, watched: Result<(), Error>) -> Result<Outcome, Error> {
        if self.seen.reached.is_none() && self.guard.killed() > 0 {
            self.seen.reached = Some(self.guard.out_of_memory());
        }
        if self.seen.reached.is_none() {
            watched?;
        }
        (self.seen.refused, self.seen.full) = (self.guard.refused(), self.guard.full());
        self.seen.peak_tasks = self.guard.peak_tasks();
        self.seen.filtered = self.denials.killed();
        let program = self.plan.command.argv.first().map_or(OsStr::new(""), |word| word.as_os_str());
        self.seen.outcome(&self.plan.bounds, program).ok_or(Error::Vanished)
    }

    /// Why the sandbox gave up, if that is why our part of the start failed.
    fn last_word(&self) -> Option<Error> {
        self.running.end().ok()?;
        match self.running.channel.receive() {
            Ok(Some(Message::Failed(stage, step, errno))) => Some(failure(self.plan, stage, step, errno)),
            _ => None,
        }
    }

    fn watch(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut alive = true;
        while alive || self.listening || self.outlets.iter().any(|outlet| !outlet.is_done()) {
            let ready = self.wait(alive).map_err(Error::Watch)?;
            if ready.spoken {
                self.listen(sink)?;
            }
            if ready.alarmed {
                self.guard.alarmed();
            }
            if ready.denied {
                self.denials.proceed().map_err(Error::Watch)?;
            }
            if let Some(reached) = self.guard.look(sink) {
                self.reach(reached).map_err(Error::Watch)?;
            }
            if ready.ended {
                alive = false;
                self.guard.end();
            }
            if ready.signaled {
                self.pass_signals(alive).map_err(Error::Watch)?;
            }
            if ready.input
                && let Some(inlet) = &mut self.inlet
            {
                inlet.proceed();
            }
            self.pass_output(ready.output, sink).map_err(Error::Watch)?;
            if !alive {
                self.close_output(sink).map_err(Error::Watch)?;
            }
            self.keep_time(alive).map_err(Error::Watch)?;
        }
        Ok(())
    }

    /// Waits until something can be done.
    fn wait(&self, alive: bool) -> Result<Ready, Errno> {
        let mut fds = Vec::with_capacity(7);
        let spoken = add(&mut fds, self.listening.then(|| (self.running.channel.as_fd(), PollFlags::IN)));
        let ended = add(&mut fds, alive.then(|| (self.running.child.pidfd(), PollFlags::IN)));
        let signaled = add(&mut fds, Some((self.signals.as_fd(), PollFlags::IN)));
        let input = add(&mut fds, self.inlet.as_ref().filter(|_| alive).and_then(Inlet::awaits));
        let output: [Option<usize>; 2] =
            std::array::from_fn(|index| add(&mut fds, self.outlets.get(index).and_then(Outlet::awaits)));
        let denied = add(&mut fds, self.denials.awaits().map(|listener| (listener, PollFlags::IN)));
        let alarmed = add(&mut fds, self.guard.alarm().map(|alarm| (alarm, PollFlags::IN)));
        let next = [self.deadline, self.guard.next()].into_iter().flatten().min();
        let timeout = next.map(|next| next.saturating_duration_since(Instant::now()));
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        let is =
            |index: Option<usize>| index.and_then(|index| fds.get(index)).is_some_and(|fd| !fd.revents().is_empty());
        Ok(Ready {
            spoken: is(spoken),
            ended: is(ended),
            signaled: is(signaled),
            input: is(input),
            alarmed: is(alarmed),
            denied: is(denied),
            output: output.map(is),
        })
    }

    /// Hears what the sandbox says.
    fn listen(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut descriptors = [None, None];
        let Some(message) = self.running.channel.receive_with(&mut descriptors).map_err(Error::Watch)? else {
            self.listening = false;
            return Ok(());
        };
        let [first, second] = descriptors;
        match message {
            // It is being ended, or has been: nothing is to be read back any more, and no failure explains anything.
            Message::Started | Message::Failed(..) if self.seen.reached.is_some() => {}
            Message::Failed(stage, step, errno) => return Err(failure(self.plan, stage, step, errno)),
            Message::Listener => self.denials.listen(Listener::new(first.ok_or(Error::Watch(Errno::BADMSG))?)),
            Message::Terminal => self.adopt(first.ok_or(Error::Watch(Errno::BADMSG))?).map_err(Error::Watch)?,
            Message::Started => {
                let (processes, root) = match (&self.plan.wall, first, second) {
                    (Wall::Namespaces, Some(processes), Some(root)) => {
                        (Processes::new(processes, self.running.child.pid()), Some(root))
                    }
                    (Wall::Landlock(..), None, None) => (self.processes().map_err(Error::Watch)?, None),
                    _ => return Err(Error::Watch(Errno::BADMSG)),
                };
                self.enforced = receipt::write(self.plan, self.running, &processes)?;
                self.enforced.weakened.extend(self.denials.deaf());
                self.guard.begin(Views { processes, root }).map_err(Error::Watch)?;
                self.begun = true;
                let waiting = self.seen.passed.iter().map(|signal| Message::Signal(*signal));
                let mut all = [Message::Go].into_iter().chain(waiting);
                all.try_for_each(|message| self.running.channel.send(message)).map_err(Error::Watch)?;
            }
            Message::NotExecuted(errno, found) => self.seen.not_executed = Some((errno, found)),
            Message::Ended(status) => {
                if status != Status::Exited(0) {
                    self.guard.look_last(sink);
                }
                self.seen.ended = Some(status);
            }
            Message::Go | Message::Sources | Message::End | Message::Signal(_) => {
                return Err(Error::Watch(Errno::BADMSG));
            }
        }
        Ok(())
    }

    /// The processes of a sandbox that shares the host's `/proc`.
    fn processes(&self) -> Result<Processes, Errno> {
        let first = self.running.child.pid();
        if self.running.cgroup.is_some() { Processes::below(first) } else { Processes::kept_by(first) }
    }

    /// Takes over the master side of the command's terminal.
    fn adopt(&mut self, master: OwnedFd) -> Result<(), Errno> {
        let terminal = Terminal::new(master, self.ends.stdin)?;
        terminal.match_size(&self.ends.all());
        self.inlet = Some(Inlet::new(self.ends.stdin, terminal.master()?, true));
        self.outlets.push(Outlet::new(Stream::Stdout, terminal.master()?, self.ends.stdout));
        self.terminal = Some(terminal);
        self.running.channel.send(Message::Go)
    }

    fn pass_signals(&mut self, alive: bool) -> Result<(), Errno> {
        while let Some(signal) = self.signals.next() {
            match (signal, &self.terminal) {
                (libc::SIGWINCH, Some(terminal)) => terminal.match_size(&self.ends.all()),
                (libc::SIGWINCH, None) => {}
                _ if alive => {
                    self.seen.passed.push(signal);
                    if self.begun {
                        self.running.channel.send(Message::Signal(signal))?;
                    }
                }
                // Only output is left to be passed on, and the caller does not want it any more.
                _ => self.outlets.iter_mut().for_each(Outlet::stop),
            }
        }
        Ok(())
    }

    fn pass_output(&mut self, ready: [bool; 2], sink: &mut dyn Sink) -> Result<(), Errno> {
        let after = self.started.elapsed();
        let mut too_much = None;
        for (outlet, ready) in self.outlets.iter_mut().zip(ready) {
            if ready {
                outlet.proceed(|stream, bytes| {
                    too_much = self.guard.note_output(bytes.len()).or(too_much.take());
                    sink.write(stream, after, bytes);
                })?;
            }
        }
        too_much.map_or(Ok(()), |reached| self.reach(reached))
    }

    /// Ends everything because of a limit: at once, but for one of time, at which the command is asked first.
    fn reach(&mut self, reached: Outcome) -> Result<(), Errno> {
        if self.seen.reached.is_some() || self.seen.ended.is_some() {
            return Ok(());
        }
        let timed = matches!(reached, Outcome::TimedOut { .. });
        self.seen.reached = Some(reached);
        // One reason is enough, and what is told of it stays as it was seen.
        self.guard.end();
        // Whoever does not take the output is given up on after that.
        self.deadline = Instant::now().checked_add(GRACE);
        match timed && self.begun {
            true => self.running.channel.send(Message::Signal(libc::SIGTERM)),
            false => self.running.end(),
        }
    }

    fn close_output(&mut self, sink: &mut dyn Sink) -> Result<(), Errno> {
        let after = self.started.elapsed();
        self.outlets.iter_mut().try_for_each(|outlet| outlet.close(|stream, bytes| sink.write(stream, after, bytes)))
    }

    /// At the deadline asks the command to end; after the grace period ends everything; after another one gives up on whoever
    /// does not take the output.
    fn keep_time(&mut self, alive: bool) -> Result<(), Errno> {
        let Some(deadline) = self.deadline.filter(|deadline| Instant::now() >= *deadline) else { return Ok(()) };
        let ended = self.seen.ended.is_some() || self.seen.not_executed.is_some();
        match (&self.seen.reached, self.lifetime) {
            (None, Some(limit)) if !ended => {
                let usage = Lifetime::new(self.started.elapsed());
                return self.reach(Outcome::TimedOut { limit, clock: Clock::Wall, usage });
            }
            (Some(_), _) if !alive => self.outlets.iter_mut().for_each(Outlet::stop),
            // It was done in time; whoever reads slowly gets all of it.
            _ if !alive => {
                self.deadline = None;
                return Ok(());
            }
            _ => self.running.end()?,
        }
        self.deadline = deadline.checked_add(GRACE);
        Ok(())
    }
}

/// Adds a descriptor to those waited for, and says which it is.
fn add<'fd>(fds: &mut Vec<PollFd<'fd>>, awaited: Option<(BorrowedFd<'fd>, PollFlags)>) -> Option<usize> {
    let (fd, flags) = awaited?;
    fds.push(PollFd::from_borrowed_fd(fd, flags));
    Some(fds.len() - 1)
}

/// What can be done.
struct Ready {
    spoken: bool,
    ended: bool,
    signaled: bool,
    input: bool,
    alarmed: bool,
    denied: bool,
    output: [bool; 2],
}

fn usage(ended: &Ended) -> Usage {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Usage {
        cpu_user_us: micros(ended.user),
        cpu_system_us: micros(ended.system),
        peak_memory_bytes: ended.peak_memory,
        memory_of: MemoryOf::LargestProcess,
        peak_processes: None,
        stalled: None,
        written_bytes: ended.written,
    }
}
