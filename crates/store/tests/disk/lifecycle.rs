//! One run from its beginning to its end, as others see it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;
use std::time::Duration;

use aisbx_store::{Durability, EntryError, LogBounds, LogItem, Owner, RunError, State, Store, Stream};
use insta::assert_snapshot;
use rustix::process::geteuid;
use spec::{Outcome, WorkspaceLayer};
use tempfile::TempDir;

use crate::scene::{NOBODY, interrupt, mode, other_process, place, record, report, store, told};

#[test]
fn a_run_is_recorded_from_its_start_and_reported_at_its_end() {
    for durability in [Durability::Process, Durability::Power] {
        let (_home, store) = store();
        let record = record(1);
        let run = store.begin(&record).unwrap();
        let seen = store.find("latest").unwrap();
        assert_eq!((seen.record(), seen.state()), (&record, &State::Running));
        assert_eq!(seen.report().unwrap(), None);

        run.log(LogBounds::default()).write(Stream::Stderr, Duration::from_micros(5), b"\xff\0").unwrap();
        let report = report(&record);
        run.finish(&report, durability).unwrap();
        let seen = store.find("latest").unwrap();
        let State::Ended(ending) = seen.state() else { panic!("{:?}", seen.state()) };
        assert_eq!((&ending.outcome, ending.exit_code), (&Outcome::Exited { code: 7 }, 7));
        assert_eq!(ending.duration(), Duration::from_micros(1234));
        assert_eq!(seen.report().unwrap(), Some(report));
        let items: Vec<_> = seen.log().map(Result::unwrap).collect();
        let output =
            LogItem::Output { stream: Stream::Stderr, at: Duration::from_micros(5), bytes: b"\xff\0".to_vec() };
        assert_eq!(items, [output]);
    }
}

#[test]
fn a_run_without_output_or_layer_is_two_files() {
    let (_home, store) = store();
    let record = record(1);
    let run = store.begin(&record).unwrap();
    let path = run.path().to_owned();
    run.finish(&report(&record), Durability::Process).unwrap();
    let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["record.json", "report.json"]);
}

