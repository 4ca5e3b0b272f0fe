//! How requests end: the counts of the whole design.

use crate::histogram::LatencyHistogram;
use crate::reason::Reason;

/// Counts since the start, and the latencies since they were last taken.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// Requests started by users.
    pub arrived: u64,
    /// Answered well.
    pub completed: u64,
    /// Given up, by number of reason.
    pub failed: [u64; Reason::COUNT],
    /// Started and not ended.
    pub in_flight: u64,
    /// Further attempts sent.
    pub retries: u64,
    /// Latencies of those completed since they were last taken, in nanoseconds.
    pub latency: LatencyHistogram,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            arrived: 0,
            completed: 0,
            failed: [0; Reason::COUNT],
            in_flight: 0,
            retries: 0,
            latency: LatencyHistogram::new(),
        }
    }
}

impl Outcomes {
    /// Requests given up, whatever the reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.iter().sum()
    }
}
