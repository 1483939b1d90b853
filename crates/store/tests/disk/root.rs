//! The state directory: made, trusted, refused.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use aisbx_store::{OpenError, Store};
use insta::assert_snapshot;
use rustix::process::geteuid;
use tempfile::TempDir;

use crate::scene::{NOBODY, as_user, command, home_of, mode, ordinary, other_process, place, record, report, told};

fn refusal(home: &Path, root: &Path) -> String {
    told(&Store::open(root).unwrap_err(), home)
}

#[test]
fn everything_is_private_whatever_the_umask() {
    let user = ordinary();
    for umask in ["0000", "0022", "0277", "0777"] {
        let home = home_of(user);
        let root = home.path().join("state/deep/aisbx");
        let script = format!("umask {umask}; exec \"$@\"");
        let child = other_process("root::child_runs_once", &root);
        let mut shell = command(user, "sh");
        shell.args(["-c", &script, "sh"]).arg(child.get_program()).args(child.get_args());
        shell.envs(child.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.output().unwrap();
        assert!(output.status.success(), "umask {umask}: {}", String::from_utf8_lossy(&output.stdout));
        check_private(&home.path().join("state"));
    }
}

fn check_private(path: &Path) {
    let directory = path.is_dir();
    assert_eq!(mode(path), if directory { 0o700 } else { 0o600 }, "{}", path.display());
    for entry in fs::read_dir(path).into_iter().flatten() {
        check_private(&entry.unwrap().path());
    }
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_runs_once() {
    let Some(root) = place() else { return };
    let store = Store::open(&root).unwrap();
    let record = record(1);
    let run = store.begin(&record).unwrap();
    let mut log = run.log(aisbx_store::LogBounds::default());
    log.write(aisbx_store::Stream::Stdout, std::time::Duration::ZERO, b"x").unwrap();
    run.finish(&report(&record), aisbx_store::Durability::Process).unwrap();
}

#[test]
fn a_store_of_a_newer_format_is_left_alone() {
    let home = TempDir::new().unwrap();
    let root = home.path().join("aisbx");
    Store::open(&root).unwrap();
    fs::write(root.join("version"), "2\n").unwrap();
    assert_snapshot!(refusal(home.path(), &root), @"`HOME/aisbx` was written by a newer aisbx (format 2, this one knows 1): update aisbx, or use another state directory");
    assert!(Store::open_existing(&root).is_err());
    fs::write(root.join("version"), "\u{1b}[2J one").unwrap();
    assert_snapshot!(refusal(home.path(), &root), @r"`HOME/aisbx/version` does not hold the number of a format: `\u{1b}[2J one`");
}

#[test]
fn a_version_that_a_power_failure_emptied_is_written_again() {
    let home = TempDir::new().unwrap();
    let root = home.path().join("aisbx");
    Store::open(&root).unwrap();
    fs::write(root.join("version"), "").unwrap();
    Store::open(&root).unwrap();
    assert_eq!(fs::read_to_string(root.join("version")).unwrap(), "1\n");
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let home = TempDir::new().unwrap();
    let root = home.path().join("aisbx");
    Store::open(&root).unwrap();
    for (bits, refused) in [(0o757, true), (0o770, true), (0o755, false)] {
        fs::set_permissions(&root, fs::Permissions::from_mode(bits)).unwrap();
        assert_eq!(matches!(Store::open(&root), Err(OpenError::Shared { .. })), refused, "{bits:o}");
    }
    fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
    assert_snapshot!(refusal(home.path(), &root), @"`HOME/aisbx` can be written by other users (mode 0777): run `chmod go-w` on it");
}

#[test]
fn a_link_to_a_directory_of_ones_own_is_followed() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("real")).unwrap();
    fs::set_permissions(home.path().join("real"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink("real", home.path().join("aisbx")).unwrap();
    Store::open(&home.path().join("aisbx")).unwrap();
    assert!(home.path().join("real/version").exists());
    symlink("nowhere", home.path().join("dangling")).unwrap();
    assert_snapshot!(refusal(home.path(), &home.path().join("dangling")), @"cannot open `HOME/dangling`: No such file or directory (os error 2)");
}

#[test]
fn what_belongs_to_somebody_else_is_refused() {
    let us = geteuid().as_raw();
    if us != 0 {
        // Only root can give things away; an ordinary user meets root's own.
        assert!(matches!(Store::open(Path::new("/usr")), Err(OpenError::Foreign { .. })));
        return;
    }
    let home = home_of(NOBODY);
    fs::create_dir(home.path().join("theirs")).unwrap();
    fs::set_permissions(home.path().join("theirs"), fs::Permissions::from_mode(0o700)).unwrap();
    chown(home.path().join("theirs"), Some(NOBODY), None).unwrap();
    symlink("theirs", home.path().join("link")).unwrap();
    assert_snapshot!(refusal(home.path(), &home.path().join("link")), @"`HOME/link` belongs to user 65534, but this process is user 0: use a state directory of your own");
    assert!(!home.path().join("theirs/version").exists());
    // Their link to a directory of ours: they may point it elsewhere at any time.
    fs::create_dir(home.path().join("ours")).unwrap();
    fs::set_permissions(home.path().join("ours"), fs::Permissions::from_mode(0o700)).unwrap();
    as_user(NOBODY, || symlink("ours", home.path().join("their-link")).unwrap());
    assert_snapshot!(refusal(home.path(), &home.path().join("their-link")), @"`HOME/their-link` belongs to user 65534, but this process is user 0: use a state directory of your own");
}

#[test]
fn what_is_no_directory_is_refused() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    assert_snapshot!(refusal(home.path(), &home.path().join("file")), @"cannot open `HOME/file`: Not a directory (os error 20)");
    assert_snapshot!(refusal(home.path(), &home.path().join("file/below")), @"cannot open `HOME/file/below`: Not a directory (os error 20)");
    assert_snapshot!(refusal(home.path(), Path::new("state")), @"the state directory `state` is not an absolute path");
}

#[test]
fn looking_makes_nothing() {
    let home = TempDir::new().unwrap();
    let root = home.path().join("state/aisbx");
    assert!(Store::open_existing(&root).unwrap().is_none());
    assert!(!home.path().join("state").exists());
    Store::open(&root).unwrap();
    assert!(Store::open_existing(&root).unwrap().is_some());
}
