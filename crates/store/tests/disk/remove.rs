//! Removing trees that somebody hostile has made.

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use aisbx_store::remove;
use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use tempfile::TempDir;

use crate::scene::{as_user, home_of, other_process, other_process_in_shell, place, shell, shell_aside, told, users};

/// Makes directories one in the other.
pub(crate) fn dig(top: &Path, depth: usize, name: &str) {
    let name = CString::new(name).unwrap();
    let mut here = openat(CWD, top, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    for _ in 0..depth {
        mkdirat(&here, &name, Mode::RWXU).unwrap();
        here = openat(&here, &name, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
}

#[test]
fn a_tree_a_hundred_thousand_levels_deep_goes_with_few_descriptors() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("deep")).unwrap();
    dig(&home.path().join("deep"), 100_000, "d");
    let script =
        format!("ulimit -n 64; {}", other_process_in_shell("remove::child_removes", &home.path().join("deep")));
    shell(users()[0], home.path(), &script);
    assert!(!home.path().join("deep").exists());
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_removes() {
    let Some(path) = place() else { return };
    remove::tree(&path).unwrap();
}

#[test]
fn the_longest_names_and_wide_directories_go() {
    let home = TempDir::new().unwrap();
    let top = home.path().join("top");
    fs::create_dir(&top).unwrap();
    dig(&top, 200, &"n".repeat(255));
    for number in 0..3000 {
        fs::create_dir_all(top.join(format!("wide/{number}"))).unwrap();
        fs::write(top.join(format!("wide/{number}/\u{1b}[2J\n{number}")), "").unwrap();
    }
    remove::tree(&top).unwrap();
    assert!(!top.exists());
}

#[test]
fn a_wide_directory_in_the_deep_goes() {
    let home = TempDir::new().unwrap();
    let top = home.path().join("top");
    let deep = top.join("d/".repeat(60));
    fs::create_dir_all(&deep).unwrap();
    for (number, level) in deep.ancestors().take(60).enumerate() {
        for entry in 0..40 {
            fs::create_dir(level.join(format!("{number}-{entry}"))).unwrap();
        }
    }
    remove::tree(&top).unwrap();
    assert!(!top.exists());
}

#[test]
fn directories_closed_to_their_owner_go() {
    for user in users() {
        let home = home_of(user);
        let top = home.path().join("top");
        as_user(user, || {
            for mode in [0o000, 0o100, 0o200, 0o300, 0o400, 0o500, 0o600] {
                let closed = top.join(format!("{mode:03o}"));
                fs::create_dir_all(closed.join("within/deeper")).unwrap();
                fs::write(closed.join("within/file"), "").unwrap();
                for path in [closed.join("within"), closed] {
                    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
                }
            }
            fs::set_permissions(&top, fs::Permissions::from_mode(0o000)).unwrap();
            remove::tree(&top).unwrap();
        });
        assert!(!top.exists());
    }
}

#[test]
fn what_overlayfs_leaves_goes() {
    for user in users() {
        let home = home_of(user);
        shell(user, home.path(), "mkdir -p layer/upper layer/work lower/d merged; touch lower/a");
        let mount =
            "mount -t overlay overlay -o userxattr,lowerdir=lower,upperdir=layer/upper,workdir=layer/work merged";
        shell_aside(user, home.path(), &format!("{mount}; rm merged/a; rmdir merged/d; mkdir merged/d"));
        assert!(home.path().join("layer/work/work").exists());
        as_user(user, || remove::tree(&home.path().join("layer")).unwrap());
        assert!(!home.path().join("layer").exists());
    }
}

#[test]
fn links_are_removed_and_not_followed() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join("precious/within")).unwrap();
    fs::create_dir(home.path().join("top")).unwrap();
    symlink(home.path().join("precious"), home.path().join("top/link")).unwrap();
    symlink("top", home.path().join("to-top")).unwrap();
    remove::tree(&home.path().join("to-top")).unwrap();
    assert!(home.path().join("top/link").exists());
    remove::tree(&home.path().join("top")).unwrap();
    assert!(home.path().join("precious/within").exists());
    remove::tree(&home.path().join("top")).unwrap();
    remove::tree(&home.path().join("no/such")).unwrap();
}

#[test]
fn what_is_mounted_is_left() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join("top/a/mounted")).unwrap();
    fs::create_dir_all(home.path().join("top/b")).unwrap();
    fs::create_dir_all(home.path().join("precious/within")).unwrap();
    let top = home.path().join("top");
    // One from another file system, one from this very one.
    let script = format!(
        "mount -t tmpfs tmpfs top/a/mounted; touch top/a/mounted/file; mount --bind precious top/b; {}; \
         test -e top/a/mounted/file; test -e precious/within",
        other_process_in_shell("remove::child_meets_a_mount", &top)
    );
    shell_aside(users()[0], home.path(), &script);
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_meets_a_mount() {
    let Some(top) = place() else { return };
    let error = remove::tree(&top).unwrap_err();
    // Which of the two it meets first is up to the file system.
    let told = told(&error, top.parent().unwrap()).replace("top/b`", "top/a/mounted`");
    let expected = "2 entries below `HOME/top` cannot be removed: \
        cannot remove `HOME/top/a/mounted`: Invalid cross-device link (os error 18)";
    assert_eq!(told, expected);
}

#[test]
fn what_cannot_be_named_is_refused() {
    assert!(remove::tree(Path::new("/")).is_err());
    assert!(remove::tree(Path::new("..")).is_err());
}

#[test]
fn it_can_be_done_by_several_at_once() {
    let home = TempDir::new().unwrap();
    for number in 0..2000 {
        fs::create_dir_all(home.path().join(format!("top/{}/{number}/x", number % 10))).unwrap();
    }
    let children: Vec<_> = (0..4)
        .map(|_| other_process("remove::child_removes_along", &home.path().join("top")).spawn().unwrap())
        .collect();
    children.into_iter().for_each(|mut child| assert!(child.wait().unwrap().success()));
    assert!(!home.path().join("top").exists());
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_removes_along() {
    let Some(path) = place() else { return };
    // Two that remove the same may be in each other's way; neither may hang or fall over.
    let _ = remove::tree(&path);
    let _ = remove::tree(&path);
}
