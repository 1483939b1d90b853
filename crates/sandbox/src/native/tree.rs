//! Does the steps: the one loop that changes anything, run in the child.

use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, OwnedFd};

use linux::mount::{Attributes, attach_on, copy_below, file_system, seal, set_attributes};
use linux::{Errno, Result};
use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags, accessat, mkdirat, openat, symlinkat};
use rustix::mount::MountAttrFlags;
use spec::Size;

use super::source::Source;
use super::target::{Place, Root};
use crate::Step;
use crate::plan::{Bind, EMPTY, Layer, Overlay};

/// A root being built.
#[derive(Debug)]
pub(super) struct Tree<'p> {
    old_root: OwnedFd,
    /// A directory of the old root, under whatever must be attached somewhere to be used; it all goes with the old root.
    stage: OwnedFd,
    root: Option<Root<'p>>,
}

const PLAIN: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID.union(MountAttrFlags::MOUNT_ATTR_NODEV);

impl<'p> Tree<'p> {
    /// Starts from the root this process has.
    pub(super) fn new() -> Result<Self> {
        // The steps say which mode each thing gets.
        rustix::process::umask(Mode::empty());
        let open = |path| openat(CWD, path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        Ok(Self { old_root: open(c"/")?, stage: open(c"/dev")?, root: None })
    }

    /// Where what must be attached somewhere to be used is attached.
    pub(super) fn stage(&self) -> &OwnedFd {
        &self.stage
    }

    /// Does one step.
    pub(super) fn step(&mut self, step: &'p Step, source: &Source) -> Result<()> {
        match step {
            Step::Hostname(name) => rustix::system::sethostname(name.to_bytes()),
            Step::Loopback => linux::loopback::bring_up(),
            Step::Root { size, files } => self.root(*size, *files),
            Step::Directory { path, mode } => self.directory(path, *mode),
            Step::File { path, content } => self.file(path, content),
            Step::Link { path, target } => self.link(path, target),
            Step::Writable { path, mode } => self.writable(path, *mode),
            Step::Again { path, of } => self.again(path, of),
            Step::Bind(bind) => self.bind(bind, source),
            Step::Overlay(overlay) => self.overlay(overlay, source),
            Step::Proc => self.proc(),
            Step::Terminals => self.terminals(),
            Step::Mask { path, directory, .. } => self.mask(path, *directory),
            Step::Protect { path, .. } => self.protect(path),
            Step::Seal => seal(self.at()?),
            Step::Pivot => self.pivot(),
        }
    }

    fn at(&mut self) -> Result<&mut Root<'p>> {
        self.root.as_mut().ok_or(Errno::BADF)
    }

    fn root(&mut self, size: Option<Size>, most: Option<u64>) -> Result<()> {
        let (mut bytes, mut files) = (Text::new(), Text::new());
        // To tmpfs, zero is no bound. An empty file takes a kilobyte of the kernel's memory that `size` does not count.
        let bytes = bytes.number(size.map_or(0, Size::as_bytes))?;
        let fitting = size.map(|size| size.as_bytes() / 2048 + 4096);
        let files = files.number([fitting, most].into_iter().flatten().min().unwrap_or(0))?;
        let root = file_system(c"tmpfs", &[(c"size", bytes), (c"nr_inodes", files), (c"mode", c"0755")], PLAIN)?;
        // Nothing else may lie over the old root: it is the topmost that `pivot` lets go. And before Linux 6.15 only parts of
        // attached mounts can be shown elsewhere.
        attach_on(&root, &self.old_root)?;
        self.root = Some(Root::new(root));
        Ok(())
    }

    fn directory(&mut self, path: &'p CStr, mode: u32) -> Result<()> {
        let (above, name) = self.at()?.above(path, Place::Directory)?;
        mkdirat(above, name, Mode::from_raw_mode(mode))
    }

