//! The packages of the distribution.

use std::{collections::BTreeSet, process::Command};

use anyhow::{Result, bail};
use nix::unistd::Uid;

use super::need::Need;
use crate::{process, search_path};

/// Installs what is missing, or says what it is and how to get it.
pub(super) fn install(missing: &[Need]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let packages: BTreeSet<_> = missing.iter().flat_map(|need| need.packages.iter().copied()).collect();
    let Some(door) = as_root() else { bail!("{}", hint(missing, &packages)) };
    println!("installing {}", list(&packages));
    process::run(apt(door).args(["update", "--quiet=2"]))?;
    process::run(apt(door).args(["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(&packages))
}

/// The words that make the next one root's, if the package manager is there and asks for no password.
fn as_root() -> Option<&'static [&'static str]> {
    search_path::find("apt-get", search_path::SYSTEM)?;
    if Uid::effective().is_root() {
        return Some(&["env"]);
    }
    process::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n", "env"])
}

fn apt(door: &[&str]) -> Command {
    let (program, words) = door.split_first().unwrap_or((&"env", &[]));
    let mut command = Command::new(program);
    command.args(words).args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command
}

fn hint(missing: &[Need], packages: &BTreeSet<&str>) -> String {
    let things: BTreeSet<_> = missing.iter().map(|need| need.what.to_string()).collect();
    format!(
        "the tests need {}, which this user cannot install\n\
         hint: as root on Debian or Ubuntu: apt-get install {}\n\
         hint: elsewhere, the packages that bring those programs",
        list(&things.iter().map(String::as_str).collect()),
        packages.iter().copied().collect::<Vec<_>>().join(" ")
    )
}

fn list(words: &BTreeSet<&str>) -> String {
    words.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::need, hint};

    #[test]
    fn the_hint_can_be_typed() {
        let needs = [
            need::Need { what: need::Thing::Program("go"), packages: &["golang-go"] },
            need::Need { what: need::Thing::PythonModule("ensurepip"), packages: &["python3-venv"] },
        ];
        assert_eq!(
            hint(&needs, &BTreeSet::from(["golang-go", "python3-venv"])),
            "the tests need go, python3's ensurepip, which this user cannot install\n\
             hint: as root on Debian or Ubuntu: apt-get install golang-go python3-venv\n\
             hint: elsewhere, the packages that bring those programs"
        );
    }
}
