//! Limits as people write them: an amount, or the word for none.

use std::fmt;
use std::str::FromStr;

/// How much of something may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceiling<T> {
    /// As much as the host has: written `unlimited`, it lifts a limit that a profile sets.
    Unlimited,
    /// At most this.
    At(T),
}

impl<T> Ceiling<T> {
    /// The word for no limit.
    pub const UNLIMITED: &'static str = "unlimited";

    /// The amount, if there is one.
    pub fn amount(self) -> Option<T> {
        match self {
            Self::Unlimited => None,
            Self::At(amount) => Some(amount),
        }
    }
}

impl<T: FromStr> FromStr for Ceiling<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == Self::UNLIMITED { Ok(Self::Unlimited) } else { text.parse().map(Self::At) }
    }
}

impl<T: fmt::Display> fmt::Display for Ceiling<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str(Self::UNLIMITED),
            Self::At(amount) => amount.fmt(f),
        }
    }
}
