//! What a run may do: the profile with the request on top, and defaults for what nobody said.

use std::path::PathBuf;

use spec::{Access, Cpu, Driver, Lifetime, Limits, Mount, Network, Response, Size, Syscalls, Weakening};

use super::Row;
use crate::profile::{Composed, Floor, NetworkRule, Profile, Protection, Toolchains};
use crate::variable::{Pattern, Variable};
use crate::{Ceiling, Origin, Request, Sourced};

/// What a run may do.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Name of the profile, and who chose it.
    pub profile: Sourced<String>,
    /// Which wall is built.
    pub driver: Sourced<Driver>,
    /// Processors.
    pub cpu: Sourced<Ceiling<Cpu>>,
    /// Its part where processors are short, in 1024ths of what a process outside gets.
    pub cpu_shares: Sourced<Ceiling<u32>>,
    /// Processor time of all processes together.
    pub cpu_time: Sourced<Ceiling<Lifetime>>,
    /// Memory of all processes together.
    pub memory: Sourced<Ceiling<Size>>,
    /// Processes and threads at the same time.
    pub pids: Sourced<Ceiling<u32>>,
    /// Everything writable that is not the host's own.
    pub disk: Sourced<Ceiling<Size>>,
    /// Files in the same.
    pub inodes: Sourced<Ceiling<u64>>,
    /// The largest file.
    pub file_size: Sourced<Ceiling<Size>>,
    /// Descriptors that one process has open.
    pub open_files: Sourced<Ceiling<u32>>,
    /// Output on both streams together.
    pub output: Sourced<Ceiling<Size>>,
    /// Wall-clock time.
    pub lifetime: Sourced<Ceiling<Lifetime>>,
    /// What it reaches over the network.
    pub network: Sourced<NetworkRule>,
    /// What it may do with its workspace.
    pub access: Sourced<Access>,
    /// Which system calls it may make.
    pub syscalls: Sourced<Syscalls>,
    /// Which language runtimes it is shown.
    pub toolchains: Sourced<Toolchains>,
    /// A system-call filter of the user's own.
    pub seccomp: Option<Sourced<PathBuf>>,
    /// Capabilities it asks for.
    pub caps: Sourced<Vec<String>>,
    /// Protections it insists on.
    pub floor: Vec<Sourced<Floor>>,
    /// What is done about refused system calls, by their class.
    pub responses: Vec<Sourced<(String, Response)>>,
    /// Further host paths it is shown. Sources from a profile are not looked up before a run.
    pub mounts: Vec<Sourced<Mount>>,
    /// Variables the profile sets.
    pub environment: Vec<Sourced<Variable>>,
    /// Variables of the host the profile passes.
    pub env_pass: Vec<Sourced<Pattern>>,
    /// The workspace the profile names.
    pub workspace: Option<Sourced<PathBuf>>,
    /// The working directory the profile names.
    pub workdir: Option<Sourced<PathBuf>>,
    /// What runs if no command is given.
    pub entrypoint: Option<Sourced<Vec<String>>>,
    /// What the user may want to know.
    pub(crate) remarks: Vec<String>,
}

/// Processes and threads, where nobody says how many: more than builds have on large machines, and few for a host.
const PIDS: u32 = 4096;

/// What is writable, where nobody says how much: room for a large build.
const DISK: Size = Size::mebibytes(16 * 1024);

/// What of it lives in memory, where nobody says how much is writable.
const SCRATCH: Size = Size::mebibytes(2048);

impl Rules {
    pub(crate) fn new(composed: Composed, request: &Request) -> Self {
        let Composed { name, profile, remarks } = composed;
        let Profile {
            environment, env_pass, workspace, workdir, entrypoint, floor, responses, seccomp, mounts, ..
        } = profile;
        Self {
            profile: Sourced::default(name),
            driver: asked("--driver", request.driver, profile.driver, Driver::Auto),
            cpu: asked("--cpu", request.cpu, profile.cpu, Ceiling::Unlimited),
            memory: asked("--mem", request.memory, profile.memory, Ceiling::Unlimited),
            cpu_shares: asked("--cpu-shares", request.cpu_shares, profile.cpu_shares, Ceiling::Unlimited),
            cpu_time: asked("--cpu-time", request.cpu_time, profile.cpu_time, Ceiling::Unlimited),
            pids: asked("--pids", request.pids, profile.pids, Ceiling::At(PIDS)),
            disk: asked("--disk", request.disk, profile.disk, Ceiling::At(DISK)),
            inodes: asked("--inodes", request.inodes, profile.inodes, Ceiling::Unlimited),
            file_size: asked("--file-size", request.file_size, profile.file_size, Ceiling::Unlimited),
            open_files: asked("--open-files", request.open_files, profile.open_files, Ceiling::Unlimited),
            output: asked("--max-output", request.output, profile.output, Ceiling::Unlimited),
            lifetime: asked("--timeout", request.lifetime, profile.lifetime, Ceiling::Unlimited),
            network: asked("--net", request.network.map(rule), profile.network, NetworkRule::None),
            access: asked("--access", request.access, profile.access, Access::Cow),
            syscalls: asked("", None, profile.syscalls, Syscalls::default()),
            toolchains: asked("", None, profile.toolchains, Toolchains::default()),
            caps: asked("", None, profile.caps, Vec::new()),
            seccomp,
            floor,
            responses,
            mounts,
            environment,
            env_pass,
            workspace,
            workdir,
            entrypoint,
            remarks,
        }
    }

