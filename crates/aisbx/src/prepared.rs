//! The one use case all doors share: run a command and report.

use std::path::{Path, PathBuf};

use config::{Host, Request, Settings};
use jiff::Timestamp;
use sandbox::{Building, Ends, Plan, Rung, Survey};
use spec::{Level, Report, RunId, RunSpec, TraceId, WorkspaceLayer};
use store::{Record, Retention, Store};

use crate::running::{self, Running};
use crate::{Error, chance};

/// A run that is resolved, and may still be looked at before it is started.
#[derive(Debug)]
pub struct Prepared {
    settings: Settings,
    state_dir: PathBuf,
    started: Timestamp,
    spec: RunSpec,
}

/// Something worth saying while a run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The run is recorded under this name.
    Recorded(RunId),
    /// The sandbox has no namespaces: Landlock and the filter alone keep it apart.
    Confined {
        /// Why not.
        reason: String,
    },
    /// The workspace is being copied, because it cannot be overlaid.
    Copying {
        /// Why not.
        reason: String,
    },
    /// The caller's standard output or error did not take everything.
    Untaken {
        /// Why not.
        reason: String,
    },
    /// The run is over, but something of its record is lost.
    Lost {
        /// What, and why.
        reason: String,
    },
}

impl Prepared {
    /// Resolves what is asked for on a host.
    pub fn new(host: &Host, request: &Request) -> Result<Self, Error> {
        let settings = config::resolve(host, request)?;
        let state_dir = host.state_dir()?;
        let started = Timestamp::now();
        let (run_id, trace_id) = chance::names(started, host.var("TRACEPARENT"))?;
        let spec = specify(&settings, &state_dir, run_id, trace_id)?;
        Ok(Self { settings, state_dir, started, spec })
    }

    /// What it was resolved to, each value with its origin.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How the sandbox will be built. Nothing is recorded or changed.
    pub fn plan(&self) -> Result<Plan, Error> {
        let survey = |rung| Survey::new(&self.spec, rung).map_err(|error| Error::Plan(sandbox::Error::Survey(error)));
        match self.spec.floor.namespaces {
            Level::Off => {
                let run = self.state_dir.join("runs").join(self.spec.run_id.as_str());
                sandbox::confined(&self.uncovered(&run), &survey(Rung::Confined)?, &run.join(store::SCRATCH))
            }
            Level::Required | Level::Preferred => sandbox::plan(&self.spec, &survey(Rung::Namespaces)?),
        }
        .map_err(Error::Plan)
    }

    /// Runs the command to the end of everything it started, and records it.
    ///
    /// # Errors
    /// Nothing ran, and nothing is recorded. A sandbox that could not be built is no error but the report of a refusal.
    pub fn run(self, ends: Ends<'_>, notice: &mut dyn FnMut(Notice)) -> Result<Report, Error> {
        let store = Store::open(&self.state_dir)?;
        // The kernel makes namespaces while we record the run; nothing of the command is started before that is done.
        let attempt = (self.spec.floor.namespaces != Level::Off).then(|| running::attempt(&self.spec));
        let run = store.begin(&self.record())?;
        notice(Notice::Recorded(self.spec.run_id.clone()));
        let owes = attempt.as_ref().is_none_or(|attempt| attempt.as_ref().map_or(true, Building::has_group));
        if owes {
            // What cannot be noted is found a few runs later.
            let _noted = store.owe(&self.spec.run_id);
        }
        let report = Running::new(run, self.spec, self.settings).finish(attempt, ends, notice);
        if owes {
            // If it cannot be taken back, somebody looks once more for nothing.
            let _settled = store.settle(&report.run_id);
        }
        if Retention::is_due(&report.run_id) {
            // Quick: old runs are only moved to the trash. What cannot be moved now is moved by a later run.
            let _later = store.expire(&Retention::default(), Timestamp::now());
        }
        Ok(report)
    }

    /// As it is without namespaces: with a copy for an overlay.
    fn uncovered(&self, run: &Path) -> RunSpec {
        let mut spec = self.spec.clone();
        if let Some(workspace) = spec.workspace.as_mut().filter(|workspace| workspace.layer.is_some()) {
            workspace.layer = Some(WorkspaceLayer::Copy(run.join("copy")));
        }
        spec
    }

    fn record(&self) -> Record {
        let spec = &self.spec;
        Record {
            run_id: spec.run_id.clone(),
            trace_id: spec.trace_id.clone(),
            profile: spec.profile.clone(),
            driver: spec.driver,
            command: words(spec),
            started: self.started,
            workspace: spec.workspace.as_ref().map(|workspace| workspace.source.clone()),
            monitor: std::process::id(),
        }
    }
}

fn specify(settings: &Settings, state_dir: &Path, run_id: RunId, trace_id: TraceId) -> Result<RunSpec, Error> {
    refuse_to_show(settings, state_dir)?;
    let layer = state_dir.join("runs").join(run_id.as_str()).join("layer");
    let layer = settings.needs_layer().then_some(layer);
    Ok(settings.spec(run_id, trace_id, layer)?)
}

/// Other runs' records are nobody's business inside, whatever the access.
fn refuse_to_show(settings: &Settings, state_dir: &Path) -> Result<(), Error> {
    let real =
        state_dir.ancestors().find_map(|dir| Some(dir.canonicalize().ok()?.join(state_dir.strip_prefix(dir).ok()?)));
    let real = real.unwrap_or_else(|| state_dir.to_owned());
    match &settings.workspace.value {
        Some(workspace) if real.starts_with(workspace) => {
            Err(config::Error::LayerInWorkspace { workspace: workspace.clone(), layer: real }.into())
        }
        _ => Ok(()),
    }
}

/// Program and arguments, as a report shows them.
pub(crate) fn words(spec: &RunSpec) -> Vec<String> {
    spec.command.argv.iter().map(|word| word.to_string_lossy().into_owned()).collect()
}
