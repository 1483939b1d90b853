//! The tree of files a sandbox sees, as steps.

use std::ffi::CString;
use std::path::{Path, PathBuf};

use spec::{Access, Mount, Network, RunSpec, Size, Workspace, WorkspaceLayer};

use super::step::{Bind, Layer, Overlay, Step};
use super::{c_string, etc, inside, proc};
use crate::survey::Owner;
use crate::{Error, Kind, Survey};

/// Size of everything writable that dies with the run, where the profile says nothing.
const SCRATCH: Size = Size::mebibytes(2048);

/// Device nodes shown; each is harmless to everybody.
const DEVICES: [&str; 6] = ["full", "null", "random", "tty", "urandom", "zero"];

/// Links in `/dev`, as udev and every container runtime make them.
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("dev/fd", "/proc/self/fd"),
    ("dev/ptmx", "pts/ptmx"),
    ("dev/stdin", "/proc/self/fd/0"),
    ("dev/stdout", "/proc/self/fd/1"),
    ("dev/stderr", "/proc/self/fd/2"),
];

/// All steps, in order.
pub(super) fn steps(spec: &RunSpec, survey: &Survey) -> Result<Vec<Step>, Error> {
    let mut tree = Tree { survey, steps: Vec::with_capacity(80) };
    tree.steps.push(Step::Hostname(c_string(etc::HOSTNAME)?));
    if spec.network == Network::None {
        tree.steps.push(Step::Loopback);
    }
    tree.steps.push(Step::Scratch { size: spec.limits.disk.unwrap_or(SCRATCH) });
    tree.steps.push(Step::Root);
    tree.scratch(spec)?;
    tree.etc(spec)?;
    tree.devices()?;
    tree.proc()?;
    spec.view.iter().try_for_each(|path| tree.view(path))?;
    tree.workspace(spec)?;
    spec.mounts.iter().enumerate().try_for_each(|(index, mount)| tree.mount(index, mount))?;
    tree.alias(spec)?;
    tree.steps.extend([Step::Seal, Step::Pivot]);
    Ok(tree.steps)
}

struct Tree<'a> {
    survey: &'a Survey,
    steps: Vec<Step>,
}

