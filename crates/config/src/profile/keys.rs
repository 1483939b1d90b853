//! The schema: every key of a profile, in all its spellings.

use super::read::Reader;
use crate::yaml::Entry;

/// One key.
pub(crate) struct Key {
    /// As it is written.
    pub(crate) name: &'static str,
    /// The setting that it is a spelling of; a profile gives a setting once.
    pub(crate) setting: &'static str,
    /// Takes its value over into the profile.
    pub(crate) read: fn(&mut Reader, &Entry),
}

const fn key(name: &'static str, setting: &'static str, read: fn(&mut Reader, &Entry)) -> Key {
    Key { name, setting, read }
}

/// The keys of a profile.
pub(crate) const PROFILE: &[Key] = &[
    key("name", "name", Reader::name),
    key("description", "description", Reader::description),
    key("extends", "extends", Reader::extends),
    key("driver", "driver", Reader::driver),
    key("cpu", "cpu", Reader::cpu),
    key("memory", "memory", Reader::memory),
    key("mem", "memory", Reader::memory),
    key("cpu_shares", "cpu_shares", Reader::cpu_shares),
    key("cpu_time", "cpu_time", Reader::cpu_time),
    key("pids", "pids", Reader::pids),
    key("disk", "disk", Reader::disk),
    key("inodes", "inodes", Reader::inodes),
    key("file_size", "file_size", Reader::file_size),
    key("open_files", "open_files", Reader::open_files),
    key("output", "output", Reader::output),
    key("lifetime", "lifetime", Reader::lifetime),
    key("network", "network", Reader::network),
    key("net", "network", Reader::network),
    key("workspace", "workspace access", Reader::access),
    key("filesystem", "workspace access", Reader::access),
    key("workdir", "workdir", Reader::workdir),
    key("mounts", "mounts", Reader::mounts),
    key("environment", "environment", Reader::environment),
    key("env", "environment", Reader::environment),
    key("env_pass", "env_pass", Reader::env_pass),
    key("toolchains", "toolchains", Reader::toolchains),
    key("syscalls", "syscalls", Reader::syscalls),
    key("responses", "responses", Reader::responses),
    key("seccomp", "seccomp", Reader::seccomp),
    key("caps", "caps", Reader::caps),
    key("entrypoint", "entrypoint", Reader::entrypoint),
    key("floor", "floor", Reader::floor),
    key("security", "security", Reader::security),
];

/// The keys below `security`, the shorthand.
pub(crate) const SECURITY: &[Key] = &[
    key("network", "network", Reader::network),
    key("filesystem", "workspace access", Reader::access),
    key("syscalls", "syscalls", Reader::syscalls),
];

/// Words of flags and of other tools, and the keys that mean the same. No typing error leads from one to the other.
pub(crate) const RELATED: [(&str, &str); 4] =
    [("timeout", "lifetime"), ("access", "workspace"), ("volumes", "mounts"), ("command", "entrypoint")];

/// The one key of a file that holds several profiles by name.
pub(crate) const PROFILES: &str = "profiles";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn related_words_lead_to_keys_and_are_none() {
        let is_key = |word: &str| PROFILE.iter().any(|key| key.name == word);
        for (word, key) in RELATED {
            assert!(!is_key(word) && is_key(key), "{word}");
        }
    }

    #[test]
    fn every_key_stands_once() {
        for keys in [PROFILE, SECURITY] {
            for (index, key) in keys.iter().enumerate() {
                assert!(keys.iter().skip(index + 1).all(|other| other.name != key.name), "{}", key.name);
            }
        }
    }
}
