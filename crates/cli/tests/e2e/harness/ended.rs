//! A call of the launcher that has ended.

use std::os::unix::process::ExitStatusExt;
use std::process::Output;

use serde_json::Value;

/// What a call left: its exit, and what it wrote.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; 128 + N where signal N ended the launcher itself.
    pub(crate) code: i32,
    /// Standard output, byte for byte.
    pub(crate) stdout: Vec<u8>,
    /// Standard error, byte for byte.
    pub(crate) stderr: Vec<u8>,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let code = output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or_default());
        Self { code, stdout: output.stdout, stderr: output.stderr }
    }
}

impl Ended {
    /// Standard output as text.
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error} in the output of {self}"))
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Asserts success.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.code(0)
    }

    /// Asserts a refusal that says these words, in the form that every error has: `error: …`, nothing on standard output, no panic.
    #[track_caller]
    pub(crate) fn refused(self, words: &[&str]) -> Self {
        let ended = self.code(125);
        let text = ended.err();
        assert!(text.lines().any(|line| line.starts_with("error: ")), "no `error:` line in {ended}");
        assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "a panic: {ended}");
        let missing: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
        assert!(missing.is_empty(), "{missing:?} not said in {ended}");
        ended
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |text: String| text.chars().take(2000).collect::<String>();
        write!(f, "exit {}\n--- stdout\n{}\n--- stderr\n{}", self.code, cut(self.out()), cut(self.err()))
    }
}
