//! What a run changed in its workspace.

use serde::{Deserialize, Serialize};

/// What a run changed in its workspace: paths relative to it, sorted. Names that are not UTF-8 are shown with replacement characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Not there before.
    pub created: Vec<String>,
    /// There before, with other content or attributes.
    pub modified: Vec<String>,
    /// No longer there.
    pub deleted: Vec<String>,
    /// Entries beyond the lists' bound, counted but not named.
    pub omitted: u64,
}

impl Changes {
    /// At most this many paths of each kind are named; the rest is counted.
    pub const LISTED: usize = 1000;

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.modified.is_empty() && self.deleted.is_empty() && self.omitted == 0
    }
}
