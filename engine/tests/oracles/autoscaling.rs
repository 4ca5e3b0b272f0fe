//! The autoscaler against what Kubernetes publishes of its own: the examples of its documentation, and
//! the tests of its controller.

use headroom_engine::autoscaler::{Autoscaler, Look};
use headroom_engine::time::NS_PER_S;
use headroom_scenario::Autoscaling;

use crate::data::figures;

fn numbers(row: &serde_json::Value) -> Vec<f64> {
    let row = row.as_array().expect("a list of numbers");
    row.iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn as_many_are_recommended_as_kubernetes_would() {
    let rows = &figures("autoscaling")["replicas, usage, target, desired"];
    for row in rows.as_array().unwrap() {
        let [ready, usage, target, desired] = numbers(row)[..] else {
            panic!("{row} has four numbers");
        };
        let parameters = Autoscaling {
            target_utilisation: target,
            ..Autoscaling::default()
        };
        let look = Look {
            ready: ready as u16,
            starting: 0,
            utilisation: usage,
        };
        let recommended = Autoscaler::new(&parameters, 0, ready as u16).recommend(look);
        println!("{ready} servers, {usage} of {target}: {recommended}");
        assert_eq!(f64::from(recommended), desired, "{row}");
    }
}

#[test]
fn the_highest_recommendation_of_the_window_counts() {
    let figures = &figures("autoscaling")["stabilisation, window of ten"];
    let number = |name: &str| figures[name].as_u64().unwrap() as u16;
    // Ten looks fit the window.
    let parameters = Autoscaling {
        interval_s: 30.0,
        scale_in_window_s: 300.0,
        ..Autoscaling::default()
    };
    let mut autoscaler = Autoscaler::new(&parameters, 0, number("current"));
    let recommended = numbers(&figures["recommended"]);
    assert_eq!(recommended.len(), 10);
    let mut now_ns = 0;
    let mut decide = |recommended: u16| {
        now_ns += 30 * NS_PER_S;
        let desired = autoscaler.decide(now_ns, recommended);
        println!("{recommended} recommended: {desired}");
        desired
    };
    for recommended in recommended {
        assert_eq!(decide(recommended as u16), number("stays"));
    }
    assert_eq!(decide(7), number("then 7 arrives"));
}

fn recommended(desired: u16, ready: u16, starting: u16, percent: u16) -> u16 {
    let parameters = Autoscaling {
        target_utilisation: 60.0,
        ..Autoscaling::default()
    };
    let look = Look {
        ready,
        starting,
        utilisation: f64::from(percent),
    };
    Autoscaler::new(&parameters, 0, desired).recommend(look)
}

#[test]
fn who_starts_counts_as_idle_when_more_are_asked_for() {
    // Three at 84 % need 4.2 servers: two that start are enough, one is not.
    assert_eq!(recommended(3, 3, 0, 84), 5);
    assert_eq!(recommended(5, 3, 2, 84), 5);
    assert_eq!(recommended(4, 3, 1, 84), 4, "1.05 times the target");
    assert_eq!(recommended(4, 3, 1, 100), 5);
    // The direction would turn: three at 70 % and four idle are at 30 %.
    assert_eq!(recommended(7, 3, 4, 70), 7);
    // When fewer are asked for, those that start do not count.
    assert_eq!(recommended(7, 3, 4, 30), 2);
    assert_eq!(recommended(3, 0, 3, 0), 3, "nobody was looked at");
}

#[test]
fn nothing_changes_within_the_tolerance() {
    for (percent, desired) in [(53, 9), (54, 10), (60, 10), (66, 10), (67, 12)] {
        assert_eq!(recommended(10, 10, 0, percent), desired, "{percent} %");
    }
}

#[test]
fn a_decision_stays_within_the_bounds_and_up_is_at_once() {
    let parameters = Autoscaling {
        instances_min: 2,
        instances_max: 6,
        ..Autoscaling::default()
    };
    let mut autoscaler = Autoscaler::new(&parameters, 0, 3);
    assert_eq!(autoscaler.decide(1, 9), 6);
    assert_eq!(autoscaler.decide(2, 5), 6);
    let after_all = 301 * NS_PER_S;
    assert_eq!(autoscaler.decide(after_all, 1), 2);
    let at_once = Autoscaling {
        scale_in_window_s: 0.0,
        ..parameters
    };
    autoscaler.configure(&at_once);
    assert_eq!(autoscaler.decide(after_all + 1, 4), 4);
    assert_eq!(autoscaler.decide(after_all + 2, 3), 3);
}

#[test]
fn an_error_of_rounding_is_no_server() {
    let exact = Autoscaling {
        target_utilisation: 0.7,
        tolerance: 0.0,
        instances_max: 100,
        ..Autoscaling::default()
    };
    for servers in 1..=100 {
        let look = Look {
            ready: servers,
            starting: 0,
            utilisation: 0.7,
        };
        let recommended = Autoscaler::new(&exact, 0, servers).recommend(look);
        assert_eq!(recommended, servers);
    }
    // 42 of 60 are busy.
    let look = Look {
        ready: 60,
        starting: 0,
        utilisation: 42.0 / 60.0,
    };
    assert_eq!(Autoscaler::new(&exact, 0, 60).recommend(look), 60);
}

/// As the documentation of Kubernetes has it under "Default behavior": four more, or twice as many,
/// whichever is more, in 15 s.
#[test]
fn servers_double_or_four_are_added_in_a_period() {
    let most = |autoscaling: Autoscaling, looks: &[(u64, u16)]| -> Vec<u16> {
        let mut autoscaler = Autoscaler::new(&autoscaling, 0, 1);
        let decide = |&(at_s, wanted): &(u64, u16)| autoscaler.decide(at_s * NS_PER_S, wanted);
        looks.iter().map(decide).collect()
    };
    let wide = Autoscaling {
        instances_max: 100,
        ..Autoscaling::default()
    };
    let every_15_s = [(15, 90), (30, 90), (45, 90), (60, 90), (75, 90)];
    assert_eq!(most(wide.clone(), &every_15_s), [5, 10, 20, 40, 80]);
    // Within one period the limit is that of its start, less what was removed since.
    assert_eq!(
        most(wide.clone(), &[(15, 3), (20, 90), (29, 90), (31, 90)]),
        [3, 5, 5, 7]
    );
    let gentle = Autoscaling {
        scale_out_share: 0.0,
        scale_out_servers: 1,
        scale_out_period_s: 60.0,
        ..wide
    };
    assert_eq!(most(gentle, &every_15_s), [2, 2, 2, 2, 3]);
}
