//! Filling a disk: with bytes, with names, with promises.

mod bytes;
mod names;

use std::ffi::OsString;
use std::path::Path;

use crate::Probe;
use crate::arguments::{Options, Usage, amount, bounded, path, size, text};
use crate::fact::{Answer, Fact, Failure};
use crate::json::Json;

/// Filling.
pub(crate) const PROBES: &[Probe] = &[Probe {
    name: "disk",
    arguments: "one|unlinked|mapped|fallocate DIR SIZE, or sparse DIR SIZE COUNT, or many DIR COUNT, or deep DIR LEVELS; each with \
                [--hold MS] [--ignore-xfsz]",
    run: disk,
}];

/// The most names and single bytes: what a test leaves behind must be cleared away in reasonable time.
const MOST: u64 = 100_000;

/// What was done before it was refused.
type Done = Result<Filled, Failure>;

/// How far it came.
struct Filled {
    /// What is counted.
    unit: &'static str,
    /// How many.
    count: u64,
    /// Why not more.
    refused: Option<Failure>,
    /// The bytes that the file really takes, where there is one, and the file itself, as long as it shall be open.
    file: Option<(u64, std::fs::File)>,
}

fn disk(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (kind, directory) = (text(arguments, 0)?, path(arguments, 1)?);
    let options = Options::parse(arguments, 3 + usize::from(kind == "sparse"), &["--hold"], &["--ignore-xfsz"])?;
    let hold = options.hold()?;
    if options.flag("--ignore-xfsz") {
        // SAFETY: no handler is installed, so none can do harm.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    }
    let done = fill(kind, directory, arguments)?;
    Ok(Fact::new(directory, done.as_ref().map(detail).map_err(Clone::clone)).held("disk", hold))
}

fn fill(kind: &str, directory: &Path, arguments: &[OsString]) -> Result<Done, Usage> {
    Ok(match kind {
        "one" => bytes::one(directory, amount(arguments, 2)?),
        "unlinked" => bytes::unlinked(directory, amount(arguments, 2)?),
        "mapped" => bytes::mapped(directory, amount(arguments, 2)?),
        "fallocate" => bytes::promised(directory, amount(arguments, 2)?),
        "sparse" => bytes::sparse(directory, size(arguments, 2)?, bounded(arguments, 3, MOST)?),
        "many" => Ok(names::many(directory, bounded(arguments, 2, MOST)?)),
        "deep" => names::deep(directory, bounded(arguments, 2, MOST)?),
        other => return Err(Usage(format!("`{other}` is no way to fill a disk"))),
    })
}

fn detail(filled: &Filled) -> Json {
    Json::object([
        (filled.unit, Json::number(filled.count)),
        ("refused", Failure::refusal(filled.refused.as_ref())),
        ("taken", filled.file.as_ref().map_or(Json::Null, |(taken, _)| Json::number(*taken))),
    ])
}

/// Does it again and again, until all is done or it is refused. Each time tells how much that was.
fn repeated(all: u64, mut each: impl FnMut(u64) -> Result<u64, Failure>) -> (u64, Option<Failure>) {
    let mut done = 0;
    while done < all {
        match each(done) {
            Ok(more) => done += more,
            Err(failure) => return (done, Some(failure)),
        }
    }
    (done, None)
}
