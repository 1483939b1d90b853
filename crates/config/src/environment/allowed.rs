//! The variables of the host that pass without being asked for, with a reason for each.
//!
//! What is not here stays outside: tokens hide under every name.

/// Variables whose values are words, by name, or with a `*` at its end all that begin alike.
pub(super) const WORDS: &[(&str, &str)] = &[
    ("LANG", "language and character set"),
    ("LANGUAGE", "further languages, by preference"),
    ("LC_*", "single aspects of language and character set"),
    ("TZ", "time zone"),
    ("TERM", "what the terminal can do; also read by programs whose output is piped to one"),
    ("COLORTERM", "whether the terminal has all colours"),
    ("NO_COLOR", "no colours wanted"),
    ("CLICOLOR", "colours wanted"),
    ("CLICOLOR_FORCE", "colours wanted, also in pipes"),
    ("FORCE_COLOR", "colours wanted, also in pipes"),
    ("CI", "nobody is there to answer"),
    ("SOURCE_DATE_EPOCH", "reproducible builds take their time from it"),
    ("RUST_BACKTRACE", "how much Rust tells of a panic"),
    ("PYTHONUNBUFFERED", "whether Python writes at once"),
    ("PYTHONDONTWRITEBYTECODE", "whether Python caches what it compiles"),
    ("PYTHONHASHSEED", "reproducible order of sets"),
    ("PYENV_VERSION", "which version pyenv's shims start"),
    ("RBENV_VERSION", "which version rbenv's shims start"),
    ("RUSTUP_TOOLCHAIN", "which version rustup's proxies start"),
    ("CONDA_DEFAULT_ENV", "name of conda's environment, shown in prompts"),
];

/// Variables that name directories or files; they pass where these exist inside.
pub(super) const PATHS: &[(&str, &str)] = &[
    ("VIRTUAL_ENV", "Python's active environment"),
    ("PYENV_ROOT", "where pyenv's shims look"),
    ("RBENV_ROOT", "where rbenv's shims look"),
    ("CARGO_HOME", "where cargo looks for what it fetched"),
    ("RUSTUP_HOME", "where rustup's proxies look"),
    ("NVM_DIR", "where nvm looks"),
    ("FNM_DIR", "where fnm looks"),
    ("VOLTA_HOME", "where volta's shims look"),
    ("SDKMAN_DIR", "where sdkman looks"),
    ("ASDF_DIR", "where asdf's shims look"),
    ("ASDF_DATA_DIR", "where asdf's shims look for versions"),
    ("MISE_DATA_DIR", "where mise's shims look"),
    ("DENO_INSTALL", "where deno is"),
    ("BUN_INSTALL", "where bun is"),
    ("PNPM_HOME", "where pnpm is"),
    ("PIPX_HOME", "where pipx keeps its tools"),
    ("CONDA_PREFIX", "conda's active environment"),
    ("HOMEBREW_PREFIX", "where Homebrew is"),
    ("JAVA_HOME", "where Maven and Gradle look for Java"),
    ("M2_HOME", "where Maven is"),
    ("MAVEN_HOME", "where Maven is"),
    ("GRADLE_HOME", "where Gradle is"),
    ("GOROOT", "where Go is"),
    ("GOPATH", "where Go keeps what it fetched"),
    ("GOMODCACHE", "the same, in particular"),
    ("SSL_CERT_FILE", "certificate authorities, for OpenSSL"),
    ("SSL_CERT_DIR", "certificate authorities, for OpenSSL"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_stands_once_and_has_a_reason() {
        let all: Vec<_> = WORDS.iter().chain(PATHS).collect();
        for (index, (name, why)) in all.iter().enumerate() {
            assert!(!why.is_empty(), "{name}");
            assert!(all.iter().skip(index + 1).all(|(other, _)| other != name), "{name}");
        }
    }

    #[test]
    fn nothing_that_sounds_like_a_secret_passes() {
        for (name, _) in WORDS.iter().chain(PATHS) {
            for word in ["TOKEN", "KEY", "SECRET", "PASS", "AUTH", "SOCK", "PROXY"] {
                assert!(!name.contains(word), "{name}");
            }
        }
    }
}
