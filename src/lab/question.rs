//! What the page asks the lab, and what it finds.

use headroom_engine::lab::{Bottleneck, Breach, Load};
use headroom_engine::report::Report;
use headroom_scenario::Scenario;
use serde::{Deserialize, Serialize};

/// A question that runs answer. The same question is answered once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// How much can the design take, and what gives way first?
    Capacity {
        /// The design, under its traffic.
        #[serde(deserialize_with = "crate::part::deserialize")]
        scenario: Box<Scenario>,
    },
    /// From which load on does the design after a change hold what the one before it does not?
    Payoff {
        /// The design before.
        #[serde(deserialize_with = "crate::part::deserialize")]
        before: Box<Scenario>,
        /// The design after.
        #[serde(deserialize_with = "crate::part::deserialize")]
        after: Box<Scenario>,
    },
    /// How do two designs do on the same arrivals?
    Comparison {
        /// The design before.
        #[serde(deserialize_with = "crate::part::deserialize")]
        before: Box<Scenario>,
        /// The design after, whose traffic and script both face.
        #[serde(deserialize_with = "crate::part::deserialize")]
        after: Box<Scenario>,
    },
}

/// The page's wishes: all it still wants to know, the most urgent first. A question that is no
/// longer among them is dropped, even half-way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wishes(pub Vec<(u32, Question)>);

/// How far the work on a question has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Progress {
    /// So much of it is done, in percent.
    Percent(u8),
    /// A load that is being tried; how many more are to be, nobody knows.
    Trying(Load),
}

impl Progress {
    /// The load that is being tried, where that is what is known.
    pub fn load(self) -> Option<Load> {
        match self {
            Self::Trying(load) => Some(load),
            Self::Percent(_) => None,
        }
    }

    /// How much is done, in percent; nothing that is known is nothing.
    pub fn percent(self) -> u8 {
        match self {
            Self::Percent(percent) => percent,
            Self::Trying(_) => 0,
        }
    }
}

/// What the lab says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Ready for wishes.
    Ready,
    /// A question's answer.
    Found {
        /// The number of the question.
        question: u32,
        /// What was found.
        finding: Finding,
    },
    /// The work on a question has come so far.
    Progress {
        /// The number of the question.
        question: u32,
        /// How far.
        progress: Progress,
    },
    /// The engine panicked; the lab answers no more.
    Panicked {
        /// Where and why.
        reason: String,
    },
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// To [`Question::Capacity`].
    Capacity {
        /// Largest load that holds the objectives.
        load: Load,
        /// Requests answered a second at that load.
        reached_rps: f64,
        /// It is the largest load there is.
        is_unlimited: bool,
        /// It also comes up under that load from a cold start.
        holds_from_cold: bool,
        /// What gives way first.
        limited: Option<Bottleneck>,
        /// The first objective that breaks just past that load.
        breach: Option<Breach>,
    },
    /// To [`Question::Payoff`].
    Payoff {
        /// Lowest load at which the change pays off, if there is one.
        load: Option<Load>,
        /// The first objective that the design before breaks at that load.
        breach: Option<Breach>,
    },
    /// To [`Question::Comparison`].
    Comparison {
        /// The design before.
        before: Box<Outcome>,
        /// The design after.
        after: Box<Outcome>,
    },
    /// The question can't be answered, and why.
    Unanswerable(String),
}

/// How a design did, in the figures that a story tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Median latency, in milliseconds; none when nothing was answered.
    pub latency_p50_ms: Option<f64>,
    /// 99th percentile of latency, in milliseconds; none when nothing was answered.
    pub latency_p99_ms: Option<f64>,
    /// Requests answered well, a second.
    pub completed_rps: f64,
    /// Share of ended requests that failed.
    pub failed_share: f64,
    /// Users who had to log in anew, as a share of those with a session; none when nothing was answered.
    pub sessions_lost_share: Option<f64>,
    /// Requests that had to log in, as a share of those that came for a session; none when nothing was answered.
    pub login_share: Option<f64>,
    /// What the cache did, if there is one.
    pub cache: Option<CacheOutcome>,
    /// Share of the databases' reads that were older than the last write; none where no copy could be behind.
    pub stale_reads_share: Option<f64>,
    /// Reads and writes of the database a second, if there is one.
    pub queries_rps: Option<f64>,
    /// Acknowledged writes that were lost: by a cache that never passed them on, or with a database's disk.
    pub writes_lost: f64,
    /// What the design cost a month on average over the stretch, in US dollars.
    pub usd_month: f64,
    /// What it cost at the end of it.
    pub usd_month_at_end: f64,
}

/// What a cache did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CacheOutcome {
    /// Share of look-ups that it answered; none when there were none.
    pub hit_ratio: Option<f64>,
    /// Share of those answers that were older than the last write.
    pub stale_share: f64,
    /// Entries that had to go for others, a second.
    pub evictions_rps: f64,
}

impl Outcome {
    /// Whether what the design cost changed, by as much as is shown.
    pub fn cost_has_changed(&self) -> bool {
        (self.usd_month - self.usd_month_at_end).abs() >= 0.5
    }

    /// The figures of a report.
    pub fn of(report: &Report) -> Self {
        let completed = report.requests.completed;
        let a_second = |count: f64| count / report.simulated_s.max(f64::MIN_POSITIVE);
        let of_kind = |kind: &str| {
            let mut parts = report.components.values();
            parts.find(|component| component.kind == kind)
        };
        let cache = of_kind("cache").map(|cache| CacheOutcome {
            hit_ratio: cache.extra.get("hit_ratio").copied(),
            stale_share: report.stale_share(),
            evictions_rps: a_second(cache.figure("evictions")),
        });
        let mut parts = report.components.values();
        let has_copies = parts.any(|part| part.replication.is_some());
        let stale_reads = report.sum("stale_reads") / report.sum("reads").max(1.0);
        let queries_rps = of_kind("database")
            .map(|database| a_second(database.figure("reads") + database.figure("writes")));
        let answered = |figure: f64| (completed > 0).then_some(figure);
        Self {
            latency_p50_ms: answered(report.latency_ms.p50),
            latency_p99_ms: report.judged_p99_ms(),
            completed_rps: a_second(completed as f64),
            failed_share: report.failed_share(),
            sessions_lost_share: answered(report.sessions_lost_share()),
            login_share: answered(report.login_share()),
            cache,
            stale_reads_share: has_copies.then_some(stale_reads),
            queries_rps,
            writes_lost: report.sum("writes_lost"),
            usd_month: report.monthly_usd.mean,
            usd_month_at_end: report.monthly_usd.at_end,
        }
    }
}
