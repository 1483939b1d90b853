//! Environment, profiles and toolchains become settings, each with its origin.
//!
//! This is the only reader of the environment and the home directory. [`Host::read`] takes in the process's surroundings,
//! [`resolve`] joins them with what the command line asked for ([`Request`]) and with a profile, and what comes out is
//! [`Settings`]: they can be listed, and turned into a [`spec::RunSpec`].

mod ceiling;
mod detect;
mod environment;
mod error;
#[cfg(test)]
mod fixture;
mod host;
mod identity;
pub mod limit;
mod mount;
mod nearest;
mod origin;
mod printable;
pub mod profile;
mod request;
mod resolve;
mod settings;
mod toolchain;
mod variable;
mod view;
mod workspace;
mod yaml;

pub use ceiling::Ceiling;
pub use detect::{Detection, detect};
pub use error::Error;
pub use host::Host;
pub use mount::{MountError, parse_mount};
pub use origin::{Origin, Sourced};
pub use request::{Request, WorkspaceChoice};
pub use resolve::resolve;
pub use settings::{Refusal, Row, Rules, Settings};
pub use variable::{Pattern, Variable, VariableError};
pub use view::Shown;
pub use workspace::WorkspaceError;
pub use yaml::Mark;
