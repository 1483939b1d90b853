//! The tree of files a sandbox sees, as steps.

use std::path::{Path, PathBuf};

use linux::mount::Links;
use spec::{Access, Mount, Network, RunSpec, Size, Workspace, WorkspaceLayer};

use super::proc::{COVERS, Cover, Covering};
use super::step::{Bind, Layer, Overlay, Step};
use super::{c_string, etc, inside};
use crate::survey::Owner;
use crate::{Error, Kind, Survey};

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

/// Our own directory in the root: nothing else is ever shown there.
const OWN: &str = ".aisbx";
/// Where the root keeps the layers of overlays that die with the run.
const LAYERS: &str = ".aisbx/layers";
/// An empty directory to hide directories with.
pub(crate) const EMPTY: &std::ffi::CStr = c".aisbx/empty";

/// Room in the root for what we put there ourselves, in bytes: six files of a page each in `/etc`, and to spare.
const OWN_ROOM: u64 = 64 * 1024;

/// Files, directories and links that we put into the root ourselves, and to spare.
const OWN_FILES: u64 = 128;

/// All steps, in order.
pub(super) fn steps(spec: &RunSpec, survey: &Survey) -> Result<Vec<Step>, Error> {
    let mut tree = Tree { survey, steps: Vec::with_capacity(80), writable: Vec::new() };
    tree.steps.push(Step::Hostname(c_string(etc::HOSTNAME)?));
    if spec.network == Network::None {
        tree.steps.push(Step::Loopback);
    }
    tree.refuse_own(spec)?;
    tree.root(spec)?;
    tree.etc(spec)?;
    tree.devices()?;
    tree.proc()?;
    spec.view.iter().try_for_each(|path| tree.view(path))?;
    tree.workspace(spec)?;
    spec.mounts.iter().enumerate().try_for_each(|(index, mount)| tree.mount(index, mount))?;
    tree.alias(spec)?;
    tree.layers(spec)?;
    tree.steps.extend([Step::Seal, Step::Pivot]);
    Ok(tree.steps)
}

struct Tree<'a> {
    survey: &'a Survey,
    steps: Vec<Step>,
    /// What of the host can be written to, as seen inside.
    writable: Vec<PathBuf>,
}

