//! The first process of a sandbox: builds it, starts the command, buries the dead, passes signals on.

use std::os::fd::{AsFd as _, OwnedFd};

use linux::process::{Namespaces, reap, spawn};
use linux::signal::Held;
use linux::{Errno, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    DumpableBehavior, Pid, Rlimit, Signal, getppid, getrlimit, set_dumpable_behavior, set_parent_process_death_signal,
    setrlimit,
};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, unlockpt};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};
use rustix::thread::{sched_setaffinity, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::command;
use super::message::{BATCH, Channel, Message, Stage};
use super::parent::{BORN_WITH, Prepared};
use super::posture;
use super::source::{self, Source};
use super::tree::Tree;
use crate::plan::{Plan, Step};

/// Where the start failed, at which step, and what the kernel said.
pub(super) type Failure = (Stage, usize, Errno);

/// The life of init; its exit code means nothing. `sources` is empty, with room for as many as there are steps: nothing can
/// be allocated here.
pub(super) fn main(prepared: &Prepared, plan: &Plan, channel: &Channel, sources: Vec<Source>) -> u8 {
    let lived = build(prepared, plan, channel, sources)
        .and_then(|listener| {
            let terminal = terminal(prepared, channel).map_err(|errno| (Stage::Start, 0, errno))?;
            Ok((terminal, listener))
        })
        .and_then(|held| live(prepared, channel, held, None));
    match lived {
        Ok(()) => 0,
        Err((stage, step, errno)) => {
            let _gone = channel.send(Message::Failed(stage, u32::try_from(step).unwrap_or(u32::MAX), errno));
            1
        }
    }
}

/// Everything up to the last protection. Returns what its calls are listened to by, where they are.
fn build(
    prepared: &Prepared,
    plan: &Plan,
    channel: &Channel,
    sources: Vec<Source>,
) -> std::result::Result<Option<OwnedFd>, Failure> {
    let at = |stage| move |errno| (stage, 0, errno);
    let ids = plan.identity;
    let bare = plan.steps.iter().take_while(|step| step.is_bare()).count();
    let tree = separate(prepared, plan, bare)?;
    let (_, steps) = plan.steps.split_at(bare);
    let sources = gather(steps, ids.privileged, channel, sources).map_err(at(Stage::Become))?;
    // By now we are in our group: from inside it is to be the root of all.
    linux::process::separate(Namespaces::CGROUP).map_err(at(Stage::Separate))?;
    step_back(prepared, plan).map_err(at(Stage::Become))?;
    if ids.privileged {
        become_user(ids.inner).map_err(at(Stage::Become))?;
    }
    raise(tree, steps, ids.privileged, sources).map_err(|(stage, step, errno)| (stage, bare + step, errno))?;
    surrender(prepared, channel).map_err(at(Stage::Surrender))?;
    bound(plan).map_err(at(Stage::Surrender))?;
    let listener = filter(prepared).map_err(at(Stage::Filter))?;
    posture::verify(ids.inner, &prepared.outside).map_err(at(Stage::Verify))?;
    rustix::process::chdir(&*prepared.program.workdir).map_err(at(Stage::Workdir))?;
    Ok(listener)
}

/// Installs the filter. Who is listened to already, as in some containers, cannot be listened to by us as well: then the same is
/// refused, and nobody hears of it.
pub(super) fn filter(prepared: &Prepared) -> Result<Option<OwnedFd>> {
    match (linux::seccomp::install_listening(&prepared.filter), &prepared.alone) {
        (Ok(listener), _) => Ok(Some(listener)),
        (Err(Errno::BUSY), Some(alone)) => linux::seccomp::install(alone).map(|()| None),
        (Err(errno), _) => Err(errno),
    }
}

/// Makes the namespaces, the most expensive thing of all, and does the steps that need nothing else.
fn separate<'p>(prepared: &Prepared, plan: &'p Plan, bare: usize) -> std::result::Result<Tree<'p>, Failure> {
    let at = |stage| move |errno| (stage, 0, errno);
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(at(Stage::Become))?;
    if !plan.identity.privileged {
        map(&prepared.maps).map_err(at(Stage::Map))?;
    }
    linux::process::separate(plan.namespaces.without(BORN_WITH.and(Namespaces::CGROUP)))
        .map_err(at(Stage::Separate))?;
    linux::process::forget_arguments().map_err(at(Stage::Become))?;
    let mut tree = Tree::new().map_err(at(Stage::Do))?;
    for (index, step) in plan.steps.iter().enumerate().take(bare) {
        tree.step(step, &Source::Nothing).map_err(|errno| (Stage::Do, index, errno))?;
    }
    Ok(tree)
}

