//! Environment variables as people write them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// One variable of an environment. Neither part need be UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name: not empty, without `=` and NUL.
    pub name: OsString,
    /// Its value, without NUL.
    pub value: OsString,
}

/// Why a text names no variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// Nothing at all.
    #[error("the name is empty; write the name of a variable")]
    Empty,
    /// No name in front of the `=`.
    #[error("`{0}` has no variable name; write NAME=VALUE, or NAME to pass the host's value")]
    NoName(String),
    /// A name with `=` in it.
    #[error("`{0}` is not a variable name: it holds `=`")]
    NameWithEquals(String),
    /// The character that ends strings for the kernel.
    #[error("the variable `{0}` holds a NUL character")]
    Nul(String),
    /// A star that is not at the end.
    #[error("`{0}` is not a pattern of variable names; `*` may stand at the end only")]
    Star(String),
}

/// What is said of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignment {
    /// It gets this value.
    Set(Variable),
    /// It gets the host's value, if the host has one.
    Pass(OsString),
}

/// Names of variables: one name, or all that begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    start: OsString,
    open: bool,
}

impl Assignment {
    /// Reads `NAME=VALUE` or `NAME`.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, VariableError> {
        let bytes = text.as_bytes();
        let Some(equals) = bytes.iter().position(|byte| *byte == b'=') else {
            not_empty(text)?;
            check(text, OsStr::new(""))?;
            return Ok(Self::Pass(text.to_owned()));
        };
        let (name, value) = bytes.split_at(equals);
        let value = value.get(1..).unwrap_or_default();
        Variable::new(OsStr::from_bytes(name), OsStr::from_bytes(value)).map(Self::Set)
    }
}

impl Variable {
    /// A variable whose name and value the kernel takes.
    pub(crate) fn new(name: &OsStr, value: &OsStr) -> Result<Self, VariableError> {
        check(name, value)?;
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

fn not_empty(text: &OsStr) -> Result<(), VariableError> {
    if text.is_empty() { Err(VariableError::Empty) } else { Ok(()) }
}

fn check(name: &OsStr, value: &OsStr) -> Result<(), VariableError> {
    let shown = || name.to_string_lossy().replace('\0', "\u{fffd}");
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Err(VariableError::NoName(format!("={}", value.to_string_lossy().replace('\0', "\u{fffd}"))));
    }
    if bytes.contains(&b'=') {
        return Err(VariableError::NameWithEquals(shown()));
    }
    if bytes.contains(&0) || value.as_bytes().contains(&0) {
        return Err(VariableError::Nul(shown()));
    }
    Ok(())
}

impl Pattern {
    /// Reads a name, with a `*` at its end for all that begin alike.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, VariableError> {
        not_empty(text)?;
        let (start, open) = match text.as_bytes().strip_suffix(b"*") {
            Some(start) => (OsStr::from_bytes(start), true),
            None => (text, false),
        };
        if start.as_bytes().contains(&b'*') {
            return Err(VariableError::Star(text.to_string_lossy().into_owned()));
        }
        if !(open && start.is_empty()) {
            check(start, OsStr::new(""))?;
        }
        Ok(Self { start: start.to_owned(), open })
    }

    /// A pattern of a table of ours.
    pub(crate) fn known(text: &'static str) -> Self {
        let start = text.trim_end_matches('*');
        Self { start: start.into(), open: start.len() < text.len() }
    }

    /// Exactly this name.
    pub(crate) fn exactly(name: OsString) -> Self {
        Self { start: name, open: false }
    }

    /// Whether a name is meant.
    pub(crate) fn matches(&self, name: &OsStr) -> bool {
        if self.open { name.as_bytes().starts_with(self.start.as_bytes()) } else { name == self.start }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.start.to_string_lossy(), if self.open { "*" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_survive_bytes_that_are_not_text() {
        let text = OsStr::from_bytes(b"N\xff=a=b\xfe");
        let variable =
            Variable { name: OsStr::from_bytes(b"N\xff").into(), value: OsStr::from_bytes(b"a=b\xfe").into() };
        assert_eq!(Assignment::parse(text), Ok(Assignment::Set(variable)));
        assert_eq!(Assignment::parse(OsStr::new("HOME")), Ok(Assignment::Pass("HOME".into())));
    }

    #[test]
    fn names_that_no_kernel_takes_are_refused() {
        for text in ["", "=", "=x", "A\0B=1", "A=\0"] {
            assert!(Assignment::parse(OsStr::new(text)).is_err(), "{text:?}");
        }
        for text in ["", "A*B", "**", "A=B", "A=*"] {
            assert!(Pattern::parse(OsStr::new(text)).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_empty_name_is_called_empty() {
        assert_eq!(Pattern::parse(OsStr::new("")), Err(VariableError::Empty));
        assert_eq!(Assignment::parse(OsStr::new("")), Err(VariableError::Empty));
        insta::assert_snapshot!(VariableError::Empty, @"the name is empty; write the name of a variable");
        insta::assert_snapshot!(Assignment::parse(OsStr::new("=x")).unwrap_err(), @"`=x` has no variable name; write NAME=VALUE, or NAME to pass the host's value");
    }

    #[test]
    fn a_star_stands_for_every_ending() {
        let pattern = Pattern::parse(OsStr::new("CI_*")).unwrap();
        assert!(pattern.matches(OsStr::new("CI_JOB")) && pattern.matches(OsStr::new("CI_")));
        assert!(!pattern.matches(OsStr::new("CI")) && !pattern.matches(OsStr::new("XCI_JOB")));
        let exact = Pattern::parse(OsStr::new("CI")).unwrap();
        assert!(exact.matches(OsStr::new("CI")) && !exact.matches(OsStr::new("CI_JOB")));
    }
}
