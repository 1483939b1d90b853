//! The workspace as cargo sees it, and what cargo builds of it.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process;

/// What `cargo metadata --no-deps` says of our own crates.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build` or nothing for an ordinary one.
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

/// One line of `cargo build --message-format=json`.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

impl Workspace {
    pub(crate) fn read() -> Result<Self> {
        let text = process::capture(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
        serde_json::from_str(&text).context("`cargo metadata` answered in a form we do not know")
    }

    /// Cargo, started at the root of the workspace.
    pub(crate) fn cargo<const N: usize>(&self, words: [&str; N]) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root).args(words);
        command
    }

    /// Builds one executable alone: a build of the whole workspace would unify features and swell the launcher.
    pub(crate) fn release(&self, package: &str, executable: &str) -> Result<PathBuf> {
        self.built(executable, self.cargo(["build", "--locked", "--release", "-p", package, "--bin", executable]))
    }

    /// Builds one test without running it.
    pub(crate) fn test_executable(&self, package: &str, test: &str) -> Result<PathBuf> {
        self.built(test, self.cargo(["test", "--locked", "--no-run", "-p", package, "--test", test]))
    }

    fn built(&self, name: &str, mut build: Command) -> Result<PathBuf> {
        let messages = process::capture(build.arg("--message-format=json-render-diagnostics"))?;
        executable(&messages, name).with_context(|| format!("cargo built no executable `{name}`"))
    }
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let mut messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    messages.find_map(|message| message.executable.filter(|_| message.target.is_some_and(|target| target.name == name)))
}

/// The target triple of this machine, as the compiler names it.
pub(crate) fn host() -> Result<String> {
    let facts = process::capture(Command::new("rustc").arg("-vV"))?;
    match facts.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(triple) => Ok(triple.into()),
        None => bail!("`rustc -vV` names no host"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::executable;

    #[test]
    fn the_executable_is_found_among_the_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"aisbx","kind":["lib"]},"executable":null}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"aisbx","kind":["bin"]},"executable":"/a/aisbx"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages, "aisbx").as_deref(), Some(Path::new("/a/aisbx")));
        assert_eq!(executable(messages, "other"), None);
    }
}
