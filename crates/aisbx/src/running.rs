//! A run that is recorded and goes on, up to its report.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use config::Settings;
use sandbox::{Act, End, Ends, Rung, Sink, Stored, Stream, Survey};
use spec::{Access, Changes, Driver, Enforcement, Level, Outcome, Report, RunSpec, Usage, Weakening};
use store::copy::Mark;
use store::{Durability, Footprint, LogBounds, LogWriter, Owner, Run};

use crate::capture::Capture;
use crate::hint::hint;
use crate::prepared::words;
use crate::reason::chain;
use crate::{Error, Notice, layers};

/// What lasted longer is worth the milliseconds that make its record outlive a power failure.
const WORTH_SYNCING: Duration = Duration::from_millis(100);

/// A sandbox that is being built, or why it cannot be.
pub(crate) type Attempt = Result<sandbox::Building, sandbox::Error>;

/// Starts to build the sandbox of a run, of the strongest kind.
pub(crate) fn attempt(spec: &RunSpec) -> Attempt {
    let survey = Survey::new(spec, Rung::Namespaces).map_err(sandbox::Error::Survey)?;
    sandbox::start(sandbox::plan(spec, &survey)?)
}

/// A run that goes on.
pub(crate) struct Running {
    run: Run,
    spec: RunSpec,
    settings: Settings,
    output: Output,
    began: Instant,
}

impl Running {
    pub(crate) fn new(run: Run, spec: RunSpec, settings: Settings) -> Self {
        let log = run.log(LogBounds::default());
        let output = Output {
            log,
            stdout: Capture::default(),
            stderr: Capture::default(),
            unlogged: None,
            footprints: Vec::new(),
        };
        Self { run, spec, settings, output, began: Instant::now() }
    }

    /// Runs to the end and writes the report. What goes wrong from here on is told in the report.
    pub(crate) fn finish(mut self, first: Option<Attempt>, ends: Ends<'_>, notice: &mut dyn FnMut(Notice)) -> Report {
        let done = self.execute(first, ends, notice);
        if let Some(errno) = done.as_ref().ok().and_then(|done| done.end.refused) {
            notice(Notice::Untaken { reason: errno.to_string() });
        }
        let mut lost = |reason| notice(Notice::Lost { reason });
        if let Some(reason) = self.output.unlogged.take() {
            lost(reason);
        }
        let Self { run, spec, settings, output, began } = self;
        layers::settle(&spec, &mut lost);
        let report = report(&spec, &settings, output, began.elapsed(), done, &mut lost);
        let long = Duration::from_micros(report.duration_us) > WORTH_SYNCING;
        let durability = if long { Durability::Power } else { Durability::Process };
        if let Err(error) = run.finish(&report, durability) {
            lost(chain(&error));
        }
        report
    }

