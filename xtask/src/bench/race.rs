//! One job, all contestants in turn, round after round.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{
    arena::Arena,
    contestant::{Contestant, attempt},
    figures::{Figure, Race},
    job::Job,
};
use crate::stopwatch::{Samples, time};

/// Rounds before the first that counts.
const WARM_UP: usize = 3;

/// Between two runs. Some contestants return before the kernel has cleared their namespaces away; what they leave to it
/// must not weigh on the next one. The race of the crowd shows it.
const PAUSE: Duration = Duration::from_millis(4);

/// Leaves out, aloud, who cannot do the job here.
pub(super) fn run(arena: &Arena, job: &Job, contestants: &[Box<dyn Contestant>], runs: usize) -> Result<Race> {
    let rounds = (runs / job.fraction).max(4);
    let entrants = admit(arena, job, contestants)?;
    println!("{}: {rounds} rounds of {}", job.name, entrants.len());
    let mut samples: Vec<_> = entrants.iter().map(|entrant| (*entrant, Samples::default())).collect();
    for round in 0..WARM_UP + rounds {
        // Nobody always runs behind the same other.
        let shift = round % samples.len().max(1);
        samples.rotate_left(shift);
        for (entrant, samples) in &mut samples {
            std::thread::sleep(PAUSE);
            let sample = time(entrant.command(arena, job, 1 + round).current_dir(arena.ground(job)));
            let sample = sample.with_context(|| format!("{} at {}", entrant.name(), job.name))?;
            if round >= WARM_UP {
                samples.push(sample);
            }
        }
    }
    Ok(Race::new(job.name, entrants.iter().filter_map(|entrant| figure(*entrant, &samples)).collect()))
}

fn figure(entrant: &dyn Contestant, samples: &[(&dyn Contestant, Samples)]) -> Option<Figure> {
    let (_, samples) = samples.iter().find(|(other, _)| other.name() == entrant.name())?;
    Some(Figure::time(entrant.name(), samples))
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
