//! User namespaces that only translate owners (mount_setattr(2), "ID-mapped mounts").

use std::fs::{self, File};
use std::os::fd::{AsFd as _, BorrowedFd};

use linux::Result;
use linux::process::{Namespaces, hold};

use crate::plan::Ids;
use crate::survey::Owner;
use crate::{Error, Step};

/// A namespace for each owner whose files are to be the sandbox's own.
#[derive(Debug)]
pub(super) struct Idmaps(Vec<(Owner, File)>);

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
                    let file = namespace(owner, ids).map_err(|errno| Error::Start { act, errno })?;
                    idmaps.0.push((owner, file));
                }
                _ => {}
            }
        }
        Ok(idmaps)
    }

    /// The namespace for an owner.
    pub(super) fn get(&self, owner: Owner) -> Option<BorrowedFd<'_>> {
        self.0.iter().find(|(known, _)| *known == owner).map(|(_, file)| file.as_fd())
    }
}

/// A namespace that a process was made for, and outlives.
fn namespace(owner: Owner, ids: &Ids) -> Result<File> {
    let holder = hold(Namespaces::USER)?;
    let pid = holder.pid();
    let file = map(pid, (owner.user, ids.outer_user), (owner.group, ids.outer_group))
        .and_then(|()| fs::File::open(format!("/proc/{pid}/ns/user")));
    holder.kill()?;
    holder.wait()?;
    file.map_err(|error| linux::Errno::from_io_error(&error).unwrap_or(linux::Errno::IO))
}

/// Maps one user and one group id, inside to outside, for a process that was just made.
pub(super) fn map(pid: rustix::process::Pid, user: (u32, u32), group: (u32, u32)) -> std::io::Result<()> {
    fs::write(format!("/proc/{pid}/uid_map"), format!("{} {} 1\n", user.0, user.1))?;
    fs::write(format!("/proc/{pid}/gid_map"), format!("{} {} 1\n", group.0, group.1))
}
