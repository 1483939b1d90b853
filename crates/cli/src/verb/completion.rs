//! `aisbx completion`: completion scripts, generated from the command line's definition and carried along.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::print;
use crate::failure::Failure;

/// Print a completion script for a shell.
///
/// Bash: source <(aisbx completion bash). Zsh: aisbx completion zsh > "${fpath[1]}/_aisbx".
/// Fish: aisbx completion fish > ~/.config/fish/completions/aisbx.fish.
#[derive(Debug, Args)]
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
