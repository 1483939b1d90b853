//! What every test needs: a world of its own, a sandbox in it, and eyes on both sides of the wall.

mod ended;
mod fact;
mod host;
mod pty;
mod sandbox;
mod started;
mod tools;
mod world;

pub(crate) use ended::Ended;
pub(crate) use fact::Fact;
pub(crate) use host::{alive, eventually, holders, is_alive, is_root, mounts, sha256, unique, user_id};
pub(crate) use pty::Pty;
pub(crate) use sandbox::{PROBE, PROFILE, Sandbox};
pub(crate) use started::{Started, only_child};
pub(crate) use tools::{aisbx, probe, test_data};
pub(crate) use world::{World, copy_program};

/// The same attempt outside: the control of a negative test.
pub(crate) fn outside<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Fact {
    let output = std::process::Command::new(probe()).args(arguments).output().expect("run the probe outside");
    Fact::from_line(&output.stdout)
}
