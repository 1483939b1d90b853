//! Eating memory, by every way that the kernel has to give some.

mod anonymous;
mod crowd;
mod files;
mod segments;
mod stack;

use std::ffi::OsString;

use crate::Probe;
use crate::arguments::{Options, Usage, amount, text};
use crate::fact::{Answer, Fact, Failure};
use crate::json::Json;

/// Eaters.
pub(crate) const PROBES: &[Probe] = &[Probe {
    name: "eat",
    arguments: "malloc|mmap|shared|tables|file|shm|shm-detached|memfd|cache|pipe|stack SIZE [--hold MS] [--processes COUNT]",
    run: eat,
}];

/// Takes up to so many further bytes, tells how many it took, and keeps them until it is dropped or, where it leaks, until the process
/// ends.
type Bite = Box<dyn FnMut(usize) -> Result<usize, Failure>>;

/// One way to eat.
struct Eater {
    /// The word that asks for it.
    name: &'static str,
    /// The largest bite.
    step: usize,
    /// Makes ready.
    start: fn() -> Result<Bite, Failure>,
}

/// The usual bite.
const STEP: usize = 1 << 20;

/// All ways.
const EATERS: [Eater; 11] = [
    Eater { name: "malloc", step: anonymous::BLOCK, start: anonymous::malloc },
    Eater { name: "mmap", step: STEP, start: anonymous::private },
    Eater { name: "shared", step: STEP, start: anonymous::shared },
    Eater { name: "tables", step: STEP, start: anonymous::tables },
    Eater { name: "file", step: STEP, start: files::temporary },
    Eater { name: "shm", step: segments::SEGMENT, start: segments::attached },
    Eater { name: "shm-detached", step: segments::SEGMENT, start: segments::detached },
    Eater { name: "memfd", step: STEP, start: files::memory },
    Eater { name: "cache", step: STEP, start: files::cache },
    Eater { name: "pipe", step: STEP, start: files::pipes },
    Eater { name: "stack", step: usize::MAX, start: stack::deep },
];

/// What was had.
struct Meal {
    eaten: usize,
    refused: Option<Failure>,
    /// What keeps it.
    _bite: Option<Bite>,
}

impl Eater {
    /// Eats until there is no more or the kernel refuses.
    fn devour(&self, size: usize) -> Meal {
        // Room to tell the fact in, given back when nothing else is left.
        let spare: Vec<u8> = Vec::with_capacity(STEP);
        let mut bite = match (self.start)() {
            Ok(bite) => bite,
            Err(failure) => return Meal { eaten: 0, refused: Some(failure), _bite: None },
        };
        let (mut eaten, mut refused) = (0, None);
        while eaten < size && refused.is_none() {
            match bite(self.step.min(size - eaten)) {
                Ok(bytes) => eaten += bytes,
                Err(failure) => refused = Some(failure),
            }
        }
        drop(spare);
        Meal { eaten, refused, _bite: Some(bite) }
    }
}

fn eat(arguments: &[OsString]) -> Result<Answer, Usage> {
    let (name, size) = (text(arguments, 0)?, amount(arguments, 1)? as usize);
    let eater = EATERS.iter().find(|eater| eater.name == name);
    let eater = eater.ok_or_else(|| Usage(format!("`{name}` is no way to eat")))?;
    let options = Options::parse(arguments, 2, &["--hold", "--processes"], &[])?;
    let hold = options.hold()?;
    // Files that may not grow shall be refused as all else is, with a number.
    // SAFETY: no handler is installed, so none can do harm.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    if let Some(count) = options.number("--processes")? {
        return crowd::eat(eater, size, count, hold);
    }
    let meal = eater.devour(size);
    let detail =
        Json::object([("eaten", Json::number(meal.eaten)), ("refused", Failure::refusal(meal.refused.as_ref()))]);
    Ok(Fact::new(name, Ok(detail)).held("eat", hold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_takes_what_it_is_asked_for() {
        for eater in &EATERS {
            let meal = eater.devour(3 * STEP / 2);
            assert_eq!((meal.eaten, meal.refused.is_none()), (3 * STEP / 2, true), "{}", eater.name);
        }
    }

    #[test]
    fn hostile_amounts_are_refused() {
        for given in [&["malloc", "5G"][..], &["cake", "1M"], &["mmap", "2G", "--processes", "9"]] {
            let given: Vec<OsString> = given.iter().map(OsString::from).collect();
            assert!(eat(&given).is_err(), "{given:?}");
        }
    }
}
