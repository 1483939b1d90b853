//! What a record outlives.

/// What a record outlives. Whatever is chosen, a reader finds it whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The death of this process at any moment: some microseconds. A power failure within the next half minute may take the
    /// record, and the run then counts as interrupted or is listed as damaged.
    Process,
    /// A power failure at any moment after the call: the run's documents and log and the directories they are in are
    /// synchronized, 0.5 to 10 ms each. For anything that lasted longer than 100 ms. Layers are not synchronized.
    Power,
}
