//! What never ends counts, and nothing is no figure.

use headroom_engine::lab::{Objective, Verdict, Window, measure};
use headroom_scenario::{
    Action, Class, Curve, Distribution, LoopModel, Scenario, Service, Size, TimedAction,
};

use crate::designs::*;

/// Five in a hundred take ten minutes, the rest a millisecond; hardly anyone comes for the first seconds.
fn hanging(seed: u64) -> Scenario {
    let service = Service {
        size: Size::Xlarge24,
        workers: 1_024,
        service_time_ms: 600.0,
        distribution: Distribution::Constant,
        ..one_worker()
    };
    let class = |id: &str, weight, work| Class {
        id: id.into(),
        weight,
        work,
        ..Class::default()
    };
    let mut scenario = alone(LoopModel::Open, service);
    scenario.seed = seed;
    scenario.traffic.rate_rps = 1_000.0;
    scenario.traffic.curve = Curve::Stepped {
        factors: vec![0.001, 1.0],
        every_s: 6.0,
    };
    scenario.traffic.classes = vec![class("quick", 95.0, 0.001), class("hangs", 5.0, 1_000.0)];
    scenario
}

#[test]
fn what_never_ends_breaks_the_objective_of_latency_whenever_the_measurement_began() {
    for seed in 1..=6 {
        for warmup_s in [0.0, 5.0, 30.0] {
            let scenario = valid(hanging(seed));
            let window = Window {
                warmup_s,
                duration_s: 60.0,
            };
            let report = measure(&scenario, window);
            let overdue = report.requests.overdue as f64 / report.requests.arrived as f64;
            assert!((0.03..0.08).contains(&overdue), "{overdue} overdue");
            assert!(report.latency_ms.p99 < 2.0, "those answered were quick");
            let broken = Verdict::of(&report, &scenario.objectives).broken;
            let latency = broken
                .iter()
                .find(|breach| breach.objective == Objective::LatencyP99Ms);
            let found = latency.and_then(|breach| breach.found).unwrap_or_default();
            assert!(found > 10_000.0, "seed {seed}, {warmup_s} s: {broken:?}");
        }
    }
}

#[test]
fn a_few_who_hang_break_nothing() {
    let mut scenario = hanging(1);
    scenario.traffic.classes[1].weight = 0.5;
    let report = measure(&valid(scenario.clone()), Window::default());
    assert!(report.requests.overdue > 100);
    assert!(Verdict::of(&report, &scenario.objectives).holds());
}

#[test]
fn where_all_fail_no_latency_is_known_and_none_holds() {
    let mut scenario = alone(LoopModel::Open, one_worker());
    let action = Action::Kill {
        component: "web".into(),
        instance: 0,
    };
    scenario.script = vec![TimedAction { at_ns: 0, action }];
    scenario.objectives.failed_share = 1.0;
    let report = measure(&valid(scenario.clone()), Window::default());
    assert_eq!(report.requests.completed, 0);
    assert!(report.requests.failed_total() > 1_000);
    let figures = serde_json::to_value(&report).expect("a report is JSON");
    for key in [
        "mean",
        "p50",
        "p95",
        "p99",
        "p999",
        "max",
        "p99_with_overdue",
    ] {
        assert!(figures["latency_ms"][key].is_null(), "{key}");
    }
    let [breach] = Verdict::of(&report, &scenario.objectives).broken[..] else {
        panic!("the objective of latency alone")
    };
    assert_eq!(
        (breach.objective, breach.found),
        (Objective::LatencyP99Ms, None)
    );
}

#[test]
fn who_was_stuck_before_the_measurement_began_is_not_held_against_it() {
    for (hangs_at_s, is_before) in [(0, true), (61, false)] {
        let mut scenario = with_script(balanced(), &[(hangs_at_s, hang("web", 0))]);
        scenario.traffic.rate_rps = 40.0;
        let window = Window {
            warmup_s: 60.0,
            duration_s: 60.0,
        };
        let report = measure(&valid(scenario.clone()), window);
        let requests = &report.requests;
        assert!(100 * requests.in_flight > requests.arrived, "{requests:?}");
        assert_eq!(requests.overdue == 0, is_before, "{requests:?}");
        let holds = Verdict::of(&report, &scenario.objectives).holds();
        assert_eq!(holds, is_before, "hangs at {hangs_at_s} s");
    }
}

#[test]
fn where_all_were_stuck_before_the_measurement_began_none_holds() {
    let closed = LoopModel::Closed {
        users: 20,
        think_time_ms: 10.0,
    };
    let scenario = with_script(alone(closed, one_worker()), &[(1, hang("web", 0))]);
    let report = measure(&valid(scenario.clone()), Window::default());
    assert_eq!(
        (report.requests.carried_in, report.requests.arrived),
        (20, 0)
    );
    let broken = Verdict::of(&report, &scenario.objectives).broken;
    let broken = broken.iter().map(|breach| (breach.objective, breach.found));
    assert!(broken.eq([(Objective::LatencyP99Ms, None)]));
}

#[test]
fn what_piles_up_is_seen_where_nobody_was_in_flight_when_the_measurement_began() {
    // Nobody comes for six seconds, and then twice as many as are served: an answer within a minute is soon enough.
    let mut night = alone(LoopModel::Open, one_worker());
    night.traffic.rate_rps = 200.0;
    night.traffic.curve = Curve::Stepped {
        factors: vec![0.0, 1.0],
        every_s: 6.0,
    };
    night.objectives.latency_p99_ms = 60_000.0;
    let mut patient = hanging(1);
    patient.objectives.latency_p99_ms = 100_000.0;
    for scenario in [&night, &patient] {
        for warmup_s in [0.0, 5.0] {
            let window = Window {
                warmup_s,
                duration_s: 60.0,
            };
            let report = measure(&valid(scenario.clone()), window);
            let broken = Verdict::of(&report, &scenario.objectives).broken;
            let broken = broken.iter().map(|breach| breach.objective);
            assert!(broken.eq([Objective::BacklogShare]), "{report:?}");
        }
    }
    let load = capacity(&valid(night.clone())).load.amount();
    assert!((90.0..105.0).contains(&load), "{load} of 100");
    // Half as many are served, with and without a warm-up.
    night.traffic.rate_rps = 50.0;
    let report = measure(&valid(night.clone()), Window::default());
    assert!(Verdict::of(&report, &night.objectives).holds());
}
