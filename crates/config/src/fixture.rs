//! A made-up host for tests: a home, a project, and nothing of the machine that runs them.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Host, Request, Settings, WorkspaceChoice};

/// A made-up host.
pub(crate) struct Fixture {
    dir: TempDir,
    env: Vec<(OsString, OsString)>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let fixture = Self { dir: tempfile::tempdir().unwrap(), env: Vec::new() };
        fs::create_dir_all(fixture.path("home/u")).unwrap();
        fs::create_dir_all(fixture.path("project")).unwrap();
        let home = fixture.path("home/u");
        fixture.with("HOME", home)
    }

    /// A path of this host. An absolute one would leave it, and write to the machine that runs the tests.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path} leaves the made-up host");
        fs::canonicalize(self.dir.path()).unwrap().join(path)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.into(), value.into()));
        self
    }

    /// Puts directories of this host on `PATH`, and the system's behind them.
    pub(crate) fn with_path(self, dirs: &[&str]) -> Self {
        let dirs = dirs.iter().map(|dir| self.path(dir)).chain(["/usr/bin".into(), "/bin".into()]);
        let path = std::env::join_paths(dirs).unwrap();
        self.with("PATH", path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn program(&self, path: &str) {
        let path = self.write(path, "#!/bin/sh\n");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A link whose target is a path of this host if it begins with `/`, else relative as it stands.
    pub(crate) fn link(&self, path: &str, target: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let target = target.strip_prefix('/').map_or_else(|| PathBuf::from(target), |target| self.path(target));
        symlink(target, path).unwrap();
    }

    pub(crate) fn host(&self) -> Host {
        let mut host = Host::new(self.env.clone(), Some(self.path("project")), 1000);
        host.system_config = self.path("etc/aisbx");
        host
    }

    /// Resolves a request to run something.
    pub(crate) fn resolve(&self, request: Request) -> Result<Settings, crate::Error> {
        let argv = if request.argv.is_empty() { vec!["true".into()] } else { request.argv.clone() };
        crate::resolve(&self.host(), &Request { argv, ..request })
    }

    /// As [`Self::resolve`] for the program alone.
    pub(crate) fn run(&self, program: &str) -> Settings {
        self.resolve(Request { argv: vec![program.into()], ..Request::default() }).unwrap()
    }

    /// What of this host is shown: paths relative to it, links with their targets.
    pub(crate) fn shown(&self, settings: &Settings) -> Vec<String> {
        let root = self.path("");
        let show = |path: &Path| {
            let link = fs::read_link(path).ok().map(|target| format!(" -> {}", target.display()));
            self.neutral(&format!("{}{}", path.display(), link.unwrap_or_default()))
        };
        settings.view.iter().filter(|shown| shown.path.starts_with(&root)).map(|shown| show(&shown.path)).collect()
    }

    /// The value of a variable inside.
    pub(crate) fn inside(&self, settings: &Settings, name: &str) -> Option<String> {
        let variable = settings.environment.iter().find(|variable| variable.value.name == name)?;
        Some(self.neutral(&variable.value.value.to_string_lossy()))
    }

    /// A text without the place of this host.
    pub(crate) fn neutral(&self, text: &str) -> String {
        text.replace(&*self.path("").to_string_lossy(), "/")
    }

    /// An error with everything that caused it.
    pub(crate) fn message(&self, error: &dyn std::error::Error) -> String {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        self.neutral(&text)
    }

    /// The message with which a request is refused.
    pub(crate) fn refusal(&self, request: Request) -> String {
        self.message(&self.resolve(request).unwrap_err())
    }
}

/// A request for a profile.
pub(crate) fn profile(name: &str) -> Request {
    Request { profile: Some(name.into()), ..Request::default() }
}

/// A request for a workspace.
pub(crate) fn workspace(dir: impl Into<PathBuf>) -> Request {
    Request { workspace: WorkspaceChoice::Directory(dir.into()), ..Request::default() }
}