impl Tree<'_> {
    /// Everything writable that dies with the run.
    fn scratch(&mut self, spec: &RunSpec) -> Result<(), Error> {
        self.writable("tmp", "tmp", 0o1777)?;
        self.writable("run", "run", 0o755)?;
        self.writable("dev/shm", "shm", 0o1777)?;
        let home = inside(&spec.identity.home)?;
        self.steps.push(Step::Writable { path: home, name: c_string("home")?, mode: 0o700 });
        self.link("var/tmp", "/tmp")?;
        self.link("var/run", "/run")
    }

    fn writable(&mut self, path: &str, name: &str, mode: u32) -> Result<(), Error> {
        self.steps.push(Step::Writable { path: c_string(path)?, name: c_string(name)?, mode });
        Ok(())
    }

    fn link(&mut self, path: &str, target: &str) -> Result<(), Error> {
        self.steps.push(Step::Link { path: c_string(path)?, target: c_string(target)? });
        Ok(())
    }

    fn etc(&mut self, spec: &RunSpec) -> Result<(), Error> {
        for (name, content) in etc::files(&spec.identity, spec.network, &self.survey.resolver) {
            self.steps.push(Step::File { path: c_string(format!("etc/{name}"))?, content });
        }
        self.link("etc/mtab", "/proc/self/mounts")
    }

    fn devices(&mut self) -> Result<(), Error> {
        for name in DEVICES {
            self.steps.push(Step::Bind(Bind {
                source: c_string(format!("/dev/{name}"))?,
                path: c_string(format!("dev/{name}"))?,
                directory: false,
                read_only: false,
                device: true,
                owner: None,
            }));
        }
        self.steps.push(Step::Terminals);
        DEVICE_LINKS.iter().try_for_each(|(path, target)| self.link(path, target))
    }

    fn proc(&mut self) -> Result<(), Error> {
        // An empty directory to hide directories with.
        self.steps.push(Step::Directory { path: c_string("mnt")?, mode: 0o555 });
        self.steps.push(Step::Proc);
        for (name, _) in proc::HIDDEN {
            self.steps.push(Step::Mask(c_string(format!("proc/{name}"))?));
        }
        for (name, _) in proc::READ_ONLY {
            self.steps.push(Step::Protect(c_string(format!("proc/{name}"))?));
        }
        Ok(())
    }

    /// A path of the system or of a toolchain, read-only at its own place; one that does not exist is passed over.
    fn view(&mut self, path: &Path) -> Result<(), Error> {
        match self.survey.found.get(path) {
            None => {}
            Some((Kind::Link(target), _)) => {
                self.steps.push(Step::Link { path: inside(path)?, target: c_string(target)? });
            }
            Some((kind, _)) => {
                let directory = *kind == Kind::Directory;
                let bind = self.bind(path, inside(path)?, directory, Access::Ro)?;
                self.steps.push(bind);
            }
        }
        Ok(())
    }

    fn bind(&self, source: &Path, path: CString, directory: bool, access: Access) -> Result<Step, Error> {
        let read_only = access == Access::Ro;
        // Where everybody may read, as in the system's own directories, owners need no translation.
        let owner = self.owner(source).filter(|_| !source.starts_with("/usr") && !source.starts_with("/etc"));
        Ok(Step::Bind(Bind { source: c_string(source)?, path, directory, read_only, device: false, owner }))
    }

    /// The owner on disk whose files are to be the sandbox's own: none where the sandbox has the caller's own id.
    fn owner(&self, source: &Path) -> Option<Owner> {
        self.survey.found.get(source).map(|(_, owner)| *owner).filter(|_| self.survey.privileged)
    }

    fn workspace(&mut self, spec: &RunSpec) -> Result<(), Error> {
        let path = inside(Path::new(Workspace::TARGET))?;
        let Some(workspace) = &spec.workspace else {
            self.steps.push(Step::Writable { path, name: c_string("workspace")?, mode: 0o755 });
            return Ok(());
        };
        let step = match &workspace.layer {
            None => self.bind(&workspace.source, path, true, workspace.access)?,
            Some(WorkspaceLayer::Overlay(layer)) => Step::Overlay(Overlay {
                lower: c_string(&workspace.source)?,
                layer: Layer::Kept(c_string(layer)?),
                path,
                owner: self.owner(&workspace.source),
            }),
            // The copy is the sandbox's own already.
            Some(WorkspaceLayer::Copy(copy)) => self.bind(copy, path, true, Access::Rw)?,
        };
        self.steps.push(step);
        match workspace.layer {
            None => Ok(()),
            Some(_) => self.nested(&workspace.source),
        }
    }

    /// Neither an overlay nor a copy goes past mounts below it: each is shown read-only over its empty place.
    fn nested(&mut self, workspace: &Path) -> Result<(), Error> {
        for source in &self.survey.nested {
            let target = Path::new(Workspace::TARGET).join(source.strip_prefix(workspace).unwrap_or(source));
            let directory = matches!(self.survey.found.get(source), Some((Kind::Directory, _)));
            let bind = self.bind(source, inside(&target)?, directory, Access::Ro)?;
            self.steps.push(bind);
        }
        Ok(())
    }

    fn mount(&mut self, index: usize, mount: &Mount) -> Result<(), Error> {
        let path = inside(&mount.target)?;
        let kind = self.survey.found.get(&mount.source).map(|(kind, _)| kind);
        let directory = match kind.ok_or_else(|| Error::Missing(mount.source.clone()))? {
            Kind::Directory => true,
            Kind::File => false,
            Kind::Link(_) => {
                return Err(Error::Shape {
                    path: mount.source.clone(),
                    reason: "name what the link points to instead",
                });
            }
        };
        let step = match (mount.access, directory) {
            (Access::Cow, false) => {
                let reason = "only a directory can be copy-on-write; give a file `ro` or `rw`";
                return Err(Error::Shape { path: mount.source.clone(), reason });
            }
            (Access::Cow, true) => Step::Overlay(Overlay {
                lower: c_string(&mount.source)?,
                layer: Layer::Scratch(c_string(format!("layer-{index}"))?),
                path,
                owner: self.owner(&mount.source),
            }),
            (access, directory) => self.bind(&mount.source, path, directory, access)?,
        };
        self.steps.push(step);
        Ok(())
    }

    /// The workspace under its own name, for what has absolute paths in it: virtual environments, build caches.
    fn alias(&mut self, spec: &RunSpec) -> Result<(), Error> {
        let Some(workspace) = &spec.workspace else { return Ok(()) };
        let fixed = ["/proc", "/dev", "/etc", Workspace::TARGET].map(PathBuf::from);
        let taken = fixed.iter().chain(&spec.view).chain(spec.mounts.iter().map(|mount| &mount.target));
        let source = &workspace.source;
        if taken.into_iter().any(|path| source.starts_with(path) || path.starts_with(source))
            || spec.identity.home == *source
        {
            return Ok(());
        }
        self.steps.push(Step::Link { path: inside(source)?, target: c_string(Workspace::TARGET)? });
        Ok(())
    }
}
