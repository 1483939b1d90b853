//! A Rust crate with a dependency, built and tested without a network.

use std::path::PathBuf;

use crate::harness::World;

/// A crate that this workspace depends on, so that it is in the registry cache of whoever built the tests.
const DEPENDENCY: &str = "itoa";

/// Its version in the cache; the newest where there are several.
fn cached_version() -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from).expect("HOME is set");
    let cache = home.join(".cargo/registry/cache");
    let archives = std::fs::read_dir(&cache).unwrap_or_else(|error| panic!("list {}: {error}", cache.display()));
    let names =
        archives.flatten().flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten().flatten());
    let versions = names.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some(name.strip_prefix(&format!("{DEPENDENCY}-"))?.strip_suffix(".crate")?.to_owned())
    });
    versions.max().unwrap_or_else(|| panic!("no {DEPENDENCY} below {}", cache.display()))
}

#[test]
fn a_crate_with_a_dependency_is_tested_and_run_offline() {
    let world = World::new().with_real_home();
    let manifest = format!(
        "[package]\nname = \"hello\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\n[dependencies]\n{DEPENDENCY} = \"={}\"\n",
        cached_version()
    );
    world.write("workspace/Cargo.toml", manifest);
    let program = "fn main() {\n    let mut buffer = itoa::Buffer::new();\n    println!(\"hello {}\", buffer.format(42));\n}\n\n\
        #[test]\nfn it_formats() {\n    assert_eq!(itoa::Buffer::new().format(7), \"7\");\n}\n";
    world.write("workspace/src/main.rs", program);
    let sandbox = || world.sandbox().profile("rust-dev");
    let ended = sandbox().sh("cargo test --offline --quiet && cargo run --offline --quiet").success();
    assert!(ended.out().contains("1 passed"), "{ended}");
    assert!(ended.out().ends_with("hello 42\n"), "{ended}");
    assert!(!world.workspace().join("target").exists(), "the host's tree is not touched");
}
