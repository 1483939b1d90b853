//! Tests of profiles, as users meet them: through `show`, `check`, `list` and a run.

mod compose;
mod find;
mod hostile;
mod spellings;

use std::ffi::OsStr;

use super::{Overview, show};
use crate::fixture::Fixture;

/// What a profile means, a line for each setting that somebody gave.
fn given(fixture: &Fixture, wanted: &str) -> String {
    match show(&fixture.host(), OsStr::new(wanted)) {
        Ok(overview) => fixture.neutral(&lines(&overview)),
        Err(error) => fixture.message(&error),
    }
}

fn lines(overview: &Overview) -> String {
    let settings = overview.settings.iter().filter(|row| row.origin != crate::Origin::Default);
    let settings = settings.map(|row| format!("{} = {} ({})", row.name, row.value, row.origin));
    [overview.name.clone()].into_iter().chain(settings).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_built_in_profiles_say_what_they_promise() {
    let fixture = Fixture::new();
    let all = super::builtin::BUILT_IN.map(|(name, _)| {
        let overview = show(&fixture.host(), OsStr::new(name)).unwrap();
        assert_eq!(overview.name, name, "the file's own name");
        assert!(overview.unsupported.is_empty(), "{name}");
        format!("{}\n{}", overview.description.clone().unwrap(), lines(&overview))
    });
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn only_the_relaxed_profile_opens_anything() {
    let fixture = Fixture::new();
    for (name, _) in super::builtin::BUILT_IN.iter().filter(|(name, _)| *name != "dev") {
        let settings = fixture.resolve(crate::fixture::profile(name)).unwrap();
        assert!(settings.notes.is_empty(), "{name}");
        assert_ne!(settings.rules.access.value, spec::Access::Rw, "{name}");
    }
}

#[test]
fn a_shared_network_is_told() {
    let fixture = Fixture::new();
    fixture.write("project/p.yaml", "security: {network: allow-egress}");
    let notes = ["dev", "./p.yaml"].map(|name| {
        let notes = fixture.resolve(crate::fixture::profile(name)).unwrap().notes;
        notes.iter().map(|note| format!("{}: {}", note.name, note.reason)).collect::<Vec<_>>().join("\n")
    });
    insta::assert_snapshot!(notes.join("\n"), @"
    network: the host's network is shared, so its loopback services and abstract sockets are reachable; --net none closes it
    network: allow-egress asks for outgoing connections only, which this version cannot tell apart: the host's network is shared, so its loopback services and abstract sockets are reachable; --net none closes it
    ");
}
