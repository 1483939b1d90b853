//! From the host's surroundings and the command line's request to settings.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use spec::{Access, Mount, Stdin, Workspace};

use crate::detect::detect;
use crate::environment::{Builder, Inside};
use crate::identity::identity;
use crate::mount::{self, MountError};
use crate::profile::{NetworkRule, Trust, compose, joined};
use crate::settings::{Rules, Settings};
use crate::view::{Purpose, View, system};
use crate::workspace::{self, WorkspaceError};
use crate::{Error, Host, Origin, Request, Sourced, WorkspaceChoice, toolchain};

/// Resolves everything a run needs: finds and reads its profile, checks workspace and mounts, looks for toolchains.
///
/// What this version cannot enforce is resolved too, so that it can be shown; [`Settings::spec`] refuses it.
///
/// # Errors
/// The profile cannot be had, or something asked for is refused.
pub fn resolve(host: &Host, request: &Request) -> Result<Settings, Error> {
    let mut rules = rules(host, request)?;
    let tree = tree(host, request, &mut rules)?;
    rules.mounts = mounts(&rules, request)?;
    let argv = argv(request, &rules)?;
    let workdir = workdir(host, request, &rules, tree.value.as_deref())?;
    let program = argv.value.first().map_or(OsStr::new(""), OsString::as_os_str);
    let found = toolchains(host, &rules, tree.value.as_deref(), program);
    let identity = identity(host, tree.value.as_deref());
    let mut environment = Builder::new(host);
    environment.identity(&identity, &found.path);
    environment.allowed(request.terminal);
    environment.toolchains(&Inside { view: &found.view, workspace: tree.value.as_deref() });
    environment.profile(&rules);
    environment.request(request)?;
    Ok(Settings {
        environment: environment.finish(),
        view: found.view.finish(),
        notes: rules.weakenings(),
        remarks: std::mem::take(&mut rules.remarks).into_iter().chain(found.remarks).collect(),
        stdin: request.stdin.unwrap_or(Stdin::Pass),
        terminal: request.terminal,
        workspace: tree,
        rules,
        argv,
        workdir,
        identity,
    })
}

/// Chooses the profile and puts the request on top.
fn rules(host: &Host, request: &Request) -> Result<Rules, Error> {
    let (name, origin, trust) = match (&request.profile, host.var("AISBX_DEFAULT_PROFILE")) {
        (Some(name), _) => (name.clone(), Origin::Flag("--profile"), Trust::WithWorkspace),
        (None, Some(name)) => {
            (name.to_owned(), Origin::Variable("AISBX_DEFAULT_PROFILE".to_owned()), Trust::WithoutWorkspace)
        }
        (None, None) => {
            let tree = match &request.workspace {
                WorkspaceChoice::Unsaid => host.cwd.clone(),
                WorkspaceChoice::Directory(dir) => Some(host.cwd.as_deref().unwrap_or(Path::new("/")).join(dir)),
                WorkspaceChoice::None => None,
            };
            let detected = detect(&request.argv, tree.as_deref());
            (detected.profile.into(), Origin::Detected(detected.because), Trust::WithoutWorkspace)
        }
    };
    let composed = compose(host, &name, trust).map_err(|error| match &origin {
        Origin::Variable(variable) => Error::ProfileOf { variable: variable.clone(), error },
        _ => Error::Profile(error),
    })?;
    let mut rules = Rules::new(composed, request);
    rules.profile.origin = origin;
    Ok(rules)
}

/// The workspace: what the flag says, else a mount at its place, else the profile, else the working directory.
fn tree(host: &Host, request: &Request, rules: &mut Rules) -> Result<Sourced<Option<PathBuf>>, Error> {
    let mounted = request.mounts.iter().find(|mount| mount.target == Path::new(Workspace::TARGET));
    if let Some(mount) = mounted {
        if request.workspace != WorkspaceChoice::Unsaid {
            return Err(WorkspaceError::Twice.into());
        }
        rules.access = Sourced::new(mount.access, Origin::Flag("--mount"));
        let dir = workspace::check(&mount.source, host)?;
        return Ok(Sourced::new(Some(dir), Origin::Flag("--mount")));
    }
    let (path, origin) = match (&request.workspace, &rules.workspace) {
        (WorkspaceChoice::None, _) => return Ok(Sourced::new(None, Origin::Flag("--no-workspace"))),
        (WorkspaceChoice::Directory(dir), _) if dir.is_absolute() => (dir.clone(), Origin::Flag("--workspace")),
        (WorkspaceChoice::Directory(dir), _) => (host.cwd()?.join(dir), Origin::Flag("--workspace")),
        (WorkspaceChoice::Unsaid, Some(dir)) => (dir.value.clone(), dir.origin.clone()),
        (WorkspaceChoice::Unsaid, None) => (host.cwd()?.to_owned(), Origin::Default),
    };
    Ok(Sourced::new(Some(workspace::check(&path, host)?), origin))
}

