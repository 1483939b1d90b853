//! The table of mounts, `/proc/self/mountinfo` (proc_pid_mountinfo(5)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    /// What of its file system is at the mount point.
    pub root: PathBuf,
    /// Where it is.
    pub point: PathBuf,
    /// Options of the mount.
    pub flags: String,
    /// The type of its file system.
    pub kind: String,
    /// Options of the file system itself.
    pub options: String,
}

impl Mounted {
    /// Whether nothing but reading is possible through it.
    pub fn is_read_only(&self) -> bool {
        [&self.flags, &self.options].iter().any(|options| options.split(',').any(|option| option == "ro"))
    }

    /// Where a path of the file system is seen, if it is.
    pub(super) fn seen(&self, path: &Path) -> Option<PathBuf> {
        let below = path.strip_prefix(&self.root).ok()?;
        Some(self.point.join(below).components().collect())
    }
}

/// Every mount of a table; what is no line of one is left out.
pub fn mounted(table: &[u8]) -> impl Iterator<Item = Mounted> {
    table.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b' ');
        let (root, point) = (path(fields.nth(3)?), path(fields.next()?));
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let flags = text(fields.next()?);
        let mut rest = fields.skip_while(|field| *field != b"-");
        let (kind, options) = (text(rest.nth(1)?), text(rest.nth(1)?));
        Some(Mounted { root, point, flags, kind, options })
    })
}

fn path(field: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(unescape(field)))
}

/// Undoes `\040` and its like.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, tail)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| tail.get(..3)).flatten();
        let octal = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = tail.get(3..).unwrap_or_default();
            }
            None => {
                plain.push(*first);
                rest = tail;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"36 35 98:0 / /a\\040b\\134c rw shared:1 - ext4 /dev/root rw,errors=remount-ro\n\
        37 35 0:5 /docker/x /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n";

    #[test]
    fn mount_points_are_unescaped() {
        let points: Vec<_> = mounted(TABLE).map(|mount| mount.point).collect();
        assert_eq!(points, [PathBuf::from("/a b\\c"), PathBuf::from("/sys/fs/cgroup/cpu")]);
    }

    #[test]
    fn what_is_mounted_in_part_is_seen_in_part() {
        let mount = mounted(TABLE).nth(1).unwrap();
        assert_eq!((mount.kind.as_str(), mount.options.as_str()), ("cgroup", "rw,cpu,cpuacct"));
        assert!(!mount.is_read_only());
        assert_eq!(mount.seen(Path::new("/docker/x")), Some(PathBuf::from("/sys/fs/cgroup/cpu")));
        assert_eq!(mount.seen(Path::new("/docker/x/y")), Some(PathBuf::from("/sys/fs/cgroup/cpu/y")));
        assert_eq!(mount.seen(Path::new("/docker")), None);
    }
}
