//! Why a request could not be resolved.

use std::path::PathBuf;

use crate::Origin;
use crate::mount::MountError;
use crate::profile::FindError;
use crate::settings::Refusal;
use crate::variable::VariableError;
use crate::workspace::WorkspaceError;

/// Why a request could not be resolved. Every message names the way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The working directory is gone.
    #[error(
        "cannot use the working directory, because it was deleted or may not be looked up; cd into a directory that exists"
    )]
    WorkingDirectory,
    /// No place for state.
    #[error(
        "cannot tell where to record runs, because HOME names no absolute directory; set HOME, or XDG_STATE_HOME to a directory of yours"
    )]
    StateDirectory,
    /// The profile could not be had.
    #[error(transparent)]
    Profile(#[from] FindError),
    /// The profile that a variable names could not be had.
    #[error("{variable}: {error}")]
    ProfileOf {
        /// The variable.
        variable: String,
        /// Why not.
        error: FindError,
    },
    /// The workspace is refused.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A mount is refused.
    #[error("a mount is refused ({asked_by})")]
    Mount {
        /// Who asked for it.
        asked_by: Origin,
        /// Why it is refused.
        #[source]
        source: MountError,
    },
    /// A variable is refused.
    #[error("a variable is refused ({flag})")]
    Variable {
        /// The flag that names it.
        flag: &'static str,
        /// Why it is refused.
        #[source]
        source: VariableError,
    },
    /// The working directory inside is refused.
    #[error(
        "--workdir: `{0}` is no place inside the sandbox; give an absolute path, or one relative to the workspace, without `..`"
    )]
    Workdir(String),
    /// Nothing to execute.
    #[error(
        "no command is given, and the profile `{0}` has no `entrypoint`; write the command after `--`, or use a profile that has one"
    )]
    NoCommand(String),
    /// An argument that no program can get.
    #[error("the command holds a NUL character, which no argument can")]
    NulInCommand,
    /// The profile and the request ask for what this version cannot enforce.
    #[error("{}", refusals(.0))]
    Unsupported(Vec<Refusal>),
    /// A copy-on-write workspace without a place for its changes.
    #[error("the workspace is copy on write, but no directory for its changes is given")]
    NoLayer,
    /// Changes would be recorded inside the tree that they change.
    #[error("cannot record the changes of `{workspace}` in `{layer}`, because it lies inside; set XDG_STATE_HOME to a directory outside of the workspace", workspace = workspace.display(), layer = layer.display())]
    LayerInWorkspace {
        /// The workspace.
        workspace: PathBuf,
        /// The directory for its changes.
        layer: PathBuf,
    },
}

fn refusals(refusals: &[Refusal]) -> String {
    let lines: Vec<_> = refusals.iter().map(|refusal| format!("\n  {refusal}")).collect();
    format!("this version cannot enforce what is asked for, so nothing was run:{}", lines.concat())
}
