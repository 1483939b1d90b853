//! Foreign text that is safe to print.

/// More of a word than this helps nobody to find it.
const MAX_CHARS: usize = 1000;

/// The text without what a terminal would act upon: control characters, and those that turn the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_CHARS).map(|c| if is_active(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

fn is_active(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        assert_eq!(
            printable("a\u{1b}]52;c;x\u{7}\r\nb\u{202e}c\u{9b}"),
            "a\u{fffd}]52;c;x\u{fffd}\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}"
        );
        assert_eq!(printable("größer 大"), "größer 大");
        assert_eq!(printable(&"x".repeat(5000)).chars().count(), MAX_CHARS + 1);
    }
}
