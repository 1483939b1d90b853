//! What the machine says, understood line by line.

use anyhow::{Result, bail, ensure};

use crate::test::Tally;

/// The mark of lines that are for us.
const MARK: &str = "vm: ";

/// The tests of one user after those of the other, and whether the machine came to its end.
#[derive(Default)]
pub(super) struct Transcript {
    parts: Vec<Part>,
    is_over: bool,
    /// What the machine says has gone wrong with itself.
    trouble: Option<String>,
}

/// The tests of one user.
struct Part {
    user: String,
    tally: Tally,
    /// The exit code of the tests.
    code: Option<String>,
}

impl Transcript {
    pub(super) fn hear(&mut self, line: &str) {
        match line.strip_prefix(MARK).map(|words| words.split_once(' ').unwrap_or((words, ""))) {
            Some(("as", user)) => {
                self.parts.push(Part { user: user.into(), tally: Tally::default(), code: None });
            }
            Some(("ended", code)) => {
                self.parts.iter_mut().last().into_iter().for_each(|it| it.code = Some(code.into()))
            }
            Some(("over", "")) => self.is_over = true,
            Some(_) => self.trouble = Some(line.into()),
            None => self.parts.iter_mut().last().into_iter().for_each(|it| it.tally = it.tally + Tally::of(line)),
        }
    }

    pub(super) fn tally(&self) -> Tally {
        self.parts.iter().map(|part| part.tally).sum()
    }

    /// The sum, if the machine did all it was to do.
    pub(super) fn close(&self) -> Result<Tally> {
        if let Some(trouble) = &self.trouble {
            bail!("{trouble}");
        }
        ensure!(self.is_over, "it ended before its tests did");
        ensure!(!self.parts.is_empty(), "no test ran");
        self.parts.iter().try_for_each(Part::check)?;
        Ok(self.tally())
    }
}

impl Part {
    fn check(&self) -> Result<()> {
        let user = &self.user;
        ensure!(self.tally != Tally::default(), "no test ran as {user}");
        match self.code.as_deref() {
            Some("0") => Ok(()),
            Some(code) => {
                ensure!(self.tally.failed > 0, "the tests of {user} ended with {code} before they were done");
                Ok(())
            }
            None => bail!("the tests of {user} did not end"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Transcript;

    fn close(lines: &[&str]) -> Result<String, String> {
        let mut transcript = Transcript::default();
        lines.iter().for_each(|line| transcript.hear(line));
        transcript.close().map(|tally| tally.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn both_users_are_added_up() {
        let lines = [
            "this kernel has no vm.memfd_noexec",
            "vm: as root",
            "test result: ok. 3 passed; 0 failed; 0 ignored",
            "vm: ended 0",
            "vm: as tester",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored",
            "vm: ended 101",
            "vm: over",
        ];
        assert_eq!(close(&lines), Ok("4 passed, 1 failed".into()));
        assert_eq!(close(&lines[..7]), Err("it ended before its tests did".into()));
        assert_eq!(close(&lines[..1]), Err("it ended before its tests did".into()));
    }

    #[test]
    fn silence_and_crashes_are_no_success() {
        let passed = "test result: ok. 3 passed; 0 failed; 0 ignored";
        assert_eq!(close(&["vm: over"]), Err("no test ran".into()));
        assert_eq!(close(&["vm: as root", "vm: ended 0", "vm: over"]), Err("no test ran as root".into()));
        assert_eq!(
            close(&["vm: as root", passed, "vm: ended 139", "vm: over"]),
            Err("the tests of root ended with 139 before they were done".into())
        );
        assert_eq!(close(&["vm: as root", passed, "vm: over"]), Err("the tests of root did not end".into()));
        assert_eq!(close(&["vm: kernel.x cannot be set to 2"]), Err("vm: kernel.x cannot be set to 2".into()));
    }
}
