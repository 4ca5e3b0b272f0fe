//! What is counted, and what is told of it.

pub(crate) mod meter;
pub(crate) mod outcome;
pub(crate) mod own_counts;
pub mod reason;
pub mod replication;
pub mod report;
pub mod series;
pub mod snapshot;
