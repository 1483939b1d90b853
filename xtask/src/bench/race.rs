//! One job, all contestants in turn, round after round.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{
    arena::Arena,
    contestant::{Contestant, attempt},
    figures::{Figure, Race},
    job::{Ground, Job},
};
use crate::stopwatch::{Sample, Samples, time};

/// Rounds before the first that counts.
const WARM_UP: usize = 3;

/// Between two runs. Some contestants return before the kernel has cleared their namespaces away; what they leave to it
/// must not weigh on the next one. The race of the crowd shows it.
const PAUSE: Duration = Duration::from_millis(4);

/// The same after ten thousand files: the kernel then forgets what it cached of them.
const LONG_PAUSE: Duration = Duration::from_millis(25);

/// Leaves out, aloud, who cannot do the job here.
pub(super) fn run(arena: &Arena, job: &Job, contestants: &[Box<dyn Contestant>], runs: usize) -> Result<Race> {
    let rounds = (runs / job.fraction).max(4);
    let entrants = admit(arena, job, contestants)?;
    println!("{}: {rounds} rounds of {}", job.name, entrants.len());
    let mut entries: Vec<_> = entrants.iter().map(|entrant| Entry::new(*entrant)).collect();
    for round in 0..WARM_UP + rounds {
        // Nobody always runs behind the same other.
        let shift = round % entries.len().max(1);
        entries.rotate_left(shift);
        for entry in &mut entries {
            let sample = entry.run(arena, job, 1 + round)?;
            let start = job.start().map(|start| entry.run(arena, &start, 1 + rounds + WARM_UP + round)).transpose()?;
            if round >= WARM_UP {
                entry.samples.push(sample);
                start.into_iter().for_each(|start| entry.starts.push(start));
            }
        }
    }
    let figure = |entrant: &&dyn Contestant| {
        let entry = entries.iter().find(|entry| entry.contestant.name() == entrant.name())?;
        Some(match job.start() {
            Some(_) => Figure::walk(entrant.name(), &entry.samples, &entry.starts),
            None => Figure::time(entrant.name(), &entry.samples),
        })
    };
    Ok(Race::new(job.name, entrants.iter().filter_map(figure).collect()))
}

/// A contestant and how it did so far.
struct Entry<'a> {
    contestant: &'a dyn Contestant,
    samples: Samples,
    /// The shortest command in the same place.
    starts: Samples,
}

impl<'a> Entry<'a> {
    fn new(contestant: &'a dyn Contestant) -> Self {
        Self { contestant, samples: Samples::default(), starts: Samples::default() }
    }

    fn run(&self, arena: &Arena, job: &Job, turn: usize) -> Result<Sample> {
        std::thread::sleep(if job.ground == Ground::Tree { LONG_PAUSE } else { PAUSE });
        let sample = time(self.contestant.command(arena, job, turn).current_dir(arena.ground(job)));
        sample.with_context(|| format!("{} at {}", self.contestant.name(), job.name))
    }
}

/// Those whose one trial prints what the bare command prints: a race without work done would be no race.
pub(super) fn admit<'a>(
    arena: &Arena,
    job: &Job,
    contestants: &'a [Box<dyn Contestant>],
) -> Result<Vec<&'a dyn Contestant>> {
    let (bare, _) = contestants.split_first().context("nobody takes part")?;
    let expected =
        attempt(bare.as_ref(), arena, job, 0).with_context(|| format!("the bare command of {}", job.name))?;
    let entrants = contestants.iter().map(Box::as_ref).filter(|contestant| contestant.takes(job));
    Ok(entrants.filter(|contestant| passes(*contestant, arena, job, &expected)).collect())
}

fn passes(contestant: &dyn Contestant, arena: &Arena, job: &Job, expected: &[String]) -> bool {
    match attempt(contestant, arena, job, 0) {
        Ok(printed) if printed == expected => return true,
        Ok(printed) => println!(
            "{}: left out of {}: it printed {} lines, the bare command {}, or others",
            contestant.name(),
            job.name,
            printed.len(),
            expected.len()
        ),
        Err(reason) => println!("{}: left out of {}: {reason:#}", contestant.name(), job.name),
    }
    false
}
