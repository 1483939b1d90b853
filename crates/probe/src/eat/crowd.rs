//! Many processes that eat at the same time, each not too much.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use super::{Eater, Meal};
use crate::arguments::Usage;
use crate::child::{fork, leave, pipe, wait};
use crate::fact::{Answer, Fact, Failure};
use crate::json::Json;

/// The most that all together may eat: a limit that does not work must not cost the machine.
const MOST: usize = 4 << 30;

/// What a child tells: how much it had, and the error number that ended it or zero.
type Told = [[u8; 8]; 2];

/// Lets so many children eat so much each.
pub(super) fn eat(eater: &Eater, size: usize, count: usize, hold: Duration) -> Result<Answer, Usage> {
    if size.checked_mul(count).is_none_or(|all| all > MOST) {
        return Err(Usage(format!("{count} times {size} bytes are more than {MOST}")));
    }
    let answer = table(eater, size, count, hold);
    Ok(answer.unwrap_or_else(|failure| Fact::new(eater.name, Err(failure)).into()))
}

fn table(eater: &Eater, size: usize, count: usize, hold: Duration) -> Result<Answer, Failure> {
    let (mut answers, mut tell) = pipe()?;
    let (mut wait_for, release) = pipe()?;
    let (mut children, mut refused) = (Vec::new(), None);
    while children.len() < count && refused.is_none() {
        match fork() {
            Ok(0) => {
                drop(release);
                let meal = eater.devour(size);
                let told = tell.write_all(told(&meal).as_flattened());
                drop(tell);
                // All hold what they have until the parent lets go, or is gone.
                let released = wait_for.read(&mut [0]);
                drop(meal);
                leave(i32::from(told.is_err() || released.is_err()));
            }
            Ok(pid) => children.push(pid),
            Err(failure) => refused = Some(failure),
        }
    }
    drop(tell);
    let mut bytes = Vec::new();
    // Ends when all have told what they had or were killed.
    answers.read_to_end(&mut bytes)?;
    let (told, _) = bytes.as_chunks::<8>();
    let (told, _) = told.as_chunks::<2>();
    thread::sleep(hold);
    drop(release);
    // Only now: one that has told may be killed for what another one eats.
    let statuses: Vec<i32> = children.into_iter().filter_map(|child| wait(child).ok()).collect();
    Ok(fact(eater, told, &statuses, refused).into())
}

fn told(meal: &Meal) -> Told {
    let errno = match meal.refused {
        None => 0,
        Some(Failure::Errno(errno)) => i64::from(errno),
        Some(_) => i64::from(libc::EIO),
    };
    [meal.eaten.to_ne_bytes(), errno.to_ne_bytes()]
}

fn fact(eater: &Eater, told: &[Told], statuses: &[i32], refused: Option<Failure>) -> Fact {
    let eaten: u64 = told.iter().map(|[eaten, _]| u64::from_ne_bytes(*eaten)).sum();
    let errors = told.iter().filter_map(|[_, errno]| i32::try_from(i64::from_ne_bytes(*errno)).ok());
    let refused = refused.or_else(|| errors.into_iter().find(|errno| *errno != 0).map(Failure::Errno));
    let detail = Json::object([
        ("eaten", Json::number(eaten)),
        ("refused", Failure::refusal(refused.as_ref())),
        ("processes", Json::number(statuses.len())),
        ("killed", Json::number(statuses.iter().filter(|status| libc::WIFSIGNALED(**status)).count())),
    ]);
    Fact::new(eater.name, Ok(detail))
}
