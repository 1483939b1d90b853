//! Which profile fits a command.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use serde::Serialize;

/// A profile and why it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detection {
    /// Name of a built-in profile.
    pub profile: &'static str,
    /// What it was chosen by.
    pub because: String,
}

const PYTHON: &str = "python-dev";
const NODE: &str = "node-dev";
const GO: &str = "go-dev";
const RUST: &str = "rust-dev";
const JAVA: &str = "java-dev";
/// What is chosen when nothing tells.
const STRICT: &str = "strict";

/// Programs of each language, without the version that may follow the name.
const COMMANDS: [(&str, &[&str]); 5] = [
    (
        PYTHON,
        &[
            "python", "pypy", "ipython", "pip", "pipx", "uv", "uvx", "pytest", "py.test", "poetry", "pdm", "hatch",
            "tox", "nox", "mypy", "ruff", "black", "flake", "pylint", "coverage", "jupyter",
        ],
    ),
    (
        NODE,
        &[
            "node", "nodejs", "npm", "npx", "pnpm", "pnpx", "yarn", "yarnpkg", "corepack", "bun", "bunx", "deno",
            "tsc", "ts-node", "tsx", "jest", "vitest", "eslint", "vite",
        ],
    ),
    (GO, &["go", "gofmt", "gopls", "golangci-lint"]),
    (RUST, &["cargo", "rustc", "rustup", "rustfmt", "rustdoc", "rust-analyzer"]),
    (
        JAVA,
        &[
            "java", "javac", "jar", "jshell", "mvn", "mvnw", "mvnd", "gradle", "gradlew", "kotlin", "kotlinc", "scala",
            "sbt",
        ],
    ),
];

/// Programs that work for every language, so that the workspace tells.
const NEUTRAL: [&str; 16] = [
    "sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "busybox", "make", "gmake", "just", "task", "ninja", "env",
    "time", "git",
];

/// Files that only projects of one language have in their root.
const MARKERS: [(&str, &str); 12] = [
    ("pyproject.toml", PYTHON),
    ("setup.py", PYTHON),
    ("setup.cfg", PYTHON),
    ("requirements.txt", PYTHON),
    ("Pipfile", PYTHON),
    ("package.json", NODE),
    ("go.mod", GO),
    ("Cargo.toml", RUST),
    ("pom.xml", JAVA),
    ("build.gradle", JAVA),
    ("build.gradle.kts", JAVA),
    ("build.sbt", JAVA),
];

/// Chooses a built-in profile by the command, for neutral commands by the files of the workspace, else `strict`.
///
/// The workspace may be anybody's. What it can choose among are profiles without network whose changes stay in the run.
pub fn detect(argv: &[OsString], workspace: Option<&Path>) -> Detection {
    let Some(program) = argv.first() else { return by_workspace(workspace, "no command is given") };
    let name = Path::new(program).file_name().unwrap_or(OsStr::new("")).to_string_lossy();
    if let Some(profile) = by_command(&name) {
        return Detection { profile, because: format!("command `{name}`") };
    }
    let why = format!("command `{name}` belongs to no language");
    if NEUTRAL.contains(&&*name) { by_workspace(workspace, &why) } else { Detection { profile: STRICT, because: why } }
}

fn by_command(name: &str) -> Option<&'static str> {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    COMMANDS.iter().find(|(_, names)| names.contains(&bare) || names.contains(&name)).map(|(profile, _)| *profile)
}

/// Whether a program may want to start Java's tools: it is one of them, or belongs to no language.
pub(crate) fn may_use_java(program: &OsStr) -> bool {
    let name = Path::new(program).file_name().unwrap_or(OsStr::new("")).to_string_lossy();
    by_command(&name).is_none_or(|profile| profile == JAVA)
}

fn by_workspace(workspace: Option<&Path>, otherwise: &str) -> Detection {
    let marker = workspace.and_then(|dir| MARKERS.iter().find(|(file, _)| dir.join(file).is_file()));
    match marker {
        Some((file, profile)) => Detection { profile, because: format!("`{file}` in the workspace") },
        None => Detection { profile: STRICT, because: otherwise.to_owned() },
    }
}

#[cfg(test)]
mod tests;
