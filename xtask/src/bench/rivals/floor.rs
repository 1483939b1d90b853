//! What the kernel takes for the namespaces alone.

use std::process::Command;

use crate::bench::{
    arena::Arena,
    contestant::Contestant,
    job::{Ground, Job},
};

/// `clone3` with all seven namespaces, the empty static program, and the wait for its end.
pub(in crate::bench) struct Floor;

impl Contestant for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }

    /// It only starts; it has no root to run the command in.
    fn takes(&self, job: &Job) -> bool {
        job.ground == Ground::Empty && job.command.len() == 1
    }

    fn command(&self, arena: &Arena, _job: &Job, _turn: usize) -> Command {
        let mut command = Command::new(&arena.probe);
        command.arg("floor").arg(&arena.empty_program);
        command
    }
}