impl Tree<'_> {
    /// What is hidden in our own directory would else come to light elsewhere, on the host even.
    fn refuse_own(&self, spec: &RunSpec) -> Result<(), Error> {
        let own = Path::new("/").join(OWN);
        let targets = spec.mounts.iter().map(|mount| &mount.target);
        match targets.chain([&spec.identity.home]).find(|target| target.starts_with(&own)) {
            Some(taken) => {
                Err(Error::Shape { path: taken.clone(), reason: "the sandbox has something of its own there" })
            }
            None => Ok(()),
        }
    }

    /// The root, and everything writable that dies with the run.
    fn root(&mut self, spec: &RunSpec) -> Result<(), Error> {
        let size = spec.limits.scratch.map(|size| Size::bytes(size.as_bytes().saturating_add(OWN_ROOM)));
        self.steps.push(Step::Root { size, files: spec.limits.inodes.map(|files| files.saturating_add(OWN_FILES)) });
        self.writable("tmp", 0o1777)?;
        // The same directory by its other name; not a link, because a home or a workspace may lie below it.
        self.steps.push(Step::Again { path: c_string("var/tmp")?, of: c_string("tmp")? });
        self.writable("run", 0o755)?;
        self.writable("dev/shm", 0o1777)?;
        self.steps.push(Step::Writable { path: inside(&spec.identity.home)?, mode: 0o700 });
        self.link("var/run", "/run")
    }

    fn writable(&mut self, path: &str, mode: u32) -> Result<(), Error> {
        self.steps.push(Step::Writable { path: c_string(path)?, mode });
        Ok(())
    }

    /// What overlays keep in the root is not to be seen beside them.
    fn layers(&mut self, spec: &RunSpec) -> Result<(), Error> {
        if spec.mounts.iter().any(|mount| mount.access == Access::Cow) {
            let why = "what the run's own layers are made of";
            self.steps.push(Step::Mask { path: c_string(OWN)?, directory: true, why });
        }
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
                links: Links::Followed,
                path: c_string(format!("dev/{name}"))?,
                make: true,
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
        self.steps.push(Step::Directory { path: EMPTY.to_owned(), mode: 0o555 });
        self.steps.push(Step::Proc);
        for Cover { name, covering, reason: why } in COVERS {
            let path = c_string(format!("proc/{name}"))?;
            self.steps.push(match covering {
                Covering::Hidden { directory } => Step::Mask { path, directory: *directory, why },
                Covering::ReadOnly => Step::Protect { path, why },
            });
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
                let bind = self.bound(path, path, *kind == Kind::Directory, Access::Ro)?;
                self.steps.push(Step::Bind(Bind { links: Links::Followed, ..bind }));
            }
        }
        Ok(())
    }

    fn bind(&mut self, source: &Path, target: &Path, directory: bool, access: Access) -> Result<(), Error> {
        let bind = self.bound(source, target, directory, access)?;
        if access == Access::Rw {
            self.writable.push(target.to_owned());
        }
        self.steps.push(Step::Bind(bind));
        Ok(())
    }

    fn bound(&self, source: &Path, target: &Path, directory: bool, access: Access) -> Result<Bind, Error> {
        // Where everybody may read, as in the system's own directories, owners need no translation.
        let owner = self.owner(source).filter(|_| !source.starts_with("/usr") && !source.starts_with("/etc"));
        Ok(Bind {
            source: c_string(source)?,
            links: Links::Refused,
            path: inside(target)?,
            make: self.may_make(target),
            directory,
            read_only: access == Access::Ro,
            device: false,
            owner,
        })
    }

    /// Whether a missing place may be made: what is made in a part of the host would be left there.
    fn may_make(&self, target: &Path) -> bool {
        !self.writable.iter().any(|writable| target.starts_with(writable))
    }

    /// The owner on disk whose files are to be the sandbox's own: none where the sandbox has the caller's own id.
    fn owner(&self, source: &Path) -> Option<Owner> {
        self.survey.found.get(source).map(|(_, owner)| *owner).filter(|_| self.survey.privileged)
    }

    fn workspace(&mut self, spec: &RunSpec) -> Result<(), Error> {
        let target = Path::new(Workspace::TARGET);
        let Some(workspace) = &spec.workspace else { return self.writable("workspace", 0o755) };
        match &workspace.layer {
            None => return self.bind(&workspace.source, target, true, workspace.access),
            Some(WorkspaceLayer::Overlay(layer)) => {
                self.overlay(&workspace.source, target, Layer::Kept(c_string(layer)?))?;
            }
            // The copy is the sandbox's own already; what is made in it is not left on the host.
            Some(WorkspaceLayer::Copy(copy)) => {
                let bind = self.bound(copy, target, true, Access::Rw)?;
                self.steps.push(Step::Bind(Bind { links: Links::Followed, ..bind }));
            }
        }
        self.nested(&workspace.source)
    }

    fn overlay(&mut self, source: &Path, target: &Path, layer: Layer) -> Result<(), Error> {
        let (lower, path, owner) = (c_string(source)?, inside(target)?, self.owner(source));
        let make = self.may_make(target);
        self.steps.push(Step::Overlay(Overlay { lower, layer, path, make, owner }));
        Ok(())
    }

    /// Neither an overlay nor a copy goes past mounts below it: each is shown read-only over its empty place.
    fn nested(&mut self, workspace: &Path) -> Result<(), Error> {
        for source in &self.survey.nested {
            let target = Path::new(Workspace::TARGET).join(source.strip_prefix(workspace).unwrap_or(source));
            let directory = matches!(self.survey.found.get(source), Some((Kind::Directory, _)));
            self.bind(source, &target, directory, Access::Ro)?;
        }
        Ok(())
    }

    fn mount(&mut self, index: usize, mount: &Mount) -> Result<(), Error> {
        let Mount { source, target, access } = mount;
        let shape = |reason| Error::Shape { path: source.clone(), reason };
        match (self.survey.found.get(source).map(|(kind, _)| kind), access) {
            (None, _) => Err(Error::Missing(source.clone())),
            (Some(Kind::Link(_)), _) => Err(shape("name what the link points to instead")),
            (Some(Kind::File), Access::Cow) => {
                Err(shape("only a directory can be copy-on-write; give a file `ro` or `rw`"))
            }
            (Some(Kind::Directory), Access::Cow) => {
                self.overlay(source, target, Layer::Scratch(c_string(format!("{LAYERS}/{index}"))?))
            }
            (Some(kind), access) => self.bind(source, target, *kind == Kind::Directory, *access),
        }
    }

    /// The workspace under its own name, for what has absolute paths in it: virtual environments, build caches.
    fn alias(&mut self, spec: &RunSpec) -> Result<(), Error> {
        let Some(workspace) = &spec.workspace else { return Ok(()) };
        let fixed = ["/proc", "/dev", "/etc", "/var/run", "/.aisbx", Workspace::TARGET].map(PathBuf::from);
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
