//! Disks that are full or read-only.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use aisbx_store::{Durability, LogBounds, LogItem, RunError, State, Store, Stream};
use insta::assert_snapshot;

use crate::scene::{
    as_user, home_of, interrupt, ordinary, other_process_in_shell, place, record, report, shell_aside, told, users,
};

#[test]
fn a_directory_we_may_not_write_to_is_told() {
    let user = ordinary();
    let home = home_of(user);
    let locked = home.path().join("locked");
    let error = as_user(user, || {
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
        Store::open(&locked.join("aisbx")).unwrap_err()
    });
    assert_snapshot!(told(&error, home.path()), @"cannot create directory `HOME/locked/aisbx`: Permission denied (os error 13)");
}

#[test]
fn a_read_only_file_system_can_be_looked_at() {
    for user in users() {
        let home = home_of(user);
        let root = home.path().join("aisbx");
        as_user(user, || interrupt(&Store::open(&root).unwrap(), &record(1)));
        let child = other_process_in_shell("hostile_disk::child_on_a_read_only_disk", &root);
        let root = root.display();
        shell_aside(
            user,
            home.path(),
            &format!("mount --bind '{root}' '{root}'; mount -o remount,bind,ro '{root}'; {child}"),
        );
    }
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_on_a_read_only_disk() {
    let Some(root) = place() else { return };
    let store = Store::open(&root).unwrap();
    assert_eq!(store.find("latest").unwrap().state(), &State::Interrupted);
    let error = store.begin(&record(2)).unwrap_err();
    let expected =
        "cannot create directory `HOME/aisbx/runs/.new-1hk153x02bz99y1a`: Read-only file system (os error 30)";
    assert_eq!(told(&error, root.parent().unwrap()), expected);
}

#[test]
fn a_full_disk_is_told_and_survived() {
    for user in users() {
        let home = home_of(user);
        let root = home.path().join("aisbx");
        let child = other_process_in_shell("hostile_disk::child_on_a_full_disk", &root);
        let home = home.path().display();
        shell_aside(user, std::path::Path::new("/"), &format!("mount -t tmpfs -o size=512k tmpfs '{home}'; {child}"));
    }
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_on_a_full_disk() {
    let Some(root) = place() else { return };
    let store = Store::open(&root).unwrap();
    let record_one = record(1);
    let run = store.begin(&record_one).unwrap();
    let ballast = root.join("ballast");
    fs::write(&ballast, vec![1; 300_000]).unwrap();

    let crumbs = root.join("crumbs");
    let mut log = run.log(LogBounds::default());
    let mut say = |byte: u8| log.write(Stream::Stdout, Duration::ZERO, &[byte; 50_000]);
    let spoken: Vec<_> = (0..8).map(&mut say).collect();
    let full = spoken.iter().position(Result::is_err).unwrap();
    assert!(full > 0 && spoken[full..].iter().all(Result::is_err));

    fs::create_dir(&crumbs).unwrap();
    let crumb = |number: u32| fs::write(crumbs.join(number.to_string()), [1; 4096]);
    assert!((0..1000).map(crumb).any(|written| written.is_err()));
    let error = store.begin(&record(2)).unwrap_err();
    assert!(matches!(&error, RunError::Disk(error) if error.kind() == ErrorKind::StorageFull), "{error:?}");
    assert_eq!(store.runs().unwrap().count(), 1, "half a run is none");
    assert!(fs::read_dir(root.join("runs")).unwrap().count() == 1, "and leaves nothing");

    fs::remove_file(&ballast).unwrap();
    say(8).unwrap();
    run.finish(&report(&record_one), Durability::Process).unwrap();
    let entry = store.find("latest").unwrap();
    assert!(matches!(entry.state(), State::Ended(_)));
    let items: Vec<_> = entry.log().map(Result::unwrap).collect();
    let bytes = |item: &LogItem| match item {
        LogItem::Output { bytes, .. } => (bytes[0], bytes.len()),
        LogItem::Gap { omitted } => (99, usize::try_from(*omitted).unwrap()),
    };
    let mut expected: Vec<_> = (0..full as u8).map(|byte| (byte, 50_000)).collect();
    expected.extend([(99, (8 - full) * 50_000), (8, 50_000)]);
    assert_eq!(items.iter().map(bytes).collect::<Vec<_>>(), expected);
}
