//! Amounts of bytes, as people write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount of bytes. Written as a number with an optional unit: `512m`, `1.5GiB`, `64k`, `1048576`.
///
/// As in Docker, every unit is a power of 1024, with or without `i` and `b`, in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Size(u64);

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a size: write a number with an optional unit, such as 512m or 1.5g")]
pub struct SizeError(String);

impl Size {
    /// A size of that many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// A size of that many mebibytes.
    pub const fn mebibytes(mebibytes: u64) -> Self {
        Self(mebibytes * 1024 * 1024)
    }

    /// The number of bytes.
    pub const fn as_bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let wrong = || SizeError(text.to_owned());
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(split);
        let shift = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            "t" | "tb" | "tib" => 40,
            _ => return Err(wrong()),
        };
        scale(number, shift).map(Self).ok_or_else(wrong)
    }
}

/// `number` (digits with at most one point) times two to the `shift`, exactly, rounded down; `None` where it does not fit.
fn scale(number: &str, shift: u32) -> Option<u64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || part.contains('.') || part.len() > 9 || (number.contains('.') && part.is_empty()) {
        return None;
    }
    let whole = u128::from(whole.parse::<u64>().ok()?) << shift;
    let part = match part {
        "" => 0,
        digits => (u128::from(digits.parse::<u64>().ok()?) << shift) / 10_u128.pow(u32::try_from(digits.len()).ok()?),
    };
    u64::try_from(whole + part).ok()
}

impl fmt::Display for Size {
    /// The largest unit that leaves no remainder, else one decimal place: `512m`, `1.5g`, `1000b`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u32, &str); 4] = [(40, "t"), (30, "g"), (20, "m"), (10, "k")];
        for (shift, unit) in UNITS {
            let one = 1_u64 << shift;
            if self.0 >= one {
                let tenths = (self.0 % one) * 10 / one;
                return match tenths {
                    0 => write!(f, "{}{unit}", self.0 >> shift),
                    _ => write!(f, "{}.{tenths}{unit}", self.0 >> shift),
                };
            }
        }
        write!(f, "{}b", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_sizes_in_many_ways() {
        for (text, bytes) in [
            ("0", 0),
            ("1048576", 1 << 20),
            ("512m", 512 << 20),
            ("512 MiB", 512 << 20),
            ("1.5GB", 3 << 29),
            ("64K", 64 << 10),
            ("0.5k", 512),
        ] {
            assert_eq!(text.parse(), Ok(Size::bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "m", "-1", "1.2.3g", "1.", ".5g", "1e3", "12 parsecs", "99999999999999t", "NaN"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_print_briefly() {
        assert_eq!(Size::mebibytes(512).to_string(), "512m");
        assert_eq!(Size::bytes(3 << 29).to_string(), "1.5g");
        assert_eq!(Size::bytes(1000).to_string(), "1000b");
    }
}
