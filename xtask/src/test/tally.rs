//! Passed and failed, read from the closing lines of the test runners.

use std::{iter::Sum, ops::Add, process::ExitCode};

/// How many tests passed and how many did not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    pub(crate) fn one_failure() -> Self {
        Self { passed: 0, failed: 1 }
    }

    /// What a line says, if it closes a run of the built-in harness or of nextest.
    pub(crate) fn of(line: &str) -> Self {
        let counts = line.strip_prefix("test result: ").or_else(|| summary(line)).unwrap_or_default();
        counts.split([';', ',', '.']).filter_map(count).sum()
    }

    /// The last line of a run, and what it means for whoever started it.
    pub(crate) fn close(self) -> ExitCode {
        println!("\n{self}");
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// `     Summary [   1.2s] 9 tests run: 8 passed (1 slow), 1 failed, 0 skipped`
fn summary(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("Summary [")?.split_once("run:").map(|(_, counts)| counts)
}

/// One part, such as ` 8 passed (1 slow)`; what was skipped or only slow does not count.
fn count(part: &str) -> Option<Tally> {
    let (number, word) = part.trim().split_once(' ')?;
    let number = number.parse().ok()?;
    match word.split(" (").next()? {
        "passed" => Some(Tally { passed: number, failed: 0 }),
        "failed" | "timed out" | "exec failed" => Some(Tally { passed: 0, failed: number }),
        _ => None,
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), Self::add)
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn of(line: &str) -> (usize, usize) {
        let tally = Tally::of(line);
        (tally.passed, tally.failed)
    }

    #[test]
    fn the_closing_lines_of_both_runners_are_read() {
        let harness = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s";
        assert_eq!(of(harness), (12, 0));
        assert_eq!(of("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out"), (3, 2));
        let nextest =
            "     Summary [   1.234s] 9 tests run: 7 passed (1 slow, 1 leaky), 1 failed, 1 timed out, 4 skipped";
        assert_eq!(of(nextest), (7, 2));
        assert_eq!(of("     Summary [   0.012s] 2/9 tests run: 1 passed, 1 exec failed, 0 skipped"), (1, 1));
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in ["", "test a ... ok", "running 3 tests", "5 passed", "the Summary [ is run: 5 passed"] {
            assert_eq!(of(line), (0, 0), "{line}");
        }
    }
}
