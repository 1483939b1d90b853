//! The cgroup of a sandbox: made, filled, read, and removed.

use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use linux::{Errno, Result};
use rustix::event::{EventfdFlags, eventfd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::process::Pid;

use crate::Error;
use crate::plan::{Directory, Group, Version};
use crate::survey::Controller;

/// A cgroup that was made; gone when dropped, by when nothing may be left in it.
#[derive(Debug)]
pub(crate) struct Cgroup {
    directories: Vec<Made>,
}

/// One directory of it.
#[derive(Debug)]
struct Made {
    version: Version,
    controllers: Vec<Controller>,
    parent: OwnedFd,
    name: String,
    directory: OwnedFd,
    path: PathBuf,
}

/// How often, and after what pauses, removing is tried: the last process leaves its group shortly after it was buried.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_micros(200),
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(100),
];

impl Cgroup {
    /// Makes the directories and writes the settings, all or nothing.
    pub(super) fn make(group: &Group) -> std::result::Result<Self, Error> {
        let mut cgroup = Self { directories: Vec::with_capacity(group.directories.len()) };
        for directory in &group.directories {
            let made = Made::new(directory, &group.name)?;
            // From here on it is removed when something fails.
            cgroup.directories.push(made);
        }
        for (made, directory) in cgroup.directories.iter().zip(&group.directories) {
            for setting in &directory.settings {
                match made.write(setting.file, setting.value.as_bytes()) {
                    Err(Errno::NOENT) if setting.optional => {}
                    Err(errno) => return Err(failed("write", &made.path.join(setting.file))(errno)),
                    Ok(()) => {}
                }
            }
        }
        Ok(cgroup)
    }

    /// The directory that a process can be born in.
    pub(super) fn cradle(&self) -> Option<BorrowedFd<'_>> {
        self.directories.iter().find(|one| one.version == Version::Two).map(|one| one.directory.as_fd())
    }

    /// Takes in a process that was not born in it.
    pub(super) fn take(&self, pid: Pid) -> std::result::Result<(), Error> {
        let text = pid.as_raw_nonzero().to_string();
        let legacy = self.directories.iter().filter(|one| one.version == Version::One);
        for one in legacy {
            one.write("cgroup.procs", text.as_bytes()).map_err(failed("move the sandbox to the cgroup", &one.path))?;
        }
        Ok(())
    }

    /// Kills everything in it, where the kernel can (version two, Linux 5.14).
    pub(super) fn kill(&self) -> Result<()> {
        let unified = self.directories.iter().find(|one| one.version == Version::Two);
        match unified.map_or(Ok(()), |one| one.write("cgroup.kill", b"1")) {
            Err(Errno::NOENT) => Ok(()),
            other => other,
        }
    }

    /// Ends whoever is still in it, for a sandbox whose init may have died before the others.
    pub(super) fn empty(&self) -> Result<()> {
        let failed = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::BUSY);
        self.directories.iter().try_for_each(|one| crate::sweep::empty(&one.path).map_err(failed))
    }

    fn of(&self, controller: Controller) -> Option<&Made> {
        self.directories.iter().find(|one| one.controllers.contains(&controller))
    }

    /// A number in a file of a controller, named as in either version.
    pub(crate) fn number(&self, controller: Controller, two: &str, one: &str) -> Option<u64> {
        let made = self.of(controller)?;
        let file = if made.version == Version::Two { two } else { one };
        made.read(file).ok()?.trim().parse().ok()
    }

    /// A number that stands after its name in a file of a controller.
    pub(crate) fn entry(
        &self,
        controller: Controller,
        (two, two_name): (&str, &str),
        (one, one_name): (&str, &str),
    ) -> Option<u64> {
        let made = self.of(controller)?;
        let (file, name) = if made.version == Version::Two { (two, two_name) } else { (one, one_name) };
        let text = made.read(file).ok()?;
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
    }

    /// What a file of its says now, for a receipt: where the limit of a controller stands, and the limit.
    pub(crate) fn stands(&self, controller: Controller, two: &str, one: &str) -> Option<(Version, String)> {
        let made = self.of(controller)?;
        let file = if made.version == Version::Two { two } else { one };
        Some((made.version, made.read(file).ok()?.trim().to_owned()))
    }

    /// A descriptor that becomes readable when the memory is used up, where the kernel does not end the whole group by itself:
    /// version one (Documentation/admin-guide/cgroup-v1/memory.rst, section 10).
    pub(crate) fn alarm(&self) -> Result<Option<OwnedFd>> {
        let Some(made) = self.of(Controller::Memory).filter(|made| made.version == Version::One) else {
            return Ok(None);
        };
        use std::os::fd::AsRawFd as _;
        let alarm = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let control = openat(&made.directory, "memory.oom_control", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        made.write("cgroup.event_control", format!("{} {}", alarm.as_raw_fd(), control.as_raw_fd()).as_bytes())?;
        Ok(Some(alarm))
    }
}

impl Made {
    fn new(directory: &Directory, name: &str) -> std::result::Result<Self, Error> {
        let path = directory.parent.join(name);
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent = openat(CWD, &directory.parent, flags, Mode::empty()).map_err(failed("open", &directory.parent))?;
        for controller in &directory.enable {
            let text = format!("+{}", controller.name());
            let file = "cgroup.subtree_control";
            write(&parent, file, text.as_bytes()).map_err(failed("write", &directory.parent.join(file)))?;
        }
        mkdirat(&parent, name, Mode::from_raw_mode(0o755)).map_err(failed("make the cgroup", &path))?;
        let opened = openat(&parent, name, flags, Mode::empty()).map_err(failed("open", &path))?;
        let (version, controllers) = (directory.version, directory.controllers.clone());
        Ok(Self { version, controllers, parent, name: name.to_owned(), directory: opened, path })
    }

    fn write(&self, file: &str, text: &[u8]) -> Result<()> {
        write(&self.directory, file, text)
    }

    fn read(&self, file: &str) -> std::io::Result<String> {
        let file = openat(&self.directory, file, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let mut text = String::new();
        std::fs::File::from(file).read_to_string(&mut text).map(|_| text)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for pause in PAUSES {
            thread::sleep(pause);
            // What cannot be removed is left to `sweep`.
            if unlinkat(&self.parent, &*self.name, AtFlags::REMOVEDIR) != Err(Errno::BUSY) {
                return;
            }
        }
    }
}

fn write(directory: &OwnedFd, file: &str, text: &[u8]) -> Result<()> {
    let file = openat(directory, file, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, text).map(drop)
}

fn failed(act: &'static str, path: &Path) -> impl FnOnce(Errno) -> Error {
    let path = path.to_owned();
    move |errno| Error::Cgroup { act, path, errno }
}
