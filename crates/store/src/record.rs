//! What is known of a run when it starts.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spec::{Driver, RunId, TraceId};

/// What is known of a run when it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Name of the run.
    pub run_id: RunId,
    /// Trace the run belongs to.
    pub trace_id: TraceId,
    /// Name of the profile.
    pub profile: String,
    /// The wall that was asked for.
    pub driver: Driver,
    /// Program and arguments; what is not UTF-8 is shown with replacement characters.
    pub command: Vec<String>,
    /// When it started.
    pub started: Timestamp,
    /// The workspace on the host, byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::exact")]
    pub workspace: Option<PathBuf>,
    /// Process id of the monitor: for people, and only while the run goes on.
    pub monitor: u32,
}
