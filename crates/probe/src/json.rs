//! A JSON value that can be written: all that a fact needs, and no dependency.

use std::fmt::{self, Display, Formatter, Write};

/// A JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Bytes, shown as text with replacement characters for what is not UTF-8.
    Text(Vec<u8>),
    /// Values in order.
    List(Vec<Json>),
    /// Named values in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Text.
    pub(crate) fn text(bytes: impl AsRef<[u8]>) -> Self {
        Self::Text(bytes.as_ref().to_vec())
    }

    /// Any whole number; what does not fit is cut to the largest that does.
    pub(crate) fn number(value: impl TryInto<i64>) -> Self {
        Self::Number(value.try_into().unwrap_or(i64::MAX))
    }

    /// An object from its members.
    pub(crate) fn object<const N: usize>(members: [(&str, Json); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A list of texts.
    pub(crate) fn texts<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }
}

/// Bytes as hexadecimal digits: for what must be compared exactly and need not be UTF-8.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(bytes) => write_text(f, bytes),
            Self::List(values) => {
                f.write_char('[')?;
                separated(f, values, |f, value| write!(f, "{value}"))?;
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                separated(f, members, |f, (name, value)| {
                    write_text(f, name.as_bytes())?;
                    write!(f, ":{value}")
                })?;
                f.write_char('}')
            }
        }
    }
}

fn separated<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    mut each: impl FnMut(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_char(',')?;
        }
        each(f, item)?;
    }
    Ok(())
}

fn write_text(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_char('"')?;
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            control if control.is_control() => write!(f, "\\u{:04x}", u32::from(control))?,
            plain => f.write_char(plain)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_inside_its_quotes() {
        let value = Json::object([
            ("a\"b", Json::text(b"line\nquote\" back\\ \x1b[0m \xff \xc2\x9b")),
            ("list", Json::List(vec![Json::Null, Json::Bool(true), Json::number(u64::MAX)])),
        ]);
        let expected =
            r#"{"a\"b":"line\u000aquote\" back\\ \u001b[0m � \u009b","list":[null,true,9223372036854775807]}"#;
        assert_eq!(value.to_string(), expected);
    }
}
