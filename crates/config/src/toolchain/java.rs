//! What Java of the system keeps in `/etc`.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::Search;

/// Links of a Java installation that lead to its configuration: Debian links the files, Fedora the directory.
const LINKS: [&str; 2] = ["conf/security/java.security", "conf"];

/// What Maven of the system links to; `settings.xml` beside it may hold passwords.
const MAVEN: [&str; 2] = ["/etc/maven/m2.conf", "/etc/maven/logging"];

impl Search<'_> {
    /// `tools`: whether more than the virtual machine itself may be wanted.
    pub(super) fn java(&mut self, tools: bool) {
        let Some(java) = self.found.path.iter().map(|dir| dir.join("java")).find(|path| path.exists()) else { return };
        let installation = fs::canonicalize(java).ok().and_then(|java| Some(java.parent()?.parent()?.to_owned()));
        let configured = self.host.directory("JAVA_HOME");
        for home in installation.into_iter().chain(configured) {
            if let Some(path) = configuration(&home) {
                self.found.view.add(path, "configuration of Java");
            }
        }
        if !tools {
            return;
        }
        // Without it Java cannot draw text, not even into a file.
        self.show_etc("/etc/fonts", "where fonts are");
        if self.has_program("mvn") {
            MAVEN.iter().for_each(|path| self.show_etc(path, "configuration of Maven"));
        }
    }

    fn show_etc(&mut self, path: &'static str, why: &'static str) {
        if Path::new(path).exists() {
            self.found.view.add(path.into(), why);
        }
    }
}

/// The directory of `/etc` that an installation's links lead to.
fn configuration(home: &Path) -> Option<PathBuf> {
    let target = LINKS.iter().map(|link| home.join(link)).filter(|link| link.is_symlink());
    target.filter_map(|link| fs::canonicalize(link).ok()).find_map(|target| {
        let mut parts = target.strip_prefix("/etc").ok()?.components();
        match parts.next()? {
            Component::Normal(name) if name.to_str()?.starts_with("java") => Some(Path::new("/etc").join(name)),
            _ => None,
        }
    })
}
