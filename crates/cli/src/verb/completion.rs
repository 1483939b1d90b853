//! `aisbx completion`: completion scripts, generated from the command line's definition and carried along.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::print;
use crate::failure::Failure;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Bash: source <(aisbx completion bash)\nZsh:  aisbx completion zsh > \"${fpath[1]}/_aisbx\"\n\
                        Fish: aisbx completion fish > ~/.config/fish/completions/aisbx.fish")]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Completion {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        print(match self.shell {
            Shell::Bash => include_str!("../../completions/aisbx.bash"),
            Shell::Zsh => include_str!("../../completions/aisbx.zsh"),
            Shell::Fish => include_str!("../../completions/aisbx.fish"),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
