//! A command to be run in a sandbox, put together as with `std::process::Command`.

use std::ffi::OsString;
use std::path::PathBuf;

use config::{Host, Request, WorkspaceChoice};
use sandbox::Ends;
use spec::{Network, Report, Stdin};

use crate::{Error, Prepared};

/// A command to be run in a sandbox. What is not said comes from the profile; what runs in a profile is up to it.
#[derive(Clone, Debug)]
pub struct Command(Request);

impl Command {
    /// A program, looked up in the sandbox's `PATH` if it has no `/`.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self(Request { argv: vec![program.into()], stdin: Some(Stdin::Empty), ..Request::default() })
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.0.argv.push(argument.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.0.argv.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The profile, by name or path; else it is chosen by the command and the workspace.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<OsString>) -> Self {
        self.0.profile = Some(profile.into());
        self
    }

    /// The tree it works on; else the working directory.
    #[must_use]
    pub fn workspace(mut self, directory: impl Into<PathBuf>) -> Self {
        self.0.workspace = WorkspaceChoice::Directory(directory.into());
        self
    }

    /// No tree to work on: an empty directory that dies with the run.
    #[must_use]
    pub fn without_workspace(mut self) -> Self {
        self.0.workspace = WorkspaceChoice::None;
        self
    }

    /// A variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        let mut variable = OsString::from(name);
        variable.push("=");
        variable.push(value.into());
        self.0.env.push(variable);
        self
    }

    /// What it can reach over the network.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.0.network = Some(network);
        self
    }

    /// Everything else that can be asked for.
    pub fn request(&mut self) -> &mut Request {
        &mut self.0
    }

    /// Runs it with no input, and reports; the report has the output, both ends of it where there is much.
    pub fn output(&self) -> Result<Report, Error> {
        let nowhere = Ends { stdin: None, stdout: None, stderr: None };
        Prepared::new(&Host::read(), &self.0)?.run(nowhere, &mut |_| {})
    }
}
