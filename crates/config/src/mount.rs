//! Mounts as people write them, and which of them are refused.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use spec::{Access, Mount};

use crate::host::is_plain;

/// Why a mount is refused.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// Not in the form that a mount has.
    #[error("`{0}` is not a mount; write SOURCE:TARGET, or SOURCE:TARGET:MODE with mode ro, rw or cow")]
    Form(String),
    /// The third part is no mode.
    #[error("`{0}` is not a mount mode; write ro (read only), rw (changes reach the host) or cow (copy on write)")]
    Mode(String),
    /// The target is relative or climbs.
    #[error("cannot mount at `{}`: a target is an absolute path without `..`", .0.display())]
    Target(PathBuf),
    /// The target would hide what the sandbox is made of.
    #[error("cannot mount at `{}`: the sandbox has its own {place} there; choose another target, such as /mnt/{}", target.display(), name(target))]
    Reserved {
        /// Where the mount was to appear.
        target: PathBuf,
        /// The place it would hide.
        place: &'static str,
    },
    /// Two mounts at one place.
    #[error("two mounts have the target `{}`; keep one", .0.display())]
    Duplicate(PathBuf),
    /// The source is the host's root or a tree of the kernel's.
    #[error("cannot mount `{}`: {why}; mount the files or directories you need", source_path.display())]
    Source {
        /// The path on the host.
        source_path: PathBuf,
        /// What it is.
        why: &'static str,
    },
    /// The source cannot be found.
    #[error("cannot find the mount source `{}`", path.display())]
    Missing {
        /// The path on the host.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
}

/// Places that are the sandbox's own, with whether everything below them is too.
const RESERVED: [(&str, bool); 5] = [("/", false), ("/etc", false), ("/proc", true), ("/sys", true), ("/dev", true)];

/// Reads `SOURCE:TARGET[:MODE]`. The mode is `ro` unless it is given; a relative source starts at `cwd`.
///
/// # Errors
/// The form is another, the target is reserved, or the source is not there.
pub fn parse_mount(text: &OsStr, cwd: &Path) -> Result<Mount, MountError> {
    let (source, target, access) = split(text)?;
    let target = check_target(Path::new(target))?;
    let source = check_source(&cwd.join(source))?;
    Ok(Mount { source, target, access: access.unwrap_or(Access::Ro) })
}

/// The parts of `SOURCE:TARGET[:MODE]`, unchecked but for the mode.
pub(crate) fn split(text: &OsStr) -> Result<(&OsStr, &OsStr, Option<Access>), MountError> {
    let form = || MountError::Form(text.to_string_lossy().into_owned());
    let mut parts = text.as_bytes().split(|byte| *byte == b':').map(OsStr::from_bytes);
    let source = parts.next().filter(|part| !part.is_empty()).ok_or_else(form)?;
    let target = parts.next().filter(|part| !part.is_empty()).ok_or_else(form)?;
    let access = parts.next().map(parse_access).transpose()?;
    if parts.next().is_some() { Err(form()) } else { Ok((source, target, access)) }
}

fn parse_access(text: &OsStr) -> Result<Access, MountError> {
    [Access::Ro, Access::Rw, Access::Cow]
        .into_iter()
        .find(|access| access.name() == text)
        .ok_or_else(|| MountError::Mode(text.to_string_lossy().into_owned()))
}

/// A target in its shortest form.
pub(crate) fn check_target(target: &Path) -> Result<PathBuf, MountError> {
    if !is_plain(target) {
        return Err(MountError::Target(target.to_owned()));
    }
    let target: PathBuf = target.components().collect();
    match RESERVED.iter().find(|(place, below)| target == Path::new(place) || (*below && target.starts_with(place))) {
        Some((place, _)) => Err(MountError::Reserved { target, place }),
        None => Ok(target),
    }
}

/// The real path of a source.
pub(crate) fn check_source(path: &Path) -> Result<PathBuf, MountError> {
    let real = std::fs::canonicalize(path).map_err(|source| MountError::Missing { path: path.to_owned(), source })?;
    let why = match real.components().nth(1).map(|part| part.as_os_str().as_bytes()) {
        None => "it holds the whole host",
        Some(b"proc" | b"sys") => "it is the kernel's view of the host",
        Some(b"dev") => "it holds the host's devices",
        Some(_) => return Ok(real),
    };
    Err(MountError::Source { source_path: path.to_owned(), why })
}

fn name(target: &Path) -> String {
    target.file_name().map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
