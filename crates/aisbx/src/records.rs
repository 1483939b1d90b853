//! The runs that were recorded.

use config::Host;
use spec::RunId;
use store::{Entry, EntryError, FindError, Retention, Store};

use crate::{Error, gc};

/// The runs that were recorded for this user.
#[derive(Debug)]
pub struct Records(Option<Store>);

impl Records {
    /// Opens the records; nothing is made where there are none yet.
    pub fn open(host: &Host) -> Result<Self, Error> {
        Ok(Self(Store::open_existing(&host.state_dir()?)?))
    }

    /// Finds and removes what was left behind, and empties the trash of old runs ([`gc::collect`]), in a process of its own, which
    /// outlives this one: millions of files take their time. For programs with one thread.
    pub fn sweep_apart(host: &Host) {
        // Whatever fails is left for a later run.
        let _apart = linux::process::clone(linux::process::Namespaces::empty(), None, || {
            let done = leave().is_ok() && gc::collect(host, gc::Mode::Remove).is_ok();
            u8::from(!done)
        });
    }

    /// The same after a run, if it is its turn or a killed launcher left something.
    pub fn tidy_up_after(host: &Host, run: &RunId) {
        if Retention::is_due(run) {
            Self::sweep_apart(host);
        } else if let Ok(records) = Self::open(host) {
            records.sweep_if_owed(host);
        }
    }

    /// The same, if a killed launcher left something.
    pub fn sweep_if_owed(&self, host: &Host) {
        // Whoever cannot find out is no obstacle to what was asked for.
        if self.0.as_ref().is_some_and(|store| store.is_owed().unwrap_or(false)) {
            Self::sweep_apart(host);
        }
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

/// Leaves the caller's terminal, streams and descriptors: nobody is to wait for this process, nor to take it for the run by its
/// arguments.
fn leave() -> linux::Result<()> {
    use rustix::fs::{Mode, OFlags, open};
    linux::process::forget_arguments()?;
    rustix::process::setsid()?;
    let null = open(c"/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    linux::descriptor::keep_only(&[])
}
