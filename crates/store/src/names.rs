//! The names in the directory of runs.

use spec::RunId;

use crate::DiskError;
use crate::directory::Directory;
use crate::layout::STARTING;

/// The names in the directory of runs.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Runs, oldest first.
    pub(crate) runs: Vec<RunId>,
    /// Runs that are being started, or whose monitor died over it.
    pub(crate) starting: Vec<String>,
    /// What is neither, with replacement characters.
    pub(crate) foreign: Vec<String>,
}

impl Names {
    pub(crate) fn read(directory: &Directory) -> Result<Self, DiskError> {
        let mut names = Self::default();
        for name in directory.names()? {
            match name.parse() {
                Ok(id) => names.runs.push(id),
                Err(_) if name.starts_with(STARTING) => names.starting.push(name),
                Err(_) => names.foreign.push(name),
            }
        }
        names.runs.sort_unstable();
        names.foreign.sort_unstable();
        Ok(names)
    }
}

/// Whether a text can be a part of an id.
pub(crate) fn may_be_part(text: &str) -> bool {
    // Filled up to the full length it would be one.
    let filled = format!("{text:0<width$}", width = RunId::LENGTH);
    !text.is_empty() && text.len() < RunId::LENGTH && filled.parse::<RunId>().is_ok()
}
