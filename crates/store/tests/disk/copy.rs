//! Copies of workspaces, and what was changed in them.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::Path;

use aisbx_store::copy::{self, Bounds, Copied, CopyError, Reason};
use aisbx_store::{Owner, changes};
use insta::{allow_duplicates, assert_snapshot};
use rustix::process::geteuid;
use tempfile::TempDir;

use crate::changes::shown;
use crate::scene::{
    NOBODY, as_user, home_of, mode, ordinary, other_process_in_shell, place, shell, shell_aside, users,
};

const AMPLE: Bounds = Bounds { bytes: 1 << 30, entries: 100_000 };

fn copied(user: u32, home: &Path, original: &str) -> Copied {
    shell(user, home, &format!("mkdir original; cd original; {original}"));
    as_user(user, || copy::tree(&home.join("original"), &home.join("copy"), AMPLE, None).unwrap())
}

/// What a listing tells of a tree: kinds, modes, links, sizes, times, names, targets.
fn listing(home: &Path, tree: &str) -> String {
    let script = "find . ! -type p ! -type s -printf '%y %m %s %T@ %p %l\\n' | sort -k5";
    let script = format!("cd {tree}; {script} | sed 's/^d \\([0-9]*\\) [0-9]*/d \\1/'");
    let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(home).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_copy_looks_like_the_original() {
    for user in users() {
        let home = home_of(user);
        let original = "chmod 751 .; echo a > a; chmod 640 a; mkdir -p d/e; ln -s ../a d/l; echo x > d/e/x; chmod 4755 d/e/x; \
            touch -d '2001-02-03 04:05:06.789' a d/e/x; touch -h -d 2002-02-02 d/l; touch -d 2003-03-03 d; chmod 500 d; \
            mkdir full; i=0; while [ $i -lt 50 ]; do echo $i > full/$i; i=$((i+1)); done";
        let copied = copied(user, home.path(), original);
        assert_eq!(copied.skipped, []);
        let expected = listing(home.path(), "original").replace("f 4755", "f 755");
        assert_eq!(listing(home.path(), "copy"), expected);
        assert_eq!(copied.entries, 56);
        assert_eq!(copied.bytes, 2 + 2 + 10 * 2 + 40 * 3);
        let changes = as_user(user, || {
            changes::of_copy(&home.path().join("copy"), &home.path().join("original"), copied.mark, 100)
        });
        assert_eq!(shown(&changes.unwrap()), "");
    }
}

#[test]
fn holes_stay_holes_and_hard_links_stay_linked() {
    let home = home_of(users()[0]);
    shell(
        users()[0],
        home.path(),
        "mkdir original; truncate -s 100M original/sparse; echo a > original/a; ln original/a original/b",
    );
    let sparse = fs::OpenOptions::new().write(true).open(home.path().join("original/sparse")).unwrap();
    sparse.write_all_at(b"middle", 50 << 20).unwrap();
    let copied = copy::tree(&home.path().join("original"), &home.path().join("copy"), AMPLE, None).unwrap();
    assert!(copied.bytes < 1 << 20, "{copied:?}");
    let sparse = fs::metadata(home.path().join("copy/sparse")).unwrap();
    assert_eq!(sparse.len(), 100 << 20);
    assert!(sparse.blocks() * 512 < 1 << 20);
    let both = fs::read(home.path().join("copy/sparse")).unwrap();
    assert_eq!(&both[50 << 20..][..6], b"middle");
    assert_eq!(fs::metadata(home.path().join("copy/a")).unwrap().nlink(), 2);
}

#[test]
fn content_survives_between_file_systems() {
    let user = users()[0];
    let home = home_of(user);
    fs::create_dir(home.path().join("original")).unwrap();
    let content: Vec<u8> = (0..3_000_001_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(home.path().join("original/large"), &content).unwrap();
    fs::write(home.path().join("original/empty"), "").unwrap();
    let other = home.path().display();
    let child = other_process_in_shell("copy::child_copies_to_another_disk", home.path());
    shell_aside(user, home.path(), &format!("mkdir other; mount -t tmpfs tmpfs '{other}/other'; {child}"));
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_copies_to_another_disk() {
    let Some(home) = place() else { return };
    let copied = copy::tree(&home.join("original"), &home.join("other/copy"), AMPLE, None).unwrap();
    for name in ["large", "empty"] {
        let (one, other) = (home.join("original").join(name), home.join("other/copy").join(name));
        assert!(fs::read(one).unwrap() == fs::read(other).unwrap(), "{name}");
    }
    fs::write(home.join("other/copy/new"), "").unwrap();
    let changes = changes::of_copy(&home.join("other/copy"), &home.join("original"), copied.mark, 10).unwrap();
    assert_eq!(shown(&changes), r#"A "new""#);
}

#[test]
fn what_cannot_be_copied_is_told_and_not_missed() {
    let user = ordinary();
    let home = home_of(user);
    let original =
        "mkfifo pipe; echo s > secret; chmod 000 secret; mkdir closed; echo a > closed/a; chmod 000 closed; echo b > b";
    let copied = copied(user, home.path(), original);
    let mut skipped: Vec<_> = copied.skipped.iter().map(|skipped| (&skipped.path[..], skipped.reason)).collect();
    skipped.sort_by_key(|(path, _)| *path);
    assert_eq!(skipped, [("closed", Reason::Unreadable), ("pipe", Reason::Special), ("secret", Reason::Unreadable)]);
    as_user(user, || {
        let compare =
            || changes::of_copy(&home.path().join("copy"), &home.path().join("original"), copied.mark, 10).unwrap();
        assert_eq!(shown(&compare()), "");
        fs::remove_file(home.path().join("copy/b")).unwrap();
        assert_eq!(shown(&compare()), r#"D "b""#);
    });
    assert_eq!(mode(&home.path().join("original/closed")), 0, "the original is left as it is");
}

#[test]
fn what_is_too_large_is_refused() {
    let home = home_of(users()[0]);
    shell(
        users()[0],
        home.path(),
        "mkdir original; head -c 100000 /dev/zero > original/a; head -c 100000 /dev/zero > original/b",
    );
    let attempt = |name: &str, bounds| copy::tree(&home.path().join("original"), &home.path().join(name), bounds, None);
    assert!(attempt("fits", Bounds { bytes: 200_000, entries: 2 }).is_ok());
    let error = attempt("bytes", Bounds { bytes: 199_999, entries: 2 }).unwrap_err();
    assert!(matches!(error, CopyError::TooLarge { .. }));
    assert_snapshot!(crate::scene::told(&error, home.path()), @"`HOME/original` holds more than 199999 bytes");
    let error = attempt("entries", Bounds { bytes: 200_000, entries: 1 }).unwrap_err();
    assert_snapshot!(crate::scene::told(&error, home.path()), @"`HOME/original` holds more than 1 files and directories");
    let written: u64 =
        fs::read_dir(home.path().join("bytes")).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(written, 100_000, "it stops before it goes beyond");
}

#[test]
fn a_copy_inside_the_original_does_not_copy_itself() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join("state")).unwrap();
    fs::write(home.path().join("a"), "a").unwrap();
    let copied = copy::tree(home.path(), &home.path().join("state/copy"), AMPLE, None).unwrap();
    assert_eq!(copied.skipped.iter().map(|skipped| skipped.reason).collect::<Vec<_>>(), [Reason::Target]);
    assert!(home.path().join("state/copy/a").exists() && !home.path().join("state/copy/state/copy").exists());
}

#[test]
fn what_is_mounted_is_left_out() {
    let user = users()[0];
    let home = home_of(user);
    shell(user, home.path(), "mkdir -p original/mounted; echo a > original/a");
    let child = other_process_in_shell("copy::child_copies_around_a_mount", home.path());
    shell_aside(
        user,
        home.path(),
        &format!("mount -t tmpfs tmpfs original/mounted; touch original/mounted/file; {child}"),
    );
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_copies_around_a_mount() {
    let Some(home) = place() else { return };
    let copied = copy::tree(&home.join("original"), &home.join("copy"), AMPLE, None).unwrap();
    assert_eq!(copied.skipped.iter().map(|skipped| skipped.reason).collect::<Vec<_>>(), [Reason::Mounted]);
    assert_eq!(fs::read_dir(home.join("copy/mounted")).unwrap().count(), 0);
    let changes = changes::of_copy(&home.join("copy"), &home.join("original"), copied.mark, 10).unwrap();
    assert_eq!(shown(&changes), "");
}

#[test]
fn a_copy_can_be_given_away() {
    if !geteuid().is_root() {
        // Only root can; that an ordinary user is told so is all there is to see.
        let home = TempDir::new().unwrap();
        let owner = Some(Owner { uid: 0, gid: 0 });
        assert!(copy::tree(home.path(), &home.path().join("copy"), AMPLE, owner).is_err());
        return;
    }
    let home = TempDir::new().unwrap();
    shell(0, home.path(), "mkdir -p original/d; echo a > original/d/a; ln -s a original/l; chmod 600 original/d/a");
    let owner = Owner { uid: NOBODY, gid: NOBODY };
    let copied = copy::tree(&home.path().join("original"), &home.path().join("copy"), AMPLE, Some(owner)).unwrap();
    for name in ["", "d", "d/a", "l"] {
        let found = fs::symlink_metadata(home.path().join("copy").join(name)).unwrap();
        assert_eq!((found.uid(), found.gid()), (NOBODY, NOBODY), "{name}");
    }
    let changes = changes::of_copy(&home.path().join("copy"), &home.path().join("original"), copied.mark, 10).unwrap();
    assert_eq!(shown(&changes), "", "owners are no change");
}

#[test]
fn changes_in_a_copy_are_found() {
    for user in users() {
        let home = home_of(user);
        let original = "echo a > a; echo b > b; echo c > c; echo same > same; echo hide-a > hidden; touch -d 2020-01-01 hidden; \
            mkdir -p d/e gone old kind; echo x > d/e/x; echo g > gone/g; echo o > old/o; ln -s a l; ln -s a turned; chmod 755 d";
        let copied = copied(user, home.path(), original);
        let change = "cd copy; echo aa > a; rm b; chmod 600 c; echo same > same; echo hide-b > hidden; touch -d 2020-01-01 hidden; \
            echo n > d/n; chmod 700 d; rm -r gone; mv old new; rmdir kind; echo k > kind; ln -sfn b turned; touch d/e/x";
        shell(user, home.path(), change);
        let changes = as_user(user, || {
            changes::of_copy(&home.path().join("copy"), &home.path().join("original"), copied.mark, 100)
        });
        allow_duplicates! {
            assert_snapshot!(shown(&changes.unwrap()), @r#"
            A "d/n"
            A "new"
            A "new/o"
            M "a"
            M "c"
            M "d"
            M "hidden"
            M "kind"
            M "turned"
            D "b"
            D "gone"
            D "old"
            "#);
        }
    }
}

#[test]
fn what_happens_to_the_original_meanwhile_is_no_change() {
    let user = users()[0];
    let home = home_of(user);
    let copied = copied(user, home.path(), "echo a > a; mkdir d; echo b > d/b");
    fs::write(home.path().join("original/new"), "").unwrap();
    fs::remove_file(home.path().join("original/a")).unwrap();
    fs::remove_dir_all(home.path().join("original/d")).unwrap();
    let changes = changes::of_copy(&home.path().join("copy"), &home.path().join("original"), copied.mark, 10).unwrap();
    assert_eq!(shown(&changes), "");
}

#[test]
fn permissions_of_an_existing_target_follow_the_original() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("original")).unwrap();
    fs::set_permissions(home.path().join("original"), fs::Permissions::from_mode(0o711)).unwrap();
    fs::create_dir(home.path().join("copy")).unwrap();
    copy::tree(&home.path().join("original"), &home.path().join("copy"), AMPLE, None).unwrap();
    assert_eq!(mode(&home.path().join("copy")), 0o711);
}

#[test]
fn a_link_on_the_way_to_the_original_leads_nowhere() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("real/original")).unwrap();
    std::os::unix::fs::symlink("real", home.path().join("link")).unwrap();
    let copy = |way: &str| {
        copy::tree(&home.path().join(way).join("original"), &home.path().join(format!("copy-{way}")), AMPLE, None)
    };
    assert!(copy("real").is_ok(), "control");
    assert!(copy("link").is_err());
}
