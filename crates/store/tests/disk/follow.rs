//! Reading along with other processes, and what they leave when they are killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use aisbx_store::{Durability, Entry, LogBounds, LogItem, LogReader, State, Store, Stream};
use tempfile::TempDir;

use crate::scene::{other_process, place, record, report};

const PAUSE: Duration = Duration::from_millis(5);

/// What is written at a place of the log.
fn byte_at(place: u64) -> u8 {
    (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

/// Checks every byte that comes; returns how many bytes were written and how many of them came.
fn check(items: impl Iterator<Item = Result<LogItem, aisbx_store::LogError>>) -> (u64, u64) {
    let (mut place, mut read) = (0, 0);
    for item in items {
        match item.unwrap() {
            LogItem::Output { bytes, .. } => {
                assert!((place..).zip(&bytes).all(|(place, byte)| byte_at(place) == *byte), "at {place}");
                place += bytes.len() as u64;
                read += bytes.len() as u64;
            }
            LogItem::Gap { omitted } => place += omitted,
        }
    }
    (place, read)
}

fn write(total: u64, chunk: u64, bounds: LogBounds, pause: Duration) {
    let Some(root) = place() else { return };
    let store = Store::open(&root).unwrap();
    let record = record(1);
    let run = store.begin(&record).unwrap();
    println!("started");
    let mut log = run.log(bounds);
    while log.total() < total {
        let bytes: Vec<_> = (log.total()..(log.total() + chunk).min(total)).map(byte_at).collect();
        log.write(Stream::Stdout, Duration::ZERO, &bytes).unwrap();
        sleep(pause);
    }
    run.finish(&report(&record), Durability::Process).unwrap();
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_writes_at_leisure() {
    write(200_000, 1009, LogBounds::default(), Duration::from_millis(1));
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_writes_without_end() {
    write(u64::MAX, 3001, LogBounds { head: 20_000, segment: 10_000, kept: 2 }, Duration::ZERO);
}

fn start(name: &str, home: &TempDir) -> (Child, Entry) {
    let root = home.path().join("aisbx");
    let mut child = other_process(name, &root).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("started") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    // It says more when it ends, and must find somebody who listens.
    child.stdout = Some(output.into_inner());
    let entry = Store::open(&root).unwrap().find("latest").unwrap();
    (child, entry)
}

#[test]
fn a_follower_sees_everything_and_the_end() {
    let home = TempDir::new().unwrap();
    let (mut child, entry) = start("follow::child_writes_at_leisure", &home);
    assert_eq!(check(entry.log().follow(PAUSE)), (200_000, 200_000));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_follower_of_a_killed_run_comes_to_an_end() {
    let home = TempDir::new().unwrap();
    let (mut child, entry) = start("follow::child_writes_without_end", &home);
    let follower = std::thread::spawn(move || check(entry.log().follow(PAUSE)));
    sleep(Duration::from_millis(100));
    child.kill().unwrap();
    child.wait().unwrap();
    let (written, read) = follower.join().unwrap();
    assert!(0 < read && read <= written);
}

#[test]
fn a_log_whose_writer_was_killed_is_a_beginning_of_what_it_wrote() {
    for round in 0..15 {
        let home = TempDir::new().unwrap();
        let (mut child, entry) = start("follow::child_writes_without_end", &home);
        sleep(Duration::from_micros(round * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        let reader: LogReader = entry.log();
        let (written, read) = check(reader);
        assert!(read <= written);
        let again = Store::open(&home.path().join("aisbx")).unwrap().find("latest").unwrap();
        assert_eq!(again.state(), &State::Interrupted);
    }
}
