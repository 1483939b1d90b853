//! The cgroup of a sandbox: made, filled, read, and removed.

use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread;

use linux::{Errno, Result};
use rustix::event::{EventfdFlags, eventfd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::process::Pid;

use crate::account::Account;
use crate::plan::{Directory, Group, Version};
use crate::survey::Controller;
use crate::{Error, sweep};

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

impl Cgroup {
    /// Makes the directories and writes the settings, all or nothing.
    pub(crate) fn make(group: &Group) -> std::result::Result<Self, Error> {
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
    pub(crate) fn cradle(&self) -> Option<BorrowedFd<'_>> {
        self.directories.iter().find(|one| one.version == Version::Two).map(|one| one.directory.as_fd())
    }

    /// Takes in a process that was not born in it.
    pub(crate) fn take(&self, pid: Pid) -> std::result::Result<(), Error> {
        let text = pid.as_raw_nonzero().to_string();
        let legacy = self.directories.iter().filter(|one| one.version == Version::One);
        for one in legacy {
            one.write("cgroup.procs", text.as_bytes()).map_err(failed("move the sandbox to the cgroup", &one.path))?;
        }
        Ok(())
    }

    /// Kills everything in it.
    pub(super) fn kill(&self) -> Result<()> {
        self.directories.iter().try_for_each(|one| sweep::kill(&one.path).map_err(errno))
    }

    /// Ends whoever is still in it, for a sandbox whose init may have died before the others.
    pub(super) fn empty(&self) -> Result<()> {
        self.directories.iter().try_for_each(|one| sweep::empty(&one.path).map_err(errno))
    }

    fn of(&self, controller: Controller) -> Option<&Made> {
        self.directories.iter().find(|one| one.controllers.contains(&controller))
    }

    /// A descriptor that becomes readable when the memory is used up, where the kernel does not end the whole group by itself:
    /// version one (Documentation/admin-guide/cgroup-v1/memory.rst, sections 9 and 10). Also shortly before, while those who use it
    /// are still there to be looked at.
    pub(crate) fn alarm(&self) -> Result<Option<OwnedFd>> {
        let Some(made) = self.of(Controller::Memory).filter(|made| made.version == Version::One) else {
            return Ok(None);
        };
        use std::os::fd::AsRawFd as _;
        let alarm = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let register = |file, threshold: &str| {
            let file = openat(&made.directory, file, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
            let text = format!("{} {}{threshold}", alarm.as_raw_fd(), file.as_raw_fd());
            made.write("cgroup.event_control", text.as_bytes())
        };
        register("memory.oom_control", "")?;
        if let Some(limit) = self.memory_limit() {
            register("memory.usage_in_bytes", &format!(" {}", limit - limit / 8))?;
        }
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

impl Account for Cgroup {
    fn read(&self, file: &str) -> Option<String> {
        self.directories.iter().find_map(|one| one.read(file).ok())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for pause in sweep::PAUSES {
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

fn errno(error: std::io::Error) -> Errno {
    Errno::from_io_error(&error).unwrap_or(Errno::BUSY)
}

fn failed(act: &'static str, path: &Path) -> impl FnOnce(Errno) -> Error {
    let path = path.to_owned();
    move |errno| Error::Cgroup { act, path, errno }
}
