//! End-to-end tests: the launcher as shipped, called as people call it, and what it left on the host afterwards.
//!
//! They pass as root and as an unprivileged user, all at the same time. Every denial is tested with its control: the same attempt
//! works outside (or gets far enough to prove that it was made), then fails inside.

#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod harness;

mod bad_input;
mod denials;
mod doctor;
mod exit_codes;
mod gc;
mod isolation;
mod lifecycle;
mod limits;
mod mounts;
mod network;
mod posture;
mod profiles;
mod projects;
mod records;
mod report;
mod rungs;
mod signals;
mod stats;
mod streams;
mod terminal;
mod toolchains;
mod words;
mod workspace;
