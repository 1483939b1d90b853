//! One line of a list of settings.

use std::fmt::Display;

use serde::Serialize;

use crate::Origin;
use crate::printable::printable;

/// One line of a list of settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which setting; those that hold many are listed one by one, as in `env TERM`.
    pub name: String,
    /// Its value, as users write it, safe to print.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, value: impl Display, origin: &Origin) -> Self {
        Self { name: printable(&name.into()), value: printable(&value.to_string()), origin: origin.clone() }
    }
}
