//! A list of changed paths that stays within bounds.

use std::collections::BTreeSet;

use spec::Changes;

/// How a path changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Modified,
    Deleted,
}

/// The smallest paths of each kind of change, so that the same changes give the same list in whatever order they are met, and a
/// flood of one kind does not hide the others.
#[derive(Debug)]
pub(super) struct Listing {
    limit: usize,
    named: [BTreeSet<Vec<u8>>; 3],
    omitted: u64,
}

impl Listing {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, named: Default::default(), omitted: 0 }
    }

    /// Adds a change of a path; `None` when it is too long to be told.
    pub(super) fn add(&mut self, path: Option<Vec<u8>>, change: Change) {
        let (Some(path), [created, modified, deleted]) = (path, &mut self.named) else { return self.omit() };
        let named = match change {
            Change::Created => created,
            Change::Modified => modified,
            Change::Deleted => deleted,
        };
        named.insert(path);
        if named.len() > self.limit {
            named.pop_last();
            self.omit();
        }
    }

    /// Counts a change that has no name.
    pub(super) fn omit(&mut self) {
        self.omitted = self.omitted.saturating_add(1);
    }

    pub(super) fn into_changes(self) -> Changes {
        let text = |paths: BTreeSet<Vec<u8>>| {
            paths.into_iter().map(|path| String::from_utf8_lossy(&path).into_owned()).collect()
        };
        let [created, modified, deleted] = self.named.map(text);
        Changes { created, modified, deleted, omitted: self.omitted }
    }
}
