//! User namespaces that only translate owners (mount_setattr(2), "ID-mapped mounts").

use std::fs::{self, File};
use std::os::fd::{AsFd as _, BorrowedFd};

use linux::Result;
use linux::process::{Child, Namespaces, hold};

use crate::plan::Ids;
use crate::survey::Owner;
use crate::{Error, Step};

/// A namespace for each owner whose files are to be the sandbox's own.
#[derive(Debug)]
pub(super) struct Idmaps(Vec<Idmap>);

/// A user namespace, and the process that it was made with.
#[derive(Debug)]
struct Idmap {
    owner: Owner,
    namespace: File,
    holder: Child,
}

impl Idmaps {
    /// Makes the namespaces that the steps need.
    pub(super) fn new(steps: &[Step], ids: &Ids) -> std::result::Result<Self, Error> {
        let mut idmaps = Self(Vec::new());
        for step in steps {
            let owner = match step {
                Step::Bind(bind) => bind.owner,
                Step::Overlay(overlay) => overlay.owner,
                _ => None,
            };
            match owner {
                Some(owner) if idmaps.get(owner).is_none() => {
                    let act = "make a user namespace that translates owners";
                    idmaps.0.push(Idmap::new(owner, ids).map_err(|errno| Error::Start { act, errno })?);
                }
                _ => {}
            }
        }
        Ok(idmaps)
    }

    /// The namespace for an owner.
    pub(super) fn get(&self, owner: Owner) -> Option<BorrowedFd<'_>> {
        self.0.iter().find(|known| known.owner == owner).map(|known| known.namespace.as_fd())
    }
}

impl Idmap {
    /// A namespace outlives the process it was made with, once it is held by a descriptor.
    fn new(owner: Owner, ids: &Ids) -> Result<Self> {
        let holder = hold(Namespaces::USER)?;
        let pid = holder.pid();
        let mapped = map(pid, (owner.user, ids.outer_user), (owner.group, ids.outer_group))
            .and_then(|()| fs::File::open(format!("/proc/{pid}/ns/user")));
        holder.kill()?;
        match mapped {
            Ok(namespace) => Ok(Self { owner, namespace, holder }),
            Err(error) => {
                holder.wait()?;
                Err(linux::Errno::from_io_error(&error).unwrap_or(linux::Errno::IO))
            }
        }
    }
}

impl Drop for Idmap {
    fn drop(&mut self) {
        // It was killed long ago: waiting for that any earlier would only have held up the start.
        let _buried = self.holder.wait();
    }
}

/// Maps one user and one group id, inside to outside, for a process that was just made.
pub(super) fn map(pid: rustix::process::Pid, user: (u32, u32), group: (u32, u32)) -> std::io::Result<()> {
    fs::write(format!("/proc/{pid}/uid_map"), format!("{} {} 1\n", user.0, user.1))?;
    fs::write(format!("/proc/{pid}/gid_map"), format!("{} {} 1\n", group.0, group.1))
}
