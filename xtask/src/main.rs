//! The chores of the project behind one door: `cargo xtask VERB`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a development tool talks to its terminal")]

mod arguments;
mod bench;
mod empty_program;
mod generate;
mod layers;
mod process;
mod search_path;
mod setup;
mod specification;
mod stopwatch;
mod test;
mod vm;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    arguments::{Generation, Verb},
    workspace::Workspace,
};

fn main() -> ExitCode {
    match Verb::parse(std::env::args().skip(1)).and_then(carry_out) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Help => print!("{}", arguments::USAGE),
        Verb::Layers => layers::check(&Workspace::read()?)?,
        Verb::Generate(Generation::Write) => generate::write(&Workspace::read()?)?,
        Verb::Generate(Generation::Check) => generate::check(&Workspace::read()?)?,
        Verb::Setup => setup::run(&Workspace::read()?)?,
        Verb::Bench(wishes) => bench::run(&Workspace::read()?, &wishes)?,
        Verb::Vm(errand) => return vm::run(&Workspace::read()?, &errand),
        Verb::Test { extent } => return Ok(test::run(&Workspace::read()?, extent)),
    }
    Ok(ExitCode::SUCCESS)
}
