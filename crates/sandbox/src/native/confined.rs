//! Init of a sandbox without namespaces: it restricts itself, starts the command in a second, inner restriction, and ends
//! everything that is in its own.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use linux::landlock::{FileAccess, Handled, NetworkAccess, Ruleset, Scope, abi};
use linux::process::{Child, Namespaces, clone};
use linux::{Errno, Result, capability};
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
use rustix::process::{Pid, Signal, getpid, set_child_subreaper, set_parent_process_death_signal};
use rustix::thread::{SecureComputingMode, secure_computing_mode, set_no_new_privs};
use spec::Network;

use super::init::{Carried, Failure, bound, filter, forget_stdio, hear, live, step_back, take_stdio, terminal};
use super::message::{Channel, Message, Stage};
use super::parent::Prepared;
use crate::Error;
use crate::plan::{Plan, Reach};

/// The least version of Landlock that keeps signals in (Linux 6.12). Without that, init could not end everything without also
/// ending the caller's other processes.
const LEAST: u32 = 6;

/// Restrictions, one in the other: from an inner one nobody in an outer one can be reached, from an outer one everybody in it can.
#[derive(Debug)]
pub(super) struct Confinement {
    outer: Ruleset,
    /// Init's own, where it has a keeper: signals stay in, and nothing else changes.
    apart: Ruleset,
    pub(super) inner: Ruleset,
}

impl Confinement {
    /// Puts the rules together, before there is a process to be restricted.
    pub(super) fn new(plan: &crate::plan::Confinement, network: Network) -> std::result::Result<Self, Error> {
        let version = abi().map_err(|errno| {
            Error::Landlock(match errno {
                Errno::OPNOTSUPP => "was switched off at boot".to_owned(),
                _ => format!("is not there ({errno})"),
            })
        })?;
        if version < LEAST {
            return Err(Error::Landlock(format!("is version {version}, of which {LEAST} is needed (Linux 6.12)")));
        }
        let failed = |errno| Error::Start { act: "put the Landlock rules together", errno };
        let set = || ruleset(plan, network, version).map_err(failed);
        let signals = Handled { files: FileAccess::empty(), network: NetworkAccess::empty(), scoped: Scope::SIGNAL };
        Ok(Self { outer: set()?, apart: Ruleset::new(&signals).map_err(failed)?, inner: set()? })
    }
}

