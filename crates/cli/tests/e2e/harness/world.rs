//! A world of its own for each test: a home, a workspace, a state directory, and nothing shared with any other test.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{PROFILE, Sandbox, alive, eventually, holders};

/// The profile of tests that ask for none: as strict as can be, but for a workspace that is copied on write.
const YAML: &str = "extends: strict\nworkspace: cow\n";

/// A directory with everything that one test touches.
pub(crate) struct World {
    root: Option<TempDir>,
    home: PathBuf,
    workspace: PathBuf,
}

impl World {
    /// A new world on the disk: below `AISBX_E2E_PARENT`, else below `/var/tmp`, as a sandbox has a `/tmp` of its own.
    pub(crate) fn new() -> Self {
        Self::at(std::env::var_os("AISBX_E2E_PARENT").unwrap_or_else(|| "/var/tmp".into()))
    }

    /// A new world below a directory.
    pub(crate) fn at(parent: impl AsRef<Path>) -> Self {
        let root = tempfile::Builder::new().prefix("aisbx-e2e-").tempdir_in(parent).expect("make a directory");
        let (home, workspace) = (root.path().join("home"), root.path().join("workspace"));
        let world = Self { root: Some(root), home, workspace };
        for directory in [world.home(), world.workspace(), &world.temporary(), &world.state()] {
            fs::create_dir(directory).expect("make a directory");
        }
        world.write(&format!("config/aisbx/{PROFILE}.yaml"), YAML);
        world
    }

    /// The same world with another workspace, made where it is missing.
    pub(crate) fn with_workspace(mut self, path: impl AsRef<Path>) -> Self {
        self.workspace = self.root().join(path);
        fs::create_dir_all(&self.workspace).expect("make a workspace");
        self
    }

    /// The same world with the real home, where the toolchains are.
    pub(crate) fn with_real_home(mut self) -> Self {
        self.home = PathBuf::from(std::env::var_os("HOME").expect("HOME is set"));
        self
    }

    /// The directory around everything.
    pub(crate) fn root(&self) -> &Path {
        self.root.as_ref().expect("a world has its directory until it ends").path()
    }

    /// The home directory of whoever calls the launcher.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// The directory that the launcher is called in.
    pub(crate) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Where the launcher keeps its records.
    pub(crate) fn state(&self) -> PathBuf {
        self.root().join("state")
    }

    /// The launcher's `TMPDIR`.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root().join("tmp")
    }

    /// A path below the root as text.
    pub(crate) fn path(&self, below: &str) -> String {
        self.root().join(below).to_str().expect("test paths are UTF-8").to_owned()
    }

    /// Writes a file below the root, and makes the directories above it.
    pub(crate) fn write(&self, below: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root().join(below);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("make a directory");
        fs::write(&path, content).expect("write a file");
        path
    }

    /// Writes an executable file below the root.
    pub(crate) fn script(&self, below: &str, content: &str) -> PathBuf {
        let path = self.root().join(below);
        let draft = self.write(&format!("{below}.draft"), content);
        copy_program(&draft, &path);
        fs::remove_file(draft).expect("remove a file");
        path
    }

    /// Reads a file below the root.
    pub(crate) fn read(&self, below: &str) -> String {
        let bytes = fs::read(self.root().join(below)).unwrap_or_else(|error| panic!("read {below}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A sandbox to be run in this world.
    pub(crate) fn sandbox(&self) -> Sandbox<'_> {
        Sandbox::new(self)
    }
}

/// Copies a file and makes the copy executable. In another process: a descriptor that is open for writing here could be inherited
/// by what another test starts at this moment, and the kernel executes no file that somebody can write (`ETXTBSY`).
pub(crate) fn copy_program(from: &Path, to: &Path) {
    let status = Command::new("install").args(["-m", "755"]).args([from, to]).status();
    assert!(status.expect("run install").success(), "copy {} to {}", from.display(), to.display());
}

impl Drop for World {
    /// A test leaves nothing behind: no process that names its directory or has it open, and not the directory.
    fn drop(&mut self) {
        let root = self.root.take().expect("a world ends once");
        let name = root.path().to_str().expect("test paths are UTF-8").to_owned();
        let path = root.keep();
        let quiet = eventually(|| alive(&name).is_empty() && holders(&path).is_empty());
        remove(&path);
        if !std::thread::panicking() {
            assert!(quiet, "still running: {:?} {:?}", alive(&name), holders(&path));
            assert!(!path.exists(), "{} is left behind", path.display());
        }
    }
}

/// Removes a tree whatever the modes of its directories are.
fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_ok() {
        return;
    }
    open_up(path);
    // It holds no descriptor for each level, as the library does: thousands of them may be on the way down. What is still there
    // is reported by the caller.
    let _ = Command::new("rm").arg("-rf").arg(path).status();
}

fn open_up(directory: &Path) {
    let _ = fs::set_permissions(directory, Permissions::from_mode(0o700));
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}
