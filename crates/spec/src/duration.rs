//! Spans of time, as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long something may live: `300s`, `5m`, `1h30m`, `250ms`, or a plain number of seconds. Never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lifetime(Duration);

/// Why a text is not a span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration above zero: write numbers with the units ms, s, m, h or d, such as 30s, 5m or 1h30m")]
pub struct LifetimeError(String);

impl Lifetime {
    /// A span of that length; `None` for zero.
    pub fn new(duration: Duration) -> Option<Self> {
        (!duration.is_zero()).then_some(Self(duration))
    }

    /// The span as the standard library has it.
    pub fn as_duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Lifetime {
    type Err = LifetimeError;

    fn from_str(text: &str) -> Result<Self, LifetimeError> {
        parse(text.trim()).and_then(Self::new).ok_or_else(|| LifetimeError(text.to_owned()))
    }
}

/// The sum of the parts, each a number (at most one point) and a unit; a lone number counts seconds.
fn parse(text: &str) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let split = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(split);
        let split = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(split);
        let seconds = match unit {
            "ms" => 0.001,
            "s" | "sec" => 1.0,
            "" if rest.len() == text.len() && tail.is_empty() => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return None,
        };
        let number = number.parse::<f64>().ok()?;
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = tail;
    }
    Some(total)
}

impl TryFrom<String> for Lifetime {
    type Error = LifetimeError;

    fn try_from(text: String) -> Result<Self, LifetimeError> {
        text.parse()
    }
}

impl From<Lifetime> for String {
    fn from(lifetime: Lifetime) -> Self {
        lifetime.to_string()
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"), (millis, "ms")];
        if parts.iter().all(|(count, _)| *count == 0) {
            return f.write_str("0.001s");
        }
        parts.iter().filter(|(count, _)| *count > 0).try_for_each(|(count, unit)| write!(f, "{count}{unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_durations_in_many_ways() {
        for (text, millis) in
            [("300s", 300_000), ("5m", 300_000), ("1h30m", 5_400_000), ("250ms", 250), ("10", 10_000), ("1.5s", 1500)]
        {
            assert_eq!(text.parse::<Lifetime>().map(|l| l.0.as_millis()), Ok(millis), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "0", "0s", "-1s", "s", "1x", "1h30", "1.2.3s", "1 s", "99999999999999999999d", "inf", "nan"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_known_units_are_named() {
        assert_eq!(
            "1w".parse::<Lifetime>().map_err(|error| error.to_string()),
            Err("`1w` is not a duration above zero: write numbers with the units ms, s, m, h or d, such as 30s, 5m or 1h30m".to_owned())
        );
    }

    #[test]
    fn durations_print_as_they_are_written() {
        for text in ["1h30m", "5m", "250ms", "1m1s1ms"] {
            assert_eq!(text.parse::<Lifetime>().map(|l| l.to_string()).as_deref(), Ok(text));
        }
    }
}
