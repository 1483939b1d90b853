//! Which segments of a log are there.

use crate::DiskError;
use crate::directory::Directory;
use crate::layout::SEGMENT;

/// The file name of a segment.
pub(super) fn name(number: u64) -> String {
    format!("{SEGMENT}{number}")
}

/// The first segment from `from` on.
pub(super) fn first(directory: &Directory, from: u64) -> Result<Option<u64>, DiskError> {
    let numbers = directory.names()?.into_iter().filter_map(|name| number(&name));
    Ok(numbers.filter(|number| *number >= from).min())
}

fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(SEGMENT)?;
    digits.parse().ok().filter(|number| digits == self::name(*number).trim_start_matches(SEGMENT))
}
