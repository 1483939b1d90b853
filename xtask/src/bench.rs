//! Ours beside the bare command, the floor and what is installed of the others, in one interleaved race.

mod arena;
mod contestant;
mod crowd;
mod ends;
mod figures;
mod job;
mod machine;
mod promise;
mod race;
mod rivals;
mod tree;

use anyhow::{Context, Result};

use self::{arena::Arena, contestant::Contestant, ends::Ends, figures::Race, machine::Machine};
use crate::{arguments::Wishes, workspace::Workspace};

/// Everything a race found out, as the JSON file holds it.
#[derive(serde::Serialize)]
struct Results {
    machine: Machine,
    races: Vec<Race>,
    ends: Ends,
}

/// Prints the tables, and writes the file if one was asked for.
pub(crate) fn run(workspace: &Workspace, wishes: &Wishes) -> Result<()> {
    let arena = Arena::prepare(workspace)?;
    let contestants = able(&arena, contestant::all(&arena)?)?;
    let results = Results {
        machine: Machine::look(&contestants)?,
        races: races(&arena, &contestants, wishes.runs)?,
        ends: ends::run(&arena, wishes.runs)?,
    };
    for race in &results.races {
        println!("\n{race}");
    }
    println!("\n{}", results.ends);
    promise::judge(&results.races);
    wishes.json.as_ref().map_or(Ok(()), |file| {
        let text = serde_json::to_string_pretty(&results).context("cannot write the figures as JSON")?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
    })
}

/// Who cannot even start does nothing else; that is said once.
fn able(arena: &Arena, mut contestants: Vec<Box<dyn Contestant>>) -> Result<Vec<Box<dyn Contestant>>> {
    let job = job::JOBS.first().context("there is no job")?;
    let able: Vec<_> = race::admit(arena, job, &contestants)?.iter().map(|contestant| contestant.name()).collect();
    contestants.retain(|contestant| able.contains(&contestant.name()) || !contestant.takes(job));
    Ok(contestants)
}

fn races(arena: &Arena, contestants: &[Box<dyn Contestant>], runs: usize) -> Result<Vec<Race>> {
    let races = job::JOBS.iter().map(|job| race::run(arena, job, contestants, runs));
    let mut races = races.collect::<Result<Vec<_>>>()?;
    races.push(crowd::run(arena, contestants)?);
    Ok(races)
}
