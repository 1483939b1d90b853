//! One file, and how many a process has open.

use spec::{Outcome, Room};

use super::{RUNGS, done, fact, mechanism, number, probe};
use crate::harness::{PROBE, World};

#[test]
fn a_file_stops_at_its_size() {
    const RESOURCE: &str = "1"; // RLIMIT_FSIZE
    let world = World::new();
    for (rung, place) in RUNGS.into_iter().flat_map(|rung| [".", "/tmp"].map(|place| (rung, place))) {
        let fill = |size: &str, more: &str| {
            let words = format!("disk one {place} {size}{more}");
            world.on(rung).flags(["--file-size", "1m"]).report(probe(&words))
        };
        let report = fill("4M", "");
        let expected = Outcome::DiskFull { of: Room::FileSize, limit: 1 << 20, usage: Some(1 << 20), code: 153 };
        assert_eq!((&report.outcome, report.exit_code), (&expected, 153));
        assert!(report.hint.as_deref().is_some_and(|hint| hint.contains("--file-size 1m")), "{:?}", report.hint);
        assert_eq!(mechanism(&report, "file_size"), "RLIMIT_FSIZE 1048576");
        let told = fill("4M", " --ignore-xfsz");
        done(&told);
        assert_eq!(
            (number(&fact(&told), "written"), fact(&told).detail()["refused"].as_str()),
            (1 << 20, Some("EFBIG"))
        );
        done(&fill("1M", ""));
        world.rung(rung).flags(["--file-size", "1m"]).probe(["raise-limit", RESOURCE]).answers("EPERM");
    }
    assert_eq!(number(&world.sandbox().probe(["disk", "one", ".", "4M"]), "written"), 4 << 20, "control");
}

#[test]
fn whoever_meets_it_and_says_so_gets_a_hint() {
    let world = World::new();
    let line = "open('f', 'wb').write(b'x' * (4 << 20))";
    for rung in RUNGS {
        let report = world.rung(rung).flags(["--file-size", "1m"]).report(["python3", "-c", line]);
        assert_eq!(report.outcome, Outcome::Exited { code: 1 }, "{:?}", report.stderr);
        assert!(report.hint.as_deref().is_some_and(|hint| hint.contains("--file-size 1m")), "{:?}", report.hint);
        let report =
            world.on(rung).flags(["--file-size", "1m"]).report(["sh", "-c", "\"$0\" disk one . 4M; exit $?", PROBE]);
        assert!(
            matches!(report.outcome, Outcome::DiskFull { of: Room::FileSize, code: 153, .. }),
            "{:?}",
            report.outcome
        );
    }
}

#[test]
fn the_streams_have_no_size() {
    let world = World::new();
    let ended = world.sandbox().with_probe().flags(["--file-size", "1m"]).run(probe("flood 3M")).success();
    assert_eq!(ended.stdout.len(), 3 << 20);
}

#[test]
fn descriptors_are_counted() {
    const RESOURCE: &str = "7"; // RLIMIT_NOFILE
    let world = World::new();
    let open = |most: &str| world.sandbox().flags(["--open-files", "50"]).probe(["nofile", most]).works();
    let all = open("100");
    assert_eq!((number(&all, "opened"), all.detail()["refused"].as_str()), (47, Some("EMFILE")));
    assert_eq!((number(&open("40"), "opened"), open("40").detail()["refused"].as_str()), (40, None));
    world.sandbox().flags(["--open-files", "50"]).probe(["raise-limit", RESOURCE]).answers("EPERM");
    assert_eq!(number(&world.sandbox().probe(["nofile", "100"]), "opened"), 100, "control");
    let report = world.sandbox().flags(["--open-files", "50"]).report(["true"]);
    assert_eq!(mechanism(&report, "open_files"), "RLIMIT_NOFILE 50");
}

#[test]
fn whoever_has_less_himself_gives_no_more_and_the_receipt_says_so() {
    let world = World::new();
    let call = world.sandbox().flags(["--open-files", "256", "--json"]).command(["sh", "-c", "ulimit -n"]);
    let mut less = std::process::Command::new("sh");
    world.sandbox().settle(&mut less);
    less.args(["-c", "ulimit -n 64; exec \"$@\"", "sh"]).arg(call.get_program()).args(call.get_args());
    let ended = less.output().expect("run sh");
    let report: spec::Report = serde_json::from_slice(&ended.stdout).expect("a report");
    assert_eq!((report.stdout.text.as_str(), mechanism(&report, "open_files")), ("64\n", "RLIMIT_NOFILE 64"));
}
