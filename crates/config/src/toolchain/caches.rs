//! Packages that were fetched before, so that builds work without a network.

use std::path::PathBuf;

use super::Search;

impl Search<'_> {
    /// Shows the caches of the languages that are shown. Cargo's is part of its entry in the table of managers.
    pub(super) fn caches(&mut self) {
        if let Some(modules) = self.go_modules().filter(|dir| dir.is_dir())
            && self.has_program("go")
        {
            self.show(&modules, "modules that go fetched");
        }
        // `settings.xml` beside it holds passwords.
        if let Some(repository) =
            self.host.home.as_ref().map(|home| home.join(".m2/repository")).filter(|dir| dir.is_dir())
            && self.has_program("mvn")
        {
            self.show(&repository, "artifacts that Maven fetched");
        }
    }

    fn go_modules(&self) -> Option<PathBuf> {
        let first = |paths: PathBuf| std::env::split_paths(&paths).next();
        let path = self.host.var("GOPATH").map(PathBuf::from).and_then(first);
        let gopath = || path.or_else(|| self.host.home.as_ref().map(|home| home.join("go")));
        self.host.directory("GOMODCACHE").or_else(|| gopath().map(|dir| dir.join("pkg/mod")))
    }
}