    /// The limits of the run.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            memory: self.memory.value.amount(),
            cpu: self.cpu.value.amount(),
            cpu_shares: self.cpu_shares.value.amount(),
            cpu_time: self.cpu_time.value.amount(),
            pids: self.pids.value.amount(),
            // The default is a bound for the host's sake.
            count_pids: self.pids.origin != Origin::Default,
            disk: self.disk.value.amount(),
            scratch: match self.disk.origin {
                Origin::Default => Some(SCRATCH),
                _ => self.disk.value.amount(),
            },
            inodes: self.inodes.value.amount(),
            file_size: self.file_size.value.amount(),
            open_files: self.open_files.value.amount(),
            output: self.output.value.amount(),
            lifetime: self.lifetime.value.amount(),
        }
    }

    /// The least enforcement that is accepted.
    pub(crate) fn floor(&self) -> spec::Floor {
        let mut levels = spec::Floor::default();
        for floor in &self.floor {
            *floor.value.protection.level_in(&mut levels) = floor.value.level;
        }
        levels
    }

    /// Where less is given than the strongest form.
    pub(crate) fn weakenings(&self) -> Vec<Weakening> {
        const SHARED: &str = "the host's network is shared, so its loopback services and abstract sockets are reachable; --net none closes it";
        const EGRESS: &str = "allow-egress asks for outgoing connections only, which this version cannot tell apart: the host's network is \
                              shared, so its loopback services and abstract sockets are reachable; --net none closes it";
        let reason = match self.network.value {
            NetworkRule::Host => SHARED,
            NetworkRule::Egress => EGRESS,
            NetworkRule::None | NetworkRule::Allow(_) => return Vec::new(),
        };
        vec![Weakening { name: "network".to_owned(), reason: reason.to_owned() }]
    }

    /// Every setting with its origin.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = vec![
            row("driver", &self.driver, |driver| driver.name().to_owned()),
            row("cpu", &self.cpu, Ceiling::to_string),
            row("memory", &self.memory, Ceiling::to_string),
            row("cpu_shares", &self.cpu_shares, Ceiling::to_string),
            row("cpu_time", &self.cpu_time, Ceiling::to_string),
            row("pids", &self.pids, Ceiling::to_string),
            row("disk", &self.disk, Ceiling::to_string),
            row("inodes", &self.inodes, Ceiling::to_string),
            row("file_size", &self.file_size, Ceiling::to_string),
            row("open_files", &self.open_files, Ceiling::to_string),
            row("output", &self.output, Ceiling::to_string),
            row("lifetime", &self.lifetime, Ceiling::to_string),
            row("network", &self.network, NetworkRule::to_string),
            row("workspace access", &self.access, |access| access.name().to_owned()),
            row("syscalls", &self.syscalls, |syscalls| syscalls.name().to_owned()),
            row("toolchains", &self.toolchains, |toolchains| toolchains.name().to_owned()),
            row("caps", &self.caps, |caps| if caps.is_empty() { "none".to_owned() } else { caps.join(", ") }),
        ];
        let path = |path: &PathBuf| path.display().to_string();
        rows.extend(self.seccomp.as_ref().map(|file| row("seccomp", file, path)));
        rows.extend(self.workspace.as_ref().map(|dir| row("workspace source", dir, path)));
        rows.extend(self.workdir.as_ref().map(|dir| row("workdir", dir, path)));
        rows.extend(self.entrypoint.as_ref().map(|words| row("entrypoint", words, |words| words.join(" "))));
        rows.extend(self.responses.iter().map(response_row));
        rows.extend(Protection::ALL.map(|(name, protection)| self.floor_row(name, protection)));
        rows.extend(self.mounts.iter().map(mount_row));
        rows.extend(self.environment.iter().map(variable_row));
        rows.extend(self.env_pass.iter().map(|name| row("env_pass", name, Pattern::to_string)));
        rows
    }

    /// Nobody has to say what is required, and it is shown all the same.
    fn floor_row(&self, name: &str, protection: Protection) -> Row {
        let given = self.floor.iter().find(|floor| floor.value.protection == protection);
        let level = protection.level_in(&mut self.floor()).name();
        Row::new(format!("floor {name}"), level, given.map_or(&Origin::Default, |floor| &floor.origin))
    }
}

fn rule(network: Network) -> NetworkRule {
    match network {
        Network::None => NetworkRule::None,
        Network::Host => NetworkRule::Host,
    }
}

/// The flag's value, else the profile's, else the default.
fn asked<T>(flag: &'static str, request: Option<T>, profile: Option<Sourced<T>>, default: T) -> Sourced<T> {
    match (request, profile) {
        (Some(value), _) => Sourced::new(value, Origin::Flag(flag)),
        (None, Some(value)) => value,
        (None, None) => Sourced::default(default),
    }
}

fn row<T>(name: &str, value: &Sourced<T>, show: impl Fn(&T) -> String) -> Row {
    Row::new(name, show(&value.value), &value.origin)
}

fn response_row(response: &Sourced<(String, Response)>) -> Row {
    let (class, response_to) = &response.value;
    Row::new(format!("response to {class}"), response_to.name(), &response.origin)
}

fn mount_row(mount: &Sourced<Mount>) -> Row {
    row(&format!("mount {}", mount.value.target.display()), mount, |mount| {
        format!("{} ({})", mount.source.display(), mount.access.name())
    })
}

fn variable_row(variable: &Sourced<Variable>) -> Row {
    row(&format!("env {}", variable.value.name.to_string_lossy()), variable, |variable| {
        variable.value.to_string_lossy().into_owned()
    })
}
