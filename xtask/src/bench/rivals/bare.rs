//! The command itself, unconfined.

use std::process::Command;

use crate::bench::{arena::Arena, contestant::Contestant, job::Job};

/// What every other figure is divided by.
pub(in crate::bench) struct Bare;

impl Contestant for Bare {
    fn name(&self) -> &'static str {
        "bare"
    }

    fn command(&self, _arena: &Arena, job: &Job, _turn: usize) -> Command {
        job.command()
    }
}
