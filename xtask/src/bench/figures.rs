//! The figures of a race and their table.

use std::{fmt, time::Duration};

use serde::Serialize;

use crate::stopwatch::Samples;

/// Whom the others are compared with.
const YARDSTICKS: [&str; 3] = ["bwrap", "floor", "bare"];

/// One job and how everybody did.
#[derive(Debug, Serialize)]
pub(super) struct Race {
    pub(super) job: &'static str,
    pub(super) figures: Vec<Figure>,
}

/// One contestant in one race.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    contestant: &'static str,
    runs: usize,
    measure: Measure,
    /// This one divided by each yardstick that took part; of a walk, the walk alone.
    ratios: Vec<Ratio>,
}

#[derive(Debug, Serialize)]
struct Ratio {
    to: &'static str,
    value: f64,
}

#[derive(Debug, Serialize)]
enum Measure {
    /// All in microseconds.
    Time { median_us: f64, p90_us: f64, processor_us: f64 },
    /// All in microseconds; `walk_us` is without the start, which the same contestant took for `true` in the same place.
    Walk { median_us: f64, start_us: f64, walk_us: f64 },
    /// The median of the rounds.
    Rate { per_second: f64 },
}

impl Figure {
    pub(super) fn time(contestant: &'static str, samples: &Samples) -> Self {
        let measure = Measure::Time {
            median_us: microseconds(samples.median()),
            p90_us: microseconds(samples.p90()),
            processor_us: microseconds(samples.processor()),
        };
        Self { contestant, runs: samples.len(), measure, ratios: Vec::new() }
    }

    pub(super) fn walk(contestant: &'static str, samples: &Samples, starts: &Samples) -> Self {
        let (median_us, start_us) = (microseconds(samples.median()), microseconds(starts.median()));
        let measure = Measure::Walk { median_us, start_us, walk_us: median_us - start_us };
        Self { contestant, runs: samples.len(), measure, ratios: Vec::new() }
    }

    pub(super) fn rate(contestant: &'static str, mut rounds: Vec<f64>) -> Self {
        rounds.sort_by(f64::total_cmp);
        let per_second = rounds.get(rounds.len() / 2).copied().unwrap_or_default();
        Self { contestant, runs: rounds.len(), measure: Measure::Rate { per_second }, ratios: Vec::new() }
    }

    fn value(&self) -> f64 {
        match self.measure {
            Measure::Time { median_us, .. } => median_us,
            Measure::Walk { walk_us, .. } => walk_us,
            Measure::Rate { per_second } => per_second,
        }
    }
}

impl Race {
    pub(super) fn new(job: &'static str, mut figures: Vec<Figure>) -> Self {
        let value = |name| figures.iter().find(|figure| figure.contestant == name).map(Figure::value);
        let yardsticks: Vec<_> = YARDSTICKS.iter().filter_map(|name| Some((*name, value(*name)?))).collect();
        for figure in &mut figures {
            let own = figure.value();
            figure.ratios = yardsticks.iter().map(|(to, other)| Ratio { to, value: own / other }).collect();
        }
        Self { job, figures }
    }

    /// One contestant's median divided by another's.
    pub(super) fn ratio(&self, contestant: &str, yardstick: &str) -> Option<f64> {
        let figure = self.figures.iter().find(|figure| figure.contestant == contestant)?;
        figure.ratio(yardstick)
    }
}

impl Figure {
    fn ratio(&self, yardstick: &str) -> Option<f64> {
        self.ratios.iter().find(|ratio| ratio.to == yardstick).map(|ratio| ratio.value)
    }
}

impl fmt::Display for Race {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [bwrap, floor, bare] = YARDSTICKS.map(|name| format!("/ {name}"));
        let walk = self.figures.iter().any(|figure| matches!(figure.measure, Measure::Walk { .. }));
        let columns = if walk { ["median", "start", "walk"] } else { ["median", "p90", "processor"] };
        let [first, second, third] = columns;
        writeln!(out, "{}", self.job)?;
        writeln!(out, "  {:14}{first:>12}{second:>12}{third:>12}{bwrap:>10}{floor:>10}{bare:>10}", "")?;
        let rows: Vec<_> = self.figures.iter().map(Figure::to_string).collect();
        write!(out, "{}", rows.join("\n"))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "  {:14}", self.contestant)?;
        match self.measure {
            Measure::Time { median_us: first, p90_us: second, processor_us: third }
            | Measure::Walk { median_us: first, start_us: second, walk_us: third } => {
                [first, second, third].iter().try_for_each(|time| write!(out, "{:>9.2} ms", time / 1000.0))?;
            }
            Measure::Rate { per_second } => write!(out, "{per_second:>10.0}/s{:24}", "")?,
        }
        YARDSTICKS.iter().try_for_each(|name| match self.ratio(name) {
            Some(ratio) => write!(out, "{ratio:>10.2}"),
            None => write!(out, "{:>10}", "-"),
        })
    }
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Figure, Race};
    use crate::stopwatch::{Sample, Samples};

    fn time(name: &'static str, milliseconds: u64) -> Figure {
        let wall = Duration::from_millis(milliseconds);
        let mut samples = Samples::default();
        samples.push(Sample { wall, processor: wall / 2 });
        Figure::time(name, &samples)
    }

    #[test]
    fn a_walk_is_compared_without_its_start() {
        let samples = |milliseconds| {
            let mut samples = Samples::default();
            samples.push(Sample { wall: Duration::from_millis(milliseconds), processor: Duration::ZERO });
            samples
        };
        let walk = |name, whole, start| Figure::walk(name, &samples(whole), &samples(start));
        let race = Race::new("find", vec![walk("bare", 6, 1), walk("aisbx", 10, 4)]);
        assert_eq!(race.ratio("aisbx", "bare"), Some(1.2));
        let expected = "\
find
                      median       start        walk   / bwrap   / floor    / bare
  bare               6.00 ms     1.00 ms     5.00 ms         -         -      1.00
  aisbx             10.00 ms     4.00 ms     6.00 ms         -         -      1.20";
        assert_eq!(race.to_string(), expected);
    }

    #[test]
    fn the_table_divides_by_whoever_took_part() {
        let race = Race::new("true", vec![time("bare", 1), time("aisbx", 5), time("bwrap", 10)]);
        assert_eq!(race.ratio("aisbx", "bwrap"), Some(0.5));
        assert_eq!(race.ratio("aisbx", "floor"), None);
        let expected = "\
true
                      median         p90   processor   / bwrap   / floor    / bare
  bare               1.00 ms     1.00 ms     0.50 ms      0.10         -      1.00
  aisbx              5.00 ms     5.00 ms     2.50 ms      0.50         -      5.00
  bwrap             10.00 ms    10.00 ms     5.00 ms      1.00         -     10.00";
        assert_eq!(race.to_string(), expected);
    }

    #[test]
    fn rates_have_a_median_too() {
        let race =
            Race::new("many", vec![Figure::rate("aisbx", vec![30.0, 10.0, 20.0]), Figure::rate("bwrap", vec![10.0])]);
        assert_eq!(race.ratio("aisbx", "bwrap"), Some(2.0));
        assert!(race.to_string().contains("  aisbx                 20/s"), "{race}");
    }
}
