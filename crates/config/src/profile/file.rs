//! Profile files: one profile, or several by name.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::{fs, io};

use super::find::FindError;
use super::keys::PROFILES;
use super::problem::{Fault, Problem};
use super::source::Source;
use crate::printable::printable;
use crate::yaml::{self, Entry, Node, Value};

/// No profile comes near; checked before a byte is read.
const MAX_BYTES: u64 = 1024 * 1024;

/// What a file holds.
#[derive(Debug)]
pub(crate) struct ProfileFile {
    pub(crate) source: Source,
    pub(crate) contents: Contents,
}

/// One profile, or several by name.
#[derive(Debug)]
pub(crate) enum Contents {
    One(Rc<Node>),
    Many(Vec<Entry>),
}

impl ProfileFile {
    /// Reads a file; `None` where there is none.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, FindError> {
        let Some(text) = read(path)? else { return Ok(None) };
        Self::parse(Source::File(Arc::from(path)), &text).map(Some)
    }

    /// Reads a text.
    pub(crate) fn parse(source: Source, text: &str) -> Result<Self, FindError> {
        let root = match yaml::load(text) {
            Ok(root) => root,
            Err((mark, fault)) => return Err(Problem { source, mark, fault: Fault::Yaml(fault) }.into()),
        };
        match contents(&root) {
            Ok(contents) => Ok(Self { source, contents }),
            Err((mark, fault)) => Err(Problem { source, mark, fault }.into()),
        }
    }

    /// The profile of that name among several.
    pub(crate) fn named(&self, name: &str) -> Option<Rc<Node>> {
        match &self.contents {
            Contents::One(_) => None,
            Contents::Many(entries) => {
                entries.iter().find(|entry| entry.key == name).map(|entry| Rc::clone(&entry.node))
            }
        }
    }

    /// All names by which a profile of it may be found; `stem` is the file's own.
    pub(crate) fn all_names(&self, stem: &str) -> Vec<String> {
        match &self.contents {
            Contents::One(node) => {
                let own = own_name(node).filter(|own| *own != stem);
                [Some(stem), own].into_iter().flatten().map(str::to_owned).collect()
            }
            Contents::Many(entries) => entries.iter().map(|entry| entry.key.clone()).collect(),
        }
    }

    /// The names of several profiles, safe to print.
    pub(crate) fn names(&self) -> Vec<String> {
        match &self.contents {
            Contents::One(_) => Vec::new(),
            Contents::Many(entries) => entries.iter().map(|entry| printable(&entry.key)).collect(),
        }
    }
}

fn contents(root: &Rc<Node>) -> Result<Contents, (yaml::Mark, Fault)> {
    let Value::Map(entries) = &root.value else { return Ok(Contents::One(Rc::clone(root))) };
    let Some(profiles) = entries.iter().find(|entry| entry.key == PROFILES) else {
        return Ok(Contents::One(Rc::clone(root)));
    };
    if let Some(other) = entries.iter().find(|entry| entry.key != PROFILES) {
        return Err((other.mark, Fault::BesideProfiles(other.key.clone())));
    }
    match &profiles.node.value {
        Value::Map(entries) => Ok(Contents::Many(entries.clone())),
        _ => {
            let (key, found) = (PROFILES.to_owned(), profiles.node.kind());
            Err((profiles.node.mark, Fault::Type { key, wanted: "a mapping of names to profiles", found }))
        }
    }
}

/// The name that a profile gives itself.
pub(crate) fn own_name(node: &Node) -> Option<&str> {
    let Value::Map(entries) = &node.value else { return None };
    match &entries.iter().find(|entry| entry.key == "name")?.node.value {
        Value::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
        _ => None,
    }
}

/// The whole text; `None` where there is no file. Anything but a regular file is refused before it is opened: a fifo would
/// never end.
fn read(path: &Path) -> Result<Option<String>, FindError> {
    let failed = |source| FindError::Read { path: path.to_owned(), source };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if metadata.is_dir() {
        return Err(FindError::Directory(path.to_owned()));
    }
    if !metadata.is_file() {
        return Err(FindError::Special(path.to_owned()));
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large(path));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    fs::File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    // It may have grown since it was measured.
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large(path));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| FindError::NotText(path.to_owned()))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn too_large(path: &Path) -> FindError {
    FindError::TooLarge { path: PathBuf::from(path), limit: MAX_BYTES / 1024 / 1024 }
}
