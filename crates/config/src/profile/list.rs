//! All profiles that a host knows.

use std::path::Path;
use std::rc::Rc;

use serde::Serialize;

use super::builtin::BUILT_IN;
use super::file::{Contents, ProfileFile, own_name};
use super::find::{Trust, places, stem, workspace_files};
use super::source::Source;
use crate::Host;
use crate::printable::printable;
use crate::yaml::{Node, Value};

/// One profile, for a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The name to use it by.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// The file it stands in, or `built-in`.
    pub place: String,
    /// Whether a stronger place has a profile of that name, which is used instead.
    pub shadowed: bool,
    /// Why it cannot be read, if it cannot.
    pub problem: Option<String>,
}

/// All profiles, those that win first; a broken file is listed with its problem.
pub fn list(host: &Host) -> Vec<Listed> {
    listed(host, Trust::WithWorkspace)
}

/// All profiles that may be meant.
pub(super) fn listed(host: &Host, trust: Trust) -> Vec<Listed> {
    let mut all = Vec::new();
    for place in places(host).unwrap_or_default() {
        place.files().iter().for_each(|path| file(path, &mut all));
    }
    for (name, text) in BUILT_IN {
        parsed(ProfileFile::parse(Source::BuiltIn(name), text).ok(), "built-in", name, &mut all);
    }
    if trust == Trust::WithWorkspace {
        workspace_files(host).iter().for_each(|path| file(path, &mut all));
    }
    mark_shadowed(&mut all);
    all
}

fn file(path: &Path, all: &mut Vec<Listed>) {
    let place = path.display().to_string();
    match ProfileFile::open(path) {
        Ok(file) => parsed(file, &place, &stem(path), all),
        Err(error) => {
            let problem = Some(error.to_string());
            all.push(Listed { name: stem(path), description: None, place, shadowed: false, problem });
        }
    }
}

fn parsed(file: Option<ProfileFile>, place: &str, name: &str, all: &mut Vec<Listed>) {
    let listed = |name: &str, node: &Rc<Node>| Listed {
        name: printable(name),
        description: description(node).map(printable),
        place: place.to_owned(),
        shadowed: false,
        problem: None,
    };
    match file.map(|file| file.contents) {
        // These two names say what the file is for, not what the profile is called.
        Some(Contents::One(node)) if matches!(name, "config" | "aisbx") => {
            all.extend(own_name(&node).map(|name| listed(name, &node)));
        }
        Some(Contents::One(node)) => all.push(listed(name, &node)),
        Some(Contents::Many(entries)) => all.extend(entries.iter().map(|entry| listed(&entry.key, &entry.node))),
        None => {}
    }
}

fn description(node: &Node) -> Option<&str> {
    let Value::Map(entries) = &node.value else { return None };
    match &entries.iter().find(|entry| entry.key == "description")?.node.value {
        Value::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
        _ => None,
    }
}

fn mark_shadowed(all: &mut [Listed]) {
    let mut seen: Vec<String> = Vec::new();
    for listed in all {
        listed.shadowed = seen.contains(&listed.name);
        seen.push(listed.name.clone());
    }
}
