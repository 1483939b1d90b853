//! The words with two dashes that follow a probe's own arguments.

use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

use super::{Usage, text};

/// Options as they were given.
#[derive(Debug)]
pub(crate) struct Options<'a>(Vec<(&'a str, Option<&'a str>)>);

impl<'a> Options<'a> {
    /// Reads the arguments from a place on: options with a value, and flags without. No other word is taken: a misspelt option would
    /// make a test pass for nothing.
    pub(crate) fn parse(
        arguments: &'a [OsString],
        from: usize,
        valued: &[&str],
        flags: &[&str],
    ) -> Result<Self, Usage> {
        let mut given = Vec::new();
        let mut place = from;
        while place < arguments.len() {
            let name = text(arguments, place)?;
            let value = match name {
                name if valued.contains(&name) => Some(text(arguments, place + 1)?),
                name if flags.contains(&name) => None,
                other => return Err(Usage(format!("`{other}` is no option here"))),
            };
            place += 1 + usize::from(value.is_some());
            given.push((name, value));
        }
        Ok(Self(given))
    }

    /// Whether a flag was given.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| *given == name)
    }

    /// The number that follows an option.
    pub(crate) fn number<N: FromStr>(&self, name: &str) -> Result<Option<N>, Usage> {
        let value = self.0.iter().find(|(given, _)| *given == name).and_then(|(_, value)| *value);
        let parse = |value: &str| value.parse().map_err(|_| Usage(format!("`{name} {value}` is not a fitting number")));
        value.map(parse).transpose()
    }

    /// How long to keep what was taken: `--hold MS`, by default not at all.
    pub(crate) fn hold(&self) -> Result<Duration, Usage> {
        Ok(Duration::from_millis(self.number("--hold")?.unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_follow_the_arguments() {
        let given = ["64M", "--hold", "250", "--stay"].map(OsString::from);
        let options = Options::parse(&given, 1, &["--hold", "--processes"], &["--stay", "--tell"]).unwrap();
        assert_eq!(options.hold().unwrap(), Duration::from_millis(250));
        assert_eq!(options.number::<u32>("--processes").unwrap(), None);
        assert!(options.flag("--stay") && !options.flag("--tell"));
    }

    #[test]
    fn what_is_no_option_is_refused() {
        for given in [&["--hodl", "1"][..], &["--hold"], &["5"]] {
            let given: Vec<OsString> = given.iter().map(OsString::from).collect();
            assert!(Options::parse(&given, 0, &["--hold"], &[]).is_err(), "{given:?}");
        }
        let given = ["--hold", "soon"].map(OsString::from);
        assert!(Options::parse(&given, 0, &["--hold"], &[]).unwrap().hold().is_err());
    }
}
