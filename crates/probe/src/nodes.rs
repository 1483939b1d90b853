//! Special files, modes, owners and roots: what only a privileged process may make.

use std::ffi::{CString, OsString};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, chroot};

use crate::Probe;
use crate::arguments::{Usage, c_string, number, octal, path, text};
use crate::child;
use crate::fact::{Answer, Fact, Failure, checked};
use crate::json::Json;

/// Special files and attributes.
pub(crate) const PROBES: &[Probe] = &[
    Probe { name: "mknod", arguments: "PATH c|b|p MAJOR MINOR", run: mknod },
    Probe { name: "chmod", arguments: "PATH OCTAL (tells the mode afterwards)", run: chmod },
    Probe { name: "chown", arguments: "PATH UID GID", run: change_owner },
    Probe { name: "filecap", arguments: "PATH (gives the file all capabilities)", run: filecap },
    Probe { name: "setxattr", arguments: "PATH NAME VALUE", run: setxattr },
    Probe { name: "chroot", arguments: "DIRECTORY", run: change_root },
];

fn mknod(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (path, kind) = (c_string(arguments, 0)?, text(arguments, 1)?);
    let device = libc::makedev(number(arguments, 2)?, number(arguments, 3)?);
    let kind = match kind {
        "c" => libc::S_IFCHR,
        "b" => libc::S_IFBLK,
        "p" => libc::S_IFIFO,
        other => return Err(Usage(format!("`{other}` is none of c, b, p"))),
    };
    // SAFETY: `path` ends with NUL and outlives the call.
    let made = checked(unsafe { libc::mknod(path.as_ptr(), kind | 0o600, device) });
    Ok(Fact::new(shown(arguments), made.map(|_| Json::Null)).into())
}

fn shown(arguments: &[OsString]) -> OsString {
    arguments.first().cloned().unwrap_or_default()
}

fn chmod(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (path, mode) = (path(arguments, 0)?, octal(arguments, 1)?);
    let result = fs::set_permissions(path, Permissions::from_mode(mode)).and_then(|()| fs::metadata(path));
    let result = result.map(|found| Json::text(format!("{:04o}", found.permissions().mode() & 0o7777)));
    Ok(Fact::new(path, result.map_err(Failure::from)).into())
}

fn change_owner(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (path, uid, gid) = (path(arguments, 0)?, number(arguments, 1)?, number(arguments, 2)?);
    let result = chown(path, Some(uid), Some(gid)).map(|()| Json::Null);
    Ok(Fact::new(path, result.map_err(Failure::from)).into())
}

/// `struct vfs_cap_data` of revision 2 with every permitted bit and the effective flag (linux/capability.h).
const ALL_FILE_CAPABILITIES: [u32; 5] = [0x0200_0001, u32::MAX, 0, u32::MAX, 0];

fn filecap(arguments: &[OsString]) -> Result<Answer, Usage> {
    let value: Vec<u8> = ALL_FILE_CAPABILITIES.iter().flat_map(|word| word.to_le_bytes()).collect();
    set_attribute(arguments, c"security.capability".to_owned(), &value)
}

fn setxattr(arguments: &[OsString]) -> Result<Answer, Usage> {
    set_attribute(arguments, c_string(arguments, 1)?, text(arguments, 2)?.as_bytes())
}

fn set_attribute(arguments: &[OsString], name: CString, value: &[u8]) -> Result<Answer, Usage> {
    let path = c_string(arguments, 0)?;
    // SAFETY: both names end with NUL, `value` has the length told, and all outlive the call.
    let set = checked(unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) });
    Ok(Fact::new(shown(arguments), set.map(|_| Json::Null)).into())
}

fn change_root(arguments: &[OsString]) -> Result<Answer, Usage> {
    let path = path(arguments, 0)?;
    let result = child::attempt(|| chroot(path).map(|()| 0).map_err(Failure::from));
    Ok(Fact::new(path, result.map(|_| Json::Null)).into())
}
