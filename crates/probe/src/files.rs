//! Reading and writing files by name.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::Probe;
use crate::arguments::{Usage, any, number, path};
use crate::fact::{Answer, Fact, Failure};
use crate::json::{Json, hex};

/// Files by name.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "read", arguments: "PATH", run: read },
    Probe { name: "write", arguments: "PATH TEXT (create or truncate)", run: write },
    Probe { name: "create", arguments: "PATH (must not exist)", run: create },
    Probe { name: "append", arguments: "PATH TEXT (must exist)", run: append },
    Probe { name: "open-write", arguments: "PATH (opens for writing, writes nothing)", run: open_write },
    Probe { name: "reopen", arguments: "FD TEXT (opens /proc/self/fd/FD for writing)", run: reopen },
    Probe { name: "lease", arguments: "PATH (a read lease: who opens it for writing waits)", run: lease },
    Probe { name: "truncate", arguments: "PATH", run: truncate },
    Probe { name: "unlink", arguments: "PATH", run: unlink },
    Probe { name: "mkdir", arguments: "PATH", run: mkdir },
    Probe { name: "rename", arguments: "FROM TO", run: rename },
    Probe { name: "link", arguments: "FROM TO", run: link },
    Probe { name: "symlink", arguments: "TARGET PATH", run: make_symlink },
];

/// The most that is shown of what was read.
const SHOWN: u64 = 4096;

fn fact(subject: &Path, result: io::Result<Json>) -> Result<Answer, Usage> {
    Ok(Fact::new(subject, result.map_err(Failure::from)).into())
}

/// A fact about an act that returns nothing.
fn done(subject: &Path, result: io::Result<()>) -> Result<Answer, Usage> {
    fact(subject, result.map(|()| Json::Null))
}

fn read(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, beginning(path))
}

fn beginning(path: &Path) -> io::Result<Json> {
    let mut bytes = Vec::new();
    File::open(path)?.take(SHOWN).read_to_end(&mut bytes)?;
    Ok(Json::object([("text", Json::text(&bytes)), ("hex", Json::text(hex(&bytes)))]))
}

fn put(options: &mut OpenOptions, path: &Path, text: &[u8]) -> io::Result<Json> {
    options.write(true).open(path)?.write_all(text)?;
    Ok(Json::object([("written", Json::number(text.len()))]))
}

fn bytes(text: &std::ffi::OsStr) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(text)
}

fn write(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (path, text) = (path(arguments, 0)?, any(arguments, 1)?);
    fact(path, put(OpenOptions::new().create(true).truncate(true), path, bytes(text)))
}

fn create(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    fact(path, put(OpenOptions::new().create_new(true), path, b""))
}

fn append(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (path, text) = (path(arguments, 0)?, any(arguments, 1)?);
    fact(path, put(OpenOptions::new().append(true), path, bytes(text)))
}

fn open_write(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    done(path, OpenOptions::new().write(true).open(path).map(drop))
}

fn reopen(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (descriptor, text) = (number::<u32>(arguments, 0)?, any(arguments, 1)?);
    let path = format!("/proc/self/fd/{descriptor}");
    fact(Path::new(&path), put(&mut OpenOptions::new(), Path::new(&path), bytes(text)))
}

fn lease(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    let held = File::open(path).and_then(|file| {
        // SAFETY: takes numbers only; the descriptor is open.
        match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(Json::Null),
        }
    });
    fact(path, held)
}

fn truncate(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    done(path, OpenOptions::new().write(true).truncate(true).open(path).map(drop))
}

fn unlink(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    done(path, fs::remove_file(path))
}

fn mkdir(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    done(path, fs::create_dir(path))
}

fn rename(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (from, to) = (path(arguments, 0)?, path(arguments, 1)?);
    done(from, fs::rename(from, to))
}

fn link(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (from, to) = (path(arguments, 0)?, path(arguments, 1)?);
    done(from, fs::hard_link(from, to))
}

fn make_symlink(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (target, path) = (path(arguments, 0)?, path(arguments, 1)?);
    done(path, symlink(target, path))
}
