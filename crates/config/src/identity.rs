//! Who the command is inside.

use std::path::Path;

use spec::{Identity, Workspace};

use crate::Host;
use crate::view::is_system;

/// Places of the sandbox's own, where a home would hide what belongs there.
const TAKEN: [&str; 6] = ["/", "/etc", "/run", "/tmp", "/var", Workspace::TARGET];

/// The home inside has the path of the host's, because toolchains below it only work at their own place.
pub(crate) fn identity(host: &Host, workspace: Option<&Path>) -> Identity {
    match host.home.as_deref().filter(|home| is_fit(home, workspace)) {
        Some(home) => Identity { home: home.to_owned(), ..Identity::default() },
        None => Identity::default(),
    }
}

fn is_fit(home: &Path, workspace: Option<&Path>) -> bool {
    let reserved =
        ["/proc", "/sys", "/dev", "/etc", "/var/run", Workspace::TARGET].iter().any(|place| home.starts_with(place));
    let in_workspace = || {
        let real = std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
        workspace.is_some_and(|workspace| home.starts_with(workspace) || real.starts_with(workspace))
    };
    // The password file has no way to write these.
    let strange = home.as_os_str().as_encoded_bytes().iter().any(|byte| *byte == b':' || byte.is_ascii_control());
    !reserved && !strange && !TAKEN.iter().any(|place| home == Path::new(place)) && !is_system(home) && !in_workspace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(home: &str, workspace: &str) -> String {
        let host = Host::new(vec![("HOME".into(), home.into())], None, 1000);
        identity(&host, Some(Path::new(workspace))).home.display().to_string()
    }

    #[test]
    fn the_home_keeps_its_place() {
        assert_eq!(home("/home/u", "/home/u/project"), "/home/u");
        assert_eq!(home("/root", "/srv/project"), "/root");
    }

    #[test]
    fn a_home_in_the_way_gets_another_place() {
        for path in [
            "",
            "relative",
            "/",
            "/tmp",
            "/usr/home",
            "/proc/1",
            "/workspace/home",
            "/project",
            "/project/home",
            "/home/a:b",
            "/home/a\nb",
        ] {
            assert_eq!(home(path, "/project"), "/home/sandbox", "{path}");
        }
    }
}