/// Does the steps that make the root.
fn raise<'p>(
    mut tree: Tree<'p>,
    steps: &'p [Step],
    privileged: bool,
    mut sources: Vec<Source>,
) -> std::result::Result<(), Failure> {
    let failed = |stage, index| move |errno| (stage, index, errno);
    if !privileged {
        for (index, step) in steps.iter().enumerate() {
            sources.push(source::open(step, None).map_err(failed(Stage::Open, index))?);
        }
    }
    for (index, source) in sources.iter().enumerate() {
        source.attach(tree.stage(), privileged).map_err(failed(Stage::Open, index))?;
    }
    for (index, (step, source)) in steps.iter().zip(&sources).enumerate() {
        tree.step(step, source).map_err(failed(Stage::Do, index))?;
    }
    Ok(())
}

/// Leaves processors to others, as far as no group sees to that.
pub(super) fn step_back(prepared: &Prepared, plan: &Plan) -> Result<()> {
    if let Some(processors) = &prepared.processors {
        sched_setaffinity(None, processors)?;
    }
    // Whoever was called by somebody nicer stays so: only root may take that back.
    let own = rustix::process::getpriority_process(None)?;
    plan.bounds.nice.map_or(Ok(()), |nice| rustix::process::setpriority_process(None, nice.max(own)))
}

/// Bounds the resources of this process and all that it starts, for good. What the caller has less of stays so.
pub(super) fn bound(plan: &Plan) -> Result<()> {
    plan.bounds.resources.iter().try_for_each(|(resource, value)| {
        let value = getrlimit(*resource).maximum.map_or(*value, |maximum| maximum.min(*value));
        setrlimit(*resource, Rlimit { current: Some(value), maximum: Some(value) })
    })
}

/// Maps our own id. Root maps it from outside: he alone may give away an id that is not his own.
fn map((user, group): &(String, String)) -> Result<()> {
    // Without this the kernel lets nobody but root map groups (user_namespaces(7)).
    write(c"/proc/self/setgroups", b"deny")?;
    write(c"/proc/self/uid_map", user.as_bytes())?;
    write(c"/proc/self/gid_map", group.as_bytes())
}

/// Waits until the monitor has done its part: the run is recorded, and root has opened what the steps take from the host.
fn gather(steps: &[Step], handed: bool, channel: &Channel, mut sources: Vec<Source>) -> Result<Vec<Source>> {
    if handed {
        let mut batch = [const { None }; BATCH];
        let mut next = BATCH;
        for step in steps {
            sources.push(Source::assemble(step, || {
                if next == BATCH {
                    hear(channel, Message::Sources, &mut batch)?;
                    next = 0;
                }
                next += 1;
                batch.get_mut(next - 1).and_then(Option::take).ok_or(Errno::BADMSG)
            })?);
        }
    }
    hear(channel, Message::Go, &mut []).map(|()| sources)
}

/// Waits for one certain message.
pub(super) fn hear(channel: &Channel, expected: Message, descriptors: &mut [Option<OwnedFd>]) -> Result<()> {
    match channel.receive_with(descriptors)? {
        Some(message) if message == expected => Ok(()),
        _ => Err(Errno::CONNRESET),
    }
}

fn write(path: &std::ffi::CStr, text: &[u8]) -> Result<()> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let file = openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, text).map(drop)
}

fn become_user(id: u32) -> Result<()> {
    let (user, group) = (rustix::fs::Uid::from_raw(id), rustix::fs::Gid::from_raw(id));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)
}

/// Gives up what was inherited and what building needed.
fn surrender(prepared: &Prepared, channel: &Channel) -> Result<()> {
    linux::keyring::leave_session()?;
    linux::capability::drop_all()?;
    set_no_new_privs(true)?;
    // The copy of the monitor's memory in this process is nobody's business inside (ptrace(2)).
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // The change of user cleared it (prctl(2), PR_SET_PDEATHSIG). Who died before this is noticed by the channel.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    take_stdio(prepared)?;
    linux::descriptor::keep_only(&[channel.as_fd()])
}

/// Takes the command's streams for its own, to hand them on; none where the command has a terminal.
pub(super) fn take_stdio(prepared: &Prepared) -> Result<()> {
    let Some([stdin, stdout, stderr]) = &prepared.stdio else { return forget_stdio() };
    dup2_stdin(stdin)?;
    dup2_stdout(stdout)?;
    dup2_stderr(stderr)
}

