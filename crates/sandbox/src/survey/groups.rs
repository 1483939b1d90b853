//! The groups of runs, wherever they were made. Reads; changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::statfs;
use rustix::process::geteuid;
use spec::RunId;

use super::mounts::{Mounted, mounted};
use super::{Controller, read_whole};
use crate::plan::run_of;

/// How many groups of a hierarchy are looked through at most, and how deep: a host has hundreds.
const LOOKED_THROUGH: usize = 20_000;
const DEPTH: usize = 32;

/// What the kernel says that a cgroup's file system is (statfs(2)).
const MAGIC: [i64; 2] = [0x0027_e0eb, 0x6367_7270];

/// A directory of a run's group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunGroup {
    /// The run it was made for.
    pub run: RunId,
    /// Where it is.
    pub directory: PathBuf,
}

/// The groups of runs that this user made.
///
/// A launcher makes a group near its own, and that may be in another session, service or container than ours. So every
/// hierarchy is looked through as far as it is mounted here.
pub fn run_groups() -> io::Result<Vec<RunGroup>> {
    let mounts = read_whole("/proc/self/mountinfo")?;
    let mut search = Search { owner: geteuid().as_raw(), seen: BTreeSet::new(), found: Vec::new() };
    for mount in mounted(&mounts).filter(can_hold_groups) {
        // Something else may be mounted on top of it.
        if statfs(&mount.point).is_ok_and(|space| MAGIC.contains(&space.f_type)) {
            search.look_through(&mount.point);
        }
    }
    search.found.sort_by(|one, other| (&one.run, &one.directory).cmp(&(&other.run, &other.directory)));
    Ok(search.found)
}

fn can_hold_groups(mount: &Mounted) -> bool {
    let lists = |controller: &Controller| mount.options.split(',').any(|name| name == controller.name());
    mount.kind == "cgroup2" || (mount.kind == "cgroup" && Controller::ALL.iter().any(lists))
}

/// A look through hierarchies.
struct Search {
    owner: u32,
    /// Groups that were found, by device and inode: a hierarchy may be mounted twice.
    seen: BTreeSet<(u64, u64)>,
    found: Vec<RunGroup>,
}

impl Search {
    fn look_through(&mut self, top: &Path) {
        let mut open = vec![(top.to_owned(), 0)];
        let mut left = LOOKED_THROUGH;
        while let Some((group, depth)) = open.pop() {
            // What was removed meanwhile, or is closed to us, holds nothing of ours.
            for entry in fs::read_dir(&group).into_iter().flatten().flatten() {
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    continue;
                }
                match entry.file_name().to_str().and_then(run_of) {
                    Some(run) => self.take(run, entry.path()),
                    None if depth < DEPTH && left > 0 => {
                        left -= 1;
                        open.push((entry.path(), depth + 1));
                    }
                    None => {}
                }
            }
        }
    }

    fn take(&mut self, run: RunId, directory: PathBuf) {
        let Ok(metadata) = fs::symlink_metadata(&directory) else { return };
        if metadata.uid() == self.owner && self.seen.insert((metadata.dev(), metadata.ino())) {
            self.found.push(RunGroup { run, directory });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "0123456789abcdef";

    #[test]
    fn only_whole_ids_name_a_group() {
        assert_eq!(run_of("aisbx-0123456789abcdef").unwrap().as_str(), RUN);
        for name in ["aisbx-", "aisbx-0123456789abcde", "aisbx-0123456789abcdefg", "aisbx-0123456789ABCDEF", RUN] {
            assert_eq!(run_of(name), None, "{name}");
        }
    }

    #[test]
    fn groups_are_found_at_any_depth_and_once() {
        let top = std::env::temp_dir().join(format!("aisbx-groups-{}", std::process::id()));
        let directory = top.join("user.slice/session-1.scope").join(format!("aisbx-{RUN}"));
        // A group's own groups are no runs.
        fs::create_dir_all(directory.join("aisbx-1123456789abcdef")).unwrap();
        let mut search = Search { owner: geteuid().as_raw(), seen: BTreeSet::new(), found: Vec::new() };
        search.look_through(&top);
        search.look_through(&top);
        let mut foreign = Search { owner: 12_345_678, seen: BTreeSet::new(), found: Vec::new() };
        foreign.look_through(&top);
        fs::remove_dir_all(&top).unwrap();
        assert_eq!(search.found, [RunGroup { run: RUN.parse().unwrap(), directory }]);
        assert_eq!(foreign.found, []);
    }
}
