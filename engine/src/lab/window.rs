//! Which stretch of a run is measured, and how long it runs before.

use headroom_scenario::{Curve, Kind, Scenario, SessionStore};
use serde::{Deserialize, Serialize};

/// Requests that a search measures at least: with fewer, the 99th percentile jumps.
const REQUESTS_MIN: f64 = 20_000.0;
/// Requests that it measures at most, unless that were shorter than [`STRETCH_MIN_S`].
const REQUESTS_MAX: f64 = 200_000.0;
/// A shorter stretch than this would end before a waiting line has had time to grow, in seconds.
const STRETCH_MIN_S: f64 = 1.0;
/// A longer one says no more of users who hardly ever ask, in seconds.
const STRETCH_MAX_S: f64 = 20_000.0;
/// Requests until a design that stores nothing is in its steady state.
const REQUESTS_TO_FILL: f64 = 10_000.0;
/// Requests for each entry there is room for, and for each user's session, until that is full of what
/// stays.
const REQUESTS_PER_ENTRY: f64 = 3.0;
/// Requests until a design is taken as full, however much it stores.
const REQUESTS_TO_FILL_MAX: f64 = 500_000.0;

/// The stretch of a run that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Simulated time before the figures count, in seconds: waiting lines and caches fill.
    pub warmup_s: f64,
    /// Simulated time that the figures stand for, in seconds.
    pub duration_s: f64,
}

/// How a window is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stretch {
    /// As long as it says, whatever comes of it.
    AsAsked(Window),
    /// As long as steady figures need.
    Fitted(Window),
    /// The same, but it ends as soon as the verdict is known.
    UntilKnown(Window),
}

impl Stretch {
    /// The window before it is fitted.
    pub(super) fn window(self) -> Window {
        match self {
            Self::AsAsked(window) | Self::Fitted(window) | Self::UntilKnown(window) => window,
        }
    }

    /// The window as it is measured of a design in service, where so many requests come in a second.
    pub(super) fn at(self, scenario: &Scenario, rate_rps: f64) -> Window {
        match self {
            Self::AsAsked(window) => window,
            Self::Fitted(window) | Self::UntilKnown(window) => window.fitted(scenario, rate_rps),
        }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self {
            warmup_s: 5.0,
            duration_s: 60.0,
        }
    }
}

impl Window {
    /// This window as it is measured of a design in service, where so many requests come in a second.
    ///
    /// Where time matters, because the script does something on the way or the rate changes, it
    /// stays as it is, so that a fault lasts the same share of it at every load. Else there is nothing
    /// more to wait for, and it is long enough for steady figures and no longer: bounded in requests.
    fn fitted(self, scenario: &Scenario, rate_rps: f64) -> Self {
        if is_timed(scenario) {
            return self;
        }
        let longest_s = REQUESTS_MAX / rate_rps;
        let shortest_s = REQUESTS_MIN / rate_rps;
        Self {
            warmup_s: 0.0,
            duration_s: self
                .duration_s
                .clamp(shortest_s, longest_s)
                .clamp(STRETCH_MIN_S, STRETCH_MAX_S),
        }
    }
}

/// Whether it matters when in the run something is measured.
fn is_timed(scenario: &Scenario) -> bool {
    scenario.traffic.curve != Curve::Steady || scenario.script.iter().any(|timed| timed.at_ns > 0)
}

/// Requests until what the design stores is in its steady state: a few for each entry that a cache
/// or a buffer has room for, and for each user whose session a server keeps.
pub(super) fn requests_to_fill(scenario: &Scenario) -> u64 {
    let keys = u64::from(scenario.traffic.keys.count);
    let entries: u64 = scenario
        .design
        .components
        .iter()
        .map(|component| match &component.kind {
            Kind::Cache(cache) => {
                let room = cache.node_room(&scenario.traffic.keys);
                (u64::from(cache.nodes) * u64::from(room)).min(keys)
            }
            Kind::Database(database) => {
                let room = database.buffer_room(&scenario.traffic.keys);
                u64::from(room.unwrap_or(0)).min(keys)
            }
            Kind::Service(service) => {
                let local = u64::from(service.own_cache_room(&scenario.traffic.keys)).min(keys);
                let sessions = match service.sessions {
                    SessionStore::None => 0,
                    SessionStore::Server => u64::from(scenario.traffic.users),
                };
                u64::from(service.instances) * local + sessions
            }
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => 0,
        })
        .sum();
    let requests = REQUESTS_TO_FILL + REQUESTS_PER_ENTRY * entries as f64;
    requests.min(REQUESTS_TO_FILL_MAX) as u64
}

/// Time until every balancer knows which instances the script has killed at the start, in seconds.
pub(super) fn detection_s(scenario: &Scenario) -> f64 {
    if scenario.script.is_empty() {
        return 0.0;
    }
    let checks = scenario.design.components.iter().filter_map(|component| {
        let Kind::LoadBalancer(balancer) = &component.kind else {
            return None;
        };
        balancer.health_check.as_ref()
    });
    checks
        .map(|check| (f64::from(check.fall) * check.interval_ms + check.timeout_ms) / 1_000.0)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::{Action, TimedAction};

    const ASKED: Window = Window {
        warmup_s: 5.0,
        duration_s: 60.0,
    };

    #[test]
    fn a_steady_load_is_measured_for_as_long_as_its_requests_need() {
        let scenario = Scenario::default();
        for (rate_rps, duration_s) in [
            (0.1, STRETCH_MAX_S),
            (10.0, 2_000.0),
            (1_000.0, 60.0),
            (100_000.0, 2.0),
            (1_000_000.0, 1.0),
        ] {
            let expected = Window {
                warmup_s: 0.0,
                duration_s,
            };
            assert_eq!(ASKED.fitted(&scenario, rate_rps), expected);
        }
    }

    #[test]
    fn a_run_with_a_fault_on_the_way_keeps_its_window_at_every_load() {
        for rate_rps in [1.0, 1_000.0, 100_000.0] {
            let mut scenario = Scenario::default();
            let action = Action::Kill {
                component: "web".into(),
                instance: 0,
            };
            scenario.script.push(TimedAction {
                at_ns: 20_000_000_000,
                action,
            });
            assert_eq!(ASKED.fitted(&scenario, rate_rps), ASKED);
        }
    }
}