fn ruleset(plan: &crate::plan::Confinement, network: Network, version: u32) -> Result<Ruleset> {
    let mut handled = Handled::everything(version);
    if network == Network::Host {
        handled.network = NetworkAccess::empty();
    }
    let ruleset = Ruleset::new(&handled)?;
    for rule in &plan.rules {
        match linux::mount::find(&rule.path, rule.links) {
            Ok(place) => ruleset.allow_below(place.as_fd(), access(rule.reach, &place)?.within(handled.files))?,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(ruleset)
}

fn access(reach: Reach, place: &OwnedFd) -> Result<FileAccess> {
    let nodes = FileAccess::MAKE_CHAR.and(FileAccess::MAKE_BLOCK).and(FileAccess::IOCTL_DEV);
    let wanted = match reach {
        Reach::Read => FileAccess::READ,
        Reach::Write => FileAccess::all(u32::MAX).without(nodes).without(FileAccess::RESOLVE_UNIX),
        Reach::Device => FileAccess::READ_FILE.and(FileAccess::WRITE_FILE).and(FileAccess::TRUNCATE),
    };
    let directory = FileType::from_raw_mode(fstat(place)?.st_mode).is_dir();
    Ok(if directory { wanted } else { wanted.only_files() })
}

/// The life of the first process; its exit code means nothing.
pub(super) fn main(prepared: &Prepared, plan: &Plan, channel: &Channel) -> u8 {
    let lived = build(prepared, plan, channel).and_then(|(confinement, carried)| match &plan.bounds.group {
        // Who is in a group is found there, whoever of us dies.
        Some(_) => serve(prepared, channel, carried, None),
        None => part(prepared, confinement, channel, carried),
    });
    match lived {
        Ok(()) => 0,
        Err((stage, _, errno)) => {
            let _gone = channel.send(Message::Failed(stage, 0, errno));
            1
        }
    }
}

/// The life of init.
fn serve(
    prepared: &Prepared,
    channel: &Channel,
    carried: Carried,
    keeper: Option<Pid>,
) -> std::result::Result<(), Failure> {
    let lived = live(prepared, channel, carried, keeper);
    // Whatever happened: nobody is left behind. That this reaches nobody else was seen before.
    let ended = linux::process::end_all().map_err(|errno| (Stage::Start, 0, errno));
    lived.and(ended)
}

/// Becomes two, init and its keeper. Whichever dies, the other ends everybody.
fn part(
    prepared: &Prepared,
    confinement: &Confinement,
    channel: &Channel,
    carried: Carried,
) -> std::result::Result<(), Failure> {
    let at = |errno| (Stage::Start, 0, errno);
    let keeper = getpid();
    let init = clone(Namespaces::empty(), None, || {
        let lived = begin(confinement).map_err(at).and_then(|()| serve(prepared, channel, carried, Some(keeper)));
        lived.map_or_else(
            |(stage, _, errno)| {
                let _gone = channel.send(Message::Failed(stage, 0, errno));
                1
            },
            |()| 0,
        )
    });
    keep(&init.map_err(at)?);
    Ok(())
}

/// Gets out of reach of those whom it will end, and asks to be woken when its keeper dies. Who died before this is noticed by
/// whoever asks for the parent.
fn begin(confinement: &Confinement) -> Result<()> {
    set_child_subreaper(Some(getpid()))?;
    set_parent_process_death_signal(Some(Signal::CHILD))?;
    confinement.apart.restrict_self()
}

/// Outlives init, and ends whom it left. It holds nothing meanwhile, or nobody would learn that init let go of it.
fn keep(init: &Child) {
    if forget_stdio().and_then(|()| linux::descriptor::keep_only(&[init.pidfd()])).is_err() {
        return;
    }
    // Nothing is left to be tried if this fails.
    let _init = init.wait();
    let _others = linux::process::end_all();
}

fn build<'p>(
    prepared: &'p Prepared,
    plan: &Plan,
    channel: &Channel,
) -> std::result::Result<(&'p Confinement, Carried), Failure> {
    let at = |stage| move |errno| (stage, 0, errno);
    let confinement = prepared.confinement.as_ref().ok_or((Stage::Verify, 0, Errno::INVAL))?;
    // What is meant for the caller's group, such as Ctrl-C or a kill of everybody in it, must not end the one who ends the others.
    rustix::process::setsid().map_err(at(Stage::Become))?;
    hear(channel, Message::Go, &mut []).map_err(at(Stage::Become))?;
    linux::process::forget_arguments().map_err(at(Stage::Become))?;
    step_back(prepared, plan).map_err(at(Stage::Become))?;
    // From inside, terminals cannot be opened.
    let terminal = terminal(prepared, channel).map_err(at(Stage::Start))?;
    surrender(prepared, channel, confinement, terminal.as_ref()).map_err(at(Stage::Surrender))?;
    bound(plan).map_err(at(Stage::Surrender))?;
    confinement.outer.restrict_self().map_err(at(Stage::Confine))?;
    let listener = filter(prepared).map_err(at(Stage::Filter))?;
    verify().map_err(at(Stage::Verify))?;
    rustix::process::chdir(&*prepared.program.workdir).map_err(at(Stage::Workdir))?;
    Ok((confinement, (terminal, listener)))
}

fn surrender(
    prepared: &Prepared,
    channel: &Channel,
    confinement: &Confinement,
    terminal: Option<&OwnedFd>,
) -> Result<()> {
    // Whoever loses his parent becomes ours, so that we can bury him.
    set_child_subreaper(Some(getpid()))?;
    linux::keyring::leave_session()?;
    // Only who has the right to can empty the bounding set; under `no_new_privs` it means nothing.
    match capability::drop_all() {
        Err(Errno::PERM) => capability::drop_held()?,
        other => other?,
    }
    set_no_new_privs(true)?;
    take_stdio(prepared)?;
    // Naming one of them twice keeps it once.
    let terminal: BorrowedFd<'_> = terminal.map_or(channel.as_fd(), |terminal| terminal.as_fd());
    let Confinement { outer, apart, inner } = confinement;
    let kept = [channel.as_fd(), outer.as_fd(), apart.as_fd(), inner.as_fd(), terminal];
    linux::descriptor::keep_only(&kept)
}

/// Fails (`EPERM`) unless files and signals are refused, no capability is held, no privilege can be gained, and system calls
/// are filtered.
fn verify() -> Result<()> {
    let opened = openat(CWD, c"/", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let files = opened.err() == Some(Errno::ACCESS);
    let parent = rustix::process::getppid().ok_or(Errno::PERM)?;
    let signals = rustix::process::test_kill_process(parent) == Err(Errno::PERM);
    let powerless = capability::holds_none()? && rustix::thread::no_new_privs()?;
    let filtered = secure_computing_mode()? == SecureComputingMode::Filter;
    if files && signals && powerless && filtered { Ok(()) } else { Err(Errno::PERM) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_version_keeps_signals_in() {
        assert!(Scope::all(LEAST).contain(Scope::SIGNAL) && !Scope::all(LEAST - 1).contain(Scope::SIGNAL));
    }
}
