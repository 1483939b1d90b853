//! Memory, however it is had, and whoever has it.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use spec::Outcome;

use super::{RUNGS, by_group, done, fact, number, out_of_memory, probe, shell};
use crate::harness::{PROBE, World, alive, eventually, unique};

/// What of it all mechanisms see.
const SEEN: [&str; 6] = ["malloc", "mmap", "shared", "tables", "file", "stack"];

/// What only a cgroup sees, and is therefore not to be had where there is none.
const HIDDEN: [&str; 3] = ["memfd", "shm", "shm-detached"];

/// More than 64m; held long enough to be looked at.
fn greedy(way: &str) -> String {
    format!("eat {way} 128M --hold 60000")
}

#[test]
fn every_way_to_eat_it_ends_at_the_limit() {
    let world = World::new();
    for (rung, way) in RUNGS.into_iter().flat_map(|rung| SEEN.map(|way| (rung, way))) {
        out_of_memory(&world.on(rung).flags(["--mem", "64m"]).report(probe(&greedy(way))), "64m");
    }
}

#[test]
fn a_process_whose_first_thread_has_ended_hides_nothing() {
    let world = World::new();
    for rung in RUNGS {
        let words = format!("headless {}", greedy("mmap"));
        out_of_memory(&world.on(rung).flags(["--mem", "64m"]).report(probe(&words)), "64m");
        done(&world.on(rung).flags(["--mem", "64m"]).report(probe("headless eat mmap 16M --hold 200")));
    }
}

#[test]
fn a_child_is_named_and_not_its_parent() {
    let world = World::new();
    for rung in RUNGS {
        let line = format!("sleep 0.3; $0 {}; echo survived", greedy("mmap"));
        let report = world.on(rung).flags(["--mem", "64m"]).report(shell(&line, ""));
        out_of_memory(&report, "64m");
        let Outcome::OutOfMemory { process: Some(name), .. } = &report.outcome else { panic!("{:?}", report.outcome) };
        assert!(PROBE.ends_with(name.as_str()), "{name}");
    }
}

#[test]
fn whoever_starts_another_program_is_not_counted_twice() {
    let world = World::new();
    let line = "import subprocess\nkept = bytearray(80 << 20)\nfor _ in range(200): \
                subprocess.run(['/bin/true'], close_fds=False)";
    for rung in RUNGS {
        done(&world.rung(rung).flags(["--mem", "150m"]).report(["python3", "-c", line]));
    }
}

#[test]
fn what_nobody_could_watch_needs_a_cgroup() {
    let world = World::new();
    for (rung, way) in RUNGS.into_iter().flat_map(|rung| HIDDEN.map(|way| (rung, way))) {
        let report = world.on(rung).flags(["--mem", "64m"]).report(probe(&format!("eat {way} 128M")));
        if by_group(&report, "memory") {
            out_of_memory(&report, "64m");
        } else {
            done(&report);
            let fact = fact(&report);
            assert_eq!((number(&fact, "eaten"), fact.detail()["refused"].as_str()), (0, Some("ENOSYS")), "{way}");
        }
    }
}

#[test]
fn what_is_in_pipes_counts_in_a_cgroup_and_is_not_seen_without() {
    let world = World::new();
    for rung in RUNGS {
        // Less than what one user may have in large pipes (fs.pipe-user-pages-soft), so that others still get theirs.
        let report = world.on(rung).flags(["--mem", "16m"]).report(probe("eat pipe 32M"));
        if by_group(&report, "memory") {
            out_of_memory(&report, "16m");
        } else {
            done(&report);
        }
    }
}

#[test]
fn the_same_within_the_limit_is_not_disturbed() {
    let world = World::new();
    for (rung, way) in
        RUNGS.into_iter().flat_map(|rung| [SEEN.as_slice(), &HIDDEN].concat().into_iter().map(move |way| (rung, way)))
    {
        let report = world.on(rung).flags(["--mem", "64m"]).report(probe(&format!("eat {way} 16M --hold 200")));
        done(&report);
        if by_group(&report, "memory") || SEEN.contains(&way) {
            assert_eq!(number(&fact(&report), "eaten"), 16 << 20, "{way}");
        }
        assert!(report.usage.peak_memory_bytes <= 64 << 20, "{:?}", report.usage);
    }
}

#[test]
fn the_same_without_a_limit_is_to_be_had() {
    let world = World::new();
    for way in [SEEN.as_slice(), &HIDDEN].concat() {
        let fact = world.sandbox().probe(["eat", way, "72M"]).works();
        assert_eq!(number(&fact, "eaten"), 72 << 20, "{way}: {fact:?}");
    }
}

#[test]
fn many_that_are_small_are_large_together() {
    let world = World::new();
    for rung in RUNGS {
        let crowd = |size: &str, hold: &str| {
            let words = format!("eat malloc {size} --processes 4 --hold {hold}");
            world.on(rung).flags(["--mem", "64m"]).report(probe(&words))
        };
        out_of_memory(&crowd("24M", "60000"), "64m");
        let control = crowd("8M", "200");
        done(&control);
        assert_eq!((number(&fact(&control), "eaten"), number(&fact(&control), "killed")), (32 << 20, 0));
    }
}

#[test]
fn what_the_kernel_keeps_of_files_ends_nobody() {
    let world = World::new();
    let in_memory = lies_in_memory(&world.state());
    for rung in RUNGS {
        let report = world.on(rung).flags(["--mem", "64m"]).report(probe("eat cache 128M --hold 200"));
        if in_memory && by_group(&report, "memory") {
            out_of_memory(&report, "64m");
        } else {
            done(&report);
            assert_eq!(number(&fact(&report), "eaten"), 128 << 20);
        }
    }
}

/// Whether the files of a directory can be nowhere else.
fn lies_in_memory(directory: &Path) -> bool {
    let told = Command::new("stat").args(["-f", "-c", "%T"]).arg(directory).output().expect("run stat");
    ["tmpfs", "ramfs"].contains(&String::from_utf8_lossy(&told.stdout).trim())
}

#[test]
fn everybody_ends_when_one_has_eaten_too_much() {
    let world = World::new();
    for rung in RUNGS {
        let name = unique("beat");
        let line = "$0 heartbeat 600000 /tmp/$1; read go; exec $0 eat malloc 128M --hold 60000";
        let mut started = world.on(rung).flags(["--mem", "64m"]).start(shell(line, &name));
        assert!(started.line().contains(r#""ok":true"#));
        // The daemon's command line, and not that of the launcher, begins with the probe.
        let beat = format!("{PROBE}\0heartbeat\0600000\0/tmp/{name}");
        assert!(eventually(|| !alive(&beat).is_empty()), "control: it lives");
        started.child.stdin.as_mut().expect("a pipe").write_all(b"go\n").expect("let it eat");
        let ended = started.end().code(137);
        assert!(ended.err().contains("out of memory: limit 64m"), "{ended}");
        assert!(eventually(|| alive(&name).is_empty()), "still alive: {:?}", alive(&name));
    }
}

#[test]
fn an_end_for_want_of_memory_is_no_mere_kill() {
    let world = World::new();
    for rung in RUNGS {
        let report = world.on(rung).flags(["--mem", "64m"]).report(["sh", "-c", "kill -9 $$"]);
        assert_eq!(report.outcome, Outcome::Signaled { signal: 9, by: spec::Sender::Process });
        assert_eq!((report.exit_code, report.hint), (137, None));
    }
}
