//! `aisbx doctor`: what this host can enforce, and with `--fix`, more of it.

use std::process::ExitCode;

use aisbx::Host;
use aisbx::doctor::{Barrier, Done, End, Finding, Standing, examine, is_mendable, is_refused, mend};
use clap::Args;

use super::{print, print_json};
use crate::failure::Failure;
use crate::plain::plain_line;
use crate::say;

/// Tell what this host can enforce, what is missing, and the command that mends it.
#[derive(Debug, Args)]
#[command(
    after_help = "Everything is tried, in processes and cgroups that are gone at once. The last line tells what runs \
                        here are held by.\n\nExit codes: 0 runs are possible; 1 no run is possible, or there is something \
                        to mend and --fix was not called by this host's root."
)]
pub(crate) struct Doctor {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
    /// Run the commands that mend what is missing, as root, and look again
    ///
    /// Runs what `fix:` tells to run with sudo, and nothing else: kernel settings (also in /etc/sysctl.d/60-aisbx.conf), the overlay
    /// module, an AppArmor profile for this program alone, systemd's delegation of cgroups to users. What is as it should be is left
    /// alone. Says on standard error what was done and what could not be.
    #[arg(long)]
    fix: bool,
}

impl Doctor {
    /// Ends with 1 where no run is possible.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let host = Host::read();
        let mut findings = examine(&host);
        let barrier = Barrier::here(&host).filter(|_| self.fix && is_mendable(&findings));
        if self.fix && barrier.is_none() {
            let done = mend(&findings);
            tell(&done);
            if done.iter().any(|done| done.end == End::Done) {
                findings = examine(&host);
            }
        }
        if self.json {
            print_json(&findings)?;
        } else {
            print(&shown(&findings))?;
        }
        barrier.iter().for_each(|barrier| refuse(*barrier));
        Ok(if barrier.is_some() || is_refused(&findings) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn refuse(barrier: Barrier) {
    let (why, from) = match barrier {
        Barrier::User => ("only root may change it", ""),
        Barrier::Namespace => ("root of this user namespace is not the host's", "outside of this user namespace: "),
    };
    say::error(format_args!("cannot mend this host, because {why}"));
    say::hint(format_args!("{from}{}", way_out()));
}

fn way_out() -> String {
    let program = std::env::current_exe().map_or_else(|_| "aisbx".to_owned(), |path| path.display().to_string());
    format!("sudo {} doctor --fix", aisbx::doctor::word(&program))
}

/// One line for each act.
fn tell(done: &[Done]) {
    for one in done {
        let act = plain_line(&one.act);
        match &one.end {
            End::Done => say::note(format_args!("done: {act}")),
            End::WasSo => say::note(format_args!("was so already: {act}")),
            End::Failed(reason) => say::warning(format_args!("could not: {act}: {reason}")),
            End::Skipped => say::warning(format_args!("left, because what it builds on failed: {act}")),
        }
    }
    if done.is_empty() {
        say::note("there is nothing that --fix could mend");
    }
}

/// One line for each finding, and one for what mends it.
fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut last = None;
    for finding in findings {
        let standing = match finding.standing {
            Standing::Good => "ok",
            Standing::Weak => "weak",
            Standing::Missing => "missing",
        };
        text.push_str(&format!("{standing:<8} {:<10} {}\n", finding.subject, plain_line(&finding.found)));
        if let Some(fix) = &finding.fix {
            let told = if last == Some(fix) { "the same".to_owned() } else { plain_line(&fix.to_string()) };
            text.push_str(&format!("{:19} fix: {told}\n", ""));
            last = Some(fix);
        }
    }
    text
}
