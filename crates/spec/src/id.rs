//! Names of runs and of the traces they belong to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Crockford's base 32, lower case: no `i`, `l`, `o`, `u`, so that an id can be read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS: u32 = 9;
const RANDOM_DIGITS: u32 = 7;

/// The name of one run: sixteen digits of base 32, nine of milliseconds since the Unix epoch and seven of chance, so that ids sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {kind}")]
pub struct IdError {
    text: String,
    kind: &'static str,
}

impl RunId {
    /// Number of characters of every run id.
    pub const LENGTH: usize = (TIME_DIGITS + RANDOM_DIGITS) as usize;

    /// Makes an id from milliseconds since the Unix epoch and 64 bits of chance.
    pub fn new(millis: u64, chance: u64) -> Self {
        let mut text = String::with_capacity(Self::LENGTH);
        push_digits(&mut text, millis, TIME_DIGITS);
        push_digits(&mut text, chance, RANDOM_DIGITS);
        Self(text)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push_digits(text: &mut String, value: u64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = (value >> (5 * place)) & 31;
        text.push(ALPHABET.get(digit as usize).copied().map_or('0', char::from));
    }
}

impl FromStr for RunId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() == Self::LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { text: text.to_owned(), kind: "a run id (16 characters of 0-9 and a-z without i, l, o, u)" })
        }
    }
}

impl TryFrom<String> for RunId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A W3C trace id: 32 hexadecimal digits, not all zero (W3C Trace Context, section 3.2.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceId(String);

impl TraceId {
    /// Makes an id from 128 bits of chance.
    pub fn new(chance: u128) -> Self {
        Self(format!("{:032x}", chance.max(1)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TraceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let hexadecimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 32 && hexadecimal && text.bytes().any(|byte| byte != b'0') {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { text: text.to_owned(), kind: "a trace id (32 lower-case hexadecimal digits, not all zero)" })
        }
    }
}

impl TryFrom<String> for TraceId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<TraceId> for String {
    fn from(id: TraceId) -> Self {
        id.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let early = RunId::new(1_700_000_000_000, u64::MAX);
        let late = RunId::new(1_700_000_000_001, 0);
        assert!(early < late);
        assert_eq!(late.as_str().len(), RunId::LENGTH);
        assert_eq!(late.as_str().parse(), Ok(late));
    }

    #[test]
    fn foreign_text_is_no_id() {
        for text in ["", "../../etc/passwd", "0123456789abcdeU", "0123456789abcdefg"] {
            assert!(text.parse::<RunId>().is_err(), "{text}");
        }
        assert!("0".repeat(32).parse::<TraceId>().is_err());
        assert!(TraceId::new(0).as_str().parse::<TraceId>().is_ok());
    }
}