    fn file(&mut self, path: &'p CStr, content: &[u8]) -> Result<()> {
        let (above, name) = self.at()?.above(path, Place::File)?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = openat(above, name, flags, Mode::from_raw_mode(0o444))?;
        let mut rest = content;
        while !rest.is_empty() {
            let written = rustix::io::write(&file, rest)?;
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    fn link(&mut self, path: &'p CStr, target: &CStr) -> Result<()> {
        let (above, name) = self.at()?.above(path, Place::File)?;
        symlinkat(target, above, name)
    }

    fn writable(&mut self, path: &'p CStr, mode: u32) -> Result<()> {
        match self.directory(path, mode) {
            // A home may be one of those made before.
            Ok(()) | Err(Errno::EXIST) => self.again(path, path),
            failed => failed,
        }
    }

    /// A mount of its own stays writable when the root's is sealed.
    fn again(&mut self, path: &'p CStr, of: &CStr) -> Result<()> {
        let part = copy_below(self.at()?, of)?;
        self.at()?.mount(path, Place::Directory, part)
    }

    fn bind(&mut self, bind: &'p Bind, source: &Source) -> Result<()> {
        let Source::Tree(tree) = source else { return Err(Errno::BADF) };
        let place = match (bind.make, bind.directory) {
            (false, _) => Place::Existing,
            (true, true) => Place::Directory,
            (true, false) => Place::File,
        };
        self.at()?.mount(&bind.path, place, tree)
    }

    fn proc(&mut self) -> Result<()> {
        let proc = file_system(c"proc", &[], PLAIN | MountAttrFlags::MOUNT_ATTR_NOEXEC)?;
        self.at()?.mount(c"proc", Place::Directory, proc)
    }

    fn overlay(&mut self, overlay: &'p Overlay, source: &Source) -> Result<()> {
        let Source::Lower(lower, kept) = source else { return Err(Errno::BADF) };
        let made;
        let layer = match (&overlay.layer, kept) {
            (Layer::Kept(_), Some(kept)) => kept,
            (Layer::Scratch(name), _) => {
                made = self.layer(name)?;
                &made
            }
            (Layer::Kept(_), None) => return Err(Errno::BADF),
        };
        let (mut below, mut upper, mut work) = (Text::new(), Text::new(), Text::new());
        let options: [(&CStr, &CStr); 5] = [
            (c"lowerdir", below.descriptor(lower, b"")?),
            (c"upperdir", upper.descriptor(layer, b"/upper")?),
            (c"workdir", work.descriptor(layer, b"/work")?),
            // In a user namespace, marks go into `user.` attributes (Linux 5.11).
            (c"userxattr", c""),
            // The caller syncs what it keeps; a command's own fsync need not wait for the disk (Linux 5.10).
            (c"volatile", c""),
        ];
        let place = if overlay.make { Place::Directory } else { Place::Existing };
        let tree = file_system(c"overlay", &options, PLAIN)?;
        self.at()?.mount(&overlay.path, place, tree)
    }

    /// A layer in the root.
    fn layer(&mut self, path: &'p CStr) -> Result<OwnedFd> {
        let mode = Mode::from_raw_mode(0o755);
        let (above, name) = self.at()?.above(path, Place::Directory)?;
        mkdirat(above, name, mode)?;
        let layer = openat(above, name, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        mkdirat(&layer, c"upper", mode)?;
        mkdirat(&layer, c"work", mode)?;
        Ok(layer)
    }

    fn terminals(&mut self) -> Result<()> {
        let options = [(c"newinstance", c""), (c"ptmxmode", c"0666"), (c"mode", c"0620")];
        let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NOEXEC;
        let terminals = file_system(c"devpts", &options, attributes)?;
        self.at()?.mount(c"dev/pts", Place::Directory, terminals)
    }

    fn mask(&mut self, path: &'p CStr, directory: bool) -> Result<()> {
        if !self.allows(path, Access::READ_OK)? && !self.allows(path, Access::WRITE_OK)? {
            return Ok(());
        }
        let cover = copy_below(self.at()?, if directory { EMPTY } else { c"dev/null" })?;
        if directory {
            set_attributes(&cover, &Attributes { read_only: true, ..Attributes::default() })?;
        }
        self.at()?.mount(path, Place::Existing, cover)
    }

    fn protect(&mut self, path: &'p CStr) -> Result<()> {
        if !self.allows(path, Access::EXISTS)? {
            return Ok(());
        }
        let same = copy_below(self.at()?, path)?;
        set_attributes(&same, &Attributes { read_only: true, ..Attributes::default() })?;
        self.at()?.mount(path, Place::Existing, same)
    }

    /// Whether the kernel lets this process, who has the sandbox's ids and still more rights, do that with a file. Asking is
    /// cheaper than to cover what is not there.
    fn allows(&mut self, path: &CStr, access: Access) -> Result<bool> {
        match accessat(self.at()?, path, access, AtFlags::EACCESS) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT | Errno::ACCESS | Errno::PERM) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    fn pivot(&mut self) -> Result<()> {
        rustix::process::fchdir(self.at()?)?;
        rustix::process::pivot_root(c".", c".")?;
        // The old root now lies over the new one (pivot_root(2), NOTES).
        rustix::mount::unmount(c".", rustix::mount::UnmountFlags::DETACH)?;
        rustix::process::chdir(c"/")?;
        self.verify()
    }

    /// Nothing lies under or over the new root: it is its own parent, and what is seen at it.
    fn verify(&mut self) -> Result<()> {
        let expected = rustix::fs::fstat(self.at()?)?;
        let same = |path| {
            let found = rustix::fs::stat(path)?;
            Ok((found.st_dev, found.st_ino) == (expected.st_dev, expected.st_ino))
        };
        if same(c"/")? && same(c"/..")? { Ok(()) } else { Err(Errno::XDEV) }
    }
}

/// A short text made without allocating.
struct Text {
    bytes: [u8; 48],
    length: usize,
}

impl Text {
    fn new() -> Self {
        Self { bytes: [0; 48], length: 0 }
    }

    /// The path of a descriptor's directory, and what is below it.
    fn descriptor(&mut self, descriptor: &OwnedFd, below: &[u8]) -> Result<&CStr> {
        self.push(b"/proc/self/fd/");
        self.digits(u64::from(descriptor.as_raw_fd().cast_unsigned()));
        self.push(below);
        self.finish()
    }

    fn number(&mut self, number: u64) -> Result<&CStr> {
        self.digits(number);
        self.finish()
    }

    fn digits(&mut self, number: u64) {
        if number >= 10 {
            self.digits(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }

    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = *byte;
                self.length += 1;
            }
        }
    }

    /// The text, if it did not fill all the space: there must be a NUL left.
    fn finish(&self) -> Result<&CStr> {
        CStr::from_bytes_until_nul(&self.bytes).map_err(|_| Errno::NAMETOOLONG)
    }
}
