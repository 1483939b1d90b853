//! Tests of the loader.

use proptest::prelude::*;

use super::*;

/// The tree as text, with the place of every key and value.
fn show(node: &Node) -> String {
    let Mark { line, column } = node.mark;
    match &node.value {
        Value::Scalar(scalar) => format!("{:?}@{line}:{column}", scalar.text),
        Value::List(items) => format!("[{}]", items.iter().map(|item| show(item)).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|entry| format!("{}@{}:{} = {}", entry.key, entry.mark.line, entry.mark.column, show(&entry.node)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn read(text: &str) -> String {
    match load(text) {
        Ok(node) => show(&node),
        Err((mark, fault)) => format!("{}:{}: {fault}", mark.line, mark.column),
    }
}

#[test]
fn every_key_and_value_knows_its_place() {
    insta::assert_snapshot!(
        read("# comment\ncpu: 1\nnet: {enabled: no}\nlist:\n  - a\n  - b: 3.10\n"),
        @r#"{cpu@2:1 = "1"@2:6, net@3:1 = {enabled@3:7 = "no"@3:16}, list@4:1 = ["a"@5:5, {b@6:5 = "3.10"@6:8}]}"#
    );
}

#[test]
fn scalars_keep_their_spelling() {
    insta::assert_snapshot!(
        read("[3.10, 0x10, 1e3, yes, ~, \"a\\tb\", 'it''s', 010]"),
        @r#"["3.10"@1:2, "0x10"@1:8, "1e3"@1:14, "yes"@1:19, "~"@1:24, "a\tb"@1:27, "it's"@1:35, "010"@1:44]"#
    );
}

#[test]
fn anchors_and_merges_work() {
    insta::assert_snapshot!(
        read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: *a\n"),
        @r#"{a@1:1 = {x@1:8 = "1"@1:11, y@1:14 = "2"@1:17}, b@2:1 = {y@4:3 = "3"@4:6, x@1:8 = "1"@1:11}, c@5:1 = {x@1:8 = "1"@1:11, y@1:14 = "2"@1:17}}"#
    );
}

#[test]
fn every_mistake_has_a_place_and_a_reason() {
    let texts = [
        "",
        "# only a comment\n",
        "---\n",
        "a: 1\nb: 2\na: 3\n",
        "a:\n\t- b\n",
        "a: [1, 2\n",
        "a: \"open\n",
        "a: 1\n---\nb: 2\n",
        "a: !!python/object x\n",
        "? [a]\n: b\n",
        "a: *nowhere\n",
        "a: &a [*a]\n",
        "a: {<<: 1}\n",
        "a: b: c\n",
    ];
    let all: Vec<_> = texts.iter().map(|text| format!("{text:?}\n  {}", read(text))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn bombs_stay_small() {
    let names: Vec<_> = ('a'..='z').collect();
    let mut bomb = "a: &a [x]\n".to_owned();
    for pair in names.windows(2) {
        bomb += &format!("{}: &{} [{}]\n", pair[1], pair[1], vec![format!("*{}", pair[0]); 9].join(","));
    }
    assert!(read(&bomb).ends_with("nested deeper than 16 levels"), "{}", read(&bomb));
    let merge = format!("a: &a {{{}}}\nb: {{<<: [{}]}}", many("k", 100), vec!["*a"; 1000].join(","));
    assert!(read(&merge).ends_with("more than 10000 values"));
}

fn many(key: &str, count: usize) -> String {
    (0..count).map(|index| format!("{key}{index}: 1")).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_mebibyte_of_anything_is_refused_or_read_within_bounds() {
    let size = 1024 * 1024;
    for unit in [
        "[", "{", "- ", "? ", ": ", "a: ", "&", "*", "!", "%", "\"", "|", ">", "#\n", "---\n", "\n", "[a,", "{a: ",
        "\u{feff}",
    ] {
        let text = unit.repeat(size / unit.len());
        assert!(load(&text).is_err(), "{unit:?}");
    }
    assert!(load(&format!("a: {}", "x".repeat(size))).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        let _ = load(&text);
    }

    #[test]
    fn no_text_of_yaml_signs_makes_it_panic(text in "([-?:,{}#&*!|>'\"%@` \t\n\\[\\]a-c<~0]|<<: |---\n|\\.\\.\\.|\n  ){0,80}") {
        let _ = load(&text);
    }

    #[test]
    fn every_place_is_in_the_text(text in "([-:,{}&*! \nab\\[\\]]){0,60}") {
        if let Err((mark, _)) = load(&text) {
            prop_assert!(mark.line >= 1 && mark.column >= 1);
            prop_assert!(mark.line <= text.matches('\n').count() + 2, "{mark:?}");
        }
    }
}
