//! Text from a sandbox made harmless for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows what could command a terminal or deceive a reader instead of doing it: control characters but newline and tab,
/// and the marks that change the direction of text.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) {
            let _infallible = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// As [`plain`], for JSON, in which such characters can only stand in strings.
pub(crate) fn plain_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if is_harmful(c) {
            let _infallible = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// As [`plain`], for one line of a table.
pub(crate) fn plain_line(text: &str) -> String {
    plain(text).replace('\n', "\u{23CE}").replace('\t', " ")
}

fn is_harmful(c: char) -> bool {
    let control = c.is_control() && c != '\n' && c != '\t';
    control || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_shown() {
        assert_eq!(plain("a\tb\n"), "a\tb\n");
        assert_eq!(plain("\u{1b}]52;c;x\u{7}"), "\\u{1b}]52;c;x\\u{7}");
        assert_eq!(plain("a\rb\u{9b}"), "a\\u{d}b\\u{9b}");
        assert_eq!(plain("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
        assert_eq!(plain_line("a\nb"), "a\u{23CE}b");
        assert_eq!(plain_json("{\n\"\u{9b}\u{202e}\"}"), "{\n\"\\u009b\\u202e\"}");
    }
}
