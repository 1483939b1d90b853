//! The built things under test: named by the environment, or lying beside the test itself.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The launcher.
pub(crate) fn aisbx() -> &'static Path {
    static PATH: LazyLock<PathBuf> =
        LazyLock::new(|| binary("AISBX_BIN", "aisbx", "cargo build --release -p aisbx-cli"));
    &PATH
}

/// The probe.
pub(crate) fn probe() -> &'static Path {
    static PATH: LazyLock<PathBuf> =
        LazyLock::new(|| binary("AISBX_PROBE", "aisbx-probe", "cargo build --release -p aisbx-probe"));
    &PATH
}

/// Where `cargo xtask setup` put what tests need and cannot make: wheels, a toolchain.
pub(crate) fn test_data() -> &'static Path {
    static PATH: LazyLock<PathBuf> = LazyLock::new(|| {
        let path = env::var_os("AISBX_TEST_DATA").map_or_else(|| build_folder().join("test-data"), PathBuf::from);
        assert!(path.is_dir(), "no test data at {}: run `cargo xtask setup` first", path.display());
        path
    });
    &PATH
}

/// A program by its variable, else beside this test, release before debug.
fn binary(variable: &str, name: &str, command: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable).map(PathBuf::from) {
        assert!(path.is_file(), "{variable} names {}, which is no file", path.display());
        return path;
    }
    let target = target_folder();
    let found = ["release", "debug"].iter().map(|kind| target.join(kind).join(name)).find(|path| path.is_file());
    found
        .unwrap_or_else(|| panic!("no {name} below {}: build it with `{command}`, or set {variable}", target.display()))
}

/// The folder of this target: `…/TRIPLE`, four above the test (`…/TRIPLE/debug/deps/e2e-HASH`).
fn target_folder() -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    test.ancestors().nth(3).expect("a test lies in a build folder").to_path_buf()
}

fn build_folder() -> PathBuf {
    target_folder().parent().expect("a target lies in a build folder").to_path_buf()
}
