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
pub mod gc;
mod hint;
mod layers;
mod prepared;
mod reason;
mod records;
mod running;
pub mod stats;

pub use command::Command;
pub use config::{Host, Request};
pub use error::Error;
pub use prepared::{Notice, Prepared};
pub use records::Records;
pub use sandbox::{Ends, Plan, refusals};
pub use spec::{Outcome, Report};

/// Has this process outlive a bound on the size of files that its caller set (`ulimit -f`): writing past it then fails, and is
/// told, instead of ending the process in the middle of a run. The command inside is not affected.
pub fn outlive_file_size_limit() {
    // It cannot fail: the signal exists everywhere.
    let _ignored = linux::signal::ignore(libc::SIGXFSZ);
}
