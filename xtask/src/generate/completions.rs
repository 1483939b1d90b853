//! Completion scripts, one for each shell that `aisbx completion` knows.

use anyhow::{Context, Result};
use clap_complete::{Shell, generate};

use super::Artifact;

const SCRIPTS: [(Shell, &str); 3] = [
    (Shell::Bash, "crates/cli/completions/aisbx.bash"),
    (Shell::Zsh, "crates/cli/completions/aisbx.zsh"),
    (Shell::Fish, "crates/cli/completions/aisbx.fish"),
];

pub(super) fn artifacts() -> Result<Vec<Artifact>> {
    SCRIPTS.into_iter().map(|(shell, path)| Ok(Artifact { path, text: script(shell)? })).collect()
}

fn script(shell: Shell) -> Result<String> {
    let mut text = Vec::new();
    generate(shell, &mut aisbx_cli::command(), "aisbx", &mut text);
    String::from_utf8(text).with_context(|| format!("the completions for {shell} are not UTF-8"))
}
