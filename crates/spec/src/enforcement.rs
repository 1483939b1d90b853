//! What really held: the receipt of a run.

use serde::{Deserialize, Serialize};

/// What really held in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforcement {
    /// Each protection and the mechanism that gave it, in the order of set-up.
    pub protections: Vec<Protection>,
    /// Where less was given than the strongest form.
    pub weakened: Vec<Weakening>,
}

/// One protection that held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// What is protected: `users`, `files`, `processes`, `network`, `capabilities`, `syscalls`, …
    pub name: String,
    /// By what.
    pub mechanism: String,
}

/// One place where less was given than the strongest form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weakening {
    /// What is protected less.
    pub name: String,
    /// How, and why.
    pub reason: String,
}
