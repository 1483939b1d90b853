//! What must not be possible inside, each attempt with its control outside.

mod descriptors;
mod files;
mod kernel;
mod leftovers;
mod privileges;
mod processes;
mod sockets;
mod syscalls;

use crate::harness::{Fact, Sandbox, is_root, outside};

/// One attempt: its words, how it goes outside as root and as a user, and how it goes inside.
pub(super) struct Attempt {
    words: &'static str,
    root: &'static str,
    user: &'static str,
    inside: &'static str,
}

/// An attempt that goes the same way outside for everybody.
const fn attempt(words: &'static str, outside: &'static str, inside: &'static str) -> Attempt {
    Attempt { words, root: outside, user: outside, inside }
}

/// An attempt that needs a privilege outside.
const fn privileged(words: &'static str, root: &'static str, inside: &'static str) -> Attempt {
    Attempt { words, root, user: "EPERM", inside }
}

impl Attempt {
    /// Makes the attempt on both sides, and tells what differs from what was expected. Expectations are alternatives: `EPERM|EACCES`.
    fn make(&self, sandbox: Sandbox<'_>) -> Vec<String> {
        let control = if is_root() { self.root } else { self.user };
        let mut wrong = Vec::new();
        let mut check = |side: &str, fact: Fact, expected: &str| {
            if !expected.split('|').any(|answer| answer == fact.answer()) {
                wrong.push(format!("{} {side}: {}, not {expected}: {fact:?}", self.words, fact.answer()));
            }
        };
        check("outside", outside(self.words.split(' ')), control);
        check("inside", sandbox.probe(self.words.split(' ')), self.inside);
        wrong
    }
}

/// Makes all attempts, and fails with everything that went otherwise.
#[track_caller]
fn all<'w>(attempts: &[Attempt], sandbox: impl Fn() -> Sandbox<'w>) {
    let wrong: Vec<String> = attempts.iter().flat_map(|attempt| attempt.make(sandbox())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
