//! The caller's side of a start: what init needs is made before it exists, for it allocates nothing; what root must open for it is
//! handed over after.

use std::cell::Cell;
use std::ffi::OsStr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use linux::Errno;
use linux::process::{Child, Ended, Namespaces, clone};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::thread::{CpuSet, SecureComputingMode, sched_getaffinity, secure_computing_mode};

use super::cgroup::Cgroup;
use super::command::Program;
use super::confined::{self, Confinement};
use super::idmap::{self, Idmaps};
use super::init;
use super::message::{BATCH, Channel, Message, Stage};
use super::posture::Outside;
use super::source::{self, Source};
use crate::plan::{Bind, Layer, Overlay, Plan, Wall};
use crate::syscalls::Listening;
use crate::{Act, Error, Step};

/// Namespaces that a process can only be born with. The others it makes itself, at the same time as we do our part.
pub(super) const BORN_WITH: Namespaces = Namespaces::USER.and(Namespaces::PID);

/// How long the end of everything may take after its keeper was killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A sandbox that is being built or runs.
#[derive(Debug)]
pub(crate) struct Running {
    /// Its first process: init, or init's keeper.
    pub(crate) child: Child,
    /// The line to it. Closing it ends the sandbox.
    pub(crate) channel: Channel,
    /// The command's standard streams; `None` where it has a terminal.
    pub(crate) streams: Option<Streams>,
    /// What holds its limits. Dropped after all of it is buried.
    pub(crate) cgroup: Option<Cgroup>,
    /// Whether its end takes everybody along, as that of the first process of a namespace does; else it must be asked to see to it.
    takes_all: bool,
    /// Whether it was asked.
    asked: Cell<bool>,
}

impl Running {
    /// Waits for init's end and buries it; with it, or after it, everything in the sandbox has ended.
    pub(crate) fn bury(&self) -> linux::Result<Ended> {
        let ended = self.child.wait()?;
        match &self.cgroup {
            _ if self.takes_all => {}
            Some(cgroup) => cgroup.empty()?,
            // That was init's keeper. If it went first, init is ending everybody now, and lets go of the line last.
            None => self.channel.wait_for_end(PATIENCE)?,
        }
        Ok(ended)
    }

    /// Ends everything. Asked a second time it does not wait for anybody's help.
    pub(crate) fn end(&self) -> linux::Result<()> {
        if self.takes_all {
            return self.child.kill();
        }
        match self.asked.replace(true) {
            false => self.channel.send(Message::End),
            true => self.cgroup.as_ref().map_or(Ok(()), Cgroup::kill).and_then(|()| self.child.kill()),
        }
    }
}

/// Our ends of the command's standard streams.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) stdin: OwnedFd,
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
}

/// What the child needs, made before it exists.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) filter: linux::seccomp::Program,
    /// The same where nobody can be asked, because the caller is listened to already. Who is under no filter is not.
    pub(super) alone: Option<linux::seccomp::Program>,
    pub(super) program: Program,
    /// Content of `uid_map` and `gid_map`, where the child writes them itself.
    pub(super) maps: (String, String),
    /// The command's standard streams; `None` where it has a terminal.
    pub(super) stdio: Option<[OwnedFd; 3]>,
    /// The namespaces that it is not to be in.
    pub(super) outside: Outside,
    /// The processors that it is bound to, where it is.
    pub(super) processors: Option<CpuSet>,
    /// What restricts init, and what restricts the command within that, where no namespace does.
    pub(super) confinement: Option<Confinement>,
}

/// Starts a sandbox: its init makes the namespaces, then waits for [`proceed`]. What it says comes over the channel.
pub(crate) fn start(plan: &Plan) -> Result<Running, Error> {
    let ids = plan.identity;
    let (here, there) = Channel::pair().map_err(failed("make a socket pair"))?;
    let (streams, stdio) = match plan.command.terminal {
        true => (None, None),
        false => pipes(plan).map(|(ours, theirs)| (Some(ours), Some(theirs))).map_err(failed("make pipes"))?,
    };
    let filter = plan.filter();
    let prepared = Prepared {
        filter: filter.compile(Listening::Somebody)?,
        alone: match secure_computing_mode().map_err(failed("look at this process's filter"))? {
            SecureComputingMode::Disabled => None,
            _ => Some(filter.compile(Listening::Nobody)?),
        },
        program: Program::new(&plan.command)?,
        maps: (format!("{} {} 1\n", ids.inner, ids.outer_user), format!("{} {} 1\n", ids.inner, ids.outer_group)),
        stdio,
        outside: Outside::of(plan.namespaces).map_err(failed("look at this process's namespaces"))?,
        confinement: match &plan.wall {
            Wall::Namespaces => None,
            Wall::Landlock(confinement, network) => Some(Confinement::new(confinement, *network)?),
        },
        processors: plan.bounds.processors.map(choose).transpose().map_err(failed("choose processors"))?,
    };
    let cgroup = plan.bounds.group.as_ref().map(Cgroup::make).transpose()?;
    let sources = Vec::with_capacity(plan.steps.len());
    let takes_all = plan.wall == Wall::Namespaces;
    let born_with = if takes_all { BORN_WITH } else { Namespaces::empty() };
    let child = clone(born_with, cgroup.as_ref().and_then(Cgroup::cradle), || {
        // While init had a copy of our end, it would never learn that we are gone.
        match linux::descriptor::close_copy(here.as_fd()) {
            Ok(()) if takes_all => init::main(&prepared, plan, &there, sources),
            Ok(()) => confined::main(&prepared, plan, &there),
            Err(_) => 1,
        }
    })
    .map_err(|errno| if takes_all { Error::Namespaces(errno) } else { failed("make a process")(errno) })?;
    Ok(Running { child, channel: here, streams, cgroup, takes_all, asked: Cell::new(false) })
}

