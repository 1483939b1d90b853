//! What a run changed in its workspace, read off the layer or the copy it wrote to.

mod beside;
mod comparison;
mod content;
mod listing;
mod whiteout;

use std::path::Path;

use spec::Changes;

use crate::DiskError;
use crate::copy::Mark;
use comparison::{Comparison, Rule};

/// What an overlay's upper directory changes in the lower one: at most `limit` paths by name, the smallest ones.
///
/// Content and permission bits count; times, owners and extended attributes do not: a file that was only touched, or opened
/// for writing and left as it was, is no change. A directory that came or went with everything in it: of one that came each
/// entry is listed, of one that went only itself. Sees what is mounted below the lower directory as empty, as overlayfs does.
pub fn of_layer(upper: &Path, lower: &Path, limit: usize) -> Result<Changes, DiskError> {
    Comparison::new(upper, lower, Rule::Layer, limit)?.run()
}

/// What was changed in a copy ([`crate::copy::tree`]) since `mark`: at most `limit` paths by name, the smallest ones.
///
/// What counts is the same as with [`of_layer`]. A file whose change time is before `mark` was not touched, for nobody can set
/// that time back; it may only have come from elsewhere together with its directory. What was not copied is not missed.
pub fn of_copy(copy: &Path, original: &Path, mark: Mark, limit: usize) -> Result<Changes, DiskError> {
    Comparison::new(copy, original, Rule::Copy(mark), limit)?.run()
}
