//! What this host is like, as far as a plan depends on it. Reads; changes nothing.

mod cgroups;
mod groups;
mod mounts;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use spec::{Level, Network, RunSpec};

use crate::plan::Rung;

pub use cgroups::{Cgroups, Controller, Parent};
pub use groups::{RunGroup, run_groups};
pub use mounts::{Mounted, mounted};

/// The id that a sandbox run by root has outside: above every range that systemd hands to containers (up to 0x6FFFFFFF,
/// systemd.io/UIDS-GIDS) and below 2^31, past which some file systems misbehave.
const PREFERRED_ID: u32 = 1_900_000_000;

/// What a path is, seen without following it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// Anything that is neither a directory nor a link.
    File,
    /// A symbolic link to this.
    Link(PathBuf),
}

/// Owner of a file on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// User id.
    pub user: u32,
    /// Group id.
    pub group: u32,
}

/// What this host is like.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Whether the caller is root and hands the sandbox an outer id that is not his own.
    pub privileged: bool,
    /// Who the sandbox is outside.
    pub outer: Owner,
    /// What each path to be shown is, and whose; those that do not exist are left out.
    pub found: BTreeMap<PathBuf, (Kind, Owner)>,
    /// Mounts below a workspace that is overlaid or copied, outermost first.
    pub nested: Vec<PathBuf>,
    /// The host's `/etc/resolv.conf`, where the network is shared.
    pub resolver: Vec<u8>,
    /// Where groups can be made, for a run whose limits they can hold.
    pub cgroups: Cgroups,
}

impl Survey {
    /// Looks at the host for one run, as it is to be kept apart.
    pub fn new(spec: &RunSpec, rung: Rung) -> io::Result<Self> {
        let given = given_id()?;
        let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let outer = given.map_or(Owner { user: uid, group: gid }, |id| Owner { user: id, group: id });
        let workspace = spec.workspace.as_ref().map(|workspace| &workspace.source);
        let layered = spec.workspace.as_ref().filter(|workspace| workspace.layer.is_some());
        let nested = layered.map_or_else(|| Ok(Vec::new()), |workspace| nested(&workspace.source))?;
        let shown =
            spec.view.iter().chain(spec.mounts.iter().map(|mount| &mount.source)).chain(workspace).chain(&nested);
        let found = shown.filter_map(|path| Some((path.clone(), look(path)?))).collect();
        let resolver = match spec.network {
            Network::Host => fs::read("/etc/resolv.conf").unwrap_or_default(),
            Network::None => Vec::new(),
        };
        let cgroups = match spec.floor.cgroup {
            Level::Required => Cgroups::find()?,
            Level::Preferred if rung.needs_group(spec) => Cgroups::find()?,
            Level::Preferred | Level::Off => Cgroups::default(),
        };
        Ok(Self { privileged: given.is_some(), outer, found, nested, resolver, cgroups })
    }
}

/// The outer id that a sandbox of this caller is given, user and group; `None` where it has the caller's own.
pub fn given_id() -> io::Result<Option<u32>> {
    if rustix::process::geteuid().as_raw() != 0 {
        return Ok(None);
    }
    let map = read_whole("/proc/self/uid_map")?;
    let map = String::from_utf8_lossy(&map);
    if is_root_alone(&map) {
        return Err(io::Error::other(
            "root has no other id to give to the sandbox in this user namespace: run it outside of it, or as another user",
        ));
    }
    Ok(Some(outer_id(&map)).filter(|id| *id != 0))
}

/// A file of `/proc`, which says of itself that it is empty: read with room from the start, not in ever larger steps.
fn read_whole(path: &str) -> io::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(16 * 1024);
    fs::File::open(path)?.read_to_end(&mut text)?;
    Ok(text)
}

fn look(path: &Path) -> Option<(Kind, Owner)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::symlink_metadata(path).ok()?;
    let kind = if found.is_symlink() {
        Kind::Link(fs::read_link(path).ok()?)
    } else if found.is_dir() {
        Kind::Directory
    } else {
        Kind::File
    };
    Some((kind, Owner { user: found.uid(), group: found.gid() }))
}

/// Whether this namespace has no id but root's, and root's is root's outside too: then nothing could keep the sandbox apart from
/// him.
fn is_root_alone(uid_map: &str) -> bool {
    uid_map.lines().all(|line| line.split_whitespace().eq(["0", "0", "1"])) && !uid_map.is_empty()
}

/// The preferred id where this namespace has it, else the highest it has that is neither root's nor nobody's, else root's:
/// a root that has no second id is no real one.
fn outer_id(uid_map: &str) -> u32 {
    let ranges = uid_map.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().map(|field| field.parse::<u32>().ok());
        let (first, _, count) = (fields.next()??, fields.next()??, fields.next()??);
        Some((first, first.checked_add(count.checked_sub(1)?)?))
    });
    let ranges: Vec<_> = ranges.collect();
    if ranges.iter().any(|(first, last)| (*first..=*last).contains(&PREFERRED_ID)) {
        return PREFERRED_ID;
    }
    let below_nobody = |(first, last): &(u32, u32)| match *last {
        65534 => (*first < 65534).then_some(65533),
        last => Some(last),
    };
    ranges.iter().filter_map(below_nobody).max().unwrap_or(0)
}

/// Mount points below `path`, from `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
fn nested(path: &Path) -> io::Result<Vec<PathBuf>> {
    let table = read_whole("/proc/self/mountinfo")?;
    let mut found = mounts::mounted(&table)
        .map(|mount| mount.point)
        .filter(|point| point.starts_with(path) && point != path)
        .collect::<Vec<_>>();
    found.sort();
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_id_is_one_this_namespace_has() {
        assert_eq!(outer_id("         0          0 4294967295\n"), PREFERRED_ID);
        assert_eq!(outer_id("0 1000 1\n1 100000 65536\n"), 65536);
        assert_eq!(outer_id("0 100000 65535\n"), 65533);
        assert_eq!(outer_id("0 1000 1\n"), 0);
        assert_eq!(outer_id("nonsense"), 0);
    }

    #[test]
    fn root_who_has_no_other_id_is_told_from_one_who_is_somebody_else_outside() {
        assert!(is_root_alone("         0          0          1\n"));
        assert!(!is_root_alone("0 1000 1\n") && !is_root_alone("0 0 4294967295\n") && !is_root_alone(""));
        assert!(!is_root_alone("0 0 1\n1 100000 65536\n"));
    }
}
