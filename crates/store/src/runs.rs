//! All recorded runs, newest first.

use std::sync::Arc;
use std::vec::IntoIter;

use spec::RunId;

use crate::directory::Directory;
use crate::names::Names;
use crate::{DiskError, Entry, EntryError};

/// All recorded runs, newest first, each read when it is asked for. One that cannot be read is an item of its own.
#[derive(Debug)]
pub struct Runs {
    directory: Arc<Directory>,
    names: IntoIter<Name>,
}

/// A name among the runs.
#[derive(Debug)]
enum Name {
    Run(RunId),
    Foreign(String),
}

impl Runs {
    pub(crate) fn new(directory: &Arc<Directory>) -> Result<Self, DiskError> {
        let Names { runs, foreign, .. } = Names::read(directory)?;
        let runs = runs.into_iter().rev().map(Name::Run);
        let names: Vec<_> = runs.chain(foreign.into_iter().map(Name::Foreign)).collect();
        Ok(Self { directory: Arc::clone(directory), names: names.into_iter() })
    }
}

impl Iterator for Runs {
    type Item = Result<Entry, EntryError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let found = match self.names.next()? {
                Name::Run(id) => Entry::open(&self.directory, &id),
                Name::Foreign(name) => Err(EntryError::Foreign { name }),
            };
            // One that was removed since we listed the names is passed over.
            if let Some(item) = found.transpose() {
                return Some(item);
            }
        }
    }
}
