//! Many runs at once: how many starts a second the machine makes.

use std::{
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use super::{
    arena::Arena,
    contestant::Contestant,
    figures::{Figure, Race},
    job::{JOBS, Job},
    race,
};

/// Starts of one contestant in one round.
const RUNS: usize = 200;

/// How many are under way at a time.
const AT_ONCE: usize = 8;

const ROUNDS: usize = 3;

/// The first job, the empty start, by the crowd.
pub(super) fn run(arena: &Arena, contestants: &[Box<dyn Contestant>]) -> Result<Race> {
    let job = JOBS.first().context("there is no job")?;
    let entrants = race::admit(arena, job, contestants)?;
    println!("parallel: {ROUNDS} rounds of {}", entrants.len());
    let mut rates: Vec<_> = entrants.iter().map(|entrant| (*entrant, Vec::new())).collect();
    for round in 0..ROUNDS {
        for (entrant, rates) in &mut rates {
            rates.push(rate(*entrant, arena, job, 1_000_000 + round * RUNS)?);
        }
    }
    let figures = rates.into_iter().map(|(entrant, rates)| Figure::rate(entrant.name(), rates)).collect();
    Ok(Race::new("runs per second, 8 at a time", figures))
}

/// Runs per second.
fn rate(entrant: &dyn Contestant, arena: &Arena, job: &Job, first_turn: usize) -> Result<f64> {
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..AT_ONCE).map(|_| scope.spawn(|| work(entrant, arena, job, &next, first_turn))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| anyhow::bail!("a worker panicked")))
    })?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(f64::from(u32::try_from(RUNS)?) / seconds)
}

fn work(entrant: &dyn Contestant, arena: &Arena, job: &Job, next: &AtomicUsize, first_turn: usize) -> Result<()> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= RUNS {
            return Ok(());
        }
        let mut command = entrant.command(arena, job, first_turn + number);
        command.current_dir(arena.ground(job)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().with_context(|| format!("cannot start {}", entrant.name()))?;
        ensure!(status.success(), "{} ended with {status} among {AT_ONCE} at a time", entrant.name());
    }
}
