//! What a probe is asked with.

mod options;

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::str::FromStr;

pub(crate) use options::Options;

/// The most bytes that any probe takes: a limit that does not work must not cost the machine.
const MOST: u64 = 4 << 30;

/// Why a probe cannot even be tried: it was called wrongly.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

/// The argument at a place, as it is.
pub(crate) fn any(arguments: &[OsString], place: usize) -> Result<&OsStr, Usage> {
    arguments.get(place).map(OsString::as_os_str).ok_or_else(|| Usage(format!("argument {} is missing", place + 1)))
}

/// The argument at a place as a path.
pub(crate) fn path(arguments: &[OsString], place: usize) -> Result<&Path, Usage> {
    any(arguments, place).map(Path::new)
}

/// The argument at a place as the kernel wants text.
pub(crate) fn c_string(arguments: &[OsString], place: usize) -> Result<CString, Usage> {
    CString::new(any(arguments, place)?.as_bytes()).map_err(|_| Usage("an argument holds a NUL".to_owned()))
}

/// The argument at a place as text.
pub(crate) fn text(arguments: &[OsString], place: usize) -> Result<&str, Usage> {
    let given = any(arguments, place)?;
    given.to_str().ok_or_else(|| Usage(format!("`{}` is not UTF-8", given.display())))
}

/// The argument at a place as a decimal number.
pub(crate) fn number<N: FromStr>(arguments: &[OsString], place: usize) -> Result<N, Usage> {
    let given = text(arguments, place)?;
    given.parse().map_err(|_| Usage(format!("`{given}` is not a fitting number")))
}

/// The argument at a place as an octal number: a file mode.
pub(crate) fn octal(arguments: &[OsString], place: usize) -> Result<u32, Usage> {
    let given = text(arguments, place)?;
    u32::from_str_radix(given, 8).map_err(|_| Usage(format!("`{given}` is not an octal number")))
}

/// The argument at a place as a decimal number that is at most this one: a test that fails must not take the machine down.
pub(crate) fn bounded(arguments: &[OsString], place: usize, most: u64) -> Result<u64, Usage> {
    match number(arguments, place)? {
        given if given > most => Err(Usage(format!("{given} is more than {most}"))),
        given => Ok(given),
    }
}

/// The argument at a place as a number of bytes: digits, and K, M, G or T after them.
pub(crate) fn size(arguments: &[OsString], place: usize) -> Result<u64, Usage> {
    let given = text(arguments, place)?;
    bytes(given).ok_or_else(|| Usage(format!("`{given}` is not a number of bytes")))
}

/// The argument at a place as a number of bytes that are really taken.
pub(crate) fn amount(arguments: &[OsString], place: usize) -> Result<u64, Usage> {
    match size(arguments, place)? {
        given if given > MOST => Err(Usage(format!("{given} bytes are more than {MOST}"))),
        given => Ok(given),
    }
}

fn bytes(given: &str) -> Option<u64> {
    let digits = given.trim_end_matches(['K', 'M', 'G', 'T']);
    let unit = match given.get(digits.len()..)? {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(["0", "7", "3K", "64M", "2T"].map(bytes), [0, 7, 3 << 10, 64 << 20, 2 << 40].map(Some));
        assert_eq!(["", "M", "3KK", "-1", "1.5G", "99999999T", "1k"].map(bytes), [None; 7]);
    }

    #[test]
    fn amounts_and_counts_are_bounded() {
        let given = ["4G", "5G", "21"].map(OsString::from);
        assert_eq!(amount(&given, 0).ok(), Some(4 << 30));
        assert!(amount(&given, 1).is_err());
        assert_eq!((bounded(&given, 2, 21).ok(), bounded(&given, 2, 20).ok()), (Some(21), None));
    }
}
