//! Why a text is not the YAML of a profile.

use super::Mark;

/// Why a text is not the YAML of a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the file is empty")]
    Empty,
    #[error("not valid YAML: {0}")]
    Syntax(String),
    #[error("not valid YAML: a tab cannot indent; use spaces")]
    Tab,
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    #[error("more than {0} values")]
    TooMany(usize),
    #[error("a second document starts here; a profile file is one document")]
    SecondDocument,
    #[error("the tag `{0}` has no meaning in a profile")]
    Tag(String),
    #[error("a key must be a single word")]
    ComplexKey,
    #[error("the key `{key}` stands twice; the first is on line {}", first.line)]
    DuplicateKey { key: String, first: Mark },
    #[error("this alias stands inside the value it refers to")]
    SelfReference,
    #[error("`<<` takes a mapping or a list of mappings, not {0}")]
    Merge(&'static str),
}
