//! The writable layer of a copy-on-write workspace: an overlay where it can be, else a copy.

use std::path::Path;

use spec::{Changes, RunSpec, WorkspaceLayer};
use store::copy::{Bounds, Mark};
use store::{Owner, Run};

use crate::Error;
use crate::reason::chain;

/// What a copy may hold; more is for a person to decide.
const BOUNDS: Bounds = Bounds { bytes: 2 << 30, entries: 500_000 };

/// Makes an overlay's directories.
pub(crate) fn overlay(run: &Run, workspace: &Path) -> Result<WorkspaceLayer, Error> {
    run.layer(workspace, owner()).map_err(Error::Layer)
}

/// Copies the workspace; `reason` is why it cannot be overlaid.
pub(crate) fn copy(run: &Run, workspace: &Path, reason: String) -> Result<(WorkspaceLayer, Mark), Error> {
    let target = run.place_of_copy();
    let copied = store::copy::tree(workspace, &target, BOUNDS, owner());
    let copied = copied.map_err(|source| Error::Copy { overlay: reason, source })?;
    Ok((WorkspaceLayer::Copy(target), copied.mark))
}

/// Removes what overlayfs needs only while it is mounted: directories that their owner cannot enter without more ado.
pub(crate) fn settle(spec: &RunSpec, lost: &mut dyn FnMut(String)) {
    if let Some(WorkspaceLayer::Overlay(dir)) = spec.workspace.as_ref().and_then(|workspace| workspace.layer.as_ref())
        && let Err(error) = store::remove::tree(&dir.join("work"))
    {
        lost(chain(&error));
    }
}

/// What was changed in a workspace.
pub(crate) fn changes(
    workspace: &Path,
    layer: &WorkspaceLayer,
    mark: Option<Mark>,
) -> Result<Changes, store::DiskError> {
    match (layer, mark) {
        (WorkspaceLayer::Overlay(dir), _) => store::changes::of_layer(&dir.join("upper"), workspace, Changes::LISTED),
        (WorkspaceLayer::Copy(tree), Some(mark)) => store::changes::of_copy(tree, workspace, mark, Changes::LISTED),
        (WorkspaceLayer::Copy(_), None) => Ok(Changes::default()),
    }
}

/// The sandbox's id outside, where it is not the caller's own.
fn owner() -> Option<Owner> {
    let id = sandbox::given_id().ok().flatten()?;
    Some(Owner { uid: id, gid: id })
}
