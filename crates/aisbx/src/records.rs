//! The runs that were recorded.

use config::Host;
use store::{Entry, EntryError, FindError, Store};

use crate::Error;

/// The runs that were recorded for this user.
#[derive(Debug)]
pub struct Records(Option<Store>);

impl Records {
    /// Opens the records; nothing is made where there are none yet.
    pub fn open(host: &Host) -> Result<Self, Error> {
        Ok(Self(Store::open_existing(&host.state_dir()?)?))
    }

    /// All runs, newest first. One that cannot be read is an error of its own.
    pub fn all(&self) -> Result<impl Iterator<Item = Result<Entry, EntryError>>, Error> {
        let runs = self.0.as_ref().map(Store::runs).transpose().map_err(Error::List)?;
        Ok(runs.into_iter().flatten())
    }

    /// The run that a full id, a unique beginning or end of one, or `latest` tells.
    pub fn find(&self, text: &str) -> Result<Entry, Error> {
        match &self.0 {
            Some(store) => Ok(store.find(text)?),
            None => Err(FindError::Empty.into()),
        }
    }
}
