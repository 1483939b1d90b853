//! Why a profile could not be had.

use std::fmt::Write;
use std::io;
use std::path::PathBuf;

use crate::Origin;
use crate::nearest::nearest;
use crate::printable::printable;
use crate::profile::Problem;

/// Why a profile could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// No profile has that name.
    #[error("unknown profile `{name}`{}; known are {}; looked in {looked}", near.as_deref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default(), known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The known name nearest to it.
        near: Option<String>,
        /// All known names.
        known: Vec<String>,
        /// The places that were searched, also those that are not there.
        looked: String,
    },
    /// No file is there.
    #[error("there is no profile file `{}`", .0.display())]
    NoFile(PathBuf),
    /// `AISBX_CONFIG_PATH` names something that is not there.
    #[error("cannot use `{}`, which AISBX_CONFIG_PATH names", path.display())]
    ConfigPath {
        /// What it names.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the profile file `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the host said.
        #[source]
        source: io::Error,
    },
    /// A directory where a file was expected.
    #[error("`{}` is a directory, not a profile file; to look for profiles in it, put it into AISBX_CONFIG_PATH", .0.display())]
    Directory(PathBuf),
    /// A device, socket or pipe.
    #[error("`{}` is not a regular file; copy the profile into one", .0.display())]
    Special(PathBuf),
    /// The file is larger than any profile.
    #[error("the profile file `{}` is larger than {limit} MiB", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The bound, in mebibytes.
        limit: u64,
    },
    /// The file is not UTF-8.
    #[error("the profile file `{}` is not UTF-8 text", .0.display())]
    NotText(PathBuf),
    /// The text is no profile.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// Several profiles, and none was chosen.
    #[error("`{path}` holds several profiles; choose one: {}", names.iter().map(|name| format!("--profile {}#{name}", path.display())).collect::<Vec<_>>().join(", "), path = path.display())]
    Choose {
        /// The file.
        path: PathBuf,
        /// The profiles in it.
        names: Vec<String>,
    },
    /// A list of profiles without any.
    #[error("`{}` holds no profile: `profiles` is empty; write one below it, such as `quick: {{extends: strict}}`", .0.display())]
    NoneInFile(PathBuf),
    /// Several profiles, and none of that name.
    #[error("`{}` holds no profile `{name}`; it has {}", path.display(), names.join(", "))]
    NotInFile {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        name: String,
        /// The profiles in it.
        names: Vec<String>,
    },
    /// One profile without a name to choose it by.
    #[error("`{path}` holds one profile and no list of them; leave out `#{name}`", path = path.display())]
    Single {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        name: String,
    },
    /// A profile extends one that cannot be had.
    #[error("cannot extend `{name}`, as {origin} asks")]
    Extends {
        /// What is extended.
        name: String,
        /// Where.
        origin: Origin,
        /// Why it cannot be had.
        #[source]
        source: Box<FindError>,
    },
    /// A profile extends itself.
    #[error("profiles extend each other in a circle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// The profiles that one is composed of have no end.
    #[error("the profile `{name}` is composed of more than {limit} profiles")]
    TooMany {
        /// The profile.
        name: String,
        /// The bound.
        limit: usize,
    },
}

impl FindError {
    /// The first line of what is wrong, with what caused it.
    pub(crate) fn first_line(&self) -> String {
        let chain = std::iter::successors(Some(self as &dyn std::error::Error), |error| error.source());
        let text = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        printable(text.lines().next().unwrap_or_default())
    }

    /// `sought` are the places where a profile of that name may be put.
    pub(crate) fn unknown(name: &str, known: Vec<String>, sought: &[String], passed_over: bool) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in known.iter().map(|name| printable(name)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
        let mut looked = format!("the built-in profiles, and where one may be put: {}", sought.join(", "));
        if passed_over {
            looked.push_str("; ./aisbx.yaml has one of that name, but is asked only for names given with --profile");
        }
        Self::Unknown { name: printable(name), near, known: names, looked }
    }
}

impl From<Problem> for FindError {
    fn from(problem: Problem) -> Self {
        Self::Invalid(vec![problem])
    }
}

/// More would scroll the first away, which is often the cause of the others.
const SHOWN: usize = 20;

fn lines(problems: &[Problem]) -> String {
    let mut text = problems.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join("\n");
    if problems.len() > SHOWN {
        // Writing to a string does not fail.
        let _ = write!(text, "\nand {} more", problems.len() - SHOWN);
    }
    text
}
