//! Finding a profile by name or path.
//!
//! Names are looked up in `AISBX_CONFIG_PATH`, in the user's directory, in the administrator's and among the built-in
//! ones, in this order. `./aisbx.yaml` is asked last and only for names from the command line: it comes with the
//! workspace, which may be anybody's, and must not be able to replace what the user means by `strict`.

mod error;
mod places;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::builtin::BUILT_IN;
use super::file::{Contents, ProfileFile, own_name};
use super::list::known;
use super::source::Source;
use crate::Host;
use crate::printable::printable;
use crate::yaml::Node;

pub use error::FindError;

pub(crate) use places::{Place, places, sought, workspace_files};

/// Who named a profile, and so where it may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The command line: also a profile that comes with the workspace is meant.
    WithWorkspace,
    /// A variable, detection, or another profile.
    WithoutWorkspace,
}

/// A profile that was found but not yet read.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) node: Rc<Node>,
    /// What it is looked up by; its own name may differ.
    key: String,
    /// Whether it is one of several in its file.
    among_several: bool,
}

impl Found {
    /// Whether it is looked up by that name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.key == name
    }

    /// Whether both are the same text.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.source == other.source && (!self.among_several || self.key == other.key)
    }
}

/// The places of one host, and the files that were read there.
pub(crate) struct Finder<'a> {
    host: &'a Host,
    files: Vec<(PathBuf, Option<Rc<ProfileFile>>)>,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(host: &'a Host) -> Self {
        Self { host, files: Vec::new() }
    }

    /// The profile that `wanted` means: a path if it looks like one, else a name. `from` is the profile that extends it.
    pub(crate) fn find(&mut self, wanted: &OsStr, from: Option<&Found>, trust: Trust) -> Result<Found, FindError> {
        if let Some((path, name)) = as_path(wanted) {
            let base = from.map(|found| found.source.directory()).or(self.host.cwd.as_deref());
            return self.in_file(&base.unwrap_or(Path::new(".")).join(path), name);
        }
        let name = wanted.to_string_lossy();
        match self.by_name(&name, from, trust)? {
            Some(found) => Ok(found),
            None => Err(self.unknown(&name, trust)),
        }
    }

    /// Whether `./aisbx.yaml` has a profile of that name too.
    pub(crate) fn is_in_workspace(&mut self, name: &str) -> bool {
        self.in_workspace(name).is_ok_and(|found| found.is_some())
    }

    fn in_file(&mut self, path: &Path, name: Option<&str>) -> Result<Found, FindError> {
        let path: PathBuf = path.components().collect();
        let file = self.file(&path)?.ok_or_else(|| FindError::NoFile(path.clone()))?;
        let names = file.names();
        match (&file.contents, name) {
            (Contents::One(node), None) => Ok(one(&file, node, &stem(&path))),
            (Contents::One(_), Some(name)) => Err(FindError::Single { path, name: printable(name) }),
            (Contents::Many(entries), _) if entries.is_empty() => Err(FindError::NoneInFile(path)),
            (Contents::Many(entries), None) => match entries.as_slice() {
                [only] => among(&file, &only.key).ok_or(FindError::Choose { path, names }),
                _ => Err(FindError::Choose { path, names }),
            },
            (Contents::Many(_), Some(name)) => {
                among(&file, name).ok_or(FindError::NotInFile { path, name: printable(name), names })
            }
        }
    }

    /// Every profile of a file, or the one behind its `#`.
    pub(crate) fn all_in_file(&mut self, wanted: &Path) -> Result<Vec<Found>, FindError> {
        let (path, name) = as_path(wanted.as_os_str()).unwrap_or((wanted, None));
        let path: PathBuf = self.host.cwd.as_deref().unwrap_or(Path::new(".")).join(path).components().collect();
        let file = self.file(&path)?.ok_or_else(|| FindError::NoFile(path.clone()))?;
        match &file.contents {
            Contents::Many(entries) if name.is_none() && !entries.is_empty() => {
                Ok(entries.iter().filter_map(|entry| among(&file, &entry.key)).collect())
            }
            _ => self.in_file(&path, name).map(|found| vec![found]),
        }
    }

    fn by_name(&mut self, name: &str, from: Option<&Found>, trust: Trust) -> Result<Option<Found>, FindError> {
        let other = |found: &Found| from.is_none_or(|from| !from.is(found));
        // Beside each other in one file, profiles mean each other.
        if let Some(Found { source: Source::File(path), among_several: true, .. }) = from
            && let Some(file) = self.file(path)?
            && let Some(found) = among(&file, name).filter(other)
        {
            return Ok(Some(found));
        }
        let places = places(self.host)?;
        for place in &places {
            if let Some(found) = self.in_place(place, name)?.filter(other) {
                return Ok(Some(found));
            }
        }
        if let Some(found) = built_in(name)?.filter(other) {
            return Ok(Some(found));
        }
        for place in &places {
            if let Some(found) = self.by_own_name(place, name).filter(other) {
                return Ok(Some(found));
            }
        }
        match trust {
            Trust::WithWorkspace => Ok(self.in_workspace(name)?.filter(other)),
            Trust::WithoutWorkspace => Ok(None),
        }
    }

    fn in_place(&mut self, place: &Place, name: &str) -> Result<Option<Found>, FindError> {
        for path in place.candidates(name) {
            let Some(file) = self.file(&path)? else { continue };
            if let Some(found) = matching(&file, name, &path) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The slow way, for names that only stand in files: reads every file of the place, and passes over broken ones.
    fn by_own_name(&mut self, place: &Place, name: &str) -> Option<Found> {
        place.files().iter().find_map(|path| given(&*self.file(path).ok()??, name))
    }

    fn in_workspace(&mut self, name: &str) -> Result<Option<Found>, FindError> {
        for path in workspace_files(self.host) {
            let Some(file) = self.file(&path)? else { continue };
            if let Some(found) = given(&file, name) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn unknown(&mut self, name: &str, trust: Trust) -> FindError {
        let known = known(self.host, &places(self.host).unwrap_or_default(), trust);
        let passed_over = trust == Trust::WithoutWorkspace && self.is_in_workspace(name);
        FindError::unknown(name, known, &sought(self.host, trust), passed_over)
    }

    /// A file, read once.
    pub(crate) fn file(&mut self, path: &Path) -> Result<Option<Rc<ProfileFile>>, FindError> {
        if let Some((_, file)) = self.files.iter().find(|(known, _)| known == path) {
            return Ok(file.clone());
        }
        let file = ProfileFile::open(path)?.map(Rc::new);
        self.files.push((path.to_owned(), file.clone()));
        Ok(file)
    }
}

/// The profile in a file that was looked up by name: the one of several, or the only one where the file has its name.
pub(crate) fn matching(file: &ProfileFile, name: &str, path: &Path) -> Option<Found> {
    match &file.contents {
        Contents::One(node) if stem(path) == name => Some(one(file, node, name)),
        _ => given(file, name),
    }
}

/// The profile to which a file itself gives that name.
pub(crate) fn given(file: &ProfileFile, name: &str) -> Option<Found> {
    match &file.contents {
        Contents::Many(_) => among(file, name),
        Contents::One(node) if own_name(node) == Some(name) => Some(one(file, node, name)),
        Contents::One(_) => None,
    }
}

fn among(file: &ProfileFile, name: &str) -> Option<Found> {
    let node = file.named(name)?;
    Some(Found {
        name: display(&node, name),
        key: name.to_owned(),
        source: file.source.clone(),
        node,
        among_several: true,
    })
}

fn one(file: &ProfileFile, node: &Rc<Node>, name: &str) -> Found {
    let key = name.to_owned();
    Found { name: display(node, name), key, source: file.source.clone(), node: Rc::clone(node), among_several: false }
}

fn display(node: &Node, name: &str) -> String {
    printable(own_name(node).unwrap_or(name))
}

pub(crate) fn built_in(name: &str) -> Result<Option<Found>, FindError> {
    let Some((name, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) else { return Ok(None) };
    let file = ProfileFile::parse(Source::BuiltIn(name), text)?;
    match &file.contents {
        Contents::One(node) => Ok(Some(one(&file, node, name))),
        Contents::Many(_) => Ok(None),
    }
}

/// The name of a file without its extension.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A path and the name behind its `#`, if the text is meant as a path.
fn as_path(wanted: &OsStr) -> Option<(&Path, Option<&str>)> {
    let bytes = wanted.as_bytes();
    let is_yaml = |bytes: &[u8]| bytes.ends_with(b".yaml") || bytes.ends_with(b".yml");
    if let Some(hash) = bytes.iter().rposition(|byte| *byte == b'#') {
        let (path, name) = bytes.split_at(hash);
        if is_yaml(path) {
            let name = name.get(1..).and_then(|name| std::str::from_utf8(name).ok())?;
            return Some((Path::new(OsStr::from_bytes(path)), Some(name)));
        }
    }
    (bytes.contains(&b'/') || is_yaml(bytes)).then(|| (Path::new(wanted), None))
}
