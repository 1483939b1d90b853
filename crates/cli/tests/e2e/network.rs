//! What `--net` gives: nothing, or the host's network as it is.

use std::net::TcpListener;

use crate::harness::{World, outside};

#[test]
fn none_is_loopback_and_nothing_else() {
    let world = World::new();
    for flags in [&["--no-net"][..], &["--net", "none"], &["--net=none"]] {
        let found = world.sandbox().bare().profile("dev").flags(flags).probe(["posture"]).works();
        let network = &found.detail()["network"];
        assert_eq!(network["interfaces"], serde_json::json!(["lo"]), "{flags:?}");
        assert_eq!(network["loopback"], "up");
        assert_eq!(network["routes"], serde_json::json!([]));
    }
}

#[test]
fn host_is_the_hosts() {
    let world = World::new();
    let found = world.sandbox().bare().profile("dev").flags(["--net", "host"]).probe(["posture"]).works();
    let host = outside(["posture"]).works();
    assert_eq!(found.detail()["network"]["interfaces"], host.detail()["network"]["interfaces"]);
    assert_eq!(found.detail()["namespaces"]["net"], host.detail()["namespaces"]["net"]);
    assert_ne!(found.detail()["namespaces"]["mnt"], host.detail()["namespaces"]["mnt"]);
}

#[test]
fn the_last_word_on_the_network_counts_or_both_are_refused() {
    let world = World::new();
    let ended = world.sandbox().bare().profile("dev").flags(["--net", "host", "--no-net"]).sh("true");
    assert!([0, 125].contains(&ended.code), "{ended}");
}

#[test]
fn language_profiles_have_no_network_yet() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let address = listener.local_addr().expect("an address").to_string();
    outside(["tcp", &address]).works();
    for profile in ["strict", "minimal", "python-dev", "node-dev", "go-dev", "rust-dev", "java-dev"] {
        let found = world.sandbox().bare().profile(profile).probe(["tcp", &address]);
        assert!(!found.worked(), "{profile}: {found:?}");
    }
}
