//! What the page gets from the engine at one moment: gauges, smoothed so that an eye can follow.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;

/// The engine at one moment. Rates and shares are smoothed with a time constant of
/// [`SMOOTHING_S`] simulated seconds; counts are exact and since the start of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Simulated time, in nanoseconds.
    pub now_ns: u64,
    /// Events handled since the start.
    pub events: u64,
    /// Digest of every event so far, as 16 hexadecimal digits.
    pub digest: String,
    /// Requests a second that clients start (first attempts), as the script has set it.
    pub offered_rps: f64,
    /// First attempts that came, smoothed.
    pub arrived_rps: f64,
    /// Requests answered well, smoothed.
    pub completed_rps: f64,
    /// Requests given up, smoothed.
    pub failed_rps: f64,
    /// Retries sent, smoothed.
    pub retried_rps: f64,
    /// Share of ended requests that failed, smoothed; 0 while none has ended.
    pub failed_share: f64,
    /// Percentiles of the requests of the last few full seconds, in milliseconds.
    pub latency_ms: Percentiles,
    /// Counts since the start.
    pub requests: RequestCounts,
    /// Every component, in the order of the design.
    pub components: Vec<ComponentGauge>,
}

/// Time constant of the smoothed gauges, in simulated seconds.
pub const SMOOTHING_S: f64 = 2.5;

/// Percentiles of latency, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half are faster.
    pub p50: f64,
    /// 95 of 100 are faster.
    pub p95: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
}

/// Counts of user requests since the start. Always `arrived = completed + failed + in_flight`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestCounts {
    /// Requests started by users, retries not counted.
    pub arrived: u64,
    /// Answered well.
    pub completed: u64,
    /// Given up, by the reason of the last attempt; reasons that never happened are left out.
    pub failed: Vec<(Reason, u64)>,
    /// Started and not yet answered or given up.
    pub in_flight: u64,
    /// Further attempts sent.
    pub retries: u64,
}

/// A component at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentGauge {
    /// Its id in the design.
    pub id: String,
    /// Calls it answered well a second, smoothed.
    pub throughput_rps: f64,
    /// Calls it answered badly a second, smoothed.
    pub failed_rps: f64,
    /// Share of its slots that are busy, smoothed, all instances that are up together.
    pub utilisation: f64,
    /// Waiting at this moment, all instances together.
    pub queue_depth: u32,
    /// Mean wait of those that left a waiting line lately, smoothed, in milliseconds.
    pub wait_ms_mean: f64,
    /// Refused because a line was full, since the start.
    pub dropped: u64,
    /// Inside the component at this moment, calls it makes included.
    pub in_flight: u64,
    /// Its servers, nodes or the like, in order. Numbers are stable: removed ones stay, as `Gone`.
    pub instances: Vec<InstanceGauge>,
    /// Why calls failed here lately, most frequent first; empty when none did.
    pub failing: Vec<(Reason, f64)>,
    /// Figures of its kind.
    pub kind: KindGauge,
}

/// One instance at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceGauge {
    /// Whether it works.
    pub state: InstanceState,
    /// Everything takes this many times as long; 1 is normal.
    pub slow_factor: f64,
    /// The balancer in front sends it requests. True where nobody checks.
    pub in_rotation: bool,
    /// Slots busy at this moment.
    pub busy: u32,
    /// Slots it has. 0 where nothing is limited.
    pub slots: u32,
    /// Waiting at this moment.
    pub queue_depth: u32,
    /// Numbers of the classes of those at the front of its line, at most [`WAITING_SHOWN_MAX`](crate::limits::WAITING_SHOWN_MAX).
    pub waiting_classes: Vec<u8>,
    /// Share of its slots busy, smoothed.
    pub utilisation: f64,
    /// Calls answered well a second, smoothed.
    pub throughput_rps: f64,
    /// Calls answered badly a second, smoothed.
    pub failed_rps: f64,
    /// Why most of them failed, if any did lately.
    pub failing: Option<Reason>,
    /// Kinds that store: entries held now.
    pub entries: u32,
}

/// Whether an instance works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// Serves.
    #[default]
    Up,
    /// Started, not yet serving.
    Booting,
    /// Finishes what it has, takes nothing new.
    Draining,
    /// Dead.
    Down,
    /// Taken away; kept so that numbers stay.
    Gone,
}

/// Figures that only one kind of component has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindGauge {
    /// Nothing more to say.
    #[default]
    Plain,
    /// The users.
    Clients {
        /// Attempts waiting for their backoff to end.
        backing_off: u64,
        /// Requests answered by the browser's own copy, since the start.
        from_copy: u64,
        /// Their share of all requests, since the start.
        from_copy_share: f64,
    },
    /// Name look-ups.
    Dns {
        /// Look-ups since the start.
        lookups: u64,
    },
    /// A balancer.
    LoadBalancer {
        /// The standby has taken over.
        on_standby: bool,
        /// Open requests per instance behind it, in order.
        open: Vec<u32>,
    },
    /// Servers.
    Service {
        /// Log-ins that lost sessions made necessary, since the start.
        logins: u64,
        /// Sessions that were elsewhere, or died with their server: one more request each.
        sessions_lost: u64,
        /// Share of look-ups answered by the servers' own cache, smoothed.
        local_hit_ratio: f64,
    },
    /// A cache tier.
    Cache {
        /// Share of look-ups that hit, smoothed.
        hit_ratio: f64,
        /// Look-ups that hit, since the start.
        hits: u64,
        /// Look-ups that missed, since the start.
        misses: u64,
        /// Hits that gave an older value than the database had, since the start.
        stale_hits: u64,
        /// Entries that had to go for others, since the start.
        evictions: u64,
        /// Acknowledged writes that the database never got, since the start: they were held back by a node
        /// that died, or had to go while the database took none.
        writes_lost: u64,
        /// Values that these writes had made: several writes of one key make one value.
        values_lost: u64,
    },
    /// A database.
    Database {
        /// Connections open now.
        connections: u32,
        /// Connections it allows.
        connections_max: u32,
        /// Reads since the start.
        reads: u64,
        /// Writes since the start.
        writes: u64,
        /// Share of reads its buffer answered, smoothed.
        buffer_hit_ratio: f64,
        /// Data on its disk now, in GB.
        data_gb: f64,
        /// Share of its disk that is used now; none where the growth of the data is not looked at.
        disk_used_share: Option<f64>,
    },
}
