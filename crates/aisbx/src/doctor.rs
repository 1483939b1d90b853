//! What this host can enforce, what is missing, and the command that mends it.

mod act;
mod around;
mod groups;
mod hierarchies;
mod landlock;
mod mend;
mod namespaces;
mod others;
#[cfg(test)]
mod tests;

use linux::Errno;
use sandbox::trial::{self, Holding, Landlock, Part};
use sandbox::{Controller, Version};
use serde::Serialize;

use crate::Host;
use around::Around;

pub use act::{Act, Fix, word};
pub use mend::{Barrier, Done, End, is_mendable, mend};

/// How a thing stands on this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it should be.
    Good,
    /// Runs work, with less comfort.
    Weak,
    /// What runs are built of is not there.
    Missing,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What was found.
    pub found: String,
    /// What mends it.
    pub fix: Option<Fix>,
    /// Which rung of the ladder runs stand on: in the finding about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
}

/// The rungs of the ladder of enforcement, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Namespaces, and limits by cgroup.
    NamespacesWithCgroup,
    /// Namespaces, and limits by what every process can be given, and by looking.
    NamespacesWithoutCgroup,
    /// Landlock and the filter of system calls only, for profiles that do not require namespaces.
    LandlockOnly,
    /// Nothing runs.
    Refused,
}

impl Finding {
    fn good(subject: &'static str, found: String) -> Self {
        Self { subject, standing: Standing::Good, found, fix: None, rung: None }
    }
}

/// Looks at this host. Everything that can be tried is tried, in processes that end at once. The last finding is the rung.
pub fn examine(host: &Host) -> Vec<Finding> {
    let around = Around::read(host);
    let tried = Part::ALL.map(|part| (part, part.attempt().err()));
    let (landlock, holdings) = (trial::landlock(), holdings());
    let mut findings = vec![kernel(), identity()];
    let walled = namespaces::is_walled(&tried, &around);
    findings.extend(tried.iter().map(|(part, failure)| namespaces::finding(*part, *failure, walled, &around)));
    findings.push(landlock::finding(landlock, &around));
    let namespaces = have_namespaces(&tried);
    let held = |(controller, holding): &(_, _)| groups::finding(*controller, holding, namespaces, &around);
    findings.extend(holdings.iter().map(held));
    findings.push(state(host));
    findings.extend(others::findings(&around));
    let rung = rung(&findings, namespaces, landlock, &holdings);
    findings.push(ladder(rung, &holdings));
    findings
}

/// Whether no run is possible.
pub fn is_refused(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.rung == Some(Rung::Refused))
}

/// Tries the cgroups of a run. Where not even that can be asked, there are none.
fn holdings() -> Vec<(Controller, Holding)> {
    let none = || Controller::ALL.map(|controller| (controller, Err(trial::Lack::Nowhere))).into();
    let names = crate::chance::names(jiff::Timestamp::now(), None);
    names.ok().and_then(|(run, _)| trial::controllers(&run).ok()).unwrap_or_else(none)
}

/// Whether all namespaces that sandboxes are made of can be had.
fn have_namespaces(tried: &[(Part, Option<Errno>)]) -> bool {
    let walls = |part: &Part| !matches!(part, Part::Filter | Part::Overlay);
    tried.iter().all(|(part, failure)| failure.is_none() || !walls(part))
}

/// Which rung runs stand on. The one place that decides it.
fn rung(findings: &[Finding], namespaces: bool, landlock: Landlock, holdings: &[(Controller, Holding)]) -> Rung {
    let is_wall = |subject: &str| ["users", "files", "processes", "network", "ipc"].contains(&subject);
    let missing = |finding: &Finding| finding.standing == Standing::Missing && !is_wall(finding.subject);
    match (findings.iter().any(missing), namespaces, landlock.is_wall()) {
        (true, _, _) => Rung::Refused,
        (false, true, _) if holdings.iter().any(|(_, holding)| holding.is_ok()) => Rung::NamespacesWithCgroup,
        (false, true, _) => Rung::NamespacesWithoutCgroup,
        (false, false, true) => Rung::LandlockOnly,
        (false, false, false) => Rung::Refused,
    }
}

/// The rung in plain words.
fn ladder(rung: Rung, holdings: &[(Controller, Holding)]) -> Finding {
    let (standing, found) = match rung {
        Rung::NamespacesWithCgroup => {
            let lacks = |(controller, holding): &&(Controller, Holding)| {
                holding.is_err() && !groups::is_held_without(*controller, true)
            };
            let lacking: Vec<_> = holdings.iter().filter(lacks).collect();
            let standing = if lacking.is_empty() { Standing::Good } else { Standing::Weak };
            (standing, format!("runs here: namespaces, limits by cgroup {}{}", versions(holdings), but(&lacking)))
        }
        Rung::NamespacesWithoutCgroup => (
            Standing::Weak,
            "runs here: namespaces, limits without cgroup: for each process, and by looking".to_owned(),
        ),
        Rung::LandlockOnly => {
            let found = "runs here: Landlock and seccomp only, and refused where a profile's floor requires namespaces";
            (Standing::Weak, found.to_owned())
        }
        Rung::Refused => (Standing::Missing, "runs here: refused, until what is missing is mended".to_owned()),
    };
    Finding { standing, rung: Some(rung), ..Finding::good("rung", found) }
}

fn versions(holdings: &[(Controller, Holding)]) -> String {
    let has = |version: Version| holdings.iter().any(|(_, holding)| matches!(holding, Ok((one, _)) if *one == version));
    let all = [Version::One, Version::Two].into_iter().filter(|version| has(*version)).map(groups::number);
    all.collect::<Vec<_>>().join(" and ")
}

fn but(lacking: &[&(Controller, Holding)]) -> String {
    let names: Vec<_> = lacking.iter().map(|(controller, _)| controller.name()).collect();
    if names.is_empty() { String::new() } else { format!(", but for {}", names.join(", ")) }
}

/// The oldest kernel with all that is needed: `mount_setattr` came with 5.12.
const OLDEST: (u32, u32) = (5, 12);

fn kernel() -> Finding {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|number| number.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let (standing, fix) = match version >= OLDEST {
        true => (Standing::Good, None),
        false => (Standing::Missing, Some(Fix::Yours(format!("use Linux {}.{} or newer", OLDEST.0, OLDEST.1)))),
    };
    Finding { standing, fix, ..Finding::good("kernel", format!("Linux {release}")) }
}

/// Whom the sandbox is outside.
fn identity() -> Finding {
    match sandbox::given_id() {
        Ok(Some(id)) => Finding::good("identity", format!("a sandbox run by root is user {id} of this host")),
        Ok(None) => Finding::good("identity", "a sandbox is the user who runs it".to_owned()),
        Err(error) => {
            let found = error.to_string();
            let (found, fix) = found.split_once(": ").unwrap_or((&found, "run aisbx as another user"));
            let fix = Some(Fix::Yours(fix.to_owned()));
            Finding { standing: Standing::Missing, fix, ..Finding::good("identity", found.to_owned()) }
        }
    }
}

fn state(host: &Host) -> Finding {
    let opened =
        host.state_dir().map_err(crate::Error::from).and_then(|dir| Ok(store::Store::open(&dir).map(|_| dir)?));
    match opened {
        Ok(dir) => Finding::good("records", format!("runs are kept in {}", dir.display())),
        Err(error) => {
            let fix = "set XDG_STATE_HOME to a directory of yours that can be written to".to_owned();
            let fix = Some(Fix::Yours(fix));
            Finding { standing: Standing::Missing, fix, ..Finding::good("records", error.sentence()) }
        }
    }
}
