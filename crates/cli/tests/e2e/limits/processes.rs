//! Processes and threads: no more than may be, and the command is told by the kernel, not killed.

use spec::{Outcome, Report};

use super::{RUNGS, by_group, done, fact, mechanism, number, probe, shell, weakened};
use crate::harness::World;

/// What a run of the probe says that fails after this, with room for 20.
fn failing(world: &World, rung: &str, words: &str) -> Report {
    let line = format!("$0 {words}; exit 3");
    world.on(rung).flags(["--pids", "20"]).report(shell(&line, ""))
}

/// Asserts that the run failed, and that processes had been refused.
#[track_caller]
fn too_many(report: &Report) {
    let Outcome::TooManyProcesses { limit: 20, refused, code: 3 } = report.outcome else {
        panic!("{:?}: {}", report.outcome, report.stdout.text)
    };
    assert_eq!(report.exit_code, 3, "the command's own");
    assert_eq!(refused.is_some_and(|count| count > 0), by_group(report, "pids"), "{refused:?}: {:?}", report.enforced);
    let hint = report.hint.as_deref().unwrap_or_default();
    assert!(hint.contains("--pids 20 was reached"), "{hint}");
    assert!(report.usage.peak_processes.is_none_or(|peak| peak <= 20), "{:?}", report.usage);
}

/// A crowd of one kind that stops at the limit, and its controls.
fn stops_at_the_limit(kind: &str, counted: &str) {
    let world = World::new();
    for rung in RUNGS {
        // Held so long that who looks from time to time sees it.
        let report = failing(&world, rung, &format!("{kind} 100 --hold 3000"));
        too_many(&report);
        let crowd = fact(&report);
        assert_eq!(crowd.detail()["refused"], "EAGAIN", "{crowd:?}");
        assert!((15..=20).contains(&number(&crowd, counted)), "{crowd:?}");
        // A limit that was reached explains a failure, never a success.
        done(&world.on(rung).flags(["--pids", "20"]).report(probe(&format!("{kind} 100"))));
        let control = world.on(rung).flags(["--pids", "20"]).report(probe(&format!("{kind} 10")));
        done(&control);
        assert_eq!((number(&fact(&control), counted), fact(&control).detail()["refused"].as_str()), (10, None));
    }
    let unlimited = world.sandbox().probe([kind, "100"]).works();
    assert_eq!(number(&unlimited, counted), 100, "{unlimited:?}");
}

#[test]
fn a_fork_bomb_stops_at_the_limit() {
    stops_at_the_limit("fork-bomb", "children");
}

#[test]
fn threads_count_as_processes() {
    stops_at_the_limit("threads", "threads");
}

#[test]
fn the_dead_count_until_they_are_buried() {
    stops_at_the_limit("zombies", "zombies");
}

#[test]
fn a_swarm_never_gets_past_the_limit() {
    let world = World::new();
    for rung in RUNGS {
        let report = failing(&world, rung, "swarm 200 1500");
        too_many(&report);
        // Where all is slow, one whose time is over makes room for another.
        assert!(number(&fact(&report), "made") < 200 && number(&fact(&report), "refusals") > 0, "{:?}", fact(&report));
        assert!(report.usage.peak_processes.is_none_or(|peak| peak <= 20), "{:?}", report.usage);
        let control = world.on(rung).flags(["--pids", "20"]).report(probe("swarm 10 300"));
        done(&control);
        assert_eq!((number(&fact(&control), "made"), number(&fact(&control), "refusals")), (10, 0));
    }
    assert!(number(&world.sandbox().probe(["swarm", "60", "1000"]).works(), "made") > 20, "control");
}

#[test]
fn a_failure_below_the_limit_is_the_commands_own() {
    let world = World::new();
    for rung in RUNGS {
        let report = failing(&world, rung, "fork-bomb 10");
        assert_eq!((&report.outcome, report.hint.as_deref()), (&Outcome::Exited { code: 3 }, None));
    }
}

#[test]
fn there_is_a_limit_where_nobody_asks_for_one() {
    const RESOURCE: &str = "6"; // RLIMIT_NPROC
    let world = World::new();
    for (rung, flags) in RUNGS.into_iter().flat_map(|rung| [&[][..], &["--mem", "64m"]].map(|flags| (rung, flags))) {
        let report = world.on(rung).flags(flags).report(probe("limits"));
        done(&report);
        let held = mechanism(&report, "pids");
        // Init is nobody's process: there is one place more.
        assert!(held.contains("pids.max 4097") || held.contains("RLIMIT_NPROC 4097"), "{held}");
        assert_eq!(weakened(&report, "pids"), None);
        if !by_group(&report, "pids") {
            assert_eq!(fact(&report).detail()["nproc"]["hard"], 4097);
            world.rung(rung).flags(flags).probe(["raise-limit", RESOURCE]).answers("EPERM");
        }
    }
}
