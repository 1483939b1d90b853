//! Toolchains found in made-up homes, each with secrets beside it that nothing may show.

mod languages;
mod managers;
mod refused;

use crate::fixture::Fixture;

/// A host whose home holds what homes hold.
fn furnished() -> Fixture {
    let fixture = Fixture::new();
    for secret in [
        ".ssh/id_ed25519",
        ".aws/credentials",
        ".config/gh/hosts.yml",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".bash_history",
        ".gnupg/secring.gpg",
        ".local/share/keyrings/login.keyring",
        ".local/share/uv/credentials/credentials.toml",
        ".cargo/credentials.toml",
        ".cargo/config.toml",
        ".m2/settings.xml",
        ".gradle/gradle.properties",
        "Documents/letter.txt",
        "other-project/.env",
    ] {
        fixture.write(&format!("home/u/{secret}"), "token = \"hunter2\"");
    }
    fixture
}

/// An installation of Python with everything that one has.
fn python(fixture: &Fixture, prefix: &str) {
    fixture.program(&format!("{prefix}/bin/python3.12"));
    fixture.link(&format!("{prefix}/bin/python3"), "python3.12");
    fixture.link(&format!("{prefix}/bin/python"), "python3.12");
    fixture.write(&format!("{prefix}/lib/python3.12/os.py"), "");
}

/// An installation of Node.
fn node(fixture: &Fixture, prefix: &str) {
    fixture.program(&format!("{prefix}/bin/node"));
    fixture.write(&format!("{prefix}/include/node/node.h"), "");
    fixture.program(&format!("{prefix}/lib/node_modules/npm/bin/npm-cli.js"));
    fixture.link(&format!("{prefix}/bin/npm"), "../lib/node_modules/npm/bin/npm-cli.js");
}

/// What of the host is shown, and the `PATH` inside.
fn seen(fixture: &Fixture, program: &str) -> String {
    let settings = fixture.run(program);
    let path = fixture.inside(&settings, "PATH").unwrap();
    format!("{}\nPATH={path}", fixture.shown(&settings).join("\n"))
}
