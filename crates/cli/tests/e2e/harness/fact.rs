//! One fact that the probe printed.

use serde_json::Value;

/// What was tried, and how it went.
#[derive(Clone, Debug)]
pub(crate) struct Fact(Value);

impl Fact {
    /// The fact in one line.
    #[track_caller]
    pub(crate) fn from_line(line: &[u8]) -> Self {
        let value = serde_json::from_slice(line);
        Self(value.unwrap_or_else(|error| panic!("{error}: no fact in {:?}", String::from_utf8_lossy(line))))
    }

    /// Whether it worked.
    pub(crate) fn worked(&self) -> bool {
        self.0["ok"] == Value::Bool(true)
    }

    /// `ok`, or the name of the error number or of the signal that killed the child that tried.
    pub(crate) fn answer(&self) -> &str {
        if self.worked() { "ok" } else { self.0["error"].as_str().unwrap_or("nothing") }
    }

    /// What was found.
    pub(crate) fn detail(&self) -> &Value {
        &self.0["detail"]
    }

    /// What was found, as text.
    pub(crate) fn text(&self) -> &str {
        self.detail().as_str().unwrap_or_else(|| panic!("no text in {self:?}"))
    }

    /// What was found, as a list of texts.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let list = self.detail().as_array().unwrap_or_else(|| panic!("no list in {self:?}"));
        list.iter().filter_map(Value::as_str).collect()
    }

    /// Asserts that it worked.
    #[track_caller]
    pub(crate) fn works(self) -> Self {
        self.answers("ok")
    }

    /// Asserts how it went.
    #[track_caller]
    pub(crate) fn answers(self, expected: &str) -> Self {
        assert_eq!(self.answer(), expected, "{self:?}");
        self
    }
}
