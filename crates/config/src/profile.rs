//! A profile: what a kind of run may do, every value with its origin.

mod builtin;
mod check;
mod compose;
mod file;
mod find;
mod floor;
mod keys;
mod list;
mod network;
mod problem;
mod read;
mod show;
mod source;
#[cfg(test)]
mod tests;
mod toolchains;

use std::path::PathBuf;

use spec::{Access, Cpu, Driver, Lifetime, Mount, Response, Size, Syscalls};

use crate::variable::{Pattern, Variable};
use crate::{Ceiling, Sourced};

pub use check::{Checked, check};
pub use find::FindError;
pub use floor::{Floor, Protection};
pub use list::{Listed, list};
pub use network::NetworkRule;
pub use problem::Problem;
pub use show::{Overview, show};
pub use toolchains::Toolchains;

pub(crate) use compose::{Composed, compose};
pub(crate) use find::Trust;

/// What a profile says. `None` and empty lists are what it leaves to those it extends, and in the end to the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: Option<Sourced<String>>,
    pub(crate) description: Option<Sourced<String>>,
    pub(crate) extends: Vec<Sourced<String>>,
    pub(crate) driver: Option<Sourced<Driver>>,
    pub(crate) cpu: Option<Sourced<Ceiling<Cpu>>>,
    pub(crate) memory: Option<Sourced<Ceiling<Size>>>,
    pub(crate) cpu_shares: Option<Sourced<Ceiling<u32>>>,
    pub(crate) cpu_time: Option<Sourced<Ceiling<Lifetime>>>,
    pub(crate) pids: Option<Sourced<Ceiling<u32>>>,
    pub(crate) disk: Option<Sourced<Ceiling<Size>>>,
    pub(crate) inodes: Option<Sourced<Ceiling<u64>>>,
    pub(crate) file_size: Option<Sourced<Ceiling<Size>>>,
    pub(crate) open_files: Option<Sourced<Ceiling<u32>>>,
    pub(crate) output: Option<Sourced<Ceiling<Size>>>,
    pub(crate) lifetime: Option<Sourced<Ceiling<Lifetime>>>,
    pub(crate) network: Option<Sourced<NetworkRule>>,
    pub(crate) access: Option<Sourced<Access>>,
    pub(crate) workspace: Option<Sourced<PathBuf>>,
    pub(crate) workdir: Option<Sourced<PathBuf>>,
    pub(crate) mounts: Vec<Sourced<Mount>>,
    pub(crate) environment: Vec<Sourced<Variable>>,
    pub(crate) env_pass: Vec<Sourced<Pattern>>,
    pub(crate) toolchains: Option<Sourced<Toolchains>>,
    pub(crate) syscalls: Option<Sourced<Syscalls>>,
    pub(crate) seccomp: Option<Sourced<PathBuf>>,
    pub(crate) caps: Option<Sourced<Vec<String>>>,
    pub(crate) entrypoint: Option<Sourced<Vec<String>>>,
    pub(crate) responses: Vec<Sourced<(String, Response)>>,
    pub(crate) floor: Vec<Sourced<Floor>>,
}

impl Profile {
    /// This profile on top of another: what it says wins, lists are joined by target, name or protection.
    pub(crate) fn over(self, base: Self) -> Self {
        Self {
            // These three are a profile's own.
            name: self.name,
            description: self.description,
            extends: self.extends,
            driver: self.driver.or(base.driver),
            cpu: self.cpu.or(base.cpu),
            memory: self.memory.or(base.memory),
            cpu_shares: self.cpu_shares.or(base.cpu_shares),
            cpu_time: self.cpu_time.or(base.cpu_time),
            pids: self.pids.or(base.pids),
            disk: self.disk.or(base.disk),
            inodes: self.inodes.or(base.inodes),
            file_size: self.file_size.or(base.file_size),
            open_files: self.open_files.or(base.open_files),
            output: self.output.or(base.output),
            lifetime: self.lifetime.or(base.lifetime),
            network: self.network.or(base.network),
            access: self.access.or(base.access),
            workspace: self.workspace.or(base.workspace),
            workdir: self.workdir.or(base.workdir),
            mounts: joined(base.mounts, self.mounts, |one, two| one.target == two.target),
            environment: joined(base.environment, self.environment, |one, two| one.name == two.name),
            env_pass: joined(base.env_pass, self.env_pass, |one, two| one == two),
            toolchains: self.toolchains.or(base.toolchains),
            syscalls: self.syscalls.or(base.syscalls),
            seccomp: self.seccomp.or(base.seccomp),
            caps: self.caps.or(base.caps),
            entrypoint: self.entrypoint.or(base.entrypoint),
            responses: joined(base.responses, self.responses, |(one, _), (two, _)| one == two),
            floor: joined(base.floor, self.floor, |one, two| one.protection == two.protection),
        }
    }
}

/// `below` without what `above` says anew, then `above`.
pub(crate) fn joined<T>(
    below: Vec<Sourced<T>>,
    above: Vec<Sourced<T>>,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Sourced<T>> {
    let mut all = below;
    all.retain(|old| !above.iter().any(|new| same(&old.value, &new.value)));
    all.extend(above);
    all
}
