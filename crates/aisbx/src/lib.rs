//! Run untrusted code in a real sandbox: the embeddable library.
//!
//! ```no_run
//! let report = aisbx::Command::new("python3").args(["-c", "print(6 * 7)"]).profile("python-dev").output()?;
//! assert_eq!(report.stdout.text, "42\n");
//! # Ok::<(), aisbx::Error>(())
//! ```
//!
//! Every door goes through here, so that none can leave out a check. Nothing of it needs root, a daemon, or an async runtime;
//! a call blocks until everything in the sandbox has ended.

mod capture;
mod chance;
mod command;
pub mod doctor;
mod error;
mod layers;
mod prepared;
mod reason;
mod records;
mod running;

pub use command::Command;
pub use config::{Host, Request};
pub use error::Error;
pub use prepared::{Notice, Prepared};
pub use records::Records;
pub use sandbox::{Ends, Plan, refusals};
pub use spec::{Outcome, Report};
