//! Changes read off upper directories that a real overlayfs wrote.

use std::fs;
use std::path::PathBuf;

use aisbx_store::changes;
use insta::{allow_duplicates, assert_snapshot};
use spec::Changes;
use tempfile::TempDir;

use crate::scene::{Home, as_user, home_of, shell, shell_aside, users};

/// A lower directory and what a script in the merged view made of it.
struct Overlay {
    user: u32,
    home: Home,
}

impl Overlay {
    /// `lower` fills the lower directory, `merged` changes the merged one.
    fn new(user: u32, lower: &str, merged: &str) -> Self {
        let home = home_of(user);
        shell(user, home.path(), &format!("mkdir lower upper work merged; cd lower; {lower}"));
        let overlay = Self { user, home };
        overlay.change(merged);
        overlay
    }

    fn change(&self, merged: &str) {
        let mount = "mount -t overlay overlay -o userxattr,lowerdir=lower,upperdir=upper,workdir=work merged";
        shell_aside(self.user, self.home.path(), &format!("{mount}; cd merged; {merged}"));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn changes(&self, limit: usize) -> Changes {
        as_user(self.user, || changes::of_layer(&self.path("upper"), &self.path("lower"), limit).unwrap())
    }
}

/// What every user finds changed, which must be the same for all.
fn changed(lower: &str, merged: &str) -> String {
    let mut all: Vec<_> =
        users().into_iter().map(|user| shown(&Overlay::new(user, lower, merged).changes(1000))).collect();
    all.dedup();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

pub(crate) fn shown(changes: &Changes) -> String {
    let lists = [('A', &changes.created), ('M', &changes.modified), ('D', &changes.deleted)];
    let mut lines: Vec<_> =
        lists.iter().flat_map(|(letter, list)| list.iter().map(move |path| format!("{letter} {path:?}"))).collect();
    if changes.omitted > 0 {
        lines.push(format!("{} more", changes.omitted));
    }
    lines.join("\n")
}

#[test]
fn nothing_done_is_nothing_changed() {
    assert_eq!(changed("mkdir d; echo a > d/a", "cat d/a; ls -la d"), "");
}

#[test]
fn files_come_change_and_go() {
    let lower = "echo a > a; echo b > b; echo c > c; mkdir d; echo d > d/d; echo e > d/e";
    let merged = "echo n > n; echo bb > b; rm c; echo D > d/d; rm d/e; mkdir n2; echo x > n2/x";
    assert_snapshot!(changed(lower, merged), @r#"
    A "n"
    A "n2"
    A "n2/x"
    M "b"
    M "d/d"
    D "c"
    D "d/e"
    "#);
}

#[test]
fn attributes_count_and_times_do_not() {
    let lower = "echo a > mode; echo a > touched; echo a > opened; echo same > rewritten; mkdir d e; chmod 755 d e; touch d/f e/f";
    let merged = "chmod 600 mode; touch touched; : >> opened; echo same > rewritten; chmod 700 d; touch e/f; touch -d 2001-01-01 e";
    assert_snapshot!(changed(lower, merged), @r#"
    M "d"
    M "mode"
    "#);
}

#[test]
fn a_change_that_hides_behind_the_old_time_is_found() {
    let lower = "echo secret-a > a; touch -d 2020-01-01 a";
    let merged = "echo secret-b > a; touch -d 2020-01-01 a";
    assert_snapshot!(changed(lower, merged), @r#"M "a""#);
}

#[test]
fn a_file_that_nobody_can_read_counts_as_changed() {
    let lower = "echo secret-a > a; chmod 200 a";
    assert_snapshot!(changed(lower, "echo secret-b > a"), @r#"M "a""#);
}

#[test]
fn a_change_that_hides_in_a_closed_directory_is_found() {
    let lower = "mkdir -p d/e; echo a > d/e/a; echo b > d/e/b";
    let merged = "echo x > d/e/a; rm d/e/b; echo n > d/n; chmod 000 d/e; chmod 000 d";
    for user in users() {
        let overlay = Overlay::new(user, lower, merged);
        let changes = overlay.changes(1000);
        allow_duplicates! {
            assert_snapshot!(shown(&changes), @r#"
            A "d/n"
            M "d"
            M "d/e"
            M "d/e/a"
            D "d/e/b"
            "#);
        }
        assert_eq!(overlay.changes(1000), changes, "looking leaves it as it was");
    }
}

#[test]
fn directories_move() {
    let lower = "mkdir -p old/sub; echo a > old/a; echo b > old/sub/b; mkdir stay";
    assert_snapshot!(changed(lower, "mv old new; mv new/sub stay"), @r#"
    A "new"
    A "new/a"
    A "stay/sub"
    A "stay/sub/b"
    D "old"
    "#);
}

#[test]
fn a_directory_that_was_made_anew_hides_the_old_one() {
    let lower = "mkdir -p d/kept/deep d/lost; echo a > d/a; echo b > d/b; echo c > d/kept/deep/c; echo l > d/kept/l";
    let merged = "rm -r d; mkdir -p d/kept/deep; echo a > d/a; echo B > d/b; echo n > d/n; echo c > d/kept/deep/c";
    assert_snapshot!(changed(lower, merged), @r#"
    A "d/n"
    M "d/b"
    D "d/kept/l"
    D "d/lost"
    "#);
}

#[test]
fn kinds_change() {
    let lower = "echo a > file; mkdir dir; echo b > dir/b; ln -s file link; echo c > other";
    let merged = "rm file; mkdir file; echo x > file/x; rm -r dir; echo dir > dir; rm link; echo l > link; rm other; ln -s dir other";
    assert_snapshot!(changed(lower, merged), @r#"
    A "file/x"
    M "dir"
    M "file"
    M "link"
    M "other"
    "#);
}

#[test]
fn kinds_change_and_change_back() {
    let lower = "echo a > file; mkdir dir; echo b > dir/b";
    let merged =
        "rm file; mkdir file; rmdir file; echo a > file; rm -r dir; echo d > dir; rm dir; mkdir dir; echo b > dir/b";
    assert_eq!(changed(lower, merged), "");
}

#[test]
fn links_are_what_they_lead_to() {
    let lower = "ln -s one kept; ln -s one turned; echo a > a; ln a b; ln -s nowhere gone";
    let merged = "ln -sfn two turned; ln -sfn one kept; rm gone; echo aa > a; ln -s new new; ln a hard";
    assert_snapshot!(changed(lower, merged), @r#"
    A "hard"
    A "new"
    M "a"
    M "turned"
    D "gone"
    "#);
}

#[test]
fn special_files_are_files() {
    let lower = "mkfifo pipe; mkfifo gone; mkfifo mode";
    assert_snapshot!(changed(lower, "mkfifo new; rm gone; chmod 600 mode; touch pipe"), @r#"
    A "new"
    M "mode"
    D "gone"
    "#);
}

#[test]
fn any_name_is_a_name() {
    let lower =
        r#"for n in ' ' '-rf' "$(printf 'a\nb')" "$(printf '\377')" '.wh.x' '*' '..a' 'ü'; do echo a > "./$n"; done"#;
    let merged = r#"rm -- ./-rf './*'; echo b > "$(printf 'a\nb')"; echo b > "$(printf '\377')"; echo b > .wh.x; echo n > "$(printf '\033[2J')"; echo b > ..a; rm ' '; echo b > ü; mkdir "$(printf '%0255d' 0)""#;
    let long = "0".repeat(255);
    assert_snapshot!(changed(lower, merged).replace(&long, "LONG"), @r#"
    A "\u{1b}[2J"
    A "LONG"
    M "..a"
    M ".wh.x"
    M "a\nb"
    M "ü"
    M "�"
    D " "
    D "*"
    D "-rf"
    "#);
}

#[test]
fn the_root_itself_can_change() {
    for user in users() {
        let overlay = Overlay::new(user, "chmod 755 .; echo a > a", ":");
        shell(user, overlay.home.path(), "chmod 755 upper");
        assert_eq!(shown(&overlay.changes(10)), "");
        overlay.change("chmod 700 .");
        assert_eq!(shown(&overlay.changes(10)), r#"M ".""#);
        overlay.change("chmod 755 .; rm a");
        assert_eq!(shown(&overlay.changes(10)), r#"D "a""#);
    }
}

#[test]
fn later_sandboxes_on_the_same_layer_add_up() {
    for user in users() {
        let overlay = Overlay::new(user, "echo a > a; echo b > b; mkdir d; echo c > d/c", "rm a; echo n > n; rm -r d");
        overlay.change("echo a > a; rm n; mkdir d; echo c > d/c; echo e > d/e");
        assert_eq!(shown(&overlay.changes(10)), r#"A "d/e""#);
    }
}

#[test]
fn beyond_the_limit_changes_are_counted() {
    let lower = "for n in $(seq -w 100); do echo a > $n; done";
    let merged = "rm $(seq -w 1 50 | sed 's/^/0/'); for n in $(seq -w 100); do echo n > new$n; done";
    for user in users() {
        let overlay = Overlay::new(user, lower, merged);
        let all = overlay.changes(1000);
        assert_eq!((all.created.len(), all.deleted.len(), all.omitted), (100, 50, 0));
        let some = overlay.changes(60);
        // A flood of one kind does not hide another.
        assert_eq!((some.created.len(), some.deleted.len(), some.omitted), (60, 50, 40));
        assert_eq!((&some.created[..], &some.deleted[..]), (&all.created[..60], &all.deleted[..]));
        assert_eq!(overlay.changes(0).omitted, 150);
    }
}

#[test]
fn a_very_deep_tree_is_counted() {
    let overlay = Overlay::new(users()[0], ":", ":");
    crate::remove::dig(&overlay.path("upper"), 3000, "d");
    let changes = overlay.changes(10_000);
    // 2048 directories have paths that can be handed to the kernel.
    assert_eq!((changes.created.len(), changes.omitted), (2048, 952));
}

#[test]
fn whiteouts_by_attribute_count() {
    let user = users()[0];
    let overlay = Overlay::new(user, "mkdir d; echo a > d/a; echo b > d/b", ":");
    fs::create_dir(overlay.path("upper/d")).unwrap();
    for name in ["a", "b"] {
        fs::write(overlay.path("upper/d").join(name), "").unwrap();
    }
    let set = |path: &str, name: &str, value: &[u8]| {
        rustix::fs::setxattr(overlay.path(path), name, value, rustix::fs::XattrFlags::empty()).unwrap();
    };
    set("upper/d", "user.overlay.opaque", b"x");
    set("upper/d/a", "user.overlay.whiteout", b"");
    assert_eq!(shown(&overlay.changes(10)), "M \"d/b\"\nD \"d/a\"");
}

#[test]
fn what_is_mounted_over_the_original_does_not_count() {
    let user = users()[0];
    let overlay = Overlay::new(user, "mkdir -p m/sub; echo a > m/a; echo b > b", "echo n > m/n; echo bb > b");
    let child = crate::scene::other_process_in_shell("changes::child_compares", overlay.home.path());
    shell_aside(
        user,
        overlay.home.path(),
        &format!("mount -t tmpfs -o mode=700 tmpfs lower/m; touch lower/m/other; {child}"),
    );
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_compares() {
    let Some(home) = crate::scene::place() else { return };
    let changes = changes::of_layer(&home.join("upper"), &home.join("lower"), 100).unwrap();
    assert_eq!(shown(&changes), "A \"m/n\"\nM \"b\"");
}

#[test]
fn what_is_not_there_is_told() {
    let home = TempDir::new().unwrap();
    let error = changes::of_layer(&home.path().join("upper"), home.path(), 10).unwrap_err();
    assert_snapshot!(crate::scene::told(&error, home.path()), @"cannot open `HOME/upper`: No such file or directory (os error 2)");
}
