//! What the page asks the lab, and what it finds.

use headroom_engine::lab::Breach;
use headroom_engine::report::Report;
use serde::{Deserialize, Serialize};

/// A question that runs answer. Scenarios are their canonical JSON, so that the same question is
/// the same text, and is answered once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// How much can the design take, and what gives way first?
    Capacity {
        /// The design, under its traffic.
        scenario: String,
    },
    /// From which load on does the design after a change hold what the one before it does not?
    Payoff {
        /// The design before.
        before: String,
        /// The design after.
        after: String,
    },
    /// How do two designs do on the same arrivals?
    Comparison {
        /// The design before.
        before: String,
        /// The design after, whose traffic and script both face.
        after: String,
    },
}

/// The page's wishes: all it still wants to know, the most urgent first. A question that is no
/// longer among them is dropped, even half-way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wishes(pub Vec<(u32, Question)>);

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
        /// Largest load that holds the objectives, in requests a second.
        rate_rps: f64,
        /// Id of the component that gives way first.
        limited: Option<String>,
    },
    /// To [`Question::Payoff`].
    Payoff {
        /// Lowest load at which the change pays off, in requests a second, if there is one.
        rate_rps: Option<f64>,
        /// The first objective that the design before breaks at that load.
        breach: Option<Breach>,
    },
    /// To [`Question::Comparison`].
    Comparison {
        /// The design before.
        before: Outcome,
        /// The design after.
        after: Outcome,
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
    /// Sessions lost, as a share of requests.
    pub sessions_lost_share: f64,
    /// Share of look-ups that the cache answered, if there is one.
    pub hit_ratio: Option<f64>,
}

impl Outcome {
    /// The figures of a report.
    pub fn of(report: &Report) -> Self {
        let completed = report.requests.completed;
        let answered = |ms: f64| (completed > 0).then_some(ms);
        Self {
            latency_p50_ms: answered(report.latency_ms.p50),
            latency_p99_ms: answered(report.latency_ms.p99),
            completed_rps: completed as f64 / report.simulated_s.max(f64::MIN_POSITIVE),
            failed_share: report.failed_share(),
            sessions_lost_share: report.sessions_lost_share(),
            hit_ratio: report
                .components
                .values()
                .find(|component| component.kind == "cache")
                .and_then(|cache| cache.extra.get("hit_ratio").copied()),
        }
    }
}