pub(super) fn forget_stdio() -> Result<()> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let null = openat(CWD, c"/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)
}

/// The command's terminal, where it has one, and what its calls are listened to by, where they are.
pub(super) type Carried = (Option<OwnedFd>, Option<OwnedFd>);

/// From the start of the command to its end, or its keeper's.
pub(super) fn live(
    prepared: &Prepared,
    channel: &Channel,
    (terminal, listener): Carried,
    keeper: Option<Pid>,
) -> std::result::Result<(), Failure> {
    let at = |errno| (Stage::Start, 0, errno);
    let held = Held::new(&[libc::SIGCHLD]).map_err(at)?;
    let within = prepared.confinement.as_ref().map(|confinement| &confinement.inner);
    if let Some(listener) = listener {
        // Nobody inside answers for himself: it is closed here once it is handed over.
        channel.send_with(Message::Listener, &[listener.as_fd()]).map_err(at)?;
    }
    match within {
        None => announce(channel).map_err(at)?,
        Some(_) => channel.send(Message::Started).map_err(at)?,
    }
    // The monitor reads back from outside that all of it holds; nothing of the command runs before that.
    hear(channel, Message::Go, &mut []).map_err(at)?;
    let command = spawn(|| command::main(&prepared.program, within, terminal.as_ref(), channel)).map_err(at)?;
    drop(terminal);
    // The command alone holds its streams, so that both sides learn when the other closes.
    forget_stdio().map_err(at)?;
    // From here on the monitor believes what it was told; a failure ends the sandbox, and it sees that.
    let _ended = watch(command, channel, keeper, &held);
    Ok(())
}

/// Says that everything is in place, and hands over what it can be watched by: its `/proc`, and the root, in which everything
/// writable is that dies with the run.
fn announce(channel: &Channel) -> Result<()> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let open = |path| openat(CWD, path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let (processes, root) = (open(c"/proc")?, open(c"/")?);
    channel.send_with(Message::Started, &[processes.as_fd(), root.as_fd()])
}

/// A terminal of the sandbox's own, where the command is to have one: the master goes to the monitor, who says when its size is
/// set.
pub(super) fn terminal(prepared: &Prepared, channel: &Channel) -> Result<Option<OwnedFd>> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    if prepared.stdio.is_some() {
        return Ok(None);
    }
    let master = openat(CWD, c"/dev/ptmx", OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    unlockpt(&master)?;
    let slave = ioctl_tiocgptpeer(&master, OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    channel.send_with(Message::Terminal, &[master.as_fd()])?;
    hear(channel, Message::Go, &mut []).map(|()| Some(slave))
}

/// How many of the dead are buried before the monitor is heard again: whoever dies all the time must not keep init from it.
const BURIED_AT_ONCE: usize = 64;

/// Until the command ends, or the monitor or the keeper is gone. All that is left then dies with this process.
fn watch(command: Pid, channel: &Channel, keeper: Option<Pid>, held: &Held) -> Result<()> {
    let mut more = false;
    loop {
        if keeper.is_some() && keeper != getppid() {
            return Ok(());
        }
        let mut ready = [PollFd::new(channel, PollFlags::IN), PollFd::new(held, PollFlags::IN)];
        match poll(&mut ready, more.then(Timespec::default).as_ref()) {
            Err(Errno::INTR) => continue,
            other => other?,
        };
        let [spoken, signaled] = ready.map(|fd| !fd.revents().is_empty());
        if signaled || more {
            while held.next().is_some() {}
            more = true;
            for _ in 0..BURIED_AT_ONCE {
                let Some((pid, ended)) = reap()? else {
                    more = false;
                    break;
                };
                if pid == command {
                    channel.send(Message::Ended(ended.status))?;
                    // The kernel would end them too, but what they used would be in nobody's account.
                    return linux::process::end_all();
                }
            }
        }
        if spoken {
            match channel.receive()? {
                Some(Message::Signal(number)) => pass(command, number),
                Some(Message::End) => return linux::process::end_all(),
                Some(_) => {}
                None => return Ok(()),
            }
        }
    }
}

/// To the whole process group, as a terminal does; to the process where it has none yet.
fn pass(command: Pid, number: i32) {
    let Some(signal) = Signal::from_named_raw(number) else { return };
    if rustix::process::kill_process_group(command, signal).is_err() {
        let _ended = rustix::process::kill_process(command, signal);
    }
}
