//! The `aisbx` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    aisbx_cli::main()
}