#[test]
fn the_record_is_json_that_others_can_read() {
    let (_home, store) = store();
    let run = store.begin(&record(1)).unwrap();
    let text = fs::read_to_string(run.path().join("record.json")).unwrap();
    let monitor = std::process::id().to_string();
    assert_snapshot!(text.replace(&monitor, "PID"), @r#"{"run_id":"1hk153x015zmmz0n","trace_id":"00000000000000000000000000000002","profile":"strict","driver":"native","command":["sh","-c","echo �"],"started":"2024-01-01T00:00:00.001Z","workspace":"/home/user/project","monitor":PID}"#);
}

#[test]
fn a_workspace_that_is_no_text_is_recorded_byte_for_byte() {
    use std::os::unix::ffi::OsStringExt;
    let (_home, store) = store();
    let mut record = record(1);
    record.workspace = Some(std::ffi::OsString::from_vec(b"/w/\xff\xfe".to_vec()).into());
    let _run = store.begin(&record).unwrap();
    assert_eq!(store.find("latest").unwrap().record(), &record);
    record.workspace = None;
    record.run_id = spec::RunId::new(1 << 44, 1);
    let _run = store.begin(&record).unwrap();
    assert_eq!(store.find("latest").unwrap().record(), &record);
}

#[test]
fn a_run_whose_monitor_is_gone_was_interrupted() {
    let (_home, store) = store();
    interrupt(&store, &record(1));
    assert_eq!(store.find("latest").unwrap().state(), &State::Interrupted);
}

#[test]
fn those_who_look_at_the_same_time_do_not_take_each_other_for_the_monitor() {
    let (_home, store) = store();
    interrupt(&store, &record(1));
    let seen = store.find("latest").unwrap();
    let other = fs::File::open(seen.path().join("record.json")).unwrap();
    other.lock_shared().unwrap();
    assert_eq!(store.find("latest").unwrap().state(), &State::Interrupted);
}

#[test]
fn output_without_end_takes_eight_mebibytes() {
    let (_home, store) = store();
    let run = store.begin(&record(1)).unwrap();
    let mut log = run.log(LogBounds::default());
    let chunk = b"y\n".repeat(32 << 10);
    for step in 0..1000 {
        log.write(Stream::Stdout, Duration::from_micros(step), &chunk).unwrap();
    }
    let sizes = fs::read_dir(run.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    assert!(sizes.sum::<u64>() < (8 << 20) + (64 << 10));
    let lengths = store.find("latest").unwrap().log().map(|item| match item.unwrap() {
        LogItem::Output { bytes, .. } => bytes.len() as u64,
        LogItem::Gap { omitted } => omitted,
    });
    let lengths: Vec<_> = lengths.collect();
    assert_eq!(lengths.iter().sum::<u64>(), 1000 * 65_536);
    assert_eq!(lengths.iter().filter(|length| **length != 65_536).count(), 1, "one gap");
}

#[test]
fn a_run_whose_monitor_was_killed_was_interrupted() {
    let home = TempDir::new().unwrap();
    let mut child = other_process("lifecycle::child_waits", &home.path().join("aisbx"));
    let mut child = child.stdout(Stdio::piped()).stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("started")));
    let store = Store::open_existing(&home.path().join("aisbx")).unwrap().unwrap();
    let before = store.find("latest").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let after = store.find("latest").unwrap();
    assert_eq!((before.state(), after.state()), (&State::Running, &State::Interrupted));
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_waits() {
    let Some(root) = place() else { return };
    let store = Store::open(&root).unwrap();
    let _run = store.begin(&record(1)).unwrap();
    println!("started");
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn an_id_is_used_once() {
    let (_home, store) = store();
    let record = record(1);
    let first = store.begin(&record).unwrap();
    assert!(matches!(store.begin(&record), Err(RunError::Exists(_))));
    first.finish(&report(&record), Durability::Process).unwrap();
    let error = store.begin(&record).unwrap_err();
    assert_snapshot!(error, @"there is a run `1hk153x015zmmz0n` already");
    assert_eq!(store.runs().unwrap().count(), 1);
}

#[test]
fn a_layer_looks_like_its_workspace() {
    let (home, store) = store();
    let workspace = home.path().join("workspace");
    fs::create_dir(&workspace).unwrap();
    fs::set_permissions(&workspace, std::os::unix::fs::PermissionsExt::from_mode(0o2751)).unwrap();
    filetime(&workspace, 1_000_000_007);
    let run = store.begin(&record(1)).unwrap();
    let owner = (geteuid().is_root()).then_some(Owner { uid: NOBODY, gid: NOBODY });
    let layer = run.layer(&workspace, owner).unwrap();
    let WorkspaceLayer::Overlay(directory) = &layer else { panic!("{layer:?}") };
    let upper = directory.join("upper");
    assert_eq!((mode(&upper), mode(directory)), (0o2751, 0o700));
    let found = fs::metadata(&upper).unwrap();
    assert_eq!((found.mtime(), found.mtime_nsec()), (1_000_000_007, 0));
    assert_eq!(found.uid(), owner.map_or(geteuid().as_raw(), |owner| owner.uid));
    assert_eq!(fs::metadata(directory.join("work")).unwrap().uid(), found.uid());
    assert_eq!(store.find("latest").unwrap().layer().unwrap(), Some(layer));
    let copy = run.place_of_copy();
    fs::create_dir(&copy).unwrap();
    assert_eq!(store.find("latest").unwrap().layer().unwrap(), Some(WorkspaceLayer::Copy(copy)));
}

fn filetime(path: &std::path::Path, seconds: i64) {
    let file = fs::File::open(path).unwrap();
    let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds as u64);
    file.set_modified(time).unwrap();
}

#[test]
fn what_is_damaged_is_told_and_does_not_hide_the_rest() {
    let (home, store) = store();
    for millis in 1..=6 {
        let record = record(millis);
        store.begin(&record).unwrap().finish(&report(&record), Durability::Process).unwrap();
    }
    let path = |millis| home.path().join("aisbx/runs").join(record(millis).run_id.as_str());
    fs::write(path(1).join("record.json"), "{\"run_id\":").unwrap();
    fs::remove_file(path(2).join("record.json")).unwrap();
    fs::write(path(3).join("report.json"), "{}").unwrap();
    fs::write(path(4).join("report.json"), "").unwrap();
    fs::copy(path(6).join("record.json"), path(5).join("record.json")).unwrap();
    fs::write(home.path().join("aisbx/runs/notes.txt"), "").unwrap();
    fs::create_dir(home.path().join("aisbx/runs/.new-1hk153x015zmmz0n")).unwrap();

    let seen: Vec<_> = store.runs().unwrap().collect();
    let words: Vec<_> = seen
        .iter()
        .map(|item| match item {
            Ok(entry) => format!("{} {}", entry.record().run_id, serde_json::to_value(entry.state()).unwrap()["state"]),
            Err(error) => told(error, home.path()),
        })
        .collect();
    assert_snapshot!(words.join("\n"), @r#"
    1hk153x063xvxt3y "ended"
    the record of run 1hk153x05xy78v39 is of another run
    1hk153x04qyjkw2m "interrupted"
    cannot read run 1hk153x03hyxyx1z: `HOME/aisbx/runs/1hk153x03hyxyx1z/report.json` is damaged: missing field `outcome` at line 1 column 2
    run 1hk153x02bz99y1a has no record
    cannot read run 1hk153x015zmmz0n: `HOME/aisbx/runs/1hk153x015zmmz0n/record.json` is damaged: EOF while parsing a value at line 1 column 10
    `notes.txt` among the runs is not a run
    "#);
    assert!(matches!(seen[1], Err(EntryError::Misplaced(_))));
}
