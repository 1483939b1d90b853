//! Many at the same time, in processes of their own.

use std::time::Duration;

use aisbx_store::{Durability, LogBounds, LogItem, Retention, State, Store, Stream};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::scene::{other_process, place, record, report};

const RUNS: u64 = 200;

#[test]
fn two_hundred_runs_at_once_on_a_store_that_is_not_there_yet() {
    let home = TempDir::new().unwrap();
    let root = home.path().join("state/aisbx");
    let children: Vec<_> = (0..RUNS)
        .map(|number| {
            let mut command = other_process("concurrency::child_runs", &root);
            command.env("NUMBER", number.to_string()).stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let store = Store::open_existing(&root).unwrap().unwrap();
    let entries: Vec<_> = store.runs().unwrap().map(Result::unwrap).collect();
    assert_eq!(entries.len() as u64, RUNS);
    for (entry, number) in entries.iter().zip((0..RUNS).rev()) {
        assert_eq!(entry.record().run_id, record(number).run_id);
        assert!(matches!(entry.state(), State::Ended(_)), "{number}: {:?}", entry.state());
        let output = entry.log().map(|item| match item.unwrap() {
            LogItem::Output { bytes, .. } => String::from_utf8(bytes).unwrap(),
            gap => panic!("{gap:?}"),
        });
        assert_eq!(output.collect::<String>(), format!("{number};").repeat(20));
    }
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_runs() {
    let Some(root) = place() else { return };
    let number: u64 = std::env::var("NUMBER").unwrap().parse().unwrap();
    let store = Store::open(&root).unwrap();
    let record = record(number);
    let run = store.begin(&record).unwrap();
    let mut log = run.log(LogBounds::default());
    for step in 0..20 {
        log.write(Stream::Stdout, Duration::from_micros(step), format!("{number};").as_bytes()).unwrap();
    }
    run.finish(&report(&record), Durability::Process).unwrap();
    // All of them tidy up at the same time, with bounds that nothing is beyond.
    let bounds = Retention { runs: 1000, age: Duration::MAX, bytes: u64::MAX };
    let retained = store.retain(&bounds, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(retained.removed.len(), 0);
}

#[test]
fn runs_can_be_listed_while_they_come_and_go() {
    let home = TempDir::new().unwrap();
    let root = home.path().join("aisbx");
    Store::open(&root).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for worker in 0..3_u64 {
            let (root, done) = (&root, &done);
            scope.spawn(move || {
                let store = Store::open(root).unwrap();
                let bounds = Retention { runs: 2, ..Retention::default() };
                for step in 0..150 {
                    let record = record(worker * 1000 + step);
                    let run = store.begin(&record).unwrap();
                    run.finish(&report(&record), Durability::Process).unwrap();
                    store.retain(&bounds, record.started).unwrap();
                }
                done.store(true, std::sync::atomic::Ordering::Relaxed);
            });
        }
        let store = Store::open(&root).unwrap();
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            for entry in store.runs().unwrap() {
                let entry = entry.unwrap();
                assert!(entry.report().is_ok());
            }
        }
    });
}
