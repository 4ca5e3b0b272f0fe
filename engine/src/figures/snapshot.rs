//! What the page gets from the engine at one moment.
//!
//! Every gauge that is no count is of the same stretch: the last [`RECENT_S`] full seconds, by the clock of
//! the run; while no second is over, what there is of the first. Charts end with the same seconds.

use headroom_scenario::Impairment;
use serde::{Deserialize, Serialize};

use crate::figures::reason::Reason;
use crate::figures::replication::ReplicationGauge;
use crate::figures::series::Bin;

/// The engine at one moment. Rates, shares, waits and percentiles are of the last few full seconds; counts
/// are since the start of the run.
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
    /// The last few full seconds as one bin.
    pub recent: Bin,
    /// Counts since the start.
    pub requests: RequestCounts,
    /// Every component, in the order of the design.
    pub components: Vec<ComponentGauge>,
    /// Every link, in the order of the design.
    pub links: Vec<LinkGauge>,
}

/// A link at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkGauge {
    /// Calls that came over it a second, in the same seconds as `recent`. Retries count, and so do look-ups
    /// of names; answers and probes do not.
    pub calls_rps: f64,
    /// What is wrong with it; empty when nothing is.
    pub impairments: Vec<Impairment>,
    /// Messages that were sent into a cut and wait for it to heal.
    pub held: u64,
}

impl Snapshot {
    /// What the whole design costs.
    pub fn cost(&self) -> Cost {
        let parts = self.components.iter().map(|component| component.cost);
        parts.fold(Cost::default(), |all, part| Cost {
            rented: all.rented + part.rented,
            usd_month: all.usd_month + part.usd_month,
            usd_month_mean: all.usd_month_mean + part.usd_month_mean,
        })
    }
}

impl Cost {
    /// Whether the mean is another than what there is now, by as much as is shown.
    pub fn has_changed(&self) -> bool {
        (self.usd_month - self.usd_month_mean).abs() >= 0.5
    }
}

/// Full seconds that the gauges are of.
pub const RECENT_S: usize = 5;

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
    /// Writes given up of which nobody knows whether they were applied.
    pub writes_unknown: u64,
    /// Writes applied once more, by another attempt.
    pub writes_applied_again: u64,
}

/// A component at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComponentGauge {
    /// Its id in the design.
    pub id: String,
    /// Calls it answered well a second.
    pub throughput_rps: f64,
    /// Calls it answered badly a second.
    pub failed_rps: f64,
    /// Share of its slots that were busy, all instances that were up together.
    pub utilisation: f64,
    /// Waiting at this moment, all instances together.
    pub queue_depth: u32,
    /// Mean wait of those that left a waiting line, in milliseconds.
    pub wait_ms_mean: f64,
    /// Refused because a line was full, since the start.
    pub dropped: u64,
    /// Inside the component at this moment, calls it makes included.
    pub in_flight: u64,
    /// Its servers, nodes or the like, in order. Numbers are stable: removed ones stay, as `Gone`.
    pub instances: Vec<InstanceGauge>,
    /// What it costs.
    pub cost: Cost,
    /// Why calls failed here, most frequent first; empty when none did.
    pub failing: Vec<(Reason, f64)>,
    /// Figures of its kind.
    pub kind: KindGauge,
}

impl ComponentGauge {
    /// The copies of a database that has or had some.
    pub fn replication(&self) -> Option<&ReplicationGauge> {
        match &self.kind {
            KindGauge::Database { replication, .. } => replication.as_deref(),
            KindGauge::Plain
            | KindGauge::Clients { .. }
            | KindGauge::Dns { .. }
            | KindGauge::LoadBalancer { .. }
            | KindGauge::Service { .. }
            | KindGauge::Cache { .. } => None,
        }
    }
}

/// What a component costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Instances rented now: those that boot, drain or are dead are paid for like those that serve.
    pub rented: u32,
    /// What they cost a month, in US dollars.
    pub usd_month: f64,
    /// The mean of that since the measurement began.
    pub usd_month_mean: f64,
}

/// One instance at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceGauge {
    /// Whether it works.
    pub state: InstanceState,
    /// Everything takes this many times as long; 1 is normal.
    pub slow_factor: f64,
    /// It hangs: it takes nothing up and answers nothing.
    pub hangs: bool,
    /// It is a copy of a database that the others do not reach.
    pub is_cut_off: bool,
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
    /// Share of its slots that were busy.
    pub utilisation: f64,
    /// Calls answered well a second.
    pub throughput_rps: f64,
    /// Calls answered badly a second.
    pub failed_rps: f64,
    /// Why most of them failed, if any did lately.
    pub failing: Option<Reason>,
    /// Kinds that store: entries held now.
    pub entries: u32,
    /// Kinds that store: the share of its look-ups that it has answered from memory.
    pub hit_ratio: f64,
}

impl InstanceGauge {
    /// Whether it answers nothing: it is dead, or hangs.
    pub fn is_stopped(&self) -> bool {
        match self.state {
            InstanceState::Down => true,
            InstanceState::Gone => false,
            InstanceState::Up | InstanceState::Booting | InstanceState::Draining => self.hangs,
        }
    }

    /// Whether it is stopped, slow or cut off: what a repair mends.
    pub fn is_broken(&self) -> bool {
        let is_bad = self.slow_factor != 1.0 || self.is_cut_off;
        self.is_stopped() || self.state != InstanceState::Gone && is_bad
    }
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
        /// Users who have come since the measurement began.
        sessions: u32,
        /// Of them, those who had to log in anew since the measurement began: their session was elsewhere,
        /// or had died with its server.
        sessions_lost: u32,
        /// Entries that each server's own cache has room for.
        own_cache_room: u32,
        /// Share of look-ups answered by the servers' own cache.
        local_hit_ratio: f64,
    },
    /// A cache tier.
    Cache {
        /// Share of look-ups that hit; one that a dead node could not answer has not.
        hit_ratio: f64,
        /// Entries that a node has room for.
        room: u32,
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
        /// Acknowledged writes that were lost with its disk, or at a fail-over, since the start.
        writes_lost: u64,
        /// Values that these writes had made: several writes of one key make one value.
        values_lost: u64,
        /// Entries that its buffer has room for; none where all data fits.
        buffer_room: Option<u32>,
        /// Size of its disk, in GB; 0 where the growth of the data is not looked at.
        disk_gb: f64,
        /// Share of reads its buffer answered.
        buffer_hit_ratio: f64,
        /// Data on its disk now, in GB.
        data_gb: f64,
        /// Share of its disk that is used now; none where the growth of the data is not looked at.
        disk_used_share: Option<f64>,
        /// Its copies; none where it has never had any.
        replication: Option<Box<ReplicationGauge>>,
    },
}
