//! Processors: how many are kept busy, for how long, and who goes first.

use spec::{Clock, Outcome};

use super::{RUNGS, by_group, done, fact, mechanism, number, probe, weakened};
use crate::harness::World;

#[test]
fn a_quota_holds_for_all_together() {
    let world = World::new();
    for rung in RUNGS {
        let report = world.on(rung).flags(["--cpu", "0.2"]).report(probe("spin 4 3000"));
        done(&report);
        let (used, wall) = (number(&fact(&report), "told_ms"), number(&fact(&report), "wall_ms"));
        let parts = if by_group(&report, "cpu") { (20 * 140) / 100 } else { 120 };
        assert!(used * 100 <= wall * parts, "{used} ms of {wall} ms by {}", mechanism(&report, "cpu"));
        let told = (report.usage.cpu_user_us + report.usage.cpu_system_us) / 1000;
        assert!(told * 100 <= wall * parts + 100 * 500, "{:?}", report.usage);
    }
    // Others may keep the processors busy just now.
    let is_free = || {
        let control = world.sandbox().probe(["spin", "4", "1000"]).works();
        number(&control, "told_ms") * 100 > number(&control, "wall_ms") * 30
    };
    assert!((0..20).any(|_| is_free()), "control: without a quota it gets no more");
}

/// How many processors one has, and whether that can be changed.
const AFFINITY: &str = "nproc; taskset -p -c 0 $$ >/dev/null 2>&1 && echo free || echo bound";

#[test]
fn without_a_cgroup_it_is_bound_to_whole_processors() {
    let world = World::new();
    for rung in RUNGS {
        let report = world.on(rung).flags(["--cpu", "0.5"]).report(["sh", "-c", AFFINITY]);
        if by_group(&report, "cpu") {
            assert!(report.stdout.text.ends_with("\nfree\n"), "{}", report.stdout.text);
            assert_eq!(weakened(&report, "cpu"), None);
        } else {
            assert_eq!(report.stdout.text, "1\nbound\n");
            assert_eq!(mechanism(&report, "cpu"), "affinity to 1 of the processors, which cannot be changed inside");
            assert!(weakened(&report, "cpu").is_some_and(|reason| reason.contains("quota of 0.5")));
        }
    }
    let control = world.sandbox().sh(AFFINITY).success();
    assert!(control.out().ends_with("\nfree\n"), "control: {control}");
}

#[test]
fn a_share_is_a_weight_or_a_nice_value() {
    let world = World::new();
    for rung in RUNGS {
        let report = world.on(rung).flags(["--cpu-shares", "512"]).report(["nice"]);
        done(&report);
        match weakened(&report, "cpu_shares") {
            None => {
                let held = mechanism(&report, "cpu_shares");
                let values = ["cgroup v1, cpu.shares 512", "cgroup v2, cpu.weight 50"];
                assert!(values.contains(&held), "{held}");
                assert_eq!(report.stdout.text, "0\n");
            }
            Some(reason) => {
                assert!(reason.contains("nice value of 3"), "{reason}");
                assert_eq!(report.stdout.text, "3\n");
            }
        }
    }
    assert_eq!(world.sandbox().run(["nice"]).success().out(), "0\n", "control");
}

/// Spinning past whoever counts it ends all the same.
fn time_is_up(way: &str) {
    let world = World::new();
    for rung in RUNGS {
        let report = world.on(rung).flags(["--cpu-time", "1s"]).report(probe(&format!("spin 2 60000 {way}")));
        let limit = "1s".parse().expect("a span");
        let Outcome::TimedOut { limit: found, clock: Clock::Cpu, usage: Some(usage) } = report.outcome else {
            panic!("{way}: {:?} {:?}", report.outcome, report.enforced)
        };
        assert!(found == limit && usage >= limit, "{way}: {usage}");
        let counted = mechanism(&report, "cpu_time").starts_with("watched, 1 s, ");
        assert!(report.exit_code == 124 && counted, "{:?} {:?}", report.outcome, report.enforced);
        let hint = report.hint.as_deref().unwrap_or_default();
        assert!(hint.contains("--cpu-time 1s"), "{hint}");
        if weakened(&report, "cpu_time").is_none() {
            let used = report.usage.cpu_user_us + report.usage.cpu_system_us;
            assert!(used >= 1_000_000, "{:?}", report.usage);
        }
        done(&world.on(rung).flags(["--cpu-time", "30s"]).report(probe(&format!("spin 1 100 {way}"))));
    }
}

#[test]
fn processor_time_is_up() {
    time_is_up("plain");
}

#[test]
fn processor_time_is_up_in_another_session() {
    time_is_up("session");
}

#[test]
fn processor_time_is_up_for_the_modest() {
    time_is_up("nice");
}

#[test]
fn processor_time_is_up_for_children_nobody_waits_for() {
    time_is_up("ignored");
}

#[test]
fn processor_time_is_up_for_those_who_live_for_a_moment() {
    time_is_up("relay");
}
