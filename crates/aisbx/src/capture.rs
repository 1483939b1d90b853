//! What a report keeps of a stream: the beginning and the end, however much there is.

use spec::Captured;

/// Kept from the beginning, and again from the end, in bytes.
const HALF: usize = 32 * 1024;

/// One stream being captured; its memory is bounded.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    head: Vec<u8>,
    /// The last bytes after the head, at most twice what is kept.
    tail: Vec<u8>,
    bytes: u64,
}

impl Capture {
    /// Takes a piece of output.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        let (head, tail) = piece.split_at(piece.len().min(HALF - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend_from_slice(tail.get(tail.len().saturating_sub(HALF)..).unwrap_or_default());
        if self.tail.len() > 2 * HALF {
            self.tail.drain(..self.tail.len() - HALF);
        }
    }

    /// What the report says.
    pub(crate) fn finish(self) -> Captured {
        let tail = self.tail.get(self.tail.len().saturating_sub(HALF)..).unwrap_or_default();
        let omitted = self.bytes - (self.head.len() + tail.len()) as u64;
        let mut text = self.head;
        if omitted > 0 {
            text.extend_from_slice(format!("\n[… {omitted} bytes left out …]\n").as_bytes());
        }
        text.extend_from_slice(tail);
        let text = String::from_utf8_lossy(&text).into_owned();
        Captured { text, bytes: self.bytes, truncated: omitted > 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(pieces: &[&[u8]]) -> Captured {
        let mut capture = Capture::default();
        pieces.iter().for_each(|piece| capture.take(piece));
        capture.finish()
    }

    #[test]
    fn little_output_is_kept_whole() {
        let whole = capture(&[b"a", b"", b"b\xFF"]);
        assert_eq!((whole.text.as_str(), whole.bytes, whole.truncated), ("ab\u{FFFD}", 3, false));
    }

    #[test]
    fn much_output_keeps_both_ends_and_bounded_memory() {
        let mut capture = Capture::default();
        capture.take(b"first");
        for _ in 0..10_000 {
            capture.take(&[b'.'; 1000]);
        }
        capture.take(b"last");
        assert!(capture.tail.capacity() < 8 * HALF);
        let cut = capture.finish();
        assert!(cut.truncated && cut.bytes == 10_000_009);
        assert!(cut.text.starts_with("first...") && cut.text.ends_with("...last"));
        assert!(cut.text.contains(&format!("[… {} bytes left out …]", 10_000_009 - 2 * HALF)));
    }

    #[test]
    fn exactly_both_ends_are_whole() {
        let whole = capture(&[&[b'x'; HALF], &[b'y'; HALF]]);
        assert!(!whole.truncated && whole.text.len() == 2 * HALF);
    }
}