    /// Builds the sandbox and runs the command in it; over a copy of the workspace where there can be no overlay.
    fn execute(
        &mut self,
        first: Option<Attempt>,
        ends: Ends<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> Result<Done, String> {
        let Some(first) = first else { return self.confined("the profile has it so".to_owned(), ends, notice) };
        let sentence = |error: Error| error.sentence();
        let workspace = self.spec.workspace.as_ref();
        let source = workspace.filter(|workspace| workspace.layer.is_some()).map(|workspace| workspace.source.clone());
        if let Some(source) = &source {
            layers::overlay(&self.run, source).map_err(sentence)?;
        }
        match (self.go_on(first, ends), &source) {
            (Ok(end), _) => Ok(Done { end, mark: None }),
            (Err(sandbox::Error::Build { act: Act::Overlay(_), errno }), Some(source)) => {
                let reason = errno.to_string();
                notice(Notice::Copying { reason: reason.clone() });
                let mark = self.copy(source.clone(), reason, layers::owner()).map_err(sentence)?;
                let second = attempt(&self.spec);
                self.go_on(second, ends).map(|end| Done { end, mark: Some(mark) }).map_err(|error| chain(&error))
            }
            (Err(error), _) if error.lacks_namespaces() => match self.spec.floor.namespaces {
                Level::Required => Err(self.below_the_floor(&error)),
                Level::Preferred | Level::Off => self.confined(chain(&error), ends, notice),
            },
            (Err(error), _) => Err(chain(&error)),
        }
    }

    fn below_the_floor(&self, error: &sandbox::Error) -> String {
        format!(
            "{}; the floor of profile {} requires namespaces: a profile with `floor: {{namespaces: preferred}}`, as python-dev has \
             it, runs on the weaker rung, by Landlock",
            chain(error),
            self.spec.profile
        )
    }

    /// Runs the command without namespaces. What would be an overlay is a copy.
    fn confined(&mut self, reason: String, ends: Ends<'_>, notice: &mut dyn FnMut(Notice)) -> Result<Done, String> {
        notice(Notice::Confined { reason });
        let source = self.spec.workspace.as_ref().filter(|workspace| workspace.access == Access::Cow);
        let source = source.map(|workspace| workspace.source.clone());
        let mark = source.map(|source| {
            let reason = "there are no namespaces".to_owned();
            notice(Notice::Copying { reason: reason.clone() });
            self.copy(source, reason, None).map_err(|error| error.sentence())
        });
        let mark = mark.transpose()?;
        let scratch = layers::scratch(&self.run, &self.spec).map_err(|error| error.sentence())?;
        self.output.footprints.push(Footprint::new(&scratch, layers::limit(&self.spec.limits)));
        let survey = Survey::new(&self.spec, Rung::Confined).map_err(|error| chain(&sandbox::Error::Survey(error)))?;
        let building = sandbox::confined(&self.spec, &survey, &scratch).and_then(sandbox::start);
        let end = self.go_on(building, ends).map_err(|error| chain(&error));
        layers::clear_scratch(&self.run).map_err(|error| error.sentence())?;
        Ok(Done { end: end?, mark })
    }

    fn go_on(&mut self, attempt: Attempt, ends: Ends<'_>) -> Result<End, sandbox::Error> {
        let limits = &self.spec.limits;
        let kept = self.spec.workspace.as_ref().and_then(|workspace| workspace.layer.as_ref());
        self.output.footprints.retain(|_| limits.disk.is_some() || limits.inodes.is_some());
        if let (Some(layer), true) = (kept, limits.disk.is_some() || limits.inodes.is_some()) {
            self.output.footprints.push(layers::footprint(layer, layers::limit(limits)));
        }
        attempt?.run(self.spec.limits.lifetime, ends, &mut self.output)
    }

    fn copy(&mut self, source: PathBuf, reason: String, owner: Option<Owner>) -> Result<Mark, Error> {
        let (layer, mark) = layers::copy(&self.run, &source, reason, owner)?;
        if let Some(workspace) = &mut self.spec.workspace {
            workspace.layer = Some(layer);
        }
        Ok(mark)
    }
}

/// A sandbox that was built and has ended.
struct Done {
    end: End,
    /// When the copy of the workspace was whole, if it was copied.
    mark: Option<Mark>,
}

fn report(
    spec: &RunSpec,
    settings: &Settings,
    output: Output,
    elapsed: Duration,
    done: Result<Done, String>,
    lost: &mut dyn FnMut(String),
) -> Report {
    let (outcome, duration, usage, denials, enforced, changes) = match done {
        Ok(Done { end, mark }) => {
            let enforced = with_notes(end.enforced, &settings.notes);
            (end.outcome, end.duration, end.usage, end.denials, enforced, changes(spec, mark, lost))
        }
        Err(reason) => {
            let outcome = Outcome::Refused { reason };
            (outcome, elapsed, Usage::default(), Vec::new(), Enforcement::default(), None)
        }
    };
    let (stdout, stderr) = (output.stdout.finish(), output.stderr.finish());
    Report {
        run_id: spec.run_id.clone(),
        trace_id: spec.trace_id.clone(),
        profile: spec.profile.clone(),
        driver: Driver::Native,
        command: words(spec),
        hint: hint(&outcome, [&stdout, &stderr], settings),
        exit_code: outcome.exit_code().0,
        outcome,
        duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        usage,
        stdout,
        stderr,
        denials,
        changes,
        enforced,
    }
}

/// A note of the settings says more than what was read back about the same protection.
fn with_notes(mut enforced: Enforcement, notes: &[Weakening]) -> Enforcement {
    enforced.weakened.retain(|found| notes.iter().all(|note| note.name != found.name));
    enforced.weakened.splice(0..0, notes.iter().cloned());
    enforced
}

fn changes(spec: &RunSpec, mark: Option<Mark>, lost: &mut dyn FnMut(String)) -> Option<Changes> {
    let workspace = spec.workspace.as_ref()?;
    match layers::changes(&workspace.source, workspace.layer.as_ref()?, mark) {
        Ok(changes) => Some(changes),
        Err(error) => {
            lost(chain(&error));
            None
        }
    }
}

/// Where the command's output goes besides the caller's ends.
struct Output {
    log: LogWriter,
    stdout: Capture,
    stderr: Capture,
    /// Why the log is not whole.
    unlogged: Option<String>,
    /// What it keeps on disk, where that is limited.
    footprints: Vec<Footprint>,
}

impl Sink for Output {
    fn write(&mut self, stream: Stream, after: Duration, bytes: &[u8]) {
        let (capture, stream) = match stream {
            Stream::Stdout => (&mut self.stdout, store::Stream::Stdout),
            Stream::Stderr => (&mut self.stderr, store::Stream::Stderr),
        };
        capture.take(bytes);
        // A full disk must not end the command; after one failure the rest would be out of order.
        if self.unlogged.is_none() {
            self.unlogged = self.log.write(stream, after, bytes).err().map(|error| chain(&error));
        }
    }

    fn stored(&mut self) -> Stored {
        let mut stored = Stored::default();
        for footprint in &mut self.footprints {
            let store::Room { bytes, files } = footprint.now();
            stored.bytes += bytes;
            stored.files += files;
            stored.unexplained = stored.unexplained.max(footprint.unexplained());
        }
        stored
    }
}
