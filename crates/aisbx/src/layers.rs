//! The writable layer of a copy-on-write workspace: an overlay where it can be, else a copy.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use spec::{Changes, Limits, RunSpec, Size, WorkspaceLayer};
use store::copy::{Bounds, Mark};
use store::{Footprint, Owner, Room, Run};

use crate::Error;

/// What a copy may hold; more is for a person to decide.
const BOUNDS: Bounds = Bounds { bytes: 2 << 30, entries: 500_000 };

/// What all layers of a run may take together.
pub(crate) fn limit(limits: &Limits) -> Room {
    Room { bytes: limits.disk.map_or(u64::MAX, Size::as_bytes), files: limits.inodes.unwrap_or(u64::MAX) }
}

/// What a layer takes of the disk beyond what is there now.
pub(crate) fn footprint(layer: &WorkspaceLayer, limit: Room) -> Footprint {
    match layer {
        WorkspaceLayer::Overlay(dir) => Footprint::new(&dir.join("upper"), limit),
        WorkspaceLayer::Copy(tree) => {
            let mut footprint = Footprint::new(tree, limit);
            footprint.rebase();
            footprint
        }
    }
}

/// Makes the directories that stand for home, `/tmp` and an empty workspace where there is no file system of the run's own.
pub(crate) fn scratch(run: &Run) -> Result<PathBuf, Error> {
    run.scratch(&["home", "tmp", "workspace"]).map_err(Error::Layer)
}

/// Removes them: they die with the run.
pub(crate) fn clear_scratch(run: &Run) -> Result<(), Error> {
    run.clear_scratch().map_err(Error::Clear)
}

/// Makes an overlay's directories.
pub(crate) fn overlay(run: &Run, workspace: &Path) -> Result<WorkspaceLayer, Error> {
    run.layer(workspace, owner()).map_err(Error::Layer)
}

/// Copies the workspace for an owner other than the caller, if there is one; `reason` is why it cannot be overlaid.
pub(crate) fn copy(
    run: &Run,
    workspace: &Path,
    reason: String,
    owner: Option<Owner>,
) -> Result<(WorkspaceLayer, Mark), Error> {
    let target = run.place_of_copy();
    let copied = store::copy::tree(workspace, &target, BOUNDS, owner);
    let copied = copied.map_err(|source| Error::Copy { overlay: reason, source })?;
    Ok((WorkspaceLayer::Copy(target), copied.mark))
}

/// Directories that overlayfs closes even to their owner, from the outside in (fs/overlayfs/super.c: `work`, and what marks a
/// `volatile` mount).
const CLOSED: [&str; 3] = ["work/work", "work/work/incompat", "work/work/incompat/volatile"];

/// Opens what overlayfs closed, so that its owner can remove it. It is of no use any more, but removing it here would take as
/// long as all the rest of an end; it goes with the run.
pub(crate) fn settle(spec: &RunSpec, lost: &mut dyn FnMut(String)) {
    let Some(WorkspaceLayer::Overlay(dir)) = spec.workspace.as_ref().and_then(|workspace| workspace.layer.as_ref())
    else {
        return;
    };
    open_up(dir, lost);
}

/// As [`settle`], for an overlay's directories whose run was interrupted.
pub(crate) fn open_up(dir: &Path, lost: &mut dyn FnMut(String)) {
    for closed in CLOSED.map(|closed| dir.join(closed)) {
        match std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                lost(format!("cannot open {}: {error}", closed.display()));
            }
            _ => {}
        }
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
pub(crate) fn owner() -> Option<Owner> {
    let id = sandbox::given_id().ok().flatten()?;
    Some(Owner { uid: id, gid: id })
}
