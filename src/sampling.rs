//! How many requests one dot stands for.
//!
//! Each design has one scale: of 1, 2, 5, 10, 20 and so on the one at which its own load (the step's,
//! or the document's) is some 50 dots a second. It stays while the load is turned, so that ten times
//! the load is ten times the dots. In slow motion, where there is time to look at each request, the
//! scale is finer by as much. Only where the load would be more dots than a screen takes does one
//! stand for more, and the legend says so.

use headroom_scenario::step;
use headroom_scenario::{LoopModel, Scenario, Traffic};
use serde::{Deserialize, Serialize};

use crate::speed::Speed;

/// Dots a second that a design's own load is to be.
const DOTS_PER_S: f64 = 50.0;
/// Dots started per second of the wall clock that a screen can take: some 10,000 are under way then.
const DOTS_MAX_PER_S: f64 = 4_000.0;
/// Flat out runs at no known speed, but at some such.
const FLAT_OUT_TIMES: f64 = 10.0;
/// Users who wait and think get their answers within about so long.
const ANSWER_MS: f64 = 100.0;

/// What one dot stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// So many requests by the design's scale.
    pub scale: u64,
    /// So many as it is drawn: more than the scale says only where that would be too many dots.
    pub drawn: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { scale: 1, drawn: 1 }
    }
}

impl Sampling {
    /// For a run of that document at a rate, at a speed.
    pub fn of(scenario: &Scenario, rate_rps: f64, speed: Speed) -> Self {
        let times = match speed {
            Speed::Times(times) => times,
            Speed::FlatOut => FLAT_OUT_TIMES,
        };
        let scale = nearest(own_rps(scenario) * times.min(1.0) / DOTS_PER_S);
        let bearable = at_least(rate_rps * times / DOTS_MAX_PER_S);
        Self {
            scale,
            drawn: scale.max(bearable),
        }
    }
}

/// The load that a design is shown with at first: that of its step, whatever the reader has made of it.
fn own_rps(scenario: &Scenario) -> f64 {
    match scenario.step.as_deref().and_then(step::find) {
        Some(step) => started_rps(&step.scenario().traffic),
        None => started_rps(&scenario.traffic),
    }
}

fn started_rps(traffic: &Traffic) -> f64 {
    match traffic.client.loop_model {
        LoopModel::Open => traffic.rate_rps,
        LoopModel::Closed {
            users,
            think_time_ms,
        } => f64::from(users) / (think_time_ms + ANSWER_MS) * 1e3,
    }
}

/// 1, 2, 5, 10, 20, 50 and so on.
fn scales() -> impl Iterator<Item = u64> {
    let decades = (0..17).map(|power| 10_u64.pow(power));
    decades.flat_map(|decade| [1, 2, 5].map(|step| step * decade))
}

/// The scale that is nearest in proportion.
fn nearest(value: f64) -> u64 {
    let apart = |scale: &u64| (value.max(1.0) / *scale as f64).ln().abs();
    scales()
        .min_by(|a, b| apart(a).total_cmp(&apart(b)))
        .unwrap_or(1)
}

/// The finest scale that is no finer.
fn at_least(value: f64) -> u64 {
    scales()
        .find(|scale| *scale as f64 >= value)
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::step::LADDER;

    const REAL_TIME: Speed = Speed::Times(1.0);

    fn own(rate_rps: f64) -> Scenario {
        let mut scenario = Scenario::default();
        scenario.traffic.rate_rps = rate_rps;
        scenario
    }

    #[test]
    fn ten_times_the_load_is_ten_times_the_dots_on_every_step() {
        for step in LADDER {
            let scenario = step.scenario();
            let own_rps = scenario.traffic.rate_rps;
            let at = |times: f64| Sampling::of(&scenario, own_rps * times, REAL_TIME);
            for times in [0.1, 0.5, 1.0, 2.0, 10.0, 50.0] {
                assert_eq!(at(times), at(1.0), "{} at {times} times", step.name);
            }
            let dots_per_s = own_rps / at(1.0).drawn as f64;
            assert!((25.0..100.0).contains(&dots_per_s), "{}", step.name);
        }
    }

    #[test]
    fn the_scale_of_a_step_stays_when_its_document_is_edited() {
        let mut scenario = LADDER[3].scenario();
        let before = Sampling::of(&scenario, 100.0, REAL_TIME);
        scenario.traffic.rate_rps *= 40.0;
        assert_eq!(Sampling::of(&scenario, 100.0, REAL_TIME), before);
    }

    #[test]
    fn a_design_of_ones_own_has_a_scale_by_its_own_load() {
        for (own_rps, scale) in [(1.0, 1), (60.0, 1), (800.0, 20), (1e6, 20_000)] {
            assert_eq!(Sampling::of(&own(own_rps), own_rps, REAL_TIME).scale, scale);
        }
        let mut closed = own(1.0);
        closed.traffic.client.loop_model = LoopModel::Closed {
            users: 1_000,
            think_time_ms: 900.0,
        };
        assert_eq!(Sampling::of(&closed, 1.0, REAL_TIME).scale, 20);
    }

    #[test]
    fn in_slow_motion_each_request_is_a_dot_and_faster_changes_no_scale() {
        let scale = |speed| Sampling::of(&own(800.0), 800.0, speed).scale;
        assert_eq!(scale(Speed::Times(0.1)), 2);
        assert_eq!(scale(Speed::Times(0.001)), 1);
        for speed in [REAL_TIME, Speed::Times(10.0), Speed::FlatOut] {
            assert_eq!(scale(speed), 20);
        }
    }

    #[test]
    fn never_more_dots_than_a_screen_takes_and_then_the_scale_is_told_apart() {
        for (rate_rps, times, drawn) in [
            (800.0, 100.0, 20),
            (8_000.0, 100.0, 200),
            (90_000.0, 1.0, 50),
            (1e6, 1.0, 500),
        ] {
            let sampling = Sampling::of(&own(800.0), rate_rps, Speed::Times(times));
            assert_eq!(sampling, Sampling { scale: 20, drawn });
            assert!(rate_rps * times / drawn as f64 <= DOTS_MAX_PER_S);
        }
    }
}
