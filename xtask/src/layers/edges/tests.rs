//! Forged graphs: the right one passes, each wrong edge is named.

use super::{Edge, Purpose, TABLE, strangers, violations};

fn product<'a>(from: &'a str, to: &'a str) -> Edge<'a> {
    Edge { from, to, purpose: Purpose::Product }
}

fn tests<'a>(from: &'a str, to: &'a str) -> Edge<'a> {
    Edge { from, to, purpose: Purpose::Tests }
}

#[test]
fn the_graph_as_drawn_is_right() {
    let named =
        TABLE.iter().flat_map(|row| row.may_use.iter().filter(|name| **name != "*").map(|to| product(row.name, to)));
    assert_eq!(violations(&named.collect::<Vec<_>>()), [""; 0]);
}

#[test]
fn what_a_crate_may_use_stands_below_it() {
    for row in TABLE {
        for used in row.may_use.iter().filter_map(|name| super::find(name)) {
            assert!(used.layer < row.layer, "{} uses {}", row.name, used.name);
        }
    }
}

#[test]
fn upward_and_sideways_edges_are_named_with_their_rule() {
    let wrong = [
        product("aisbx-linux", "aisbx-spec"),
        product("aisbx-store", "aisbx-config"),
        product("aisbx-sandbox", "aisbx"),
        product("aisbx-cli", "aisbx-sandbox"),
        product("aisbx-probe", "aisbx-linux"),
    ];
    assert_eq!(
        violations(&wrong),
        [
            "aisbx-linux uses aisbx-spec: linux is the kernel and knows none of our words",
            "aisbx-store uses aisbx-config: abilities never see each other; they meet in aisbx",
            "aisbx-sandbox uses aisbx: the engine stands on spec and linux alone",
            "aisbx-cli uses aisbx-sandbox: a door calls aisbx and prints words; it never drives the engine",
            "aisbx-probe uses aisbx-linux: the probe must not depend on what it tests",
        ]
    );
}

#[test]
fn tests_may_reach_down_but_not_up() {
    assert_eq!(violations(&[tests("aisbx-cli", "aisbx-sandbox"), tests("aisbx-store", "aisbx-linux")]), [""; 0]);
    assert_eq!(
        violations(&[tests("aisbx-store", "aisbx-cli"), tests("aisbx-spec", "aisbx-linux")]),
        [
            "aisbx-store is tested with aisbx-cli: abilities never see each other; they meet in aisbx",
            "aisbx-spec is tested with aisbx-linux: spec is plain words and knows none of us",
        ]
    );
}

#[test]
fn chores_may_know_everything_and_nobody_knows_them() {
    assert_eq!(violations(&[product("xtask", "aisbx-linux")]), [""; 0]);
    assert_eq!(violations(&[product("aisbx", "xtask")]), ["aisbx uses xtask: use cases know no door"]);
}

#[test]
fn a_crate_without_a_row_is_named() {
    assert_eq!(
        strangers(["aisbx", "aisbx-common"].into_iter()),
        ["aisbx-common has no row in the table of layers: say there whom it may know"]
    );
}
