//! The `aisbx` command: reads arguments, calls a use case, prints.
//!
//! A library too, so that completions and the reference are generated from the very definitions that are parsed.

mod ends;
mod failure;
mod plain;
mod say;
mod verb;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser};

use failure::Failure;
use verb::Verb;

/// Run untrusted code in a real sandbox and see what it did.
///
/// No daemon, no root, no image, no account. The command sees the current directory at /workspace, copy-on-write or read-only as
/// the profile has it, and the language runtimes of this machine read-only; no network, none of your other files, none of your
/// processes.
#[derive(Debug, Parser)]
#[command(name = "aisbx", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: the command's own; 124 timed out; 125 aisbx itself failed or refused; 126 not executable; \
                        127 not found; 128+N ended by signal N."
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _closed = error.print();
            return if error.use_stderr() { Failure::exit_code() } else { ExitCode::SUCCESS };
        }
    };
    match arguments.verb.run() {
        Ok(code) => code,
        Err(failure) => {
            failure.print();
            Failure::exit_code()
        }
    }
}

/// The definition of the command line, for generators.
pub fn command() -> clap::Command {
    Arguments::command()
}
