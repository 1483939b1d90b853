//! Runs that leave something on the host if their monitor is killed, named apart: so whoever comes next finds out at once and at
//! next to no cost whether there is anything to clean.

use spec::RunId;

use crate::DiskError;
use crate::directory::Directory;
use crate::layout::OWING;
use crate::standing::{Standing, standing};

/// From now on it would leave something.
pub(crate) fn incur(root: &Directory, id: &RunId) -> Result<(), DiskError> {
    root.ensure(OWING)?.open_or_create(id.as_str()).map(drop)
}

/// It has left nothing.
pub(crate) fn settle(root: &Directory, id: &RunId) -> Result<(), DiskError> {
    root.child(OWING)?.map_or(Ok(()), |owing| owing.unlink(id.as_str()))
}

/// Whether one of them does not go on any more.
pub(crate) fn are_due(root: &Directory, runs: &Directory) -> Result<bool, DiskError> {
    Ok(!overdue(root, runs)?.is_empty())
}

/// Forgets those that do not go on any more: what they left has been looked for.
pub(crate) fn write_off(root: &Directory, runs: &Directory) -> Result<(), DiskError> {
    overdue(root, runs)?.iter().try_for_each(|id| settle(root, id))
}

fn overdue(root: &Directory, runs: &Directory) -> Result<Vec<RunId>, DiskError> {
    let names = root.child(OWING)?.map_or_else(|| Ok(Vec::new()), |owing| owing.names())?;
    let mut overdue = Vec::new();
    for id in names.iter().filter_map(|name| name.parse().ok()) {
        if standing(runs, &id)? != Standing::GoesOn {
            overdue.push(id);
        }
    }
    Ok(overdue)
}
