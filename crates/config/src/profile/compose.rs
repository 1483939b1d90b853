//! Profiles on top of those they extend.

use std::ffi::OsStr;

use super::Profile;
use super::find::{FindError, Finder, Found, Trust, workspace_files};
use super::read::read;
use super::source::Source;
use crate::printable::printable;
use crate::{Host, Sourced};

/// No honest composition comes near; without a bound a few lines could extend each other a billion times.
const MAX_PROFILES: usize = 64;

/// A profile with all that it extends taken in.
#[derive(Debug)]
pub(crate) struct Composed {
    pub(crate) name: String,
    pub(crate) profile: Profile,
    /// What the user may want to know.
    pub(crate) remarks: Vec<String>,
}

/// Finds a profile and takes in what it extends: of several, the later wins, and the profile itself over all of them.
pub(crate) fn compose(host: &Host, wanted: &OsStr, trust: Trust) -> Result<Composed, FindError> {
    let mut finder = Finder::new(host);
    let found = finder.find(wanted, None, trust)?;
    let remarks = match trust {
        Trust::WithWorkspace => shadowed(&mut finder, &found, wanted, host).into_iter().collect(),
        Trust::WithoutWorkspace => Vec::new(),
    };
    let composed = compose_found(host, found, finder)?;
    Ok(Composed { remarks, ..composed })
}

/// As [`compose`], for a profile that was found already.
pub(crate) fn compose_found(host: &Host, found: Found, finder: Finder<'_>) -> Result<Composed, FindError> {
    let name = found.name.clone();
    let mut composer = Composer { finder, host, chain: Vec::new(), count: 0 };
    Ok(Composed { name, profile: composer.compose(found)?, remarks: Vec::new() })
}

/// Whoever keeps a profile in `./aisbx.yaml` expects it to be used, and is told why it was not.
fn shadowed(finder: &mut Finder<'_>, found: &Found, wanted: &OsStr, host: &Host) -> Option<String> {
    let is_workspace = |source: &Source| match source {
        Source::File(path) => workspace_files(host).iter().any(|file| **file == **path),
        Source::BuiltIn(_) => false,
    };
    let name = wanted.to_string_lossy();
    (!name.contains('/') && !is_workspace(&found.source) && finder.is_in_workspace(&name)).then(|| {
        format!(
            "./aisbx.yaml has a profile `{name}` too, which is not used: what comes with a workspace never replaces a profile \
             of yours or a built-in one; to use it, give --profile ./aisbx.yaml#{name}"
        )
    })
}

struct Composer<'a> {
    finder: Finder<'a>,
    host: &'a Host,
    chain: Vec<Found>,
    count: usize,
}

impl Composer<'_> {
    fn compose(&mut self, found: Found) -> Result<Profile, FindError> {
        self.count += 1;
        if self.count > MAX_PROFILES {
            let name = self.chain.first().map_or(found.name, |first| first.name.clone());
            return Err(FindError::TooMany { name, limit: MAX_PROFILES });
        }
        if self.chain.iter().any(|above| above.is(&found)) {
            return Err(FindError::Cycle(self.chain.iter().chain([&found]).map(|found| found.name.clone()).collect()));
        }
        let profile = read(&found.node, &found.source, self.host.home.as_deref()).map_err(FindError::Invalid)?;
        self.chain.push(found);
        let mut base = Profile::default();
        for name in &profile.extends {
            base = self.base(name)?.over(base);
        }
        self.chain.pop();
        Ok(profile.over(base))
    }

    /// A profile that the last one of the chain extends. Only one of the workspace may mean another of the workspace, and
    /// those stand in the same file.
    fn base(&mut self, name: &Sourced<String>) -> Result<Profile, FindError> {
        let from = self.chain.last().cloned();
        match self.finder.find(OsStr::new(&name.value), from.as_ref(), Trust::WithoutWorkspace) {
            Ok(found) => self.compose(found),
            // Of that name there is only the one that asks.
            Err(FindError::Unknown { .. }) if from.is_some_and(|from| from.is_called(&name.value)) => {
                Err(FindError::Cycle(vec![printable(&name.value); 2]))
            }
            Err(error) => Err(FindError::Extends {
                name: printable(&name.value),
                origin: name.origin.clone(),
                source: Box::new(error),
            }),
        }
    }
}
