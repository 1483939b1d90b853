//! Why a use case failed.

use crate::reason::chain;

/// Why a use case failed before anything ran.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for makes no sense, or cannot be given.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The sandbox cannot be planned.
    #[error(transparent)]
    Plan(sandbox::Error),
    /// The kernel has no random numbers.
    #[error("cannot draw a random number")]
    Chance(#[source] rustix::io::Errno),
    /// The store cannot be used.
    #[error("cannot use the state directory")]
    Store(#[from] store::OpenError),
    /// The run cannot be recorded.
    #[error("cannot record the run")]
    Record(#[from] store::RunError),
    /// The run's writable layer cannot be made.
    #[error("cannot make a writable layer for the workspace")]
    Layer(#[source] store::DiskError),
    /// What dies with the run cannot be removed.
    #[error("cannot remove what the run left")]
    Clear(#[source] store::RemoveError),
    /// The workspace can be neither overlaid nor copied.
    #[error("cannot copy the workspace, which cannot be overlaid ({overlay})")]
    Copy {
        /// Why it cannot be overlaid.
        overlay: String,
        /// Why it cannot be copied.
        #[source]
        source: store::copy::CopyError,
    },
    /// No such run.
    #[error(transparent)]
    Find(#[from] store::FindError),
    /// The run's record cannot be read.
    #[error(transparent)]
    Entry(#[from] store::EntryError),
    /// The list of runs cannot be read.
    #[error("cannot list the runs")]
    List(#[source] store::DiskError),
}

impl Error {
    /// The error and its causes in one line.
    pub fn sentence(&self) -> String {
        chain(self)
    }
}
