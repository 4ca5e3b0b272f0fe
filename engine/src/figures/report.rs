//! The whole of a run in figures: what the command prints and what two designs are compared by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figures::meter::ratio;
use crate::figures::replication::{ReportCopy, ReportReplication};

/// A run in figures, from the end of its warm-up on.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Version of the engine that ran it.
    pub engine: String,
    /// The seed.
    pub seed: u64,
    /// Simulated seconds the figures stand for.
    pub simulated_s: f64,
    /// Events handled since the start of the run.
    pub events: u64,
    /// Digest of every event since the start of the run, as 16 hexadecimal digits.
    pub digest: String,
    /// Digest of what became of every request since then: the same for every way of computing the run.
    pub outcomes_digest: String,
    /// Counts of requests.
    pub requests: ReportRequests,
    /// Latency of completed requests, first attempt to answer, in milliseconds.
    pub latency_ms: ReportLatency,
    /// What the design cost a month, in US dollars.
    pub monthly_usd: ReportCost,
    /// Every component by id.
    pub components: BTreeMap<String, ReportComponent>,
}

impl Report {
    /// Requests that failed, as a share of those that ended; 0 when none ended.
    pub fn failed_share(&self) -> f64 {
        self.requests.failed_total() as f64 / self.requests.ended().max(1) as f64
    }

    /// The latency that is held to its objective, in milliseconds: of those answered and of those who are
    /// overdue, who will be slower than it whenever their answer comes. None where all that ended failed, and
    /// where nobody was answered and nobody has waited for long.
    pub fn judged_p99_ms(&self) -> Option<f64> {
        let p99_ms = self.latency_ms.p99_with_overdue;
        (!self.is_silent() && !p99_ms.is_nan()).then_some(p99_ms)
    }

    /// Sessions lost, as an objective is held to them; none where nobody was answered: no session was kept.
    pub fn judged_sessions_lost_share(&self) -> Option<f64> {
        (!self.is_silent()).then(|| self.sessions_lost_share())
    }

    /// Whether requests ended, and none of them well.
    pub fn is_silent(&self) -> bool {
        self.requests.completed == 0 && self.requests.failed_total() > 0
    }

    /// Whether no request came: nothing was tried.
    pub fn is_untried(&self) -> bool {
        self.requests.carried_in + self.requests.arrived == 0
    }

    /// Requests answered a second.
    pub fn completed_rps(&self) -> f64 {
        self.requests.completed as f64 / self.simulated_s.max(f64::MIN_POSITIVE)
    }

    /// Sessions lost: users who had to log in anew in the measured stretch, each once, as a share of those
    /// who came in it; 0 where nobody did. Never more than 1.
    pub fn sessions_lost_share(&self) -> f64 {
        ratio(self.sum("sessions_lost"), self.sum("sessions"))
    }

    /// Requests that had to log in before they were served, as a share of those that came to a server for
    /// their session, every attempt counted; 0 where none did. Never more than 1.
    pub fn login_share(&self) -> f64 {
        ratio(self.sum("login_calls"), self.sum("session_calls"))
    }

    /// Hits that gave an older value than the last acknowledged write made, as a share of all hits.
    pub fn stale_share(&self) -> f64 {
        ratio(self.sum("stale_hits"), self.sum("hits"))
    }

    /// Reads of a database's copies that gave an older value than had been acknowledged, as a share of all reads.
    pub fn stale_reads_share(&self) -> f64 {
        ratio(self.sum("stale_reads"), self.sum("reads"))
    }

    /// A figure of its kind, of all components that have it.
    pub fn sum(&self, figure: &str) -> f64 {
        let parts = self.components.values();
        parts.map(|part| part.figure(figure)).sum()
    }
}

/// What a design cost a month over the measured stretch, in US dollars: for every instance from its start
/// until it is gone, while it boots, drains or is dead, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportCost {
    /// Mean over time.
    pub mean: f64,
    /// With what there is at the end.
    pub at_end: f64,
}

