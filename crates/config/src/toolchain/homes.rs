//! Installations that a variable names without `PATH`.

use super::Search;

/// Variables, and what the installation they name must hold.
const HOMES: [(&str, &str); 5] = [
    ("JAVA_HOME", "bin/java"),
    ("GOROOT", "bin/go"),
    ("M2_HOME", "bin/mvn"),
    ("MAVEN_HOME", "bin/mvn"),
    ("GRADLE_HOME", "bin/gradle"),
];

impl Search<'_> {
    pub(super) fn homes(&mut self) {
        for (variable, proof) in HOMES {
            let Some(dir) = self.host.directory(variable) else { continue };
            if !self.is_shown(&dir)
                && dir.join(proof).exists()
                && let Ok(real) = std::fs::canonicalize(&dir)
                && !self.in_workspace(&real)
            {
                self.show(&real, variable);
            }
        }
    }
}
