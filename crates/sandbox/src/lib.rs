//! The engine: plan, build, supervise and report one sandbox.
//!
//! Data goes one way. A [`spec::RunSpec`] and a [`Survey`] of the host become a [`Plan`]: an ordered list of steps that can
//! be printed. [`start`] makes a process for it, and [`Building::run`] has it do the steps and watches it to the end. Everything
//! is synchronous, and the child side is single-threaded.

mod account;
mod error;
mod live;
mod monitor;
mod native;
mod plan;
mod stat;
mod survey;
mod sweep;
mod syscalls;
pub mod trial;

pub use error::{Act, Error};
pub use live::{Live, Load};
pub use monitor::{Building, End, Ends, Sink, Stored, Stream, start};
pub use plan::{
    Bounds, Confinement, Directory, Group, Plan, Reach, Rule, Rung, Setting, Step, Version, Wall, Watched, confined,
    plan,
};
pub use survey::{Cgroups, Controller, Kind, Mounted, Owner, Parent, RunGroup, Survey, given_id, mounted, run_groups};
pub use syscalls::refusals;
