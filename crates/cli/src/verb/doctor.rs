//! `aisbx doctor`: what this host can enforce.

use std::process::ExitCode;

use aisbx::Host;
use aisbx::doctor::{Standing, examine};
use clap::Args;

use super::{print, print_json};
use crate::failure::Failure;
use crate::plain::plain_line;

/// Tell what this host can enforce, what is missing, and the command that mends it.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Ends with 1 where no run is possible.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let findings = examine(&Host::read());
        if self.json {
            print_json(&findings)?;
        } else {
            let mut text = String::new();
            for finding in &findings {
                let standing = match finding.standing {
                    Standing::Good => "ok",
                    Standing::Weak => "weak",
                    Standing::Missing => "missing",
                };
                text.push_str(&format!("{standing:<8} {:<10} {}\n", finding.subject, plain_line(&finding.found)));
                if let Some(fix) = &finding.fix {
                    text.push_str(&format!("{:19} fix: {fix}\n", ""));
                }
            }
            print(&text)?;
        }
        let missing = findings.iter().any(|finding| finding.standing == Standing::Missing);
        Ok(if missing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
