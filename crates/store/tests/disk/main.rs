//! The store against a real disk: other processes, other users, other file systems, sudden death.
//!
//! Tests named `child_…` are ignored: others run them as processes of their own.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and talks to another")]

mod at_random;
mod changes;
mod concurrency;
mod copy;
mod find;
mod follow;
mod hostile_disk;
mod lifecycle;
mod remove;
mod retention;
mod root;
mod scene;
