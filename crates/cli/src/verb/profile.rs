//! `aisbx profile`: the profiles and what they mean.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use aisbx::Host;
use clap::{Args, Subcommand};

use super::{print, print_json};
use crate::failure::Failure;
use crate::plain::plain_line;

/// List, show, check and detect profiles.
#[derive(Debug, Args)]
pub(crate) struct Profile {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List all profiles
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show what a profile means: every value with its origin
    Show {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
        /// A name or a file
        #[arg(value_name = "NAME|FILE")]
        profile: OsString,
    },
    /// Read a profile file for its mistakes
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Tell which profile fits a command and the current directory
    Detect {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
        /// The command
        #[arg(trailing_var_arg = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

impl Profile {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let host = Host::read();
        match self.act {
            Act::List { json } => list(&host, json),
            Act::Show { json, profile } => show(&host, json, &profile),
            Act::Check { file } => check(&host, &file),
            Act::Detect { json, command } => detect(&host, json, &command),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(host: &Host, json: bool) -> Result<(), Failure> {
    let all = config::profile::list(host);
    if json {
        return print_json(&all);
    }
    let mut text = String::new();
    for profile in &all {
        let shadowed = if profile.shadowed { " (shadowed)" } else { "" };
        let about = profile.problem.as_deref().or(profile.description.as_deref()).unwrap_or("");
        let (name, place) = (plain_line(&profile.name), plain_line(&profile.place));
        text.push_str(&format!("{name:<12}  {place}{shadowed}\n{:14}{}\n", "", plain_line(about)));
    }
    print(&text)
}

fn show(host: &Host, json: bool, profile: &std::ffi::OsStr) -> Result<(), Failure> {
    let overview = config::profile::show(host, profile).map_err(failed)?;
    if json {
        return print_json(&overview);
    }
    let mut text = plain_line(&overview.name);
    if let Some(description) = &overview.description {
        text.push_str(&format!(": {}", plain_line(description)));
    }
    text.push('\n');
    for row in &overview.settings {
        let (name, value) = (plain_line(&row.name), plain_line(&row.value));
        text.push_str(&format!("  {name:<18} {value:<24} {}\n", plain_line(&row.origin.to_string())));
    }
    for refused in &overview.unsupported {
        text.push_str(&format!("  refused in this version: {}\n", plain_line(refused)));
    }
    print(&text)
}

fn check(host: &Host, file: &std::path::Path) -> Result<(), Failure> {
    let mut text = String::new();
    for checked in config::profile::check(host, file).map_err(failed)? {
        text.push_str(&format!("{}: fine\n", plain_line(&checked.name)));
        for refused in &checked.unsupported {
            text.push_str(&format!("  refused in this version: {}\n", plain_line(&refused.to_string())));
        }
    }
    print(&text)
}

fn detect(host: &Host, json: bool, command: &[OsString]) -> Result<(), Failure> {
    let detection = config::detect(command, host.cwd.as_deref());
    if json {
        return print_json(&detection);
    }
    print(&format!("{} ({})\n", detection.profile, plain_line(&detection.because)))
}

fn failed(error: config::profile::FindError) -> Failure {
    aisbx::Error::from(config::Error::from(error)).into()
}
