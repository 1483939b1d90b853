//! Where programs are looked for.

use std::{
    ffi::OsString,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The folders every user of a machine has: what an unprivileged test user can reach.
pub(crate) const SYSTEM: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The search path of whoever runs us.
pub(crate) fn ours() -> OsString {
    std::env::var_os("PATH").unwrap_or_else(|| SYSTEM.into())
}

/// The same, and the folders where administrators' programs are.
pub(crate) fn with_system() -> OsString {
    let mut path = ours();
    path.push(":");
    path.push(SYSTEM);
    path
}

/// The first executable file of that name on a search path.
pub(crate) fn find(program: &str, path: impl Into<OsString>) -> Option<PathBuf> {
    std::env::split_paths(&path.into()).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::{SYSTEM, find};

    #[test]
    fn only_executables_are_found() {
        assert!(find("sh", SYSTEM).is_some());
        assert_eq!(find("passwd", "/etc"), None);
        assert_eq!(find("aisbx-no-such-program", SYSTEM), None);
    }
}
