//! What is kept and what goes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use aisbx_store::{Durability, Retention, State, Store};
use jiff::Timestamp;
use spec::RunId;

use crate::scene::{interrupt, record, report, store};

const UNBOUNDED: Retention = Retention { runs: usize::MAX, age: Duration::MAX, bytes: u64::MAX };

fn run(store: &Store, millis: u64) {
    let record = record(millis);
    store.begin(&record).unwrap().finish(&report(&record), Durability::Process).unwrap();
}

fn kept(store: &Store) -> Vec<RunId> {
    store.runs().unwrap().map(|entry| entry.unwrap().record().run_id.clone()).collect()
}

fn ids(millis: &[u64]) -> Vec<RunId> {
    millis.iter().map(|millis| record(*millis).run_id).collect()
}

fn now(home: &Path) -> Timestamp {
    fs::write(home.join("clock"), "").unwrap();
    Timestamp::try_from(fs::metadata(home.join("clock")).unwrap().modified().unwrap()).unwrap()
}

#[test]
fn the_oldest_go_first_and_running_ones_stay() {
    let (home, store) = store();
    let running = store.begin(&record(0)).unwrap();
    (1..=5).for_each(|millis| run(&store, millis));
    interrupt(&store, &record(6));
    let retained = store.retain(&Retention { runs: 3, ..UNBOUNDED }, now(home.path())).unwrap();
    assert_eq!((retained.removed.len(), retained.busy), (3, false));
    assert_eq!(kept(&store), ids(&[6, 5, 4, 0]));
    assert_eq!(store.find(record(0).run_id.as_str()).unwrap().state(), &State::Running);
    assert_eq!(fs::read_dir(home.path().join("aisbx/trash")).unwrap().count(), 0);
    running.finish(&report(&record(0)), Durability::Process).unwrap();
    store.retain(&Retention { runs: 3, ..UNBOUNDED }, now(home.path())).unwrap();
    assert_eq!(kept(&store), ids(&[6, 5, 4]));
}

#[test]
fn what_is_too_old_goes_but_the_newest() {
    let (home, store) = store();
    (1..=3).for_each(|millis| run(&store, millis));
    let bounds = Retention { age: Duration::from_secs(3600), ..UNBOUNDED };
    assert_eq!(store.retain(&bounds, now(home.path())).unwrap().removed.len(), 0);
    let later = now(home.path()) + Duration::from_secs(7200);
    assert_eq!(store.retain(&bounds, later).unwrap().removed.len(), 2);
    assert_eq!(kept(&store), ids(&[3]));
    // A clock that was set back makes nothing old.
    assert_eq!(store.retain(&bounds, Timestamp::UNIX_EPOCH).unwrap().removed.len(), 0);
}

#[test]
fn what_takes_too_much_room_goes() {
    let (home, store) = store();
    for millis in 1..=4 {
        let record = record(millis);
        let run = store.begin(&record).unwrap();
        run.layer(home.path(), None).unwrap();
        fs::create_dir(run.path().join("layer/upper/deep")).unwrap();
        fs::write(run.path().join("layer/upper/deep/large"), vec![1; 1 << 20]).unwrap();
        run.finish(&report(&record), Durability::Process).unwrap();
    }
    let bounds = Retention { bytes: (2 << 20) + (300 << 10), ..UNBOUNDED };
    assert_eq!(store.retain(&bounds, now(home.path())).unwrap().removed.len(), 2);
    assert_eq!(kept(&store), ids(&[4, 3]));
    assert_eq!(store.retain(&Retention { bytes: 0, ..UNBOUNDED }, now(home.path())).unwrap().removed.len(), 1);
    assert_eq!(kept(&store), ids(&[4]));
}

#[test]
fn one_that_is_too_large_alone_does_not_take_the_others_along() {
    let (home, store) = store();
    for (millis, bytes) in [(1, 1), (2, 3 << 20), (3, 1)] {
        let record = record(millis);
        let run = store.begin(&record).unwrap();
        run.layer(home.path(), None).unwrap();
        fs::write(run.path().join("layer/upper/file"), vec![1; bytes]).unwrap();
        run.finish(&report(&record), Durability::Process).unwrap();
    }
    assert_eq!(store.retain(&Retention { bytes: 2 << 20, ..UNBOUNDED }, now(home.path())).unwrap().removed.len(), 1);
    assert_eq!(kept(&store), ids(&[3, 1]));
}

#[test]
fn what_earlier_removals_and_starts_left_goes_as_well() {
    let (home, store) = store();
    run(&store, 1);
    let root = home.path().join("aisbx");
    fs::create_dir_all(root.join("trash/1hk153x02bz99y1a/layer/upper")).unwrap();
    fs::create_dir(root.join("runs/.new-1hk153x02bz99y1a")).unwrap();
    fs::write(root.join("runs/.new-1hk153x02bz99y1a/record.json"), "").unwrap();
    store.retain(&UNBOUNDED, now(home.path())).unwrap();
    assert_eq!(fs::read_dir(root.join("trash")).unwrap().count(), 0);
    assert!(root.join("runs/.new-1hk153x02bz99y1a").exists(), "it may be alive");
    let later = now(home.path()) + Duration::from_secs(7200);
    let monitor = fs::File::open(root.join("runs/.new-1hk153x02bz99y1a/record.json")).unwrap();
    monitor.lock().unwrap();
    store.retain(&UNBOUNDED, later).unwrap();
    assert!(root.join("runs/.new-1hk153x02bz99y1a").exists(), "it is alive");
    monitor.unlock().unwrap();
    store.retain(&UNBOUNDED, later).unwrap();
    assert!(!root.join("runs/.new-1hk153x02bz99y1a").exists());
    assert_eq!(kept(&store), ids(&[1]));
}

#[test]
fn nobody_waits_for_whoever_is_at_it() {
    let (home, store) = store();
    (1..=3).for_each(|millis| run(&store, millis));
    let lock = fs::File::open(home.path().join("aisbx/lock")).unwrap();
    lock.lock().unwrap();
    let retained = store.retain(&Retention { runs: 1, ..UNBOUNDED }, now(home.path())).unwrap();
    assert_eq!((retained.removed.len(), retained.busy), (0, true));
    // Starting and ending runs go on meanwhile.
    run(&store, 4);
    assert_eq!(kept(&store).len(), 4);
}

#[test]
fn one_run_in_sixteen_tidies_up() {
    let due = (0..3200_u64).filter(|chance| Retention::is_due(&RunId::new(1 << 40, *chance))).count();
    assert_eq!(due, 200);
}