/// Does our part and lets init go on. What the plan takes from the host must be there by now.
pub(crate) fn proceed(plan: &Plan, running: &Running) -> Result<(), Error> {
    let ids = plan.identity;
    if ids.privileged {
        let (user, group) = ((ids.inner, ids.outer_user), (ids.inner, ids.outer_group));
        idmap::map(running.child.pid(), user, group).map_err(|error| {
            let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
            Error::Start { act: "map user and group ids into the sandbox", errno }
        })?;
        hand_over(plan, &running.channel)?;
    }
    if let Some(cgroup) = &running.cgroup {
        cgroup.take(running.child.pid())?;
    }
    running.channel.send(Message::Go).map_err(failed("speak to the sandbox"))
}

/// Opens what the steps take from the host, and gives it to init.
fn hand_over(plan: &Plan, channel: &Channel) -> Result<(), Error> {
    let idmaps = Idmaps::new(&plan.steps, &plan.identity)?;
    let open =
        |step| source::open(step, Some(&idmaps)).map_err(|errno| Error::Build { act: opening(step, errno), errno });
    let sources = plan.steps.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let descriptors: Vec<_> = sources.iter().flat_map(Source::descriptors).collect();
    descriptors
        .chunks(BATCH)
        .try_for_each(|batch| channel.send_with(Message::Sources, batch))
        .map_err(failed("speak to the sandbox"))
}

/// What was being done when the source of a step could not be opened.
fn opening(step: &Step, errno: Errno) -> Act {
    match step {
        Step::Bind(Bind { owner: Some(_), read_only: false, source, .. }) if errno == Errno::INVAL => {
            Act::Translate(Path::new(OsStr::from_bytes(source.to_bytes())).to_path_buf())
        }
        _ => act_of(step, Act::Open),
    }
}

fn failed(act: &'static str) -> impl Fn(Errno) -> Error {
    move |errno| Error::Start { act, errno }
}

/// Some of the processors that this process may use: not the same for every run.
fn choose(count: u32) -> linux::Result<CpuSet> {
    let ours = sched_getaffinity(None)?;
    let all: Vec<_> = (0..CpuSet::MAX_CPU).filter(|cpu| ours.is_set(*cpu)).collect();
    let first = usize::try_from(std::process::id()).unwrap_or(0) % all.len().max(1);
    let mut chosen = CpuSet::new();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    all.iter().cycle().skip(first).take(count.min(all.len())).for_each(|cpu| chosen.set(*cpu));
    Ok(chosen)
}

/// The pipes between us and the command: our ends, and its own.
fn pipes(plan: &Plan) -> linux::Result<(Streams, [OwnedFd; 3])> {
    let (stdin, to_stdin) = pipe_with(PipeFlags::CLOEXEC)?;
    let (from_stdout, stdout) = pipe_with(PipeFlags::CLOEXEC)?;
    let (from_stderr, stderr) = pipe_with(PipeFlags::CLOEXEC)?;
    // Our own ends never block us; the command's are as it expects them.
    for ours in [&to_stdin, &from_stdout, &from_stderr] {
        rustix::fs::fcntl_setfl(ours, rustix::fs::OFlags::NONBLOCK)?;
    }
    if plan.identity.privileged {
        // A pipe is its maker's: without this, opening /dev/stdout inside is refused.
        let user = rustix::fs::Uid::from_raw(plan.identity.outer_user);
        let group = rustix::fs::Gid::from_raw(plan.identity.outer_group);
        for theirs in [&stdin, &stdout, &stderr] {
            rustix::fs::fchown(theirs, Some(user), Some(group))?;
        }
    }
    let ours = Streams { stdin: to_stdin, stdout: from_stdout, stderr: from_stderr };
    Ok((ours, [stdin, stdout, stderr]))
}

/// The error that the child's word of a failure means.
pub(crate) fn failure(plan: &Plan, stage: Stage, step: u32, errno: Errno) -> Error {
    let step = usize::try_from(step).ok().and_then(|index| plan.steps.get(index));
    let at_step = |act: fn(String) -> Act| step.map_or_else(|| act(String::new()), |step| act_of(step, act));
    let act = match stage {
        Stage::Separate => Act::Separate,
        Stage::Map => Act::Map,
        Stage::Become => Act::Become,
        Stage::Open => at_step(Act::Open),
        Stage::Do => at_step(Act::Do),
        Stage::Surrender => Act::Surrender,
        Stage::Confine => Act::Confine,
        Stage::Filter => Act::Filter,
        Stage::Verify => Act::Verify,
        Stage::Workdir => Act::Workdir(Path::new(&plan.command.workdir).to_path_buf()),
        Stage::Start => Act::Start,
    };
    Error::Build { act, errno }
}

/// What was being done at a step. The workspace's own overlay is told apart, because a copy can stand in for it.
fn act_of(step: &Step, act: fn(String) -> Act) -> Act {
    match step {
        Step::Overlay(Overlay { layer: Layer::Kept(_), .. }) => Act::Overlay(step.to_string()),
        _ => act(step.to_string()),
    }
}
