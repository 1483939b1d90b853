//! The engine: plan, build, supervise and report one sandbox.
//!
//! Data goes one way. A [`spec::RunSpec`] and a [`Survey`] of the host become a [`Plan`]: an ordered list of steps that can
//! be printed. [`start`] makes a process for it, and [`Building::run`] has it do the steps and watches it to the end. Everything
//! is synchronous, and the child side is single-threaded.

mod error;
mod monitor;
mod native;
mod plan;
mod survey;
mod syscalls;
pub mod trial;

pub use error::{Act, Error};
pub use monitor::{Building, End, Ends, Sink, Stored, Stream, start};
pub use plan::{
    Bounds, Confinement, Directory, Group, Plan, Reach, Rule, Setting, Step, Version, Wall, Watched, confined, plan,
};
pub use survey::{Cgroups, Controller, Kind, Owner, Parent, Survey, given_id};
pub use syscalls::refusals;
