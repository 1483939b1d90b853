//! All profiles that a host knows.

use std::path::Path;

use serde::Serialize;

use super::builtin::BUILT_IN;
use super::compose::compose_found;
use super::file::ProfileFile;
use super::find::{FindError, Finder, Found, Place, Trust, built_in, given, matching, places, stem, workspace_files};
use crate::Host;
use crate::printable::printable;
use crate::yaml::{Node, Value};

/// One profile by one of its names, for a list.
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
    /// Why it cannot be used, if it cannot: the first of its mistakes.
    pub problem: Option<String>,
}

/// All profiles by every name that finds them, those that win first; a wrong one is listed with its problem.
///
/// # Errors
/// `AISBX_CONFIG_PATH` names what is not there: then no name is looked up at all.
pub fn list(host: &Host) -> Result<Vec<Listed>, FindError> {
    let all = candidates(host, &places(host)?, Trust::WithWorkspace);
    let mut all: Vec<_> = all.into_iter().map(|candidate| candidate.listed(host)).collect();
    mark_shadowed(&mut all);
    Ok(all)
}

/// The names of all profiles that may be meant.
pub(super) fn known(host: &Host, places: &[Place], trust: Trust) -> Vec<String> {
    candidates(host, places, trust).into_iter().map(|candidate| candidate.name).collect()
}

/// A name, and what is found by it.
struct Candidate {
    name: String,
    place: String,
    found: Result<Found, FindError>,
}

impl Candidate {
    fn listed(self, host: &Host) -> Listed {
        let description = self.found.as_ref().ok().and_then(|found| description(&found.node)).map(printable);
        let composed = self.found.and_then(|found| compose_found(host, found, Finder::new(host)));
        let problem = composed.err().map(|error| error.first_line());
        Listed { name: printable(&self.name), description, place: self.place, shadowed: false, problem }
    }
}

/// In the order of the look-up: what a name leads to directly, built-in profiles, names that files give, the workspace's.
fn candidates(host: &Host, places: &[Place], trust: Trust) -> Vec<Candidate> {
    let (mut all, mut by_own_name) = (Vec::new(), Vec::new());
    for place in places {
        for path in place.files() {
            let leads = |candidate: &Candidate| place.leads(&candidate.name, &path);
            let (direct, other) = in_file(&path, matching).into_iter().partition::<Vec<_>, _>(leads);
            all.extend(direct);
            by_own_name.extend(other);
        }
    }
    all.extend(BUILT_IN.iter().filter_map(|(name, _)| {
        let found = built_in(name).transpose()?;
        Some(Candidate { name: (*name).to_owned(), place: "built-in".to_owned(), found })
    }));
    all.append(&mut by_own_name);
    if trust == Trust::WithWorkspace {
        all.extend(workspace_files(host).iter().flat_map(|path| in_file(path, |file, name, _| given(file, name))));
    }
    all
}

/// What `find` finds in a file by the names that stand in it and by the file's own.
fn in_file(path: &Path, find: impl Fn(&ProfileFile, &str, &Path) -> Option<Found>) -> Vec<Candidate> {
    let place = || path.display().to_string();
    let candidate = |name: String, found| Candidate { name, place: place(), found };
    match ProfileFile::open(path) {
        Ok(Some(file)) => {
            let names = file.all_names(&stem(path)).into_iter();
            names.filter_map(|name| find(&file, &name, path).map(|found| candidate(name, Ok(found)))).collect()
        }
        Ok(None) => Vec::new(),
        Err(error) => vec![candidate(stem(path), Err(error))],
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
