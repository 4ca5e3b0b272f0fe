//! Simulated time: integer nanoseconds since the start of the run.

use serde::{Deserialize, Serialize};

/// A moment, in nanoseconds since the start of the run.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SimTime(pub u64);

/// Nanoseconds in a millisecond.
pub const NS_PER_MS: u64 = 1_000_000;
/// Nanoseconds in a second.
pub const NS_PER_S: u64 = 1_000_000_000;

impl SimTime {
    /// The start of the run.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than everything.
    pub const NEVER: SimTime = SimTime(u64::MAX);

    /// The moment so many seconds after the start, to the nearest nanosecond.
    pub fn from_s(seconds: f64) -> Self {
        SimTime((seconds * NS_PER_S as f64 + 0.5) as u64)
    }

    /// The moment so many seconds later, to the nearest nanosecond.
    pub fn after_s(self, seconds: f64) -> Self {
        SimTime(self.0.saturating_add(Self::from_s(seconds).0))
    }

    /// Seconds since the start.
    pub fn as_s(self) -> f64 {
        self.0 as f64 / NS_PER_S as f64
    }
}

/// Milliseconds of a document as nanoseconds, to the nearest.
pub fn ns_from_ms(ms: f64) -> u64 {
    (ms * NS_PER_MS as f64 + 0.5) as u64
}

/// A time so many times as long, to the nearest nanosecond.
#[inline]
pub fn stretched(ns: u64, factor: f64) -> u64 {
    if factor == 1.0 {
        ns
    } else {
        (ns as f64 * factor + 0.5) as u64
    }
}

/// Nanoseconds as milliseconds.
pub fn ms_from_ns(ns: u64) -> f64 {
    ns as f64 / NS_PER_MS as f64
}
