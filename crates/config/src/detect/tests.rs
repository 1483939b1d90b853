//! Tests of detection.

use super::*;

fn by(program: &str, workspace: Option<&Path>) -> String {
    let argv: Vec<_> = [program].iter().filter(|word| !word.is_empty()).map(OsString::from).collect();
    let Detection { profile, because } = detect(&argv, workspace);
    format!("{profile}: {because}")
}

#[test]
fn commands_tell_their_language() {
    for (program, profile) in [
        ("python", PYTHON),
        ("python3.11", PYTHON),
        ("/usr/bin/python3", PYTHON),
        (".venv/bin/pytest", PYTHON),
        ("pip3.12", PYTHON),
        ("py.test", PYTHON),
        ("npx", NODE),
        ("node20", NODE),
        ("go", GO),
        ("go1.22.1", GO),
        ("cargo", RUST),
        ("./gradlew", JAVA),
        ("javac", JAVA),
        ("ls", STRICT),
        ("goaccess", STRICT),
        ("/", STRICT),
    ] {
        assert_eq!(detect(&[program.into()], None).profile, profile, "{program}");
    }
}

#[test]
fn neutral_commands_leave_it_to_the_workspace() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(by("make", Some(dir.path())), "strict: command `make` belongs to no language");
    std::fs::write(dir.path().join("go.mod"), "").unwrap();
    assert_eq!(by("make", Some(dir.path())), "go-dev: `go.mod` in the workspace");
    assert_eq!(by("", Some(dir.path())), "go-dev: `go.mod` in the workspace");
    assert_eq!(by("ls", Some(dir.path())), "strict: command `ls` belongs to no language");
    assert_eq!(by("bash", None), "strict: command `bash` belongs to no language");
}

#[test]
fn a_name_that_is_not_text_is_no_language() {
    use std::os::unix::ffi::OsStringExt;
    assert_eq!(detect(&[OsString::from_vec(b"python\xff".to_vec())], None).profile, STRICT);
}
