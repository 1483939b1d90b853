//! What of the host's system is shown, with a reason for each entry.
//!
//! Every mount costs a start some 30 µs, so an entry must earn its place. Never shown are: `passwd`, `group`, `hosts`,
//! `hostname`, `resolv.conf` and `nsswitch.conf`, of which a sandbox has its own; `shadow`, `sudoers`, `ssh`,
//! `ssl/private` and `machine-id`, which are secrets; `pip.conf`, `npmrc` and `gitconfig`, which may hold tokens.

use std::fs;
use std::path::Path;

use super::{View, lies_in};

/// When an entry is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// In every run.
    Always,
    /// Where the workspace can be written, so that something can be built.
    Building,
    /// Where there is a network.
    Networked,
}

/// What a run is for, as far as it decides about entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    pub(crate) building: bool,
    pub(crate) networked: bool,
}

/// Trees of programs and libraries. Everything in them is readable by every user of the host and written by its package
/// manager.
const TREES: [(&str, &str); 9] = [
    ("/usr", "programs and libraries"),
    ("/bin", "programs, or a link to them"),
    ("/sbin", "programs, or a link to them"),
    ("/lib", "libraries, or a link to them"),
    ("/lib32", "libraries, or a link to them"),
    ("/lib64", "the dynamic loader's own path on 64-bit systems"),
    ("/libx32", "libraries, or a link to them"),
    ("/nix/store", "programs and libraries of Nix"),
    ("/gnu/store", "programs and libraries of Guix"),
];

/// Entries of `/etc` and its like that programs of the trees need.
const FILES: [(&str, When, &str); 19] = [
    (
        "/etc/alternatives",
        When::Always,
        "Debian's links from `java`, `awk`, `cc` to the chosen program lead through it",
    ),
    ("/etc/ld.so.cache", When::Always, "the dynamic loader finds libraries outside its own directories by it"),
    ("/etc/localtime", When::Always, "the time zone; a link into /usr/share/zoneinfo"),
    ("/etc/static", When::Always, "NixOS keeps what /etc links to behind this link into the store"),
    ("/etc/ssl/certs", When::Always, "certificate authorities of Debian and Alpine"),
    ("/etc/ssl/cert.pem", When::Always, "the same as one file, where Alpine, Fedora and LibreSSL look"),
    ("/etc/ssl/ca-bundle.pem", When::Always, "the same as one file, where SUSE looks"),
    ("/etc/ca-certificates/extracted", When::Always, "certificate authorities of Arch, which /etc/ssl/certs links to"),
    ("/var/lib/ca-certificates", When::Always, "certificate authorities of SUSE, which /etc/ssl/certs links to"),
    ("/etc/pki/ca-trust/extracted", When::Always, "certificate authorities of Fedora"),
    ("/etc/pki/tls/certs", When::Always, "where programs of Fedora look for them"),
    ("/etc/pki/tls/cert.pem", When::Always, "the same as one file"),
    ("/etc/crypto-policies", When::Always, "OpenSSL, GnuTLS and Java of Fedora include their settings from it"),
    ("/etc/ssl/openssl.cnf", When::Building, "`openssl req` and its like refuse to work without"),
    ("/etc/pki/tls/openssl.cnf", When::Building, "the same for Fedora"),
    ("/etc/ld.so.conf", When::Building, "the linker finds the libraries of libraries by it"),
    ("/etc/ld.so.conf.d", When::Building, "what /etc/ld.so.conf includes"),
    ("/etc/protocols", When::Networked, "names of protocols, for getprotobyname(3)"),
    ("/etc/services", When::Networked, "names of ports, for getservbyname(3)"),
];

/// Shows what of the system there is.
pub(crate) fn system(view: &mut View, purpose: Purpose) {
    for (path, why) in TREES {
        show(view, path, why);
    }
    for (path, when, why) in FILES {
        let wanted = match when {
            When::Always => true,
            When::Building => purpose.building,
            When::Networked => purpose.networked,
        };
        if wanted {
            show(view, path, why);
        }
    }
}

fn show(view: &mut View, path: &str, why: &'static str) {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => view.add_link(path.into(), why),
        Ok(_) => view.add(path.into(), why),
        Err(_) => {}
    }
}

/// Whether a path lies in one of the system's trees, which are always shown.
pub(crate) fn is_system(path: &Path) -> bool {
    TREES.iter().any(|(tree, _)| lies_in(path, Path::new(tree)))
}
