//! From settings to the run's specification.

use std::path::PathBuf;

use spec::{Access, Command, Network, RunId, RunSpec, TraceId, Workspace, WorkspaceLayer};

use super::Settings;
use crate::Error;

impl Settings {
    /// The run, fully resolved. `layer_dir` is where an overlay puts the changes of a copy-on-write workspace.
    ///
    /// # Errors
    /// This version cannot enforce something that is asked for, or the layer is missing or lies in the workspace.
    pub fn spec(&self, run_id: RunId, trace_id: TraceId, layer_dir: Option<PathBuf>) -> Result<RunSpec, Error> {
        let unsupported = self.unsupported();
        if !unsupported.is_empty() {
            return Err(Error::Unsupported(unsupported));
        }
        Ok(RunSpec {
            run_id,
            trace_id,
            profile: self.rules.profile.value.clone(),
            driver: self.rules.driver.value,
            command: self.command(),
            identity: self.identity.clone(),
            workspace: self.workspace_with(layer_dir)?,
            view: self.view.iter().map(|shown| shown.path.clone()).collect(),
            mounts: self.rules.mounts.iter().map(|mount| mount.value.clone()).collect(),
            // Every other rule was refused above.
            network: self.rules.network.value.network().unwrap_or(Network::None),
            limits: self.rules.limits(),
            syscalls: self.rules.syscalls.value,
            responses: self.rules.responses.iter().map(|response| response.value.clone()).collect(),
            floor: self.rules.floor(),
        })
    }

    fn command(&self) -> Command {
        Command {
            argv: self.argv.value.clone(),
            env: self.environment.iter().map(|one| (one.value.name.clone(), one.value.value.clone())).collect(),
            workdir: self.workdir.value.clone(),
            stdin: self.stdin,
            terminal: self.terminal,
        }
    }

    fn workspace_with(&self, layer_dir: Option<PathBuf>) -> Result<Option<Workspace>, Error> {
        let Some(source) = self.workspace.value.clone() else { return Ok(None) };
        let access = self.rules.access.value;
        let layer = match (access, layer_dir) {
            (Access::Ro | Access::Rw, _) => None,
            (Access::Cow, None) => return Err(Error::NoLayer),
            // The kernel answers such an overlay with ELOOP, which helps nobody.
            (Access::Cow, Some(layer)) if layer.starts_with(&source) => {
                return Err(Error::LayerInWorkspace { workspace: source, layer });
            }
            (Access::Cow, Some(dir)) => Some(WorkspaceLayer::Overlay(dir)),
        };
        Ok(Some(Workspace { source, access, layer }))
    }
}