/// Counts of requests in the measured stretch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportRequests {
    /// In flight when the stretch began; 0 without warm-up.
    pub carried_in: u64,
    /// Started: `carried_in + arrived = completed + failed + in_flight`.
    pub arrived: u64,
    /// Answered well.
    pub completed: u64,
    /// Given up, by reason.
    pub failed: BTreeMap<String, u64>,
    /// Not ended yet.
    pub in_flight: u64,
    /// Those of them who came in the stretch and have waited for longer than the objective of latency allows.
    pub overdue: u64,
    /// Mean number in flight, over time. It is not told: the lab looks by it for what gives way.
    #[serde(skip)]
    pub in_flight_mean: f64,
    /// Further attempts sent.
    pub retries: u64,
    /// Writes given up of which nobody knows whether they were applied: an attempt of theirs timed out, or its
    /// connection was reset.
    pub writes_unknown: u64,
    /// Writes applied once more, by another attempt of the same request.
    pub writes_applied_again: u64,
}

impl ReportRequests {
    /// Given up, for whatever reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Answered well or given up.
    pub fn ended(&self) -> u64 {
        self.completed + self.failed_total()
    }
}

/// Latency in milliseconds, from a histogram of every request with a relative error below 1 %;
/// mean and maximum are exact. Not a number, which JSON writes as `null`, where nothing was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportLatency {
    /// Mean.
    pub mean: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
    /// Largest.
    pub max: f64,
    /// 99th percentile of those answered together with those overdue, who count with the time they have
    /// waited so far: the objective is held to it. None where there are neither.
    pub p99_with_overdue: f64,
}

impl Default for ReportLatency {
    fn default() -> Self {
        Self {
            mean: f64::NAN,
            p50: f64::NAN,
            p95: f64::NAN,
            p99: f64::NAN,
            p999: f64::NAN,
            max: f64::NAN,
            p99_with_overdue: f64::NAN,
        }
    }
}

/// A component in figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportComponent {
    /// `service`, `cache` and so on, as in the document.
    pub kind: String,
    /// What it has in common with its instances.
    #[serde(flatten)]
    pub load: ReportLoad,
    /// Mean number of instances that were rented, over time.
    pub rented_mean: f64,
    /// What they cost a month on average over the whole run, in US dollars: half of the price where they were there
    /// for half of it.
    pub usd_month_mean: f64,
    /// Calls that failed here, by reason.
    pub failed: BTreeMap<String, u64>,
    /// Figures of its kind, such as `sessions_lost`, or `hit_ratio` where something was looked up.
    #[serde(flatten)]
    pub extra: BTreeMap<String, f64>,
    /// A database with copies: what became of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication: Option<ReportReplication>,
    /// The same for each instance.
    pub instances: Vec<ReportInstance>,
}

impl ReportComponent {
    /// A figure of its kind, by name; 0 of other kinds.
    pub fn figure(&self, name: &str) -> f64 {
        self.extra.get(name).copied().unwrap_or_default()
    }
}

/// An instance in figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportInstance {
    /// What it has in common with its component.
    #[serde(flatten)]
    pub load: ReportLoad,
    /// Calls that failed here, by reason.
    pub failed: BTreeMap<String, u64>,
    /// Those figures of its kind that instances have, such as `hit_ratio`.
    #[serde(flatten)]
    pub extra: BTreeMap<String, f64>,
    /// A copy of a database: how it followed.
    #[serde(flatten)]
    pub copy: Option<ReportCopy>,
}

/// Load on a component or one of its instances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportLoad {
    /// Calls that came.
    pub arrived: u64,
    /// Share of slots busy, over time.
    pub utilisation: f64,
    /// Calls answered a second.
    pub throughput_rps: f64,
    /// Mean number waiting, over time.
    pub queue_mean: f64,
    /// Largest number waiting.
    pub queue_max: u64,
    /// Mean wait in line of all calls that got a slot, in milliseconds.
    pub wait_ms_mean: f64,
    /// Calls that were inside and left, answered well or badly, a second: neither those that found the line
    /// full nor those that nobody listened to.
    pub left_rps: f64,
    /// Mean time from arrival to answer, good or bad, of the calls that were inside, in milliseconds.
    pub sojourn_ms_mean: f64,
    /// Mean number inside, over time: by Little's law `left_rps` times the mean sojourn.
    pub inside_mean: f64,
    /// Mean number worked on, over time: who holds a slot while it waits for an answer is left out. It is not told:
    /// the lab looks by it for what gives way.
    #[serde(skip)]
    pub worked_mean: f64,
    /// Refused because the line was full.
    pub dropped: u64,
}
