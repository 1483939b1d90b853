//! What happened in a run: the same object at every door.

use serde::{Deserialize, Serialize};

use crate::{Changes, Denial, Driver, Enforcement, Outcome, RunId, TraceId, Usage};

/// What happened in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the run.
    pub run_id: RunId,
    /// Trace the run belongs to.
    pub trace_id: TraceId,
    /// Name of the profile.
    pub profile: String,
    /// The wall that was built.
    pub driver: Driver,
    /// Program and arguments; what is not UTF-8 is shown with replacement characters.
    pub command: Vec<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What helps, where the outcome leaves a question open: one sentence.
    #[serde(default)]
    pub hint: Option<String>,
    /// The exit code that `aisbx run` returned.
    pub exit_code: u8,
    /// From the decision to start to the end of everything, in microseconds.
    pub duration_us: u64,
    /// What it used.
    pub usage: Usage,
    /// What it wrote to its standard output.
    pub stdout: Captured,
    /// What it wrote to its standard error.
    pub stderr: Captured,
    /// What was refused.
    pub denials: Vec<Denial>,
    /// What it changed in its workspace; `None` where changes go straight to the host or there is no workspace.
    pub changes: Option<Changes>,
    /// What really held.
    pub enforced: Enforcement,
}

/// One captured stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// The beginning and the end; what is not UTF-8 is shown with replacement characters.
    pub text: String,
    /// How many bytes the command wrote.
    pub bytes: u64,
    /// Whether `text` leaves out the middle.
    pub truncated: bool,
}
