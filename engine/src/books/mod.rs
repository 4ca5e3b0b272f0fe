//! Makes figures of a run, and checks that they balance.

pub(crate) mod conservation;
pub(crate) mod gathering;
pub(crate) mod narration;
pub(crate) mod reporting;
pub mod ring_view;
pub(crate) mod snapshotting;
