//! Two designs face the same conditions, whatever their parts are called, and when they are in service.

use headroom_engine::lab::{Comparison, Load, Objective, Stretch, Window, facing, measure};
use headroom_scenario::{Action, RATE_MIN_RPS};

use crate::designs::*;

const SHORT: Window = Window {
    warmup_s: 2.0,
    duration_s: 15.0,
};

#[test]
fn a_tier_of_another_name_is_killed_as_well_and_equal_designs_stay_equal() {
    let original = step("load-balancer");
    for (id, new) in [("web", "app"), ("users", "people"), ("lb", "proxy")] {
        let other = renamed(step("load-balancer"), id, new);
        let mut without_script = other.clone();
        without_script.script.clear();
        let (other, original) = (valid(without_script), valid(original.clone()));
        let faced = facing(&other, &original).expect("the same traffic");
        assert_eq!(faced.left_out, []);
        assert_eq!(faced.scenario.script, original.script);
        let comparison = Comparison::new(&other, &original, Stretch::AsAsked(SHORT))
            .expect("they can be compared");
        let (before, after) = compared(comparison);
        assert_eq!(before.digest, after.digest, "{id} is called {new}");
        assert!(before.components.contains_key(new), "under its own name");
        assert_eq!(before.components[new].load, after.components[id].load);
    }
}

#[test]
fn users_of_another_name_come_at_the_same_moments() {
    let arrivals = |scenario| {
        let report = measure(&valid(scenario), SHORT);
        (report.digest, report.requests)
    };
    let original = arrivals(step("one-server"));
    assert_eq!(
        arrivals(renamed(step("one-server"), "users", "clients")),
        original
    );
}

#[test]
fn what_a_design_cannot_follow_is_told() {
    let mut conditions = step("load-balancer");
    let kill = Action::Kill {
        component: "lb".into(),
        instance: 0,
    };
    conditions.script[0].action = kill;
    let conditions = valid(conditions);
    let faced = facing(&valid(step("bigger-server")), &conditions).expect("the same traffic");
    let told: Vec<String> = faced
        .left_out
        .iter()
        .map(|left_out| left_out.sentence(&conditions.design))
        .collect();
    // What is wrong alone: the action was meant for the other design, where nothing is to be mended.
    assert_eq!(
        told,
        ["at 10 s, kill Load balancer: there is no component “lb”"]
    );
}

#[test]
fn a_server_that_joins_takes_the_sessions_of_users_who_have_one() {
    let at = |name: &str| {
        let mut scenario = step("hash-ring");
        scenario.design = step(name).design;
        scenario.traffic.rate_rps = 300.0;
        valid(scenario)
    };
    let (modulo, ring) = (at("sticky-sessions"), at("hash-ring"));
    let window = Window {
        warmup_s: 5.0,
        duration_s: 20.0,
    };
    let stretch = Stretch::AsAsked(window);
    let in_service = Comparison::new(&modulo, &ring, stretch).expect("the same traffic");
    let (before, after) = compared(in_service);
    let (lost, lost_by_ring) = (before.sessions_lost_share(), after.sessions_lost_share());
    assert!(lost > 0.15, "{lost}");
    assert!(lost_by_ring < 0.5 * lost, "{lost_by_ring} of {lost}");
}

#[test]
fn a_ring_pays_off_at_any_load_however_long_it_is_looked_at() {
    let (before, after) = (valid(step("sticky-sessions")), valid(step("hash-ring")));
    for duration_s in [45.0, 60.0, 120.0] {
        let window = Window {
            warmup_s: 5.0,
            duration_s,
        };
        let payoff = payoff(&before, &after, window);
        assert_eq!(payoff.load, Some(Load::RateRps(RATE_MIN_RPS)));
        let breaks = payoff.before.breaks.expect("the modulo breaks").broken;
        assert_eq!(breaks[0].objective, Objective::SessionsLostShare);
    }
}

#[test]
fn designs_that_are_compared_are_in_service() {
    let scenario = |script_from_s: f64| {
        let mut scenario = step("sticky-sessions");
        scenario.script = step("hash-ring").script;
        for timed in &mut scenario.script {
            timed.at_ns += (script_from_s * 1e9) as u64;
        }
        scenario.traffic.rate_rps = 300.0;
        valid(scenario)
    };
    let soon = scenario(0.0);
    let stretch = Stretch::AsAsked(Window {
        warmup_s: 0.0,
        duration_s: 60.0,
    });
    let comparison = Comparison::new(&soon, &soon, stretch).expect("the same traffic");
    let lost = compared(comparison).0.sessions_lost_share();
    let ten_minutes_later = Window {
        warmup_s: 600.0,
        duration_s: 60.0,
    };
    let expected = measure(&scenario(600.0), ten_minutes_later).sessions_lost_share();
    assert!((lost - expected).abs() < 0.05, "{lost}, and {expected}");
}
