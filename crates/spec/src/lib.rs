//! The words of AI-Sandbox: plain data shared by every door.
//!
//! Nothing here touches the kernel, the disk, the clock or the environment. Arguments and profiles become a [`RunSpec`],
//! a `RunSpec` becomes a plan, a plan becomes processes, and what happened becomes a [`Report`].

mod changes;
mod denial;
mod driver;
mod duration;
mod enforcement;
mod floor;
mod id;
mod limits;
mod mount;
mod network;
mod outcome;
mod report;
mod run;
mod size;
mod syscalls;
mod usage;
mod workspace;

pub use changes::Changes;
pub use denial::{Denial, Layer, Severity};
pub use driver::Driver;
pub use duration::{Lifetime, LifetimeError};
pub use enforcement::{Enforcement, Protection, Weakening};
pub use floor::{Floor, Level};
pub use id::{IdError, RunId, TraceId};
pub use limits::{Cpu, CpuError, Limits};
pub use mount::{Access, Mount};
pub use network::Network;
pub use outcome::{Clock, ExitCode, Outcome, Room, Sender};
pub use report::{Captured, Report};
pub use run::{Command, Identity, RunSpec, Stdin};
pub use size::{Size, SizeError};
pub use syscalls::{Response, Syscalls};
pub use usage::{MemoryOf, Stalled, Usage};
pub use workspace::{Layer as WorkspaceLayer, Workspace};
