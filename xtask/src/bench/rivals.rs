//! The contestants, each asked for what it offers nearest to ours: all namespaces, no capability, no network,
//! the system's `/usr` read-only, a `/tmp` of its own, and the workspace. bubblewrap can be asked for our very mounts, and is.

mod bare;
mod bubblewrap;
mod firejail;
mod floor;
mod oci;
mod ours;
mod podman;

pub(super) use self::{
    bare::Bare,
    bubblewrap::{Bubblewrap, LeanBubblewrap},
    firejail::Firejail,
    floor::Floor,
    oci::Oci,
    ours::Ours,
    podman::Podman,
};

/// The whole environment inside, for those who take it as an argument.
const PATH: &str = "/usr/bin";
