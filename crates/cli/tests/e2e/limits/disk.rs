//! Room: bytes and files of everything that is writable and not the host's own, wherever they are put.

use spec::{Outcome, Report, Room};

use super::{done, fact, mechanism, number, probe, shell};
use crate::harness::World;

const LIMIT: u64 = 8 << 20;

/// What a run of this line says that has 8 MiB. A line that wants to be caught sleeps at its end.
fn in_8m(world: &World, line: &str) -> Report {
    world.sandbox().with_probe().flags(["--disk", "8m"]).report(shell(line, ""))
}

/// Asserts that a run ended because something was full.
#[track_caller]
fn full(report: &Report, room: Room, limit: u64, exit_code: u8) {
    let Outcome::DiskFull { of, limit: found, usage, code } = report.outcome else {
        panic!("{:?}: {} {}", report.outcome, report.stdout.text, report.stderr.text)
    };
    assert_eq!((of, found, code, report.exit_code), (room, limit, exit_code, exit_code), "{usage:?}");
    let over = usage.is_none_or(|usage| usage > limit);
    assert!(over || exit_code != 137, "ended without a reason: {:?}", report.outcome);
    let flag = match room {
        Room::Disk | Room::Scratch => "--disk",
        Room::Inodes => "--inodes",
        Room::FileSize => "--file-size",
    };
    assert!(report.hint.as_deref().is_some_and(|hint| hint.contains(flag)), "{:?}", report.hint);
}

#[test]
fn one_file_stops_at_the_limit() {
    let world = World::new();
    for way in ["one", "unlinked", "fallocate"] {
        let fill = |size: &str, more: &str| in_8m(&world, &format!("exec $0 disk {way} . {size} {more}"));
        full(&fill("32M", ""), Room::Disk, LIMIT, 153);
        let told = fill("32M", "--ignore-xfsz");
        done(&told);
        assert_eq!(fact(&told).detail()["refused"], "EFBIG", "{way}");
        assert_eq!(number(&fact(&told), "written"), LIMIT, "{way}");
        let control = fill("4M", "");
        done(&control);
        assert_eq!(number(&fact(&control), "written"), 4 << 20, "{way}");
        let unlimited = world.sandbox().probe(["disk", way, ".", "32M"]).works();
        assert_eq!(number(&unlimited, "written"), 32 << 20, "{way}");
    }
}

#[test]
fn a_hole_takes_no_room() {
    let world = World::new();
    let report = in_8m(&world, "for i in 1 2 3 4 5; do mkdir $i; $0 disk sparse $i 7M 4 --hold 200 || exit 1; done");
    done(&report);
    assert!(number(&fact(&report), "taken") < 1 << 20, "{:?}", fact(&report));
    full(&in_8m(&world, "exec $0 disk sparse . 1G 4"), Room::Disk, LIMIT, 153);
}

#[test]
fn many_files_are_added_up() {
    let world = World::new();
    let line = "for i in 1 2 3 4 5 6; do mkdir $i; $0 disk one $i 4M; done";
    full(&in_8m(&world, &format!("{line}; sleep 60")), Room::Disk, LIMIT, 137);
    done(&in_8m(&world, "for i in 1 2 3; do mkdir $i; $0 disk one $i 2M; done; sleep 1"));
    world.sandbox().with_probe().run(shell(line, "")).success();
}

#[test]
fn files_without_a_name_are_added_up() {
    let world = World::new();
    let line = |size: &str, hold: u32| {
        format!("for i in 1 2 3; do mkdir $i; $0 disk unlinked $i {size} --hold {hold} & done; wait")
    };
    full(&in_8m(&world, &line("6M", 60_000)), Room::Disk, LIMIT, 137);
    done(&in_8m(&world, &line("2M", 1000)));
}

#[test]
fn a_closed_directory_hides_nothing() {
    let world = World::new();
    let line = |size: u32, rest: &str| {
        format!(
            "mkdir d; exec 3>d/a 4>d/b 5>d/c; chmod 000 d; for i in 3 4 5; do head -c {size} /dev/zero >&$i; done; {rest}"
        )
    };
    full(&in_8m(&world, &line(7_000_000, "sleep 60")), Room::Disk, LIMIT, 137);
    done(&in_8m(&world, &line(2_000_000, "sleep 1")));
}

