//! The trees of cgroups as they are mounted here, whoever may write to them (cgroups(7)).

use std::fs;
use std::path::{Path, PathBuf};

/// The trees of cgroups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hierarchies {
    /// The one of version two.
    pub(super) unified: Option<Unified>,
    /// Those of version one: their controllers, where they are, whether they are mounted writable.
    pub(super) legacy: Vec<(Vec<String>, PathBuf, bool)>,
    /// Controllers that were switched off at boot.
    pub(super) disabled: Vec<String>,
}

/// The tree of version two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unified {
    /// Where it is.
    pub(super) point: PathBuf,
    /// Whether it is mounted writable.
    pub(super) writable: bool,
    /// Whether this is the root of all groups, and not just the top of what a container sees.
    pub(super) topmost: bool,
    /// What it has controllers for.
    pub(super) offers: Vec<String>,
    /// Our own group.
    pub(super) own: String,
    /// What systemd delegates to the manager of a user: of this one, or of any, for root.
    pub(super) delegated: Option<Vec<String>>,
}

impl Hierarchies {
    pub(super) fn read(user: u32) -> Self {
        let read = |path: &str| fs::read(path).map(|text| String::from_utf8_lossy(&text).into_owned());
        let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
        let mut found = Self::parse(&mounts, &read("/proc/self/cgroup").unwrap_or_default());
        found.disabled = disabled(&read("/proc/cgroups").unwrap_or_default());
        if let Some(unified) = &mut found.unified {
            unified.topmost = !unified.point.join("cgroup.type").exists();
            unified.offers = words(&unified.point.join("cgroup.controllers")).unwrap_or_default();
            unified.delegated = delegated(&unified.point, user);
        }
        found
    }

    /// From the table of mounts (proc_pid_mountinfo(5)) and the groups of this process.
    fn parse(mounts: &[u8], groups: &str) -> Self {
        let mut found = Self::default();
        for mount in sandbox::mounted(mounts) {
            let writable = !mount.is_read_only();
            match mount.kind.as_str() {
                "cgroup" => {
                    let controllers = mount.options.split(',').map(str::to_owned).collect();
                    found.legacy.push((controllers, mount.point, writable));
                }
                "cgroup2" if found.unified.is_none() => {
                    let own = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or_default().to_owned();
                    found.unified = Some(Unified { point: mount.point, writable, own, ..Unified::default() });
                }
                _ => {}
            }
        }
        found
    }
}

/// Those with a zero in the last column (cgroups(7), `/proc/cgroups`).
fn disabled(table: &str) -> Vec<String> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let off = lines.filter_map(|line| {
        let mut fields = line.split_whitespace();
        let name = fields.next()?;
        (fields.next_back() == Some("0")).then(|| name.to_owned())
    });
    off.collect()
}

fn delegated(point: &Path, user: u32) -> Option<Vec<String>> {
    let of = |slice: &Path, user: &str| words(&slice.join(format!("user@{user}.service/cgroup.controllers")));
    let slices = point.join("user.slice");
    if user != 0 {
        return of(&slices.join(format!("user-{user}.slice")), &user.to_string());
    }
    let users = fs::read_dir(&slices).ok()?.flatten();
    users
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let user = name.strip_prefix("user-")?.strip_suffix(".slice")?;
            of(&entry.path(), user).filter(|_| user != "0")
        })
        .next()
}

fn words(path: &Path) -> Option<Vec<String>> {
    fs::read_to_string(path).ok().map(|text| text.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_told_apart_and_whether_they_can_be_written() {
        let mounts = b"30 24 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755\n\
            31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n\
            32 30 0:28 /docker/1 /sys/fs/cgroup/memory ro,nosuid master:9 - cgroup cgroup rw,memory\n";
        let found = Hierarchies::parse(mounts, "4:memory:/docker/1\n0::/user.slice\n");
        let unified = found.unified.unwrap();
        assert_eq!(
            (unified.point.as_path(), unified.own.as_str()),
            (Path::new("/sys/fs/cgroup/unified"), "/user.slice")
        );
        assert!(unified.writable);
        let (controllers, point, writable) = found.legacy.first().unwrap();
        assert!(controllers.contains(&"memory".to_owned()) && point.ends_with("memory") && !writable);
    }

    #[test]
    fn what_was_switched_off_at_boot_is_known() {
        let table = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t1\nmemory\t0\t1\t0\n";
        assert_eq!(disabled(table), ["memory"]);
        assert_eq!(disabled(""), [""; 0]);
    }
}
