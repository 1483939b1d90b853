//! Everything a run needs, resolved, each value with its origin.

mod refusal;
mod row;
mod rules;
mod run;

use std::ffi::OsString;
use std::path::PathBuf;

use spec::{Access, Identity, Stdin, Weakening};

use crate::variable::Variable;
use crate::view::Shown;
use crate::{Origin, Sourced};

pub use refusal::Refusal;
pub use row::Row;
pub use rules::Rules;

/// Everything a run needs, resolved. Made by [`crate::resolve`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the run may do.
    pub rules: Rules,
    /// The tree it works on: a real path; `None` for an empty one that dies with the run.
    pub workspace: Sourced<Option<PathBuf>>,
    /// Program and arguments; never empty.
    pub argv: Sourced<Vec<OsString>>,
    /// Working directory inside: absolute, without `..`.
    pub workdir: Sourced<PathBuf>,
    /// The whole environment inside.
    pub environment: Vec<Sourced<Variable>>,
    /// Host paths shown read-only at their own place, parents first.
    pub view: Vec<Shown>,
    /// Who the command is inside.
    pub identity: Identity,
    /// What the command reads.
    pub stdin: Stdin,
    /// Whether it gets a terminal of its own.
    pub terminal: bool,
    /// Where less is given than the strongest form; for the report.
    pub notes: Vec<Weakening>,
    /// What the user may want to know, a sentence each; for `--verbose`.
    pub remarks: Vec<String>,
}

impl Settings {
    /// Whether the workspace needs a directory for its changes.
    pub fn needs_layer(&self) -> bool {
        self.workspace.value.is_some() && self.rules.access.value == Access::Cow
    }

    /// Everything that the profile and the request ask for and this version cannot enforce.
    pub fn unsupported(&self) -> Vec<Refusal> {
        self.rules.unsupported()
    }

    /// Every setting with its origin, for people and for `--json`.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.rules.rows();
        let workspace =
            self.workspace.value.as_ref().map_or_else(|| "none".to_owned(), |dir| dir.display().to_string());
        let command: Vec<_> = self.argv.value.iter().map(|word| word.to_string_lossy()).collect();
        rows.push(Row::new("workspace", workspace, &self.workspace.origin));
        rows.push(Row::new("workdir", self.workdir.value.display(), &self.workdir.origin));
        rows.push(Row::new("command", command.join(" "), &self.argv.origin));
        rows.extend(self.view.iter().map(|shown| {
            Row::new(format!("shown {}", shown.path.display()), "ro", &Origin::Detected(shown.why.to_string()))
        }));
        rows
    }
}