#[test]
fn a_closed_directory_hides_no_files() {
    let world = World::new();
    let listed = "mkdir d; touch d/a; chmod 400 d; mkdir e; exec $0 disk many e";
    for line in ["mkdir -m 300 d; exec $0 disk many d", "mkdir -m 300 d; mkdir d/e; exec $0 disk many d/e", listed] {
        let fill = |rest: &str| {
            let sandbox = world.sandbox().with_probe().flags(["--inodes", "500"]);
            sandbox.report(shell(&format!("{line} {rest}"), ""))
        };
        full(&fill("3000 --hold 60000"), Room::Inodes, 500, 137);
        done(&fill("300 --hold 500"));
    }
}

#[test]
fn what_lies_in_memory_shares_one_room() {
    let world = World::new();
    let line = |size: &str| {
        format!("for i in /tmp $HOME /dev/shm; do $0 disk one $i {size}; done; $0 disk one /run 4K; exit 5")
    };
    let report = in_8m(&world, &line("4M"));
    let Outcome::DiskFull { of: Room::Disk | Room::Scratch, limit: LIMIT, code: 5, .. } = report.outcome else {
        panic!("{:?}", report.outcome)
    };
    assert_eq!(report.stdout.text.matches("ENOSPC").count(), 2, "{}", report.stdout.text);
    assert!(report.hint.as_deref().is_some_and(|hint| hint.contains("--disk")), "{:?}", report.hint);
    let control = in_8m(&world, &line("2M"));
    assert_eq!(control.outcome, Outcome::Exited { code: 5 });
    assert_eq!(control.stdout.text.matches(r#""refused":null"#).count(), 4, "{}", control.stdout.text);
}

#[test]
fn memory_and_disk_are_added_up() {
    let world = World::new();
    let line = |size: &str, rest: &str| format!("$0 disk one /tmp {size}; $0 disk one . {size}; {rest}");
    full(&in_8m(&world, &line("6M", "sleep 60")), Room::Disk, LIMIT, 137);
    done(&in_8m(&world, &line("3M", "sleep 1")));
}

#[test]
fn a_flood_of_files_stops_at_the_limit() {
    let world = World::new();
    for (way, place) in [("many", "."), ("many", "/tmp"), ("deep", "."), ("deep", "/tmp")] {
        let fill = |count: u32, hold: u32| {
            let words = format!("disk {way} {place} {count} --hold {hold}");
            world.sandbox().with_probe().flags(["--inodes", "500"]).report(probe(&words))
        };
        full(&fill(3000, 60_000), Room::Inodes, 500, 137);
        let control = fill(300, 500);
        done(&control);
        assert_eq!(number(&fact(&control), "made"), 300, "{way} {place}");
        let unlimited = world.sandbox().probe(["disk", way, place, "3000"]).works();
        assert_eq!(number(&unlimited, "made"), 3000, "{way} {place}");
    }
}

#[test]
fn the_hosts_own_tree_is_not_counted() {
    let world = World::new();
    let sandbox = world.sandbox().with_probe().workspace("rw").flags(["--disk", "8m"]);
    let report = sandbox.report(probe("disk one . 32M --hold 500"));
    done(&report);
    assert_eq!(number(&fact(&report), "written"), 32 << 20);
}

#[test]
fn a_full_disk_leaves_a_record_and_nothing_else() {
    let world = World::new();
    let report = in_8m(&world, "mkdir a b; $0 disk one a 6M; $0 disk one b 6M; $0 disk deep /tmp 300; sleep 60");
    full(&report, Room::Disk, LIMIT, 137);
    assert!(mechanism(&report, "disk").starts_with("watched, 8m"), "{:?}", report.enforced);
    let record = world.sandbox().ask("inspect", ["latest"]).success().json();
    assert_eq!(record["report"]["outcome"]["status"], "disk_full");
    assert!(crate::harness::mounts(world.root()).is_empty());
    assert_eq!(std::fs::read_dir(world.temporary()).expect("list").count(), 0);
    let left = std::fs::read_dir(world.workspace()).expect("list").count();
    assert_eq!(left, 0, "the workspace is untouched");
}
