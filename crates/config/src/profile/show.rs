//! What a profile means, setting by setting.

use std::ffi::OsStr;

use serde::Serialize;

use super::compose;
use super::find::{FindError, Trust};
use crate::settings::{Row, Rules};
use crate::{Host, Request};

/// What a profile means.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// Every setting with its origin.
    pub settings: Vec<Row>,
    /// What it asks for that this version cannot enforce, a sentence each.
    pub unsupported: Vec<String>,
}

/// Resolves a profile, given by name or path, without anything of a run.
///
/// # Errors
/// It cannot be found or read.
pub fn show(host: &Host, wanted: &OsStr) -> Result<Overview, FindError> {
    let composed = compose(host, wanted, Trust::WithWorkspace)?;
    let description = composed.profile.description.clone().map(|text| text.value);
    let rules = Rules::new(composed, &Request::default());
    Ok(Overview {
        name: rules.profile.value.clone(),
        description,
        settings: rules.rows(),
        unsupported: rules.unsupported().iter().map(ToString::to_string).collect(),
    })
}
