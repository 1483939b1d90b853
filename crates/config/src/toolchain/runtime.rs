//! Runtimes that nobody manages: one program, or an unpacked archive somewhere.

use std::path::Path;

/// A program that is recognised by its name.
struct Runtime {
    /// Its names, without the version that may follow.
    names: &'static [&'static str],
    /// What an installation holds beside `bin`; `{}` is the name of the program. Empty for programs of one file.
    proofs: &'static [&'static str],
}

const RUNTIMES: &[Runtime] = &[
    Runtime { names: &["python", "pip"], proofs: &["lib/{}"] },
    Runtime { names: &["pypy"], proofs: &["lib/{}", "lib_pypy"] },
    Runtime {
        names: &["node", "nodejs", "npm", "npx", "corepack"],
        proofs: &["include/node/node.h", "lib/node_modules/npm"],
    },
    Runtime { names: &["java", "javac", "jar", "jshell"], proofs: &["lib/modules", "jre/lib/rt.jar", "lib/rt.jar"] },
    Runtime { names: &["mvn"], proofs: &["boot"] },
    Runtime { names: &["gradle"], proofs: &["init.d"] },
    Runtime { names: &["go", "gofmt"], proofs: &["src/runtime", "pkg/tool"] },
    Runtime { names: &["ruby", "irb", "gem"], proofs: &["lib/ruby"] },
    Runtime { names: &["rustc", "cargo", "rustdoc"], proofs: &["lib/rustlib"] },
    Runtime { names: &["uv", "uvx", "deno", "bun", "bunx", "mise", "asdf", "pnpm", "yarn"], proofs: &[] },
];

/// Whether a program of that name is a language runtime or its manager.
pub(super) fn is_known(name: &str) -> bool {
    runtime(name).is_some()
}

/// Whether a directory holds an installation of the runtime that `program` belongs to.
pub(super) fn is_installed(prefix: &Path, program: &str) -> bool {
    let proofs = runtime(program).map_or(&[][..], |runtime| runtime.proofs);
    proofs.iter().any(|proof| prefix.join(proof.replace("{}", program)).exists())
}

/// Whether a directory holds an installation of any runtime.
pub(super) fn is_installation(prefix: &Path) -> bool {
    let bin = prefix.join("bin");
    std::fs::read_dir(bin)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(|name| is_known(name) && is_installed(prefix, name)))
}

fn runtime(name: &str) -> Option<&'static Runtime> {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    RUNTIMES.iter().find(|runtime| runtime.names.contains(&bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_belong_to_the_name() {
        for name in ["python", "python3", "python3.12", "pip3.12", "pypy3.10", "node", "go1.22"] {
            assert!(is_known(name), "{name}");
        }
        for name in ["", "3", "pythonista", "node.bak", "id_rsa"] {
            assert!(!is_known(name), "{name}");
        }
    }
}
