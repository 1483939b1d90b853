//! From tree to profile: takes what is right and notes all that is wrong.

mod collections;
mod environment;
mod mounts;
mod network;
mod scalars;

use std::path::{Path, PathBuf};

use super::Profile;
use super::keys::{self, Key};
use super::problem::{Fault, Problem};
use super::source::Source;
use crate::nearest::nearest;
use crate::yaml::{Entry, Mark, Node, Value};
use crate::{Origin, Sourced};

/// Reads the profile in `node`.
///
/// # Errors
/// All that is wrong with it; never empty.
pub(crate) fn read(node: &Node, source: &Source, home: Option<&Path>) -> Result<Profile, Vec<Problem>> {
    let mut reader = Reader {
        source: source.clone(),
        home: home.map(Path::to_owned),
        profile: Profile::default(),
        given: Vec::new(),
        problems: Vec::new(),
        section: None,
    };
    match &node.value {
        Value::Map(entries) => reader.entries(entries, keys::PROFILE),
        _ => reader.problem(node.mark, Fault::NoProfile(node.kind())),
    }
    if reader.problems.is_empty() { Ok(reader.profile) } else { Err(reader.problems) }
}

/// The work of reading one profile.
pub(crate) struct Reader {
    source: Source,
    home: Option<PathBuf>,
    profile: Profile,
    given: Vec<Given>,
    problems: Vec<Problem>,
    /// The key that holds the mapping being read, below the top.
    section: Option<&'static str>,
}

/// A setting that was given, as it was spelled.
struct Given {
    setting: &'static str,
    key: String,
    mark: Mark,
}

impl Reader {
    fn entries(&mut self, entries: &[Entry], keys: &'static [Key]) {
        for entry in entries {
            match keys.iter().find(|key| key.name == entry.key) {
                Some(key) if self.once(key.setting, entry) => (key.read)(self, entry),
                Some(_) => {}
                None => self.unknown(entry, keys.iter().map(|key| key.name).collect()),
            }
        }
    }

    fn unknown(&mut self, entry: &Entry, known: Vec<&'static str>) {
        let related = keys::RELATED.iter().find(|(word, _)| *word == entry.key).map(|(_, key)| *key);
        let near = related.filter(|key| known.contains(key)).or_else(|| nearest(&entry.key, known.iter().copied()));
        self.problem(entry.mark, Fault::UnknownKey { key: self.named(entry), near, known });
    }

    /// Notes that a setting is given; false, and a problem, if it was given before.
    fn once(&mut self, setting: &'static str, entry: &Entry) -> bool {
        self.once_as(setting, self.named(entry), entry.mark)
    }

    fn once_as(&mut self, setting: &'static str, key: String, mark: Mark) -> bool {
        if let Some(before) = self.given.iter().find(|given| given.setting == setting) {
            let fault = Fault::Twice { key, first_key: before.key.clone(), first: before.mark };
            self.problem(mark, fault);
            return false;
        }
        self.given.push(Given { setting, key, mark });
        true
    }

    /// The key of an entry with the section it stands in.
    fn named(&self, entry: &Entry) -> String {
        match self.section {
            Some(section) => format!("{section}.{}", entry.key),
            None => entry.key.clone(),
        }
    }

    fn problem(&mut self, mark: Mark, fault: Fault) {
        self.problems.push(Problem { source: self.source.clone(), mark, fault });
    }

    fn sourced<T>(&self, value: T, mark: Mark) -> Sourced<T> {
        Sourced::new(value, self.origin(mark))
    }

    fn origin(&self, mark: Mark) -> Origin {
        self.source.origin(mark)
    }

    /// The text of a value; a problem if it is none.
    fn text<'n>(&mut self, entry: &'n Entry) -> Option<&'n str> {
        let key = self.named(entry);
        self.node_text(key, &entry.node)
    }

    fn node_text<'n>(&mut self, key: String, node: &'n Node) -> Option<&'n str> {
        let fault = match &node.value {
            Value::Scalar(scalar) if scalar.is_null() => Fault::NoValue { key },
            Value::Scalar(scalar) if scalar.text.contains('\0') => Fault::Nul { key },
            Value::Scalar(scalar) => return Some(&scalar.text),
            _ => Fault::Type { key, wanted: "a single value", found: node.kind() },
        };
        self.problem(node.mark, fault);
        None
    }

    /// One of the words of a table.
    fn word<T: Clone>(&mut self, entry: &Entry, words: &[(&'static str, T)]) -> Option<Sourced<T>> {
        let text = self.text(entry)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(self.sourced(value.clone(), entry.mark));
        }
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let near = nearest(text, known.iter().copied());
        let fault = Fault::UnknownWord { key: self.named(entry), word: text.to_owned(), near, known };
        self.problem(entry.node.mark, fault);
        None
    }

    /// The texts of a list, or the one text that stands for a list of one.
    fn texts<'n>(&mut self, entry: &'n Entry) -> Vec<(&'n str, Mark)> {
        let key = self.named(entry);
        match &entry.node.value {
            Value::List(items) => {
                items.iter().filter_map(|item| Some((self.node_text(key.clone(), item)?, item.mark))).collect()
            }
            _ => self.node_text(key, &entry.node).map(|text| (text, entry.node.mark)).into_iter().collect(),
        }
    }
}
