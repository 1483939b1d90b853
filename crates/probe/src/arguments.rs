//! What a probe is asked with.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::str::FromStr;

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
