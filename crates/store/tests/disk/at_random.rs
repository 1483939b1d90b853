//! Changes found in layers and copies against a full comparison of both trees, after whatever chance did to them.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use aisbx_store::changes;
use aisbx_store::copy::{self, Bounds};
use spec::Changes;
use tempfile::TempDir;

use crate::changes::shown;
use crate::scene::{home_of, other_process_in_shell, place, shell_aside, users};

const SEEDS: u64 = 100;
const STEPS: u64 = 25;

/// A small generator: the same seed gives the same tree everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.below(from.len() as u64) as usize).unwrap()
    }

    /// A path of one to four of three names.
    fn path(&mut self, top: &Path) -> PathBuf {
        (0..=self.below(3)).fold(top.to_owned(), |path, _| path.join(self.pick(&["a", "b", "c"])))
    }

    /// Does something, which may well fail.
    fn act(&mut self, top: &Path) -> std::io::Result<()> {
        let path = self.path(top);
        match self.below(10) {
            0 | 1 => fs::write(path, self.pick(&["x", "y", "zz"])),
            2 => fs::OpenOptions::new().append(true).open(path)?.write_all(b"+"),
            3 | 4 => fs::create_dir_all(path),
            5 => fs::remove_file(path),
            6 => fs::remove_dir_all(path),
            7 => fs::rename(path, self.path(top)),
            8 => symlink(self.pick(&["a", "b"]), path),
            _ => {
                let private = self.below(2) == 0;
                let directory = fs::symlink_metadata(&path)?.is_dir();
                let mode = match (directory, private) {
                    (true, true) => 0o700,
                    (true, false) => 0o755,
                    (false, true) => 0o600,
                    (false, false) => 0o644,
                };
                if fs::symlink_metadata(&path)?.is_symlink() {
                    return Ok(());
                }
                fs::set_permissions(path, fs::Permissions::from_mode(mode))
            }
        }
    }

    fn acts(&mut self, top: &Path) {
        (0..STEPS).for_each(|_| drop(self.act(top)));
    }
}

/// Everything below a directory.
fn entries(top: &Path) -> BTreeMap<PathBuf, Metadata> {
    let mut found = BTreeMap::new();
    let mut pending = vec![top.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            assert!(!metadata.file_type().is_char_device());
            if metadata.is_dir() {
                pending.push(path.clone());
            }
            found.insert(path.strip_prefix(top).unwrap().to_owned(), metadata);
        }
    }
    found
}

fn differ(now: (&Path, &Metadata), before: (&Path, &Metadata)) -> bool {
    if now.1.file_type() != before.1.file_type() {
        return true;
    }
    match now.1.file_type() {
        kind if kind.is_symlink() => fs::read_link(now.0).unwrap() != fs::read_link(before.0).unwrap(),
        kind => {
            now.1.permissions() != before.1.permissions()
                || (kind.is_file() && fs::read(now.0).unwrap() != fs::read(before.0).unwrap())
        }
    }
}

/// The changes by comparing everything with everything.
fn expected(now: &Path, before: &Path) -> Changes {
    let (new, old) = (entries(now), entries(before));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let mut changes = Changes::default();
    for (path, metadata) in &new {
        match old.get(path) {
            None => changes.created.push(text(path)),
            Some(was) if differ((&now.join(path), metadata), (&before.join(path), was)) => {
                changes.modified.push(text(path));
            }
            Some(_) => {}
        }
    }
    let is_directory = |path: &Path| path == Path::new("") || new.get(path).is_some_and(Metadata::is_dir);
    let gone = old.keys().filter(|path| !new.contains_key(*path) && is_directory(path.parent().unwrap()));
    changes.deleted = gone.map(|path| text(path)).collect();
    for list in [&mut changes.created, &mut changes.modified, &mut changes.deleted] {
        list.sort();
    }
    changes
}

#[test]
fn layers_tell_what_a_full_comparison_tells() {
    let home = home_of(users()[0]);
    for seed in 0..SEEDS {
        for part in ["lower", "upper", "work", "merged"] {
            fs::create_dir_all(home.path().join(seed.to_string()).join(part)).unwrap();
        }
        Chance(seed).acts(&home.path().join(seed.to_string()).join("lower"));
    }
    let child = other_process_in_shell("at_random::child_changes_layers", home.path());
    let mount = "mount -t overlay overlay -o userxattr,lowerdir=$n/lower,upperdir=$n/upper,workdir=$n/work $n/merged";
    shell_aside(users()[0], home.path(), &format!("for n in *; do {mount}; done; {child}"));
    for seed in 0..SEEDS {
        let home = home.path().join(seed.to_string());
        let found = changes::of_layer(&home.join("upper"), &home.join("lower"), 1000).unwrap();
        assert_eq!(shown(&found), fs::read_to_string(home.join("expected")).unwrap(), "seed {seed}");
    }
}

#[test]
#[ignore = "run by another test as a process of its own"]
fn child_changes_layers() {
    let Some(home) = place() else { return };
    for seed in 0..SEEDS {
        let home = home.join(seed.to_string());
        Chance(!seed).acts(&home.join("merged"));
        fs::write(home.join("expected"), shown(&expected(&home.join("merged"), &home.join("lower")))).unwrap();
    }
}

#[test]
fn copies_tell_what_a_full_comparison_tells() {
    for seed in 0..SEEDS {
        let home = TempDir::new().unwrap();
        let (original, copy) = (home.path().join("original"), home.path().join("copy"));
        fs::create_dir(&original).unwrap();
        Chance(seed).acts(&original);
        let mark = copy::tree(&original, &copy, Bounds { bytes: 1 << 20, entries: 1000 }, None).unwrap().mark;
        Chance(!seed).acts(&copy);
        let found = changes::of_copy(&copy, &original, mark, 1000).unwrap();
        assert_eq!(shown(&found), shown(&expected(&copy, &original)), "seed {seed}");
    }
}
