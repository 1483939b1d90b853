//! YAML as a small tree in which every key and value knows its line and column.
//!
//! The parser below is driven by events and not through serde, because a profile needs three things that serde hides: the
//! place of every key, the spelling of every scalar (`3.10` is a version, not 3.1), and the mappings themselves, so that
//! all mistakes of a file are told at once.

mod fault;
mod load;

use std::rc::Rc;

use serde::Serialize;

pub(crate) use fault::Fault;
pub(crate) use load::load;

/// A place in a text. Both count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// One node. Aliases share the node they name, so that a bomb of anchors stays as small as its text.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    pub(crate) value: Value,
    /// Levels of collections below and including this one.
    height: usize,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Rc<Node>>),
    Map(Vec<Entry>),
}

/// A scalar as it was written, escapes resolved. Its type is the reader's business.
#[derive(Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Whether it was written without quotes.
    plain: bool,
}

/// One key of a mapping and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) mark: Mark,
    pub(crate) node: Rc<Node>,
}

impl Scalar {
    /// Whether nothing was written, in one of the ways YAML has for that.
    pub(crate) fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Node {
    /// What it is, in the reader's words.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_null() => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
