//! Whether a report holds its objectives, and which one broke.

use headroom_scenario::Objectives;
use serde::{Deserialize, Serialize};

use crate::report::Report;

/// Requests that may pile up during a measured stretch, as a share of those that arrived: one in a
/// hundred more than are answered is a line that grows for ever.
const BACKLOG_SHARE: f64 = 0.01;
/// Fewer requests than this piled up say nothing: a line breathes.
const BACKLOG_MIN: f64 = 100.0;

/// Something a design must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// 99 of 100 requests are answered within a time, in milliseconds.
    LatencyP99Ms,
    /// Requests that fail, as a share of those that ended.
    FailedShare,
    /// Sessions lost: users who had to log in anew, as a share of those who have or have had a session.
    SessionsLostShare,
    /// Requests that piled up unanswered, as a share of those that arrived. No document asks for
    /// it, but without it a line that grows would hold every objective for a while.
    BacklogShare,
}

/// An objective that did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// Which.
    pub objective: Objective,
    /// What was found, in the objective's unit.
    pub found: f64,
    /// The most it may be.
    pub limit: f64,
}

/// What a report says about its objectives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Those that broke, in the order of [`Objective`]; empty when all hold.
    pub broken: Vec<Breach>,
}

impl Verdict {
    /// Judges a report.
    pub fn of(report: &Report, objectives: &Objectives) -> Self {
        let found = [
            (
                Objective::LatencyP99Ms,
                latency_p99_ms(report),
                objectives.latency_p99_ms,
            ),
            (
                Objective::FailedShare,
                report.failed_share(),
                objectives.failed_share,
            ),
            (
                Objective::SessionsLostShare,
                report.sessions_lost_share(),
                objectives.sessions_lost_share,
            ),
            (
                Objective::BacklogShare,
                backlog_share(report),
                BACKLOG_SHARE,
            ),
        ];
        let broken = found
            .into_iter()
            .filter(|(_, found, limit)| found > limit)
            .map(|(objective, found, limit)| Breach {
                objective,
                found,
                limit,
            })
            .collect();
        Self { broken }
    }

    /// Whether every objective holds.
    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }

    /// Whether a run whose measured stretch has passed by the share `passed` can no longer hold its
    /// objectives, however well the rest of it goes at the same rate.
    pub(super) fn is_sealed(report: &Report, objectives: &Objectives, passed: f64) -> bool {
        // Where the 95th percentile is too slow, 5 of 100 requests so far are; 1 of 100 in all may be.
        let latency = &report.latency_ms;
        let slow_share = if latency.p50 > objectives.latency_p99_ms {
            0.5
        } else if latency.p95 > objectives.latency_p99_ms {
            0.05
        } else {
            0.0
        };
        slow_share * passed > 0.01 || report.failed_share() * passed > objectives.failed_share
    }
}

/// The 99th percentile; when nothing was answered at all, the whole stretch that was waited.
fn latency_p99_ms(report: &Report) -> f64 {
    let waited_in_vain = report.requests.ended() == 0 && report.requests.in_flight > 0;
    if waited_in_vain {
        report.simulated_s * 1_000.0
    } else {
        report.latency_ms.p99
    }
}

/// What piled up between the end of the warm-up and now; 0 where there was no warm-up to compare.
fn backlog_share(report: &Report) -> f64 {
    let requests = &report.requests;
    let grown = requests.in_flight as f64 - requests.carried_in as f64;
    if requests.carried_in == 0 || grown < BACKLOG_MIN {
        return 0.0;
    }
    grown / requests.arrived.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReportComponent, ReportRequests};

    fn report() -> Report {
        Report {
            simulated_s: 10.0,
            requests: ReportRequests {
                carried_in: 10,
                arrived: 10_000,
                completed: 9_950,
                in_flight: 10,
                failed: [("timed_out".to_string(), 50)].into(),
                ..Default::default()
            },
            ..Default::default()
        }
    }

    fn broken(report: &Report) -> Vec<Objective> {
        let objectives = Objectives {
            latency_p99_ms: 500.0,
            failed_share: 0.01,
            sessions_lost_share: 0.05,
        };
        Verdict::of(report, &objectives)
            .broken
            .iter()
            .map(|breach| breach.objective)
            .collect()
    }

    #[test]
    fn each_objective_breaks_just_past_its_limit() {
        let mut slow = report();
        slow.latency_ms.p99 = 500.0;
        assert_eq!(broken(&slow), []);
        slow.latency_ms.p99 = 500.1;
        assert_eq!(broken(&slow), [Objective::LatencyP99Ms]);

        let mut failing = report();
        failing.requests.completed = 9_900;
        failing.requests.failed.insert("queue_full".into(), 50);
        assert_eq!(broken(&failing), []);
        failing.requests.failed.insert("queue_full".into(), 51);
        assert_eq!(broken(&failing), [Objective::FailedShare]);

        let mut forgetful = report();
        let mut web = ReportComponent::default();
        web.extra.insert("sessions".into(), 1_000.0);
        web.extra.insert("sessions_lost".into(), 51.0);
        forgetful.components.insert("web".into(), web);
        assert_eq!(broken(&forgetful), [Objective::SessionsLostShare]);
    }

    #[test]
    fn a_line_that_grows_breaks_even_while_answers_are_fast() {
        let mut growing = report();
        growing.requests.in_flight = 111;
        assert_eq!(broken(&growing), [Objective::BacklogShare]);
        growing.requests.carried_in = 0;
        assert_eq!(
            broken(&growing),
            [],
            "without a warm-up there is nothing to compare with"
        );
    }

    #[test]
    fn a_run_that_answers_nobody_breaks_its_latency() {
        let silent = Report {
            simulated_s: 10.0,
            requests: ReportRequests {
                arrived: 5,
                in_flight: 5,
                ..Default::default()
            },
            ..Default::default()
        };
        assert_eq!(broken(&silent), [Objective::LatencyP99Ms]);
    }

    #[test]
    fn a_breach_is_sealed_only_when_the_rest_of_the_run_cannot_mend_it() {
        let objectives = Objectives {
            failed_share: 0.01,
            ..Default::default()
        };
        let mut failing = report();
        failing.requests.completed = 95;
        failing.requests.failed.insert("timed_out".into(), 5);
        assert!(
            !Verdict::is_sealed(&failing, &objectives, 0.125),
            "0.6 % of the whole run so far"
        );
        assert!(Verdict::is_sealed(&failing, &objectives, 0.25));
    }
}
