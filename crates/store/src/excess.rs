//! What is beyond the bounds: looked for, and nothing moved.

use std::time::Duration;

use jiff::Timestamp;

use crate::attributes::{Attributes, Moment};
use crate::descend::{Closed, descend};
use crate::directory::Directory;
use crate::entry::is_running;
use crate::layout::{RECORD, REPORT, SIZE};
use crate::names::Names;
use crate::{DiskError, Retention, RetentionError, document, volume};

/// How long a run may take to get its name before it counts as dead. Its lock is held almost from the first moment on.
const START_UP: Duration = Duration::from_secs(60);

/// Whether what is found out may be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// The size of a run, which does not change any more.
    Sizes,
    /// Nothing.
    Nothing,
}

/// What is beyond the bounds.
#[derive(Debug, Default)]
pub(crate) struct Excess {
    /// Names among the runs: of runs, and of starts that came to nothing.
    pub(crate) names: Vec<String>,
    /// What is wrong with single runs.
    pub(crate) failed: Vec<RetentionError>,
}

/// Looks at all runs.
pub(crate) fn excess(
    runs: &Directory,
    retention: &Retention,
    now: Timestamp,
    note: Note,
) -> Result<Excess, RetentionError> {
    let names = Names::read(runs)?;
    let mut look = Look { runs, retention, now, note, ended: 0, bytes: 0 };
    let mut excess = Excess::default();
    for name in names.starting {
        excess.take(look.is_stillborn(&name), name);
    }
    for id in names.runs.iter().rev() {
        excess.take(look.is_beyond(id.as_str()), id.to_string());
    }
    Ok(excess)
}

impl Excess {
    fn take(&mut self, goes: Result<bool, DiskError>, name: String) {
        match goes {
            Ok(true) => self.names.push(name),
            Ok(false) => {}
            Err(error) => self.failed.push(error.into()),
        }
    }
}

/// One look at all runs, newest first.
struct Look<'a> {
    runs: &'a Directory,
    retention: &'a Retention,
    now: Timestamp,
    note: Note,
    /// Ended runs so far, and the bytes they take.
    ended: usize,
    bytes: u64,
}

impl Look<'_> {
    fn is_beyond(&mut self, name: &str) -> Result<bool, DiskError> {
        let Some(run) = self.runs.child(name)? else { return Ok(false) };
        if is_running(&run)? {
            return Ok(false);
        }
        let size = size(&run, self.note)?;
        // One that is too large alone goes alone: it must not take the others along.
        let oversized = size > self.retention.bytes;
        if !oversized {
            self.bytes = self.bytes.saturating_add(size);
        }
        let newest = self.ended == 0;
        let beyond = oversized
            || self.ended >= self.retention.runs
            || self.bytes > self.retention.bytes
            || self.age(&run)? > self.retention.age;
        self.ended += 1;
        Ok(beyond && !newest)
    }

    /// Whether it is what is left of a monitor that died before its run had a name.
    fn is_stillborn(&self, name: &str) -> Result<bool, DiskError> {
        let Some(draft) = self.runs.child(name)? else { return Ok(false) };
        Ok(self.age(&draft)? > START_UP && !is_running(&draft)?)
    }

    /// How long ago its last document was written; zero if that is to come.
    fn age(&self, run: &Directory) -> Result<Duration, DiskError> {
        let written = [REPORT, RECORD].into_iter().find_map(|name| run.attributes(name).transpose());
        let attributes =
            written.unwrap_or_else(|| Attributes::of_open(run).map_err(DiskError::on("look at", run.path())))?;
        let Moment(seconds, _) = attributes.modified();
        Ok(Duration::from_secs(u64::try_from(self.now.as_second().saturating_sub(seconds)).unwrap_or(0)))
    }
}

/// Bytes that an ended run takes on the disk: measured once, for nothing changes in it any more.
fn size(run: &Directory, note: Note) -> Result<u64, DiskError> {
    let known = run.read(SIZE, 32)?.and_then(|text| String::from_utf8(text).ok()?.trim_end().parse().ok());
    if let Some(known) = known {
        return Ok(known);
    }
    let top = descend(run, c".", Closed::Respect).map_err(DiskError::on("open", run.path()))?;
    let (volume::Room { bytes: measured, .. }, _) = volume::occupied(top.fd, run.path(), Closed::Borrow)?;
    if note == Note::Sizes {
        document::replace(run, SIZE, format!("{measured}\n").as_bytes())?;
    }
    Ok(measured)
}