/// The profile's mounts with the request's on top, sources looked up.
fn mounts(rules: &Rules, request: &Request) -> Result<Vec<Sourced<Mount>>, Error> {
    let mut asked: Vec<Sourced<Mount>> = Vec::new();
    for mount in request.mounts.iter().filter(|mount| mount.target != Path::new(Workspace::TARGET)) {
        if asked.iter().any(|known| known.value.target == mount.target) {
            let source = MountError::Duplicate(mount.target.clone());
            return Err(Error::Mount { asked_by: Origin::Flag("--mount"), source });
        }
        asked.push(Sourced::new(mount.clone(), Origin::Flag("--mount")));
    }
    let all = joined(rules.mounts.clone(), asked, |one, two| one.target == two.target);
    let mut all = all.into_iter().map(checked).collect::<Result<Vec<_>, _>>()?;
    // A mount below another one needs it first.
    all.sort_by(|one, two| one.value.target.cmp(&two.value.target));
    Ok(all)
}

fn checked(mount: Sourced<Mount>) -> Result<Sourced<Mount>, Error> {
    let Sourced { value: Mount { source, target, access }, origin } = mount;
    let found = mount::check_target(&target).and_then(|target| Ok((target, mount::check_source(&source)?)));
    match found {
        Ok((target, source)) => Ok(Sourced::new(Mount { source, target, access }, origin)),
        Err(source) => Err(Error::Mount { asked_by: origin, source }),
    }
}

/// The command of the request, else the entrypoint of the profile.
fn argv(request: &Request, rules: &Rules) -> Result<Sourced<Vec<OsString>>, Error> {
    let argv = match (&rules.entrypoint, request.argv.is_empty()) {
        (_, false) => Sourced::new(request.argv.clone(), Origin::Flag("command line")),
        (Some(words), true) => words.clone().map(|words| words.into_iter().map(OsString::from).collect()),
        (None, true) => return Err(Error::NoCommand(rules.profile.value.clone())),
    };
    // Only an embedding program can do this: neither a command line nor a profile holds the character.
    let nul = argv.value.iter().any(|word| word.as_bytes().contains(&0));
    if nul { Err(Error::NulInCommand) } else { Ok(argv) }
}

/// The working directory inside: what is asked for, else the place in the workspace where the caller stands, else its root.
fn workdir(host: &Host, request: &Request, rules: &Rules, tree: Option<&Path>) -> Result<Sourced<PathBuf>, Error> {
    let root = Path::new(Workspace::TARGET);
    let asked = request.workdir.clone().map(|dir| Sourced::new(dir, Origin::Flag("--workdir")));
    if let Some(dir) = asked.or_else(|| rules.workdir.clone()) {
        let climbs = dir.value.components().any(|part| part == Component::ParentDir);
        if climbs || dir.value.as_os_str().is_empty() || dir.value.as_os_str().as_bytes().contains(&0) {
            return Err(Error::Workdir(dir.value.to_string_lossy().into_owned()));
        }
        return Ok(dir.map(|dir| root.join(dir).components().collect()));
    }
    let below = tree.and_then(|tree| host.cwd.as_deref()?.strip_prefix(tree).ok());
    Ok(Sourced::default(below.map_or_else(|| root.to_owned(), |rest| root.join(rest).components().collect())))
}

/// The system, and the toolchains that `PATH` leads to.
fn toolchains(host: &Host, rules: &Rules, workspace: Option<&Path>, program: &OsStr) -> toolchain::Found {
    let building = rules.access.value != Access::Ro;
    let networked = matches!(rules.network.value, NetworkRule::Host | NetworkRule::Egress);
    let mut view = View::default();
    system(&mut view, Purpose { building, networked });
    toolchain::find(host, rules.toolchains.value, &toolchain::Run { workspace, program, building }, view)
}

#[cfg(test)]
mod tests;
