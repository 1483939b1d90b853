//! What is there to see: directories, attributes, and where in the whole tree something can be written.

use std::ffi::OsString;
use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::Probe;
use crate::arguments::{Usage, any, path};
use crate::fact::{Answer, Fact, Failure};
use crate::json::Json;

/// What is there to see.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "list", arguments: "DIRECTORY", run: list },
    Probe { name: "stat", arguments: "PATH (following links)", run: stat },
    Probe { name: "lstat", arguments: "PATH (not following links)", run: lstat },
    Probe { name: "readlink", arguments: "PATH", run: readlink },
    Probe { name: "find", arguments: "ROOT NAME (every visible path whose last part is NAME)", run: find },
    Probe {
        name: "writable",
        arguments: "ROOT NAME (every visible directory where NAME can be created)",
        run: writable,
    },
];

/// The walk goes no deeper: what lies there is the same for all our questions.
const DEPTH: usize = 12;

fn fact(subject: &Path, result: io::Result<Json>) -> Result<Answer, Usage> {
    Ok(Fact::new(subject, result.map_err(Failure::from)).into())
}

fn list(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, names(path).map(Json::texts))
}

/// The names in a directory, sorted.
pub(crate) fn names(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut names =
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().as_bytes().to_vec())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn stat(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, fs::metadata(path).map(|found| attributes(&found)))
}

fn lstat(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, fs::symlink_metadata(path).map(|found| attributes(&found)))
}

fn attributes(found: &Metadata) -> Json {
    Json::object([
        ("kind", Json::text(kind(found))),
        ("mode", Json::text(format!("{:04o}", found.mode() & 0o7777))),
        ("uid", Json::number(found.uid())),
        ("gid", Json::number(found.gid())),
        ("size", Json::number(found.size())),
        ("links", Json::number(found.nlink())),
        ("device", Json::text(format!("{}:{}", libc::major(found.rdev()), libc::minor(found.rdev())))),
    ])
}

fn kind(found: &Metadata) -> &'static str {
    let kind = found.file_type();
    match () {
        () if kind.is_file() => "file",
        () if kind.is_dir() => "directory",
        () if kind.is_symlink() => "link",
        () if kind.is_char_device() => "character device",
        () if kind.is_block_device() => "block device",
        () if kind.is_fifo() => "fifo",
        () => "socket",
    }
}

fn readlink(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, fs::read_link(path).map(|target| Json::text(target.as_os_str().as_bytes())))
}

fn find(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (root, name) = (path(arguments, 0)?, any(arguments, 1)?);
    let mut found = Vec::new();
    walk(root, &mut |path, _| {
        if path.file_name() == Some(name) {
            found.push(path.as_os_str().as_bytes().to_vec());
        }
    });
    found.sort();
    fact(root, Ok(Json::texts(found)))
}

fn writable(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (root, name) = (path(arguments, 0)?, any(arguments, 1)?);
    let mut found = Vec::new();
    let mut test = |directory: &Path| {
        let file = directory.join(name);
        if OpenOptions::new().write(true).create_new(true).open(&file).is_ok() {
            // Left behind where unlinking is forbidden; the answer is the same.
            let _ = fs::remove_file(&file);
            found.push(directory.as_os_str().as_bytes().to_vec());
        }
    };
    test(root);
    walk(root, &mut |path, is_directory| {
        if is_directory {
            test(path);
        }
    });
    found.sort();
    fact(root, Ok(Json::texts(found)))
}

/// Shows every visible path below `root` and whether it is a directory. What cannot be listed is passed over, and so is
/// everything about processes, which has probes of its own.
fn walk(root: &Path, each: &mut dyn FnMut(&Path, bool)) {
    let mut waiting: Vec<(PathBuf, usize)> = vec![(root.to_path_buf(), 0)];
    while let Some((directory, depth)) = waiting.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            each(&path, is_directory);
            if is_directory && depth < DEPTH && path != Path::new("/proc") {
                waiting.push((path, depth + 1));
            }
        }
    }
}
