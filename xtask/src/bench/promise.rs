//! The numbers of SPECIFICATION.md that a race can judge.

use super::figures::Race;

/// Our median divided by a yardstick's, at most; of a walk, without the start.
struct Promise {
    job: &'static str,
    ours: &'static str,
    yardstick: &'static str,
    at_most: f64,
}

const FIND: &str = "find over 10000 files";
const GREP: &str = "grep -r over 10000 files";

const PROMISES: [Promise; 6] = [
    Promise { job: "true", ours: "aisbx", yardstick: "bwrap", at_most: 0.7 },
    Promise { job: "true", ours: "aisbx", yardstick: "floor", at_most: 2.5 },
    Promise { job: FIND, ours: "aisbx, ro", yardstick: "bare", at_most: 1.1 },
    Promise { job: GREP, ours: "aisbx, ro", yardstick: "bare", at_most: 1.1 },
    // The first look at each file through an overlay costs the kernel some six microseconds, whatever its options.
    Promise { job: FIND, ours: "aisbx", yardstick: "bare", at_most: 1.5 },
    Promise { job: GREP, ours: "aisbx", yardstick: "bare", at_most: 2.5 },
];

/// Prints one line for each; a race does not fail, since a busy machine may.
pub(super) fn judge(races: &[Race]) {
    println!();
    for promise in PROMISES {
        println!("{}", promise.verdict(races));
    }
}

impl Promise {
    fn verdict(&self, races: &[Race]) -> String {
        let race = races.iter().find(|race| race.job == self.job);
        let verdict = match race.and_then(|race| race.ratio(self.ours, self.yardstick)) {
            None => "not measured".into(),
            Some(ratio) if ratio <= self.at_most => format!("kept: {ratio:.2}"),
            Some(ratio) => format!("BROKEN: {ratio:.2}"),
        };
        format!("{}: {} at most {} x {}: {verdict}", self.job, self.ours, self.at_most, self.yardstick)
    }
}

#[cfg(test)]
mod tests {
    use super::{PROMISES, Race};
    use crate::bench::{figures::Figure, job::JOBS};

    #[test]
    fn a_promise_is_about_a_job_that_is_run() {
        for promise in PROMISES {
            assert!(JOBS.iter().any(|job| job.name == promise.job), "{}", promise.job);
        }
    }

    #[test]
    fn verdicts_tell_the_ratio() {
        let race =
            |ours| [Race::new("true", vec![Figure::rate("aisbx", vec![ours]), Figure::rate("bwrap", vec![10.0])])];
        let [promise, ..] = &PROMISES;
        assert_eq!(promise.verdict(&race(6.0)), "true: aisbx at most 0.7 x bwrap: kept: 0.60");
        assert_eq!(promise.verdict(&race(8.0)), "true: aisbx at most 0.7 x bwrap: BROKEN: 0.80");
        assert_eq!(promise.verdict(&[]), "true: aisbx at most 0.7 x bwrap: not measured");
    }
}
