//! What was typed after `cargo xtask vm`.

use anyhow::{Context, Result, bail};

use super::{Extent, USAGE, unexpected};

/// What the virtual machine is started for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Errand {
    pub(crate) wanted: Wanted,
    pub(crate) extent: Extent,
    /// A package, the version of a cloud kernel, or a path; else the distribution's own.
    pub(crate) kernel: Option<String>,
    /// The name of a case; else all of them.
    pub(crate) case: Option<String>,
    /// Parts of the names of tests; else what each case is for.
    pub(crate) filters: Vec<String>,
}

/// Who works in the machine.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    #[default]
    Test,
    Shell,
}

/// The flags may stand on both sides of the word.
pub(super) fn errand(mut words: impl Iterator<Item = String>) -> Result<Errand> {
    let (mut errand, mut wanted) = (Errand::default(), None);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("`{word}` stands without a value"));
        match (word.as_str(), wanted) {
            ("--kernel", _) => errand.kernel = Some(value()?),
            ("--case", _) => errand.case = Some(value()?),
            ("--quick", _) => errand.extent = Extent::Quick,
            ("test", None) => wanted = Some(Wanted::Test),
            ("shell", None) => wanted = Some(Wanted::Shell),
            (filter, Some(Wanted::Test)) if !filter.starts_with('-') => errand.filters.push(word),
            _ => return Err(unexpected(&word)),
        }
    }
    let Some(wanted) = wanted else { bail!("`vm` stands without `test` or `shell`\n\n{USAGE}") };
    Ok(Errand { wanted, ..errand })
}

#[cfg(test)]
mod tests {
    use super::{Errand, Extent, Wanted, errand};

    fn parse(line: &str) -> Result<Errand, String> {
        errand(line.split_whitespace().map(String::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_and_filters_are_told_apart() {
        assert_eq!(parse("test"), Ok(Errand::default()));
        assert_eq!(
            parse("--kernel 6.12 test --quick --case v2 limits:: files"),
            Ok(Errand {
                wanted: Wanted::Test,
                extent: Extent::Quick,
                kernel: Some("6.12".into()),
                case: Some("v2".into()),
                filters: vec!["limits::".into(), "files".into()],
            })
        );
        assert_eq!(parse("shell"), Ok(Errand { wanted: Wanted::Shell, ..Errand::default() }));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for line in ["", "boot", "shell files", "test --fast", "test --kernel", "--case"] {
            let error = parse(line).expect_err(line);
            assert!(line.is_empty() || line.split(' ').any(|word| error.contains(word)), "{line}: {error}");
        }
    }
}
