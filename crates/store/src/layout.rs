//! Where everything is below the root. Directories have mode 0700, files 0600.
//!
//! ```text
//! version                     the format, a number
//! lock                        held by whoever furnishes the store or moves old runs to the trash
//! sweep                       held by whoever empties the trash, which may take minutes
//! runs/<RunId>/record.json    what was started; locked by the monitor for as long as the run goes on
//!              report.json    what happened; there as soon as the run has ended
//!              log.0, log.N   its output: the head, and the rolling tail
//!              layer/{upper,work}    where changes to the workspace go
//!              copy           the workspace itself, where it cannot be overlaid
//!              scratch        what dies with the run, where it has no file system of its own
//!              size           bytes on the disk, measured once after the end
//! runs/.new-<RunId>           a run that is being started
//! owing/<RunId>               of each run that leaves something on the host if its monitor is killed
//! trash/                      what is being removed
//! ```

pub(crate) const LOCK: &str = "lock";
pub(crate) const SWEEP: &str = "sweep";
pub(crate) const RUNS: &str = "runs";
pub(crate) const TRASH: &str = "trash";
pub(crate) const OWING: &str = "owing";

pub(crate) const RECORD: &str = "record.json";
pub(crate) const REPORT: &str = "report.json";
pub(crate) const LAYER: &str = "layer";
pub(crate) const COPY: &str = "copy";
pub(crate) const UPPER: &str = "upper";
pub(crate) const WORK: &str = "work";
/// The directory of what dies with the run, where it has no file system of its own.
pub const SCRATCH: &str = "scratch";
pub(crate) const SIZE: &str = "size";

/// The prefix of a run that is being started.
pub(crate) const STARTING: &str = ".new-";
/// The prefix of a segment of a log.
pub(crate) const SEGMENT: &str = "log.";
