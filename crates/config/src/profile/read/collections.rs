//! The keys that hold lists and mappings of words.

use spec::{Level, Response};

use super::{Fault, Reader};
use crate::nearest::nearest;
use crate::profile::{Floor, Protection, keys};
use crate::yaml::{Entry, Value};

impl Reader {
    pub(crate) fn security(&mut self, entry: &Entry) {
        let Some(entries) = self.map(entry) else { return };
        self.section = Some("security");
        self.entries(entries, keys::SECURITY);
        self.section = None;
    }

    pub(super) fn map<'n>(&mut self, entry: &'n Entry) -> Option<&'n [Entry]> {
        if let Value::Map(entries) = &entry.node.value {
            return Some(entries);
        }
        let fault = Fault::Type { key: self.named(entry), wanted: "a mapping", found: entry.node.kind() };
        self.problem(entry.node.mark, fault);
        None
    }

    pub(crate) fn extends(&mut self, entry: &Entry) {
        let names = self.texts(entry);
        self.profile.extends = names.into_iter().map(|(name, mark)| self.sourced(name.to_owned(), mark)).collect();
    }

    pub(crate) fn entrypoint(&mut self, entry: &Entry) {
        let words: Vec<String> = match &entry.node.value {
            Value::List(_) => self.texts(entry).into_iter().map(|(text, _)| text.to_owned()).collect(),
            // As in a Dockerfile, one line of text is a line for the shell.
            _ => self.text(entry).map(|line| ["/bin/sh", "-c", line].map(str::to_owned).to_vec()).unwrap_or_default(),
        };
        if words.first().is_some_and(|program| !program.is_empty()) {
            self.profile.entrypoint = Some(self.sourced(words, entry.mark));
        } else if self.problems.is_empty() {
            self.problem(entry.mark, Fault::NoValue { key: entry.key.clone() });
        }
    }

    pub(crate) fn caps(&mut self, entry: &Entry) {
        let Value::List(_) = &entry.node.value else {
            let fault = Fault::Type { key: self.named(entry), wanted: "a list", found: entry.node.kind() };
            return self.problem(entry.node.mark, fault);
        };
        let names = self.texts(entry).into_iter().map(|(name, _)| name.to_owned()).collect();
        self.profile.caps = Some(self.sourced(names, entry.mark));
    }

    /// Which classes there are is for the engine to know.
    pub(crate) fn responses(&mut self, entry: &Entry) {
        for entry in self.map(entry).unwrap_or_default() {
            if let Some(response) = self.word(entry, &Response::ALL) {
                let class = entry.key.clone();
                self.profile.responses.push(response.map(|response| (class, response)));
            }
        }
    }

    pub(crate) fn floor(&mut self, entry: &Entry) {
        for entry in self.map(entry).unwrap_or_default() {
            let known = || Protection::ALL.iter().map(|(name, _)| *name);
            match Protection::ALL.iter().find(|(name, _)| *name == entry.key) {
                Some((_, protection)) => self.keep_floor(entry, *protection),
                None => {
                    let near = nearest(&entry.key, known());
                    let key = format!("floor.{}", entry.key);
                    self.problem(entry.mark, Fault::UnknownKey { key, near, known: known().collect() });
                }
            }
        }
    }

    fn keep_floor(&mut self, entry: &Entry, protection: Protection) {
        if let Some(level) = self.word(entry, &Level::ALL) {
            self.profile.floor.push(level.map(|level| Floor { protection, level }));
        }
    }
}
