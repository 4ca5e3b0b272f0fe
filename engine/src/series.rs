//! Figures over time: what the charts draw.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::snapshot::Percentiles;

/// One stretch of the run, closed: nothing in it changes any more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Where it starts, in simulated nanoseconds.
    pub start_ns: u64,
    /// How long it is, in nanoseconds: fine for the recent past, coarser before.
    pub length_ns: u64,
    /// First attempts that came.
    pub arrived: u64,
    /// Requests answered well.
    pub completed: u64,
    /// Retries sent.
    pub retries: u64,
    /// Requests given up, by the number of their reason ([`Reason::ALL`]).
    pub failed: [u64; Reason::COUNT],
    /// Percentiles of the requests that ended in it, in milliseconds.
    pub latency_ms: Percentiles,
    /// Every component, in the order of the design.
    pub components: Vec<ComponentBin>,
}

/// A component during one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentBin {
    /// Share of slots busy.
    pub utilisation: f32,
    /// Mean number of servers that served, of kinds that have any.
    pub servers: f32,
    /// Mean number waiting.
    pub queue_mean: f32,
    /// Largest number waiting.
    pub queue_max: u32,
    /// Calls that got a slot, having waited or not.
    pub started: u32,
    /// Their mean wait, in milliseconds.
    pub wait_ms_mean: f32,
    /// Refused because a line was full.
    pub dropped: u32,
    /// Calls answered.
    pub answered: u32,
    /// Look-ups that hit, of kinds that store.
    pub hits: u32,
    /// Look-ups that missed.
    pub misses: u32,
    /// Calls whose session was elsewhere, or nowhere any more.
    pub sessions_lost: u32,
}
