//! What a figure depends on and a reader may know: no name, no path.

use std::collections::BTreeMap;

use anyhow::Context;
use nix::unistd::Uid;
use serde::Serialize;

use super::contestant::{Contestant, version};

/// The machine, the user and the versions of those who took part.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    kernel: String,
    architecture: &'static str,
    cores: usize,
    user: &'static str,
    versions: BTreeMap<&'static str, String>,
}

impl Machine {
    pub(super) fn look(contestants: &[Box<dyn Contestant>]) -> anyhow::Result<Self> {
        let kernel =
            std::fs::read_to_string("/proc/sys/kernel/osrelease").context("cannot read the kernel's release")?;
        Ok(Self {
            kernel: kernel.trim().into(),
            architecture: std::env::consts::ARCH,
            cores: std::thread::available_parallelism().context("cannot count the cores")?.get(),
            user: if Uid::effective().is_root() { "root" } else { "unprivileged" },
            versions: versions(contestants),
        })
    }
}

fn versions(contestants: &[Box<dyn Contestant>]) -> BTreeMap<&'static str, String> {
    contestants.iter().filter_map(|contestant| Some((contestant.name(), version(contestant.as_ref())?))).collect()
}
