//! Whether a report holds its objectives, and which one broke.

use headroom_scenario::Objectives;
use serde::{Deserialize, Serialize};

use crate::figures::report::Report;

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
    /// Sessions lost: users who had to log in anew, as a share of those who came.
    SessionsLostShare,
    /// Requests that piled up unanswered, as a share of those that arrived. No document asks for
    /// it, but without it a line that grows would hold every objective for a while.
    BacklogShare,
    /// Requests that came. No document asks for it either, but where none did, nothing was tried.
    Requests,
}

/// An objective that did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// Which.
    pub objective: Objective,
    /// What was found, in the objective's unit; none where nothing was answered.
    pub found: Option<f64>,
    /// The most it may be; of requests, the fewest.
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
        let breach = |objective, found: Option<f64>, limit| Breach {
            objective,
            found,
            limit,
        };
        let past = |objective, found: f64, limit: f64| {
            (found > limit).then(|| breach(objective, Some(found), limit))
        };
        let broken = [
            match report.judged_p99_ms() {
                Some(found) => past(Objective::LatencyP99Ms, found, objectives.latency_p99_ms),
                // Where none ended well no latency is known, and none holds.
                None => (!report.is_untried())
                    .then(|| breach(Objective::LatencyP99Ms, None, objectives.latency_p99_ms)),
            },
            past(
                Objective::FailedShare,
                report.failed_share(),
                objectives.failed_share,
            ),
            match (
                report.judged_sessions_lost_share(),
                objectives.sessions_lost_share,
            ) {
                (Some(found), limit) => past(Objective::SessionsLostShare, found, limit),
                // Who asks for nothing has that where nobody is answered too.
                (None, limit) => {
                    (limit < 1.0).then(|| breach(Objective::SessionsLostShare, None, limit))
                }
            },
            backlog_share(report)
                .map(|found| breach(Objective::BacklogShare, Some(found), BACKLOG_SHARE)),
            report
                .is_untried()
                .then(|| breach(Objective::Requests, Some(0.0), 1.0)),
        ];
        let broken = broken.into_iter().flatten().collect();
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

/// What piled up in the measured stretch, where that is more than a line breathes: more than were in flight when it
/// began. Where nobody was, as in a run without a warm-up, that is more than come while one is answered (Little's law).
pub(super) fn backlog_share(report: &Report) -> Option<f64> {
    let requests = &report.requests;
    let usual = match requests.carried_in {
        0 => come_while_one_is_answered(report),
        carried_in => carried_in as f64,
    };
    let grown = requests.in_flight as f64 - usual;
    let share = grown / requests.arrived.max(1) as f64;
    (grown >= BACKLOG_MIN && share > BACKLOG_SHARE).then_some(share)
}

/// None where nobody is answered: then all who came have piled up.
fn come_while_one_is_answered(report: &Report) -> f64 {
    if report.requests.completed == 0 {
        return 0.0;
    }
    let arrived_rps = report.requests.arrived as f64 / report.simulated_s.max(f64::MIN_POSITIVE);
    arrived_rps * report.latency_ms.mean / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::report::{ReportComponent, ReportLatency, ReportRequests};

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
            latency_ms: ReportLatency {
                p99_with_overdue: 400.0,
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
        slow.latency_ms.p99_with_overdue = 500.0;
        assert_eq!(broken(&slow), []);
        slow.latency_ms.p99_with_overdue = 500.1;
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
    }

    #[test]
    fn where_nobody_was_in_flight_as_many_may_be_as_come_while_one_is_answered() {
        let mut cold = report();
        cold.requests.carried_in = 0;
        cold.requests.in_flight = 500;
        cold.latency_ms.p99_with_overdue = 500.0;
        for (mean, expected) in [(450.0, &[][..]), (300.0, &[Objective::BacklogShare])] {
            cold.latency_ms.mean = mean;
            assert_eq!(broken(&cold), expected, "{mean} ms");
        }
    }

    #[test]
    fn a_run_to_which_nobody_came_holds_nothing() {
        let mut untried = Report {
            simulated_s: 10.0,
            ..Report::default()
        };
        assert_eq!(broken(&untried), [Objective::Requests]);
        untried.requests.carried_in = 1;
        assert_eq!(broken(&untried), [Objective::LatencyP99Ms], "still waiting");
        untried.requests.completed = 1;
        untried.latency_ms.p99_with_overdue = 400.0;
        assert_eq!(broken(&untried), []);
    }

    #[test]
    fn a_run_that_answers_nobody_breaks_its_latency() {
        let mut silent = Report {
            simulated_s: 10.0,
            latency_ms: ReportLatency::default(),
            ..Default::default()
        };
        silent.requests.arrived = 1;
        silent.requests.failed.insert("timed_out".into(), 1);
        let anything_goes = Objectives {
            failed_share: 1.0,
            ..Objectives::default()
        };
        let expected = Breach {
            objective: Objective::LatencyP99Ms,
            found: None,
            limit: anything_goes.latency_p99_ms,
        };
        assert_eq!(Verdict::of(&silent, &anything_goes).broken, [expected]);
        let no_sessions_lost = Objectives {
            sessions_lost_share: 0.1,
            ..anything_goes
        };
        let unknown = Breach {
            objective: Objective::SessionsLostShare,
            limit: 0.1,
            ..expected
        };
        let broken = Verdict::of(&silent, &no_sessions_lost).broken;
        assert_eq!(broken, [expected, unknown]);
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
