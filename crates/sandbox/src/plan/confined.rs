//! The plan where no namespace can be made: instead of a tree of its own, the sandbox is left the few files of the host's that
//! rules name (landlock(7)). Pure.

use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use linux::mount::Links;
use linux::process::Namespaces;
use spec::{Access, Command, RunSpec, Workspace, WorkspaceLayer};

use super::{Ids, Plan, Wall, bounds, c_string, responses};
use crate::survey::Owner;
use crate::{Error, Survey};

/// What a sandbox without namespaces is left of the host's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// What may be done with which files. What is missing on this host is passed over.
    pub rules: Vec<Rule>,
    /// A directory of the run's own, with what stands for its home and for `/tmp`.
    pub scratch: PathBuf,
}

/// What may be done with a file, or with a directory and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where, on the host.
    pub path: CString,
    /// Whether links lead on: not where others may have put them since the path was checked.
    pub links: Links,
    /// What may be done.
    pub reach: Reach,
}

/// What a rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To read and execute.
    Read,
    /// To do everything, but to make device nodes.
    Write,
    /// To read and write one device.
    Device,
}

/// Entries of `/etc` that programs need and that hold no secrets.
const ETC: [&str; 9] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/mime.types",
    "/etc/os-release",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
];

/// What of `/proc` tells of the machine and of no process: a rule cannot say "of each process its own".
const PROC: [&str; 10] = [
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/loadavg",
    "/proc/uptime",
    "/proc/version",
    "/proc/filesystems",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/proc/sys/fs",
];

const DEVICES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/full"];
const RANDOM: [&str; 2] = ["/dev/urandom", "/dev/random"];

/// Plans a sandbox without namespaces. `scratch` is a directory of the run's own, in which `home`, `tmp` and `workspace` are.
///
/// # Errors
/// Something asked for cannot be had without namespaces.
pub fn confined(spec: &RunSpec, survey: &Survey, scratch: &Path) -> Result<Plan, Error> {
    let workspace = match &spec.workspace {
        None => scratch.join("workspace"),
        Some(Workspace { layer: Some(WorkspaceLayer::Copy(copy)), .. }) => copy.clone(),
        Some(Workspace { layer: Some(WorkspaceLayer::Overlay(_)), .. }) => {
            return Err(Error::Unconfined("lay the run's own layer over the workspace".to_owned()));
        }
        Some(workspace) => workspace.source.clone(),
    };
    let places =
        [(PathBuf::from(Workspace::TARGET), workspace.clone()), (spec.identity.home.clone(), scratch.join("home"))];
    let mut rules = Rules(Vec::new());
    let system = spec.view.iter().map(PathBuf::as_path).chain(ETC.iter().chain(&PROC).chain(&RANDOM).map(Path::new));
    system.into_iter().try_for_each(|path| rules.push(path, Links::Followed, Reach::Read))?;
    DEVICES.iter().try_for_each(|path| rules.push(Path::new(path), Links::Followed, Reach::Device))?;
    let access = spec.workspace.as_ref().map(|workspace| workspace.access);
    // A copy, and what stands for no workspace, is the run's own.
    let links = if matches!(access, Some(Access::Ro | Access::Rw)) { Links::Refused } else { Links::Followed };
    rules.push(&workspace, links, if access == Some(Access::Ro) { Reach::Read } else { Reach::Write })?;
    rules.push(scratch, Links::Followed, Reach::Write)?;
    for mount in &spec.mounts {
        if mount.access == Access::Cow || mount.source != mount.target {
            let (source, target) = (mount.source.display(), mount.target.display());
            return Err(Error::Unconfined(format!("show {source} at {target} ({})", mount.access.name())));
        }
        let reach = if mount.access == Access::Ro { Reach::Read } else { Reach::Write };
        rules.push(&mount.source, Links::Refused, reach)?;
    }
    // Root stays root: nothing could give him another id.
    let Owner { user, group } = if survey.privileged { Owner { user: 0, group: 0 } } else { survey.outer };
    Ok(Plan {
        wall: Wall::Landlock(Confinement { rules: rules.0, scratch: scratch.to_owned() }, spec.network),
        namespaces: Namespaces::empty(),
        identity: Ids { inner: user, outer_user: user, outer_group: group, privileged: false },
        steps: Vec::new(),
        bounds: bounds::bounds(spec, survey, bounds::Rung::Confined)?,
        syscalls: spec.syscalls,
        responses: responses(spec)?,
        command: command(&spec.command, &places, scratch),
    })
}

struct Rules(Vec<Rule>);

impl Rules {
    fn push(&mut self, path: &Path, links: Links, reach: Reach) -> Result<(), Error> {
        self.0.push(Rule { path: c_string(path)?, links, reach });
        Ok(())
    }
}

/// The command with everything that tells of a place inside told of the place on the host.
fn command(command: &Command, places: &[(PathBuf, PathBuf)], scratch: &Path) -> Command {
    let mut env: Vec<_> = command.env.iter().map(|(name, value)| (name.clone(), moved_list(value, places))).collect();
    env.retain(|(name, _)| name != "TMPDIR");
    env.push(("TMPDIR".into(), scratch.join("tmp").into()));
    Command { env, workdir: moved(&command.workdir, places), ..command.clone() }
}

/// Each path of a list such as `PATH`.
fn moved_list(value: &OsStr, places: &[(PathBuf, PathBuf)]) -> OsString {
    let parts = value.as_bytes().split(|byte| *byte == b':');
    let parts: Vec<_> = parts
        .map(|part| match Path::new(OsStr::from_bytes(part)) {
            path if path.is_absolute() => moved(path, places).into_os_string().into_vec(),
            _ => part.to_vec(),
        })
        .collect();
    OsString::from_vec(parts.join(&b':'))
}

fn moved(path: &Path, places: &[(PathBuf, PathBuf)]) -> PathBuf {
    let found = places.iter().find_map(|(inside, outside)| Some((path.strip_prefix(inside).ok()?, outside)));
    match found {
        // Joining nothing would leave a slash at the end.
        Some((rest, outside)) if rest.as_os_str().is_empty() => outside.clone(),
        Some((rest, outside)) => outside.join(rest),
        None => path.to_owned(),
    }
}

impl fmt::Display for Confinement {
    /// One line for each rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leave of the host's files, by Landlock:")?;
        for Rule { path, reach, .. } in &self.rules {
            let reach = match reach {
                Reach::Read => "read",
                Reach::Write => "read and write",
                Reach::Device => "read and write the device",
            };
            write!(f, "\n  {reach} {}", path.to_string_lossy())?;
        }
        Ok(())
    }
}
