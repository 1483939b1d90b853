//! From what is wanted to how it is done: an ordered list of steps that can be printed. Pure.

mod bounds;
mod confined;
mod etc;
mod group;
mod proc;
mod step;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use linux::process::Namespaces;
use spec::{Command, Network, Response, RunSpec, Syscalls};

use crate::syscalls::{Filter, Need};
use crate::{Error, Survey};

pub(crate) use bounds::with_margin;
pub use bounds::{Bounds, Rung, Watched};
pub use confined::{Confinement, Reach, Rule, confined};
pub use group::{Directory, Group, Setting, Version};
pub(crate) use group::{group, run_of};
pub use step::Step;
pub(crate) use step::{Bind, Layer, Overlay};
pub(crate) use tree::EMPTY;

/// What keeps a sandbox apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wall {
    /// Namespaces, and in them a tree of files of its own.
    Namespaces,
    /// Rules about the host's files, where namespaces cannot be made; and what network is left.
    Landlock(Confinement, Network),
}

/// How a sandbox is built.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What keeps it apart.
    pub wall: Wall,
    /// Namespaces made new.
    pub namespaces: Namespaces,
    /// Who the sandbox is.
    pub identity: Ids,
    /// What is done inside them, in order.
    pub steps: Vec<Step>,
    /// How its limits are held.
    pub bounds: Bounds,
    /// Which system calls are left after that.
    pub syscalls: Syscalls,
    /// What is done about the others, by their class.
    pub responses: BTreeMap<String, Response>,
    /// What is then executed.
    pub command: Command,
}

/// Who the sandbox is, inside and outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids {
    /// User and group id inside.
    pub inner: u32,
    /// User id outside.
    pub outer_user: u32,
    /// Group id outside.
    pub outer_group: u32,
    /// Whether the caller is root, who hands the sandbox an id that is not his own.
    pub privileged: bool,
}

/// Plans a sandbox for a run on a host.
pub fn plan(spec: &RunSpec, survey: &Survey) -> Result<Plan, Error> {
    let shared = match spec.network {
        Network::None => Namespaces::NETWORK,
        Network::Host => Namespaces::empty(),
    };
    let namespaces = Namespaces::USER
        .and(Namespaces::MOUNT)
        .and(Namespaces::PID)
        .and(Namespaces::IPC)
        .and(Namespaces::UTS)
        .and(Namespaces::CGROUP)
        .and(shared);
    Ok(Plan {
        wall: Wall::Namespaces,
        namespaces,
        identity: Ids {
            inner: spec.identity.id,
            outer_user: survey.outer.user,
            outer_group: survey.outer.group,
            privileged: survey.privileged,
        },
        steps: tree::steps(spec, survey)?,
        bounds: bounds::bounds(spec, survey, bounds::Rung::Namespaces)?,
        syscalls: spec.syscalls,
        responses: responses(spec)?,
        command: spec.command.clone(),
    })
}

fn responses(spec: &RunSpec) -> Result<BTreeMap<String, Response>, Error> {
    Filter::check(&spec.responses).map(|()| spec.responses.clone())
}

impl fmt::Display for Plan {
    /// One line for each thing done, in order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wall {
            Wall::Namespaces => self.fmt_namespaces(f)?,
            Wall::Landlock(confinement, network) => {
                let reach = if *network == Network::Host { "the host's network" } else { "no socket" };
                writeln!(f, "stay user {} of the host, and reach {reach}", self.identity.inner)?;
                writeln!(f, "{confinement}\n{}", self.bounds)?;
            }
        }
        writeln!(f, "leave the session keyring, give up all capabilities in every set, set no_new_privs")?;
        writeln!(f, "filter system calls: {}", self.syscalls.name())?;
        writeln!(f, "start init, which starts in {}:", self.command.workdir.display())?;
        let words: Vec<_> = self.command.argv.iter().map(|word| word.to_string_lossy()).collect();
        write!(f, "  {}", words.join(" "))
    }
}

impl Plan {
    /// What its system calls meet.
    pub(crate) fn filter(&self) -> Filter {
        Filter::new(self.syscalls, Need::of(self), &self.responses)
    }

    fn fmt_namespaces(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Namespaces::USER, "user"),
            (Namespaces::MOUNT, "mount"),
            (Namespaces::PID, "pid"),
            (Namespaces::NETWORK, "network"),
            (Namespaces::IPC, "ipc"),
            (Namespaces::UTS, "uts"),
            (Namespaces::CGROUP, "cgroup"),
        ];
        let names: Vec<_> =
            names.iter().filter(|(ns, _)| self.namespaces.contain(*ns)).map(|(_, name)| *name).collect();
        writeln!(f, "make new namespaces: {}", names.join(", "))?;
        writeln!(f, "{}", self.bounds)?;
        let Ids { inner, outer_user, outer_group, .. } = self.identity;
        writeln!(f, "be user and group {inner} inside, user {outer_user} and group {outer_group} outside")?;
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

/// A path or text as the kernel takes it.
pub(crate) fn c_string(text: impl AsRef<std::ffi::OsStr>) -> Result<CString, Error> {
    let text = text.as_ref();
    CString::new(text.as_bytes()).map_err(|_| Error::Nul(text.to_string_lossy().into_owned()))
}

/// An absolute path inside, relative to the new root.
fn inside(path: &Path) -> Result<CString, Error> {
    c_string(path.strip_prefix("/").unwrap_or(path))
}
