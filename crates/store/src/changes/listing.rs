//! A list of changed paths that stays within bounds.

use std::collections::BTreeMap;

use spec::Changes;

/// How a path changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Modified,
    Deleted,
}

/// The smallest paths of all that were added, so that the same changes give the same list in whatever order they are met.
#[derive(Debug)]
pub(super) struct Listing {
    limit: usize,
    named: BTreeMap<Vec<u8>, Change>,
    omitted: u64,
}

impl Listing {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, named: BTreeMap::new(), omitted: 0 }
    }

    /// Adds a change of a path; `None` when it is too long to be told.
    pub(super) fn add(&mut self, path: Option<Vec<u8>>, change: Change) {
        let Some(path) = path else { return self.omit() };
        self.named.insert(path, change);
        if self.named.len() > self.limit {
            self.named.pop_last();
            self.omit();
        }
    }

    /// Counts a change that has no name.
    pub(super) fn omit(&mut self) {
        self.omitted = self.omitted.saturating_add(1);
    }

    pub(super) fn into_changes(self) -> Changes {
        let mut changes = Changes { omitted: self.omitted, ..Changes::default() };
        for (path, change) in self.named {
            let list = match change {
                Change::Created => &mut changes.created,
                Change::Modified => &mut changes.modified,
                Change::Deleted => &mut changes.deleted,
            };
            list.push(String::from_utf8_lossy(&path).into_owned());
        }
        changes
    }
}
