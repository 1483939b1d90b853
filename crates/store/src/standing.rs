//! What the store knows of a run by its name alone.

use spec::RunId;

use crate::DiskError;
use crate::directory::Directory;
use crate::entry::is_running;
use crate::layout::STARTING;

/// What the store knows of a run by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: it may be of another store, removed, or about to be recorded.
    Unknown,
    /// It goes on, or is being started.
    GoesOn,
    /// Its monitor is done, or dead.
    Over,
}

pub(crate) fn standing(runs: &Directory, id: &RunId) -> Result<Standing, DiskError> {
    if runs.child(&format!("{STARTING}{id}"))?.is_some() {
        return Ok(Standing::GoesOn);
    }
    Ok(match runs.child(id.as_str())? {
        None => Standing::Unknown,
        Some(run) if is_running(&run)? => Standing::GoesOn,
        Some(_) => Standing::Over,
    })
}
