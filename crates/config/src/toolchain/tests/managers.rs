//! The managers of the table.

use super::{furnished, node, python, seen};

#[test]
fn pyenv_is_shown_as_a_whole() {
    let fixture = furnished().with_path(&[
        "home/u/.pyenv/shims",
        "home/u/.pyenv/bin",
        "home/u/.pyenv/plugins/pyenv-virtualenv/shims",
    ]);
    fixture.program("home/u/.pyenv/shims/python3");
    fixture.program("home/u/.pyenv/libexec/pyenv");
    fixture.link("home/u/.pyenv/bin/pyenv", "../libexec/pyenv");
    fixture.program("home/u/.pyenv/plugins/pyenv-virtualenv/shims/activate");
    python(&fixture, "home/u/.pyenv/versions/3.12.1");
    python(&fixture, "srv/python");
    fixture.link("home/u/.pyenv/versions/system-build", "/srv/python");
    fixture.link("home/u/.pyenv/versions/trap", "/home/u/.ssh");
    fixture.link("home/u/.pyenv/versions/home", "/home/u");
    insta::assert_snapshot!(seen(&fixture, "python3"), @"
    /home/u/.pyenv
    /srv/python
    PATH=/home/u/.pyenv/shims:/home/u/.pyenv/bin:/home/u/.pyenv/plugins/pyenv-virtualenv/shims:/usr/bin:/bin
    ");
}

#[test]
fn cargo_is_shown_without_its_credentials() {
    let fixture = furnished().with_path(&["home/u/.cargo/bin"]);
    fixture.program("home/u/.cargo/bin/rustup");
    fixture.link("home/u/.cargo/bin/cargo", "rustup");
    fixture.write("home/u/.cargo/registry/index/x", "");
    fixture.write("home/u/.cargo/git/db/x", "");
    fixture.program("home/u/.rustup/toolchains/stable/bin/cargo");
    fixture.program("home/u/rust/build/bin/rustc");
    fixture.write("home/u/rust/build/lib/rustlib/x", "");
    fixture.link("home/u/.rustup/toolchains/own", "/home/u/rust/build");
    insta::assert_snapshot!(seen(&fixture, "cargo"), @"
    /home/u/.cargo/bin
    /home/u/.cargo/git
    /home/u/.cargo/registry
    /home/u/.rustup
    /home/u/rust/build
    PATH=/home/u/.cargo/bin:/usr/bin:/bin
    ");
    let remarks = fixture.run("cargo").remarks.join("\n");
    insta::assert_snapshot!(fixture.neutral(&remarks), @"/home/u/.cargo/config.toml is not shown, because it may hold a secret");
    fixture.write("home/u/.cargo/config.toml", "[build]\njobs = 2\n");
    assert!(seen(&fixture, "cargo").contains("/home/u/.cargo/config.toml"));
}

#[test]
fn cargo_may_live_elsewhere() {
    let fixture = furnished().with_path(&["data/rust/bin"]);
    fixture.program("data/rust/bin/cargo");
    fixture.write("data/rust/registry/x", "");
    fixture.write("data/rust/credentials.toml", "");
    fixture.write("data/rustup/toolchains/x", "");
    let (cargo, rustup) = (fixture.path("data/rust"), fixture.path("data/rustup"));
    let fixture = fixture.with("CARGO_HOME", cargo).with("RUSTUP_HOME", rustup);
    insta::assert_snapshot!(seen(&fixture, "cargo"), @"
    /data/rust/bin
    /data/rust/registry
    /data/rustup
    PATH=/data/rust/bin:/usr/bin:/bin
    ");
    let settings = fixture.run("cargo");
    assert_eq!(fixture.inside(&settings, "CARGO_HOME").as_deref(), Some("/data/rust"));
    assert_eq!(fixture.inside(&settings, "RUSTUP_HOME").as_deref(), Some("/data/rustup"));
}

#[test]
fn nvm_shows_the_version_in_use() {
    let fixture = furnished().with_path(&["home/u/.nvm/versions/node/v20.1.0/bin"]);
    node(&fixture, "home/u/.nvm/versions/node/v20.1.0");
    node(&fixture, "home/u/.nvm/versions/node/v18.0.0");
    insta::assert_snapshot!(seen(&fixture, "node"), @"
    /home/u/.nvm/versions/node/v20.1.0
    PATH=/home/u/.nvm/versions/node/v20.1.0/bin:/usr/bin:/bin
    ");
    let nvm = fixture.path("home/u/.nvm");
    let fixture = fixture.with("NVM_DIR", nvm);
    assert_eq!(fixture.inside(&fixture.run("node"), "NVM_DIR").as_deref(), Some("/home/u/.nvm"));
}

#[test]
fn fnm_is_followed_through_its_shell_directory() {
    let fixture = furnished().with_path(&["run/user/fnm_multishells/17_2/bin"]);
    node(&fixture, "home/u/.local/share/fnm/node-versions/v20.1.0/installation");
    fixture.link("run/user/fnm_multishells/17_2", "/home/u/.local/share/fnm/node-versions/v20.1.0/installation");
    insta::assert_snapshot!(seen(&fixture, "node"), @"
    /home/u/.local/share/fnm/node-versions/v20.1.0/installation
    PATH=/home/u/.local/share/fnm/node-versions/v20.1.0/installation/bin:/usr/bin:/bin
    ");
}

#[test]
fn volta_sdkman_asdf_and_mise() {
    let fixture = furnished().with_path(&[
        "home/u/.volta/bin",
        "home/u/.sdkman/candidates/java/current/bin",
        "home/u/.sdkman/candidates/gradle/8.5/bin",
        "home/u/.asdf/shims",
        "home/u/.local/share/mise/installs/go/1.22/bin",
    ]);
    fixture.program("home/u/.volta/bin/node");
    fixture.write("home/u/.volta/tools/image/node/x", "");
    fixture.program("home/u/.sdkman/candidates/java/21-tem/bin/java");
    fixture.link("home/u/.sdkman/candidates/java/current", "21-tem");
    fixture.program("home/u/.sdkman/candidates/gradle/8.5/bin/gradle");
    fixture.program("home/u/.asdf/shims/ruby");
    fixture.write("home/u/.tool-versions", "ruby 3.3.0\n");
    fixture.program("home/u/.local/share/mise/installs/go/1.22.1/bin/go");
    fixture.link("home/u/.local/share/mise/installs/go/1.22", "1.22.1");
    insta::assert_snapshot!(seen(&fixture, "node"), @"
    /home/u/.asdf
    /home/u/.local/share/mise/installs/go/1.22.1
    /home/u/.sdkman/candidates/gradle/8.5
    /home/u/.sdkman/candidates/java/21-tem
    /home/u/.tool-versions
    /home/u/.volta
    PATH=/home/u/.volta/bin:/home/u/.sdkman/candidates/java/21-tem/bin:/home/u/.sdkman/candidates/gradle/8.5/bin:/home/u/.asdf/shims:/home/u/.local/share/mise/installs/go/1.22.1/bin:/usr/bin:/bin
    ");
}

#[test]
fn uv_and_pipx_are_found_through_the_links_they_leave() {
    let fixture = furnished().with_path(&["home/u/.local/bin"]);
    python(&fixture, "home/u/.local/share/uv/python/cpython-3.12.1-linux");
    fixture.link("home/u/.local/bin/python3.12", "/home/u/.local/share/uv/python/cpython-3.12.1-linux/bin/python3.12");
    fixture.program("home/u/.local/share/uv/tools/ruff/bin/ruff");
    fixture.write("home/u/.local/share/uv/tools/ruff/pyvenv.cfg", "");
    fixture.link("home/u/.local/bin/ruff", "/home/u/.local/share/uv/tools/ruff/bin/ruff");
    python(&fixture, "data/python");
    fixture.program("home/u/.local/share/pipx/venvs/black/bin/black");
    fixture.link("home/u/.local/share/pipx/venvs/black/bin/python", "/data/python/bin/python3");
    fixture.link("home/u/.local/bin/black", "/home/u/.local/share/pipx/venvs/black/bin/black");
    fixture.program("home/u/.local/bin/uv");
    fixture.program("home/u/.local/bin/my-backup-script");
    fixture.link("home/u/.local/bin/key", "/home/u/.ssh/id_ed25519");
    fixture.link("home/u/.local/bin/python2", "/home/u/.ssh/id_ed25519");
    insta::assert_snapshot!(seen(&fixture, "python3.12"), @"
    /data/python
    /home/u/.local/bin/black -> /home/u/.local/share/pipx/venvs/black/bin/black
    /home/u/.local/bin/python3.12 -> /home/u/.local/share/uv/python/cpython-3.12.1-linux/bin/python3.12
    /home/u/.local/bin/ruff -> /home/u/.local/share/uv/tools/ruff/bin/ruff
    /home/u/.local/bin/uv
    /home/u/.local/share/pipx/venvs
    /home/u/.local/share/uv/python
    /home/u/.local/share/uv/tools
    PATH=/home/u/.local/bin:/usr/bin:/bin
    ");
}

#[test]
fn conda_shows_the_environment_in_use() {
    let fixture = furnished().with_path(&["home/u/miniconda3/envs/work/bin"]);
    python(&fixture, "home/u/miniconda3/envs/work");
    fixture.write("home/u/miniconda3/envs/work/conda-meta/history", "");
    fixture.write("home/u/miniconda3/.condarc", "");
    let prefix = fixture.path("home/u/miniconda3/envs/work");
    let fixture = fixture.with("CONDA_PREFIX", prefix);
    insta::assert_snapshot!(seen(&fixture, "python3"), @"
    /home/u/miniconda3/envs/work
    PATH=/home/u/miniconda3/envs/work/bin:/usr/bin:/bin
    ");
    assert_eq!(fixture.inside(&fixture.run("true"), "CONDA_PREFIX").as_deref(), Some("/home/u/miniconda3/envs/work"));
}

#[test]
fn conda_is_an_interpreter_for_the_workspace_too() {
    let fixture = furnished().with_path(&[]);
    python(&fixture, "home/u/miniconda3/envs/work");
    fixture.program("home/u/miniconda3/condabin/conda");
    fixture.link("project/.venv/bin/python", "/home/u/miniconda3/envs/work/bin/python");
    insta::assert_snapshot!(seen(&fixture, "true"), @"
    /home/u/miniconda3/envs/work
    PATH=/usr/bin:/bin
    ");
}

#[test]
fn homebrew_is_shown_without_its_databases() {
    let fixture = furnished().with_path(&["home/linuxbrew/.linuxbrew/bin"]);
    for part in [
        "bin/brew",
        "Cellar/node/20/bin/node",
        "opt/x",
        "lib/x",
        "var/postgres/pg_hba.conf",
        "etc/my.cnf",
        "etc/openssl@3/openssl.cnf",
    ] {
        fixture.program(&format!("home/linuxbrew/.linuxbrew/{part}"));
    }
    insta::assert_snapshot!(seen(&fixture, "node"), @"
    /home/linuxbrew/.linuxbrew/Cellar
    /home/linuxbrew/.linuxbrew/bin
    /home/linuxbrew/.linuxbrew/etc/openssl@3
    /home/linuxbrew/.linuxbrew/lib
    /home/linuxbrew/.linuxbrew/opt
    PATH=/home/linuxbrew/.linuxbrew/bin:/usr/bin:/bin
    ");
}

#[test]
fn bun_deno_pnpm_and_npm_prefixes() {
    let fixture = furnished().with_path(&[
        "home/u/.bun/bin",
        "home/u/.deno/bin",
        "home/u/.local/share/pnpm",
        "home/u/.npm-global/bin",
    ]);
    fixture.program("home/u/.bun/bin/bun");
    fixture.write("home/u/.bun/install/cache/x", "");
    fixture.program("home/u/.deno/bin/deno");
    fixture.program("home/u/.local/share/pnpm/pnpm");
    fixture.program("home/u/.npm-global/lib/node_modules/serve/main.js");
    fixture.link("home/u/.npm-global/bin/serve", "../lib/node_modules/serve/main.js");
    insta::assert_snapshot!(seen(&fixture, "bun"), @"
    /home/u/.bun/bin
    /home/u/.deno/bin
    /home/u/.local/share/pnpm
    /home/u/.npm-global/bin
    /home/u/.npm-global/lib/node_modules
    PATH=/home/u/.bun/bin:/home/u/.deno/bin:/home/u/.local/share/pnpm:/home/u/.npm-global/bin:/usr/bin:/bin
    ");
}
