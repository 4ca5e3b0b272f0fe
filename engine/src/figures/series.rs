//! Figures over time: what the charts draw.

use serde::{Deserialize, Serialize};

use crate::figures::meter::ratio;
use crate::figures::reason::Reason;
use crate::figures::snapshot::Percentiles;
use crate::time::NS_PER_S;

/// How finely the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grain {
    /// Length of a bin, in seconds.
    pub length_s: u64,
    /// How many of them are kept.
    pub kept: usize,
}

/// Ten minutes by the second, two hours by ten seconds, a day by the minute, and by the hour all that a
/// run can last: its nanoseconds are the whole numbers that a float carries.
pub const GRAINS: [Grain; 4] = [
    Grain {
        length_s: 1,
        kept: 600,
    },
    Grain {
        length_s: 10,
        kept: 720,
    },
    Grain {
        length_s: 60,
        kept: 1_440,
    },
    Grain {
        length_s: 3_600,
        kept: 2_502,
    },
];

/// One stretch of the run, closed: nothing in it changes any more. What happens at its start belongs to it,
/// what happens at its end to the next.
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
    /// Writes given up of which nobody knows whether they were applied: an attempt ended without an answer.
    pub writes_unknown: u64,
    /// Writes applied once more, by another attempt.
    pub writes_applied_again: u64,
    /// Requests given up, by the number of their reason ([`Reason::ALL`]).
    pub failed: [u64; Reason::COUNT],
    /// Requests that have waited, at its end, for longer than the objective of latency allows, and still wait.
    pub overdue: u64,
    /// Percentiles of the requests that ended in it, in milliseconds.
    pub latency_ms: Percentiles,
    /// Every component, in the order of the design.
    pub components: Vec<ComponentBin>,
    /// The copies of databases that have several, in order: how far each was behind at its end.
    pub copies: Vec<CopyBin>,
}

impl Bin {
    /// Where it ends, in simulated nanoseconds.
    pub fn end_ns(&self) -> u64 {
        self.start_ns + self.length_ns
    }

    /// Whether anything was counted in it.
    pub fn has_counts(&self) -> bool {
        let of_requests = self.arrived
            + self.completed
            + self.retries
            + self.writes_applied_again
            + self.failed_total();
        of_requests > 0 || self.components.iter().any(ComponentBin::has_counts)
    }

    /// Something counted in it, a second.
    pub fn per_s(&self, count: u64) -> f64 {
        ratio(count as f64, self.length_ns as f64 / NS_PER_S as f64)
    }

    /// Whether 99 of 100 of those answered and of those overdue are not in time, however fast the answers were.
    pub fn is_overdue(&self) -> bool {
        100 * self.overdue > self.completed + self.overdue
    }

    /// Requests given up, whatever the reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Share of the requests that ended that failed; 0 when none ended.
    pub fn failed_share(&self) -> f64 {
        let failed = self.failed_total();
        ratio(failed as f64, (failed + self.completed) as f64)
    }
}

/// A component during one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentBin {
    /// Share of slots busy.
    pub utilisation: f32,
    /// Mean number of its servers, nodes or the like that served.
    pub servers: f32,
    /// What it cost a month on average, in US dollars.
    pub usd_month: f32,
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
    /// Hits that gave an older value than the last acknowledged write made.
    pub stale_hits: u32,
    /// Entries that had to go for others.
    pub evictions: u32,
    /// Acknowledged writes that never reached the database, and never will.
    pub writes_lost: u32,
    /// A database's reads.
    pub reads: u32,
    /// Its writes.
    pub writes: u32,
    /// Reads of a replica that gave an older value than had been acknowledged.
    pub stale_reads: u32,
    /// Calls that came for a session; those that come back with a log-in are not counted again.
    pub session_calls: u32,
    /// Of them, those that had to log in first.
    pub login_calls: u32,
    /// Users who had or have had a session by its end.
    pub sessions: u32,
    /// Of them, those who had to log in anew by its end, since the measurement began.
    pub sessions_lost: u32,
}

/// How far a copy of a database was behind at the end of a stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CopyBin {
    /// Number of the database.
    pub component: u8,
    /// Number of the copy.
    pub instance: u16,
    /// Age of the oldest write that it had not applied, in milliseconds; 0 where there was none.
    pub lag_ms: f32,
    /// Writes that it had not applied.
    pub lag_writes: u64,
}

impl ComponentBin {
    /// Whether anything was counted in it: what is left is as it was before.
    fn has_counts(&self) -> bool {
        let counts = [
            self.started,
            self.dropped,
            self.answered,
            self.hits,
            self.misses,
            self.stale_hits,
            self.evictions,
            self.writes_lost,
            self.reads,
            self.writes,
            self.stale_reads,
            self.session_calls,
            self.login_calls,
        ];
        counts.iter().any(|count| *count > 0)
    }
}
