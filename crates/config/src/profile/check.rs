//! Reading a profile file for its mistakes.

use std::path::Path;

use super::Problem;
use super::compose::compose_found;
use super::find::{FindError, Finder};
use crate::settings::{Refusal, Rules};
use crate::{Host, Request};

/// A profile without mistakes.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// What it asks for that this version cannot enforce: it is right, but a run of it is refused.
    pub unsupported: Vec<Refusal>,
}

/// Reads every profile of a file, or the one of `FILE#NAME`, with all that they extend.
///
/// # Errors
/// The file cannot be read, or some of its profiles are wrong: then all that is wrong in it.
pub fn check(host: &Host, path: &Path) -> Result<Vec<Checked>, FindError> {
    let mut checked = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for found in Finder::new(host).all_in_file(path)? {
        match compose_found(host, found, Finder::new(host)) {
            Ok(composed) => {
                let name = composed.name.clone();
                checked.push(Checked { name, unsupported: Rules::new(composed, &Request::default()).unsupported() });
            }
            Err(FindError::Invalid(found)) => problems.extend(found),
            Err(error) => return Err(error),
        }
    }
    if problems.is_empty() { Ok(checked) } else { Err(FindError::Invalid(problems)) }
}
