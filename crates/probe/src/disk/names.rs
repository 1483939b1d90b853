//! Files and directories that hold nothing: they use up inodes, and the patience of who removes them.

use std::env;
use std::fs::{self, OpenOptions};
use std::path::Path;

use super::{Done, Filled, repeated};

/// Empty files, spread over subdirectories.
pub(super) fn many(directory: &Path, count: u64) -> Filled {
    /// Files in one subdirectory.
    const EACH: u64 = 256;
    let (count, refused) = repeated(count, |place| {
        let subdirectory = directory.join(format!("{}", place / EACH));
        if place % EACH == 0 {
            fs::create_dir(&subdirectory)?;
        }
        OpenOptions::new().write(true).create_new(true).open(subdirectory.join(format!("{place}")))?;
        Ok(1)
    });
    Filled { unit: "made", count, refused, file: None }
}

/// Directories in directories, deeper than any path can say.
pub(super) fn deep(directory: &Path, levels: u64) -> Done {
    env::set_current_dir(directory)?;
    let (count, refused) = repeated(levels, |_| {
        fs::create_dir("d")?;
        env::set_current_dir("d")?;
        Ok(1)
    });
    Ok(Filled { unit: "made", count, refused, file: None })
}
