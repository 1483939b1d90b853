//! What was typed after `cargo xtask`.

mod errand;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

pub(crate) use self::errand::{Errand, Wanted};

pub(crate) const USAGE: &str = "\
Usage: cargo xtask VERB

  setup                            install what the tests need, where it is missing
  test [--quick]                   every check and every test; --quick leaves out the release build and the end-to-end tests
  vm test [--quick] [--kernel KERNEL] [--case CASE] [FILTER…]
                                   the tests that depend on the host, in virtual machines that play one after the other;
                                   --quick runs what `test` runs of them
  vm shell [--kernel KERNEL] [--case CASE]
                                   a shell in one of them
  generate [--check]               completions, command-line reference, table of refused calls; --check only compares
  layers                           who may know whom, where unsafe lives, what the launcher may weigh
  bench [--runs N] [--json FILE]   ours beside the bare command and what is installed of the others

KERNEL is a package, the version of a cloud kernel, or a path boot/vmlinuz-VERSION; else what Debian has for clouds.
CASE is v2 (cgroups of version two, as systemd delegates them), no-userns (nobody has user namespaces) or hardened (what careful
administrators forbid); else `test` plays all, `shell` v2. FILTER is a part of the name of a test. Flags may stand before `test`.
";

/// One chore.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Help,
    Setup,
    Test { extent: Extent },
    Layers,
    Generate(Generation),
    Bench(Wishes),
    Vm(Errand),
}

/// How much of the tests is run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    #[default]
    Everything,
    Quick,
}

/// Whether generated files are written, or only compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    Write,
    Check,
}

/// How a race is run and where its figures go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// Starts per contestant; the long jobs take a fraction of it.
    pub(crate) runs: usize,
    pub(crate) json: Option<PathBuf>,
}

impl Verb {
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self> {
        let words: Vec<_> = words.collect();
        if words.iter().any(|word| word == "-h" || word == "--help") {
            return Ok(Self::Help);
        }
        let mut words = words.into_iter();
        let verb = words.next().unwrap_or_default();
        match verb.as_str() {
            "" | "help" => Ok(Self::Help),
            "setup" => nothing_more(words, Self::Setup),
            "layers" => nothing_more(words, Self::Layers),
            "generate" => generation(words).map(Self::Generate),
            "test" => extent(words).map(|extent| Self::Test { extent }),
            "vm" => errand::errand(words).map(Self::Vm),
            "bench" => wishes(words).map(Self::Bench),
            other => bail!("there is no chore `{other}`\n\n{USAGE}"),
        }
    }
}

fn nothing_more(mut words: impl Iterator<Item = String>, verb: Verb) -> Result<Verb> {
    words.next().map_or(Ok(verb), |word| Err(unexpected(&word)))
}

fn extent(words: impl Iterator<Item = String>) -> Result<Extent> {
    words.into_iter().try_fold(Extent::Everything, |_, word| match word.as_str() {
        "--quick" => Ok(Extent::Quick),
        other => Err(unexpected(other)),
    })
}

fn generation(words: impl Iterator<Item = String>) -> Result<Generation> {
    words.into_iter().try_fold(Generation::Write, |_, word| match word.as_str() {
        "--check" => Ok(Generation::Check),
        other => Err(unexpected(other)),
    })
}

fn wishes(mut words: impl Iterator<Item = String>) -> Result<Wishes> {
    let mut wishes = Wishes { runs: 100, json: None };
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("`{word}` stands without a value"));
        match word.as_str() {
            "--json" => wishes.json = Some(value?.into()),
            "--runs" => wishes.runs = count(&value?)?,
            other => return Err(unexpected(other)),
        }
    }
    Ok(wishes)
}

fn count(word: &str) -> Result<usize> {
    match word.parse() {
        Ok(count @ 4..) => Ok(count),
        _ => bail!("`--runs {word}`: a number from 4 up is needed for a median"),
    }
}

fn unexpected(word: &str) -> anyhow::Error {
    anyhow::anyhow!("`{word}` is not understood here\n\n{USAGE}")
}

#[cfg(test)]
mod tests {
    use super::{Errand, Extent, Generation, Verb, Wishes};

    fn parse(line: &str) -> Result<Verb, String> {
        Verb::parse(line.split_whitespace().map(String::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn every_verb_is_read() {
        assert_eq!(parse("test"), Ok(Verb::Test { extent: Extent::Everything }));
        assert_eq!(parse("test --quick"), Ok(Verb::Test { extent: Extent::Quick }));
        assert_eq!(parse("generate"), Ok(Verb::Generate(Generation::Write)));
        assert_eq!(parse("generate --check"), Ok(Verb::Generate(Generation::Check)));
        assert_eq!(parse("bench --runs 7 --json a"), Ok(Verb::Bench(Wishes { runs: 7, json: Some("a".into()) })));
        assert_eq!(parse("vm test"), Ok(Verb::Vm(Errand::default())));
        assert_eq!(parse("vm --case v2 test"), parse("vm test --case v2"));
    }

    #[test]
    fn help_is_given_wherever_it_is_asked_for() {
        for line in ["", "help", "-h", "--help", "vm --help", "vm test --help", "vm shell -h", "bench --help"] {
            assert_eq!(parse(line), Ok(Verb::Help), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for line in ["tset", "layers --fast", "test -q", "generate -c", "bench --runs 3", "bench --json"] {
            let error = parse(line).expect_err(line);
            assert!(line.split(' ').any(|word| error.contains(word)), "{line}: {error}");
        }
    }
}
