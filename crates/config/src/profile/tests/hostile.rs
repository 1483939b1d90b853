//! Files that mean harm.

use proptest::prelude::*;

use super::super::keys;
use super::given;
use crate::fixture::Fixture;

#[test]
fn what_is_no_text_file_is_refused() {
    let fixture = Fixture::new();
    std::fs::create_dir_all(fixture.path("project/dir.yaml")).unwrap();
    fixture.write("project/latin.yaml", b"name: caf\xe9");
    fixture.write("project/utf16.yaml", b"\xff\xfen\0a\0");
    fixture.write("project/large.yaml", vec![b'#'; 10 * 1024 * 1024]);
    fixture.write("project/limit.yaml", vec![b'#'; 1024 * 1024]);
    fixture.link("project/dangling.yaml", "nowhere");
    fixture.link("project/loop.yaml", "loop.yaml");
    fixture.link("project/null.yaml", "../../../dev/null");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        fixture.path("project/fifo.yaml"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let wanted = ["dir", "latin", "utf16", "large", "limit", "dangling", "loop", "null", "fifo"];
    insta::assert_snapshot!(wanted.map(|name| given(&fixture, &format!("{name}.yaml"))).join("\n"));
}

#[test]
fn a_terminal_is_not_commanded_by_a_file() {
    let fixture = Fixture::new();
    fixture.write("project/aisbx.yaml", "profiles: {\"\\e]0;x\\a\": {\"\\e[2J\": 1}, b: {extends: \"\\e[1m\"}}");
    for wanted in ["aisbx.yaml", "aisbx.yaml#b", "aisbx.yaml#\u{1b}]0;x\u{7}", "unknown"] {
        let text = given(&fixture, wanted);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    }
}

/// Values of every kind, for every key.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9./:~*=-]{0,12}",
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("~".to_owned()),
        Just("[[a], {b: c}]".to_owned()),
        Just("{source: a, target: /b, enabled: false, A: 1}".to_owned()),
        Just("[{source: a, target: /b}, 'a:/c:rw', A=1, '']".to_owned()),
        "\"[\\\\a-z0-9]{0,6}\"",
    ]
}

proptest! {
    #[test]
    fn no_value_of_any_key_makes_it_panic(pairs in prop::collection::vec((0..keys::PROFILE.len(), value()), 0..6)) {
        let fixture = Fixture::new();
        let lines: Vec<_> = pairs.iter().map(|(key, value)| format!("{}: {value}\n", keys::PROFILE[*key].name)).collect();
        fixture.write("project/p.yaml", lines.concat());
        let _ = given(&fixture, "p.yaml");
        let _ = fixture.resolve(crate::fixture::profile("./p.yaml"));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ -~\n\t\u{0}\u{fffd}é]{0,200}") {
        let fixture = Fixture::new();
        fixture.write("project/p.yaml", text);
        let _ = given(&fixture, "p.yaml");
    }
}
