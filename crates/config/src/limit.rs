//! Which values limits can have: what is read is what can work, by flags and profiles alike.

use std::fmt;
use std::str::FromStr;

use spec::{Size, SizeError};

use crate::Ceiling;

/// From where to where a limit can be set.
#[derive(Debug)]
pub struct Range<T> {
    least: T,
    /// `None`: as far as there are numbers.
    most: Option<T>,
}

/// What limits count.
pub trait Amount: FromStr + PartialOrd + fmt::Display {
    /// One of it, in words.
    const KIND: &'static str;
    /// What is wrong with a text that is none.
    fn malformed(error: Self::Err) -> Option<SizeError>;
}

/// Why a text is no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// It is no size.
    #[error(transparent)]
    Size(#[from] SizeError),
    /// It cannot be that.
    #[error("`{text}` is not a {kind} {range}")]
    Range {
        /// What was written.
        text: String,
        /// What is wanted.
        kind: &'static str,
        /// From where to where.
        range: String,
    },
}

/// Memory: with less the program loader is killed before the program begins; with more the kernel calls it no limit
/// (include/linux/page_counter.h, `PAGE_COUNTER_MAX`).
pub const MEMORY: Range<Size> = Range::new(Size::mebibytes(4), Some(Size::bytes((1 << 63) - 4096)));

/// Everything writable: what a run finds in its home and `/tmp` must have room.
pub const DISK: Range<Size> = Range::new(Size::mebibytes(1), None);

/// The size of a file, and output.
pub const BYTES: Range<Size> = Range::new(Size::bytes(1), None);

/// Processes: the kernel's own limit (include/linux/threads.h, `PID_MAX_LIMIT`) without the sandbox's init.
pub const PIDS: Range<u32> = Range::new(1, Some(4 * 1024 * 1024 - 1));

/// Shares, as cgroups of version one have them (kernel/sched/sched.h, `MIN_SHARES` and `MAX_SHARES`).
pub const CPU_SHARES: Range<u32> = Range::new(2, Some(256 * 1024));

/// Files.
pub const INODES: Range<u64> = Range::new(1, Some(u64::MAX));

/// Descriptors.
pub const OPEN_FILES: Range<u32> = Range::new(1, Some(u32::MAX));

impl<T> Range<T> {
    const fn new(least: T, most: Option<T>) -> Self {
        Self { least, most }
    }
}

impl<T: Amount> Range<T> {
    /// Reads a limit as people write it.
    ///
    /// # Errors
    /// It is none, or lies outside.
    pub fn read(&self, text: &str) -> Result<Ceiling<T>, LimitError> {
        let beyond = || LimitError::Range { text: text.to_owned(), kind: T::KIND, range: self.to_string() };
        match text.parse::<Ceiling<T>>() {
            Ok(Ceiling::At(amount)) if !self.holds(&amount) => Err(beyond()),
            Ok(ceiling) => Ok(ceiling),
            Err(error) => Err(T::malformed(error).map_or_else(beyond, LimitError::from)),
        }
    }

    fn holds(&self, amount: &T) -> bool {
        *amount >= self.least && self.most.as_ref().is_none_or(|most| amount <= most)
    }
}

impl<T: fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.most {
            Some(most) => write!(f, "from {} to {most}", self.least),
            None => write!(f, "from {} up", self.least),
        }
    }
}

impl Amount for Size {
    const KIND: &'static str = "size";

    fn malformed(error: SizeError) -> Option<SizeError> {
        Some(error)
    }
}

impl Amount for u32 {
    const KIND: &'static str = "number";

    fn malformed(_: Self::Err) -> Option<SizeError> {
        None
    }
}

impl Amount for u64 {
    const KIND: &'static str = "number";

    fn malformed(_: Self::Err) -> Option<SizeError> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_range_belong_to_it() {
        for text in ["4m", "9223372036854771712", "unlimited"] {
            assert!(MEMORY.read(text).is_ok(), "{text}");
        }
        for text in ["4194303", "9223372036854771713", "0", "-1", ""] {
            assert!(MEMORY.read(text).is_err(), "{text}");
        }
        assert_eq!(PIDS.read("4194303"), Ok(Ceiling::At(4_194_303)));
        assert_eq!(CPU_SHARES.read("2"), Ok(Ceiling::At(2)));
        assert!(PIDS.read("4194304").is_err() && CPU_SHARES.read("1").is_err() && CPU_SHARES.read("262145").is_err());
    }

    #[test]
    fn what_is_outside_is_told_where_it_could_be() {
        let told = [
            MEMORY.read("1k").map(drop),
            MEMORY.read("8388608t").map(drop),
            MEMORY.read("much").map(drop),
            DISK.read("1023k").map(drop),
            PIDS.read("5000000000").map(drop),
            INODES.read("99999999999999999999").map(drop),
            INODES.read("many").map(drop),
        ];
        let told: Vec<_> = told.into_iter().map(|read| read.unwrap_err().to_string()).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        `1k` is not a size from 4m to 8388607.9t
        `8388608t` is not a size from 4m to 8388607.9t
        `much` is not a size: write a number with an optional unit, such as 512m or 1.5g
        `1023k` is not a size from 1m up
        `5000000000` is not a number from 1 to 4194303
        `99999999999999999999` is not a number from 1 to 18446744073709551615
        `many` is not a number from 1 to 18446744073709551615
        ");
    }
}
