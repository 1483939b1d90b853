//! The table of managers: where each keeps its programs, what of it is shown, and why not more.

use super::{Manager, Root, Shows, Then};

/// What only an installation of conda holds.
pub(super) const CONDA: &str = "condabin/conda";

/// What most of them have in common.
const WHERE: Manager = Manager {
    name: "",
    root: Root::Proven,
    entries: &["bin"],
    proof: "",
    shows: Shows::Installation,
    then: Then::Nothing,
    strangers: true,
};

/// The table. More particular entries stand first.
pub(super) const MANAGERS: &[Manager] = &[
    Manager {
        name: "pyenv",
        root: Root::Named(&[".pyenv", "pyenv"], "PYENV_ROOT"),
        entries: &["shims", "bin", "plugins/*/shims", "plugins/*/bin", "versions/*/bin", "versions/*/envs/*/bin"],
        proof: "versions",
        // The shims are scripts that look into most of it.
        shows: Shows::Whole,
        then: Then::Links("versions"),
        ..WHERE
    },
    Manager {
        name: "rbenv",
        root: Root::Named(&[".rbenv", "rbenv"], "RBENV_ROOT"),
        entries: &["shims", "bin", "versions/*/bin"],
        proof: "versions",
        shows: Shows::Whole,
        then: Then::Links("versions"),
        ..WHERE
    },
    Manager {
        name: "cargo",
        root: Root::Named(&[".cargo"], "CARGO_HOME"),
        // `credentials.toml` beside these holds the tokens of registries.
        shows: Shows::Parts(&["bin", "registry", "git"]),
        then: Then::Rustup,
        ..WHERE
    },
    Manager { name: "rustup", root: Root::Named(&[".rustup"], "RUSTUP_HOME"), entries: &["toolchains/*/bin"], ..WHERE },
    Manager { name: "nvm", root: Root::Named(&[".nvm", "nvm"], "NVM_DIR"), entries: &["versions/node/*/bin"], ..WHERE },
    Manager {
        name: "fnm",
        root: Root::Named(&[".fnm", "fnm"], "FNM_DIR"),
        entries: &["node-versions/*/installation/bin"],
        ..WHERE
    },
    Manager {
        name: "volta",
        root: Root::Named(&[".volta", "volta"], "VOLTA_HOME"),
        proof: "tools",
        shows: Shows::Whole,
        ..WHERE
    },
    Manager {
        name: "sdkman",
        root: Root::Named(&[".sdkman"], "SDKMAN_DIR"),
        entries: &["candidates/*/*/bin"],
        ..WHERE
    },
    Manager {
        name: "asdf",
        root: Root::Named(&[".asdf", "asdf"], "ASDF_DATA_DIR"),
        entries: &["shims", "bin", "installs/*/*/bin"],
        shows: Shows::Whole,
        then: Then::Texts(&["~/.tool-versions"]),
        ..WHERE
    },
    Manager {
        name: "mise",
        root: Root::Named(&["mise"], "MISE_DATA_DIR"),
        entries: &["shims"],
        shows: Shows::Parts(&["shims", "installs", "plugins"]),
        then: Then::Texts(&["~/.config/mise/config.toml", "~/.tool-versions"]),
        ..WHERE
    },
    Manager {
        name: "mise",
        root: Root::Named(&["mise"], "MISE_DATA_DIR"),
        entries: &["installs/*/*/bin", "installs/*/*"],
        ..WHERE
    },
    Manager {
        name: "uv",
        root: Root::Named(&["uv"], ""),
        entries: &["python/*/bin"],
        // Minor versions are links to patch versions beside them.
        shows: Shows::Parts(&["python"]),
        ..WHERE
    },
    Manager {
        name: "uv",
        root: Root::Named(&["uv"], ""),
        entries: &["tools/*/bin"],
        // `credentials` beside it holds the tokens of indexes.
        shows: Shows::Parts(&["tools"]),
        then: Then::Base,
        ..WHERE
    },
    Manager {
        name: "pipx",
        root: Root::Named(&["pipx"], "PIPX_HOME"),
        entries: &["venvs/*/bin"],
        shows: Shows::Parts(&["venvs", "shared"]),
        then: Then::Base,
        ..WHERE
    },
    // Before the next entry: an installation of conda is one for strangers too, an environment somewhere may be a project.
    Manager { name: "conda", entries: &["bin", "condabin", "envs/*/bin"], proof: CONDA, ..WHERE },
    Manager { name: "conda", proof: "conda-meta", strangers: false, ..WHERE },
    Manager { name: "virtual environment", proof: "pyvenv.cfg", then: Then::Base, strangers: false, ..WHERE },
    Manager {
        name: "go",
        root: Root::Named(&["go"], "GOPATH"),
        proof: "pkg/mod",
        shows: Shows::Parts(&["bin"]),
        ..WHERE
    },
    Manager { name: "deno", root: Root::Named(&[".deno"], "DENO_INSTALL"), shows: Shows::Parts(&["bin"]), ..WHERE },
    Manager {
        name: "bun",
        root: Root::Named(&[".bun"], "BUN_INSTALL"),
        shows: Shows::Parts(&["bin", "install/global"]),
        ..WHERE
    },
    Manager {
        name: "pnpm",
        root: Root::Named(&["pnpm"], "PNPM_HOME"),
        entries: &["", "bin"],
        // The store beside these is what `pnpm install --offline` would need to write.
        shows: Shows::Whole,
        ..WHERE
    },
    Manager {
        name: "Homebrew",
        root: Root::Named(&[".linuxbrew", "linuxbrew", "homebrew"], "HOMEBREW_PREFIX"),
        entries: &["bin", "sbin", "opt/*/bin", "opt/*/libexec/bin", "Cellar/*/*/bin", "Cellar/*/*/libexec/bin"],
        proof: "Cellar",
        // `var` beside these holds the databases of its services.
        shows: Shows::Parts(&[
            "bin",
            "sbin",
            "lib",
            "libexec",
            "include",
            "share",
            "opt",
            "Cellar",
            "etc/openssl@3",
            "etc/ca-certificates",
        ]),
        ..WHERE
    },
    Manager {
        name: "installed below /opt",
        root: Root::In("/opt"),
        entries: &["", "*", "*/*", "*/*/*", "*/*/*/*"],
        shows: Shows::Whole,
        strangers: false,
        ..WHERE
    },
];
