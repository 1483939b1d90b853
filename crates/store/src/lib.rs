//! The disk: the one owner of everything below the state directory.
//!
//! A run is recorded before it starts ([`Store::begin`]) and when it has ended ([`Run::finish`]); in between its log is
//! written as it comes ([`LogWriter`]). Readers ([`Store::runs`], [`Store::find`], [`LogReader`]) are other processes, at the
//! same time or later. Whatever dies at whatever moment, a reader finds old or new, never half.
//!
//! Nothing here reads the environment, the home directory or the clock.

mod attributes;
pub mod changes;
pub mod copy;
mod debts;
mod descend;
mod directory;
mod disk;
mod document;
mod durability;
mod entry;
mod exact;
mod excess;
mod find;
mod footprint;
mod ladder;
mod layout;
mod lock;
mod log;
mod names;
mod owner;
mod record;
pub mod remove;
mod retention;
mod root;
mod run;
mod runs;
mod standing;
mod store;
mod version;
mod volume;
mod walk;

pub use disk::DiskError;
pub use document::DocumentError;
pub use durability::Durability;
pub use entry::{Ending, Entry, EntryError, State};
pub use find::FindError;
pub use footprint::Footprint;
pub use layout::SCRATCH;
pub use log::{Follow, LogBounds, LogError, LogItem, LogReader, LogWriter, Stream};
pub use owner::Owner;
pub use record::Record;
pub use remove::RemoveError;
pub use retention::{Retained, Retention, RetentionError};
pub use root::OpenError;
pub use run::{Run, RunError};
pub use runs::Runs;
pub use standing::Standing;
pub use store::Store;
pub use version::VersionError;
pub use volume::Room;
