//! `aisbx profile`: the profiles and what they mean.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use aisbx::Host;
use clap::{Args, Subcommand};
use config::Row;
use config::profile::Listed;

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
        /// The file, or FILE#NAME for one of several profiles in it
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

/// A value that is longer, such as an entrypoint, does not move all origins out of sight.
const WIDEST_VALUE: usize = 40;

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
    let all = config::profile::list(host).map_err(failed)?;
    if json {
        return print_json(&all);
    }
    print(&listing(&all))
}

/// Two lines for each: name and place, and below them what it says of itself or why it cannot be used.
fn listing(all: &[Listed]) -> String {
    let width = widest(all.iter().map(|profile| plain_line(&profile.name)), usize::MAX);
    let mut text = String::new();
    for profile in all {
        let shadowed = if profile.shadowed { " (shadowed)" } else { "" };
        let (name, place) = (plain_line(&profile.name), plain_line(&profile.place));
        text.push_str(&format!("{name:<width$}  {place}{shadowed}\n"));
        let problem = profile.problem.as_ref().map(|problem| format!("problem: {}", plain_line(problem)));
        if let Some(about) = problem.or_else(|| profile.description.as_deref().map(plain_line)) {
            text.push_str(&format!("{:width$}  {about}\n", ""));
        }
    }
    text
}

/// How wide a column is; what is wider than `most` stands out of it.
fn widest(texts: impl Iterator<Item = String>, most: usize) -> usize {
    texts.map(|text| text.chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
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
    text.push_str(&table(&overview.settings));
    for refused in &overview.unsupported {
        text.push_str(&format!("  refused in this version: {}\n", plain_line(refused)));
    }
    print(&text)
}

/// A line for each setting, in columns.
fn table(rows: &[Row]) -> String {
    let names = widest(rows.iter().map(|row| plain_line(&row.name)), usize::MAX);
    let values = widest(rows.iter().map(|row| plain_line(&row.value)), WIDEST_VALUE);
    let line = |row: &Row| {
        let (name, value, origin) =
            (plain_line(&row.name), plain_line(&row.value), plain_line(&row.origin.to_string()));
        format!("  {name:<names$}  {value:<values$}  {origin}\n")
    };
    rows.iter().map(line).collect()
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

#[cfg(test)]
mod tests {
    use config::Origin;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_longest_text() {
        let row = |name: &str, value: String| Row { name: name.to_owned(), value, origin: Origin::Default };
        let rows = [
            row("network", "none".to_owned()),
            row("env PIP_DISABLE_PIP_VERSION_CHECK", "1".to_owned()),
            row("entrypoint", "x".repeat(50)),
        ];
        let all = table(&rows);
        let lines: Vec<_> = all.lines().collect();
        assert_eq!(lines.first(), Some(&"  network                            none  default"));
        assert_eq!(lines.get(1), Some(&"  env PIP_DISABLE_PIP_VERSION_CHECK  1     default"));
        assert!(lines.get(2).is_some_and(|line| line.ends_with("xxx  default")), "{all}");
    }

    #[test]
    fn a_profile_without_a_description_leaves_no_blanks() {
        let listed = |name: &str, description: Option<&str>, problem: Option<&str>| Listed {
            name: name.to_owned(),
            description: description.map(str::to_owned),
            place: "built-in".to_owned(),
            shadowed: problem.is_some(),
            problem: problem.map(str::to_owned),
        };
        let all = [
            listed("a-long-name-of-a-profile", Some("Described"), None),
            listed("bare", None, None),
            listed("wrong", Some("Described"), Some("a mistake")),
        ];
        let place = "built-in";
        let expected = [
            format!("a-long-name-of-a-profile  {place}"),
            format!("{:24}  Described", ""),
            format!("{:24}  {place}", "bare"),
            format!("{:24}  {place} (shadowed)", "wrong"),
            format!("{:24}  problem: a mistake", ""),
        ];
        assert_eq!(listing(&all).lines().collect::<Vec<_>>(), expected);
    }
}
