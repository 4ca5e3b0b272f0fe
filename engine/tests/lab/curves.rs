//! Under a curve the load is the slider's own, wherever it is told, and what holds it holds the curve's top.

use headroom_engine::lab::{Load, Window, settled};
use headroom_scenario::{Curve, LoopModel, Service, ValidScenario};

use crate::designs::*;

/// So many workers of 10 ms under a load that is four times the slider's from some time on.
fn curved(workers: u16, every_s: f64) -> ValidScenario {
    let server = Service {
        workers,
        ..one_worker()
    };
    let mut scenario = alone(LoopModel::Open, server);
    scenario.traffic.rate_rps = 200.0;
    scenario.traffic.curve = Curve::Stepped {
        factors: vec![1.0, 4.0],
        every_s,
    };
    valid(scenario)
}

/// What workers of 10 ms answer at most at factor 1, where four times as much comes.
fn assert_is_a_quarter(load: Load, workers: u16) {
    let most_rps = 100.0 * f64::from(workers) / 4.0;
    let share = load.amount() / most_rps;
    assert!((0.9..1.03).contains(&share), "{load:?} of {most_rps}");
}

#[test]
fn the_design_that_stands_there_takes_its_load_with_its_curve_like_the_script() {
    for every_s in [30.0, 300.0] {
        let scenario = curved(10, every_s);
        let standing = capacity(&settled(&scenario));
        assert_is_a_quarter(standing.load, 10);
        assert_eq!(standing, capacity(&scenario), "every {every_s} s");
        let headroom = standing.headroom(Load::of(&scenario.traffic));
        assert_eq!(headroom.figure(), "takes 1.2 × this load");
    }
}

#[test]
fn what_pays_off_ends_where_the_design_under_the_curve_gives_way() {
    for every_s in [30.0, 300.0] {
        let (before, after) = (curved(5, every_s), curved(10, every_s));
        let from = payoff(&before, &after, Window::default()).load;
        let from = from.expect("twice the workers hold more");
        assert_is_a_quarter(from, 5);
        let to = capacity(&settled(&after)).load;
        assert_is_a_quarter(to, 10);
        assert!(from.amount() < to.amount());
    }
}
