//! The top of a curve, which a search must see.

use headroom_scenario::{Action, Curve, Traffic, ValidScenario};

use crate::lab::Window;

/// A curve is played where it is at its top by this share of the measured stretch.
const TOP_BY_SHARE: f64 = 0.5;

/// The scenario as it is searched in a window: a curve that comes to its top too late for it stays at its
/// top, as the load that the design must hold there would else not be tried.
pub(super) fn with_top_in(scenario: &ValidScenario, window: Window) -> ValidScenario {
    let latest_s = window.warmup_s + TOP_BY_SHARE * window.duration_s;
    let raise = |traffic: &mut Traffic| {
        if traffic.curve.peaks_from_s() > latest_s {
            traffic.curve = Curve::Stepped {
                factors: vec![traffic.curve.peak()],
                every_s: 1.0,
            };
        }
    };
    let mut raised = scenario.clone().into_inner();
    raise(&mut raised.traffic);
    for timed in &mut raised.script {
        if let Action::SetTraffic { traffic } = &mut timed.action {
            raise(traffic);
        }
    }
    raised.validate().unwrap_or_else(|_| scenario.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;

    fn searched(curve: Curve) -> Curve {
        let mut scenario = queue(1, 10.0, 50.0);
        scenario.traffic.curve = curve;
        let scenario = scenario.validate().expect("a valid scenario");
        with_top_in(&scenario, Window::default())
            .traffic
            .curve
            .clone()
    }

    #[test]
    fn a_curve_is_played_where_its_top_is_seen_and_else_stays_there() {
        let stepped = |every_s| Curve::Stepped {
            factors: vec![1.0, 4.0, 2.0],
            every_s,
        };
        let ramp = |from, to, end_s| Curve::Ramp {
            from,
            to,
            start_s: 0.0,
            end_s,
        };
        let spike = |factor, start_s| Curve::Spike {
            factor,
            start_s,
            length_s: 1_000.0,
        };
        let day = |period_s| Curve::Diurnal {
            depth: 0.5,
            period_s,
        };
        for played in [
            Curve::Steady,
            stepped(30.0),
            ramp(1.0, 3.0, 35.0),
            ramp(3.0, 1.0, 900.0),
            spike(5.0, 20.0),
            spike(0.5, 500.0),
            day(120.0),
        ] {
            assert_eq!(searched(played.clone()), played);
        }
        for (late, factor) in [
            (stepped(60.0), 4.0),
            (ramp(1.0, 3.0, 600.0), 3.0),
            (spike(5.0, 60.0), 5.0),
            (day(86_400.0), 1.5),
        ] {
            let stays = Curve::Stepped {
                factors: vec![factor],
                every_s: 1.0,
            };
            assert_eq!(searched(late), stays);
        }
    }
}
