//! `aisbx inspect`: everything recorded of a run.

use std::path::PathBuf;
use std::process::ExitCode;

use aisbx::{Host, Records, Report};
use clap::Args;
use serde::Serialize;
use store::{Record, State};

use super::print_json;
use crate::failure::Failure;

/// Show everything recorded of a run, as JSON.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The run: an id, its beginning or end, or `latest`
    #[arg(value_name = "RUN")]
    run: String,
}

/// What is shown.
#[derive(Serialize)]
struct Shown<'a> {
    record: &'a Record,
    #[serde(flatten)]
    state: &'a State,
    /// Where everything of the run is kept; changed files are below `layer/upper` or `copy`.
    directory: PathBuf,
    report: Option<Report>,
}

impl Inspect {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let entry = Records::open(&Host::read())?.find(&self.run)?;
        let report = entry.report().map_err(aisbx::Error::from)?;
        print_json(&Shown {
            record: entry.record(),
            state: entry.state(),
            directory: entry.path().to_owned(),
            report,
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
