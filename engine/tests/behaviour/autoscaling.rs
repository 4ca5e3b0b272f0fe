//! Autoscaling: the number of servers follows the load, and what delays it.

use headroom_engine::Engine;
use headroom_engine::snapshot::{InstanceState, KindGauge};
use headroom_scenario::{
    Action, Algorithm, Autoscaling, Curve, HealthCheck, Kind, LoadBalancer, Scenario, Service,
};

use crate::design::*;

/// Requests a second that keep one server of eight workers and 10 ms busy to 60 %.
const AT_TARGET_RPS: f64 = 480.0;

/// A look every 5 s, to 60 %, between one server and ten; back after 20 s.
fn scaling() -> Autoscaling {
    Autoscaling {
        interval_s: 5.0,
        scale_in_window_s: 20.0,
        ..Autoscaling::default()
    }
}

/// The same, up to so many servers.
fn scaling_to(instances_max: u16) -> Autoscaling {
    Autoscaling {
        instances_max,
        ..scaling()
    }
}

/// Servers that boot in 2 s, at what keeps so many of them busy to the target.
fn scaled(instances: u16, autoscaling: Autoscaling, load: f64) -> Scenario {
    behind(blind_balancer(), instances, autoscaling, load)
}

fn behind(balancer: LoadBalancer, instances: u16, autoscaling: Autoscaling, load: f64) -> Scenario {
    let kinds = vec![
        ("lb", Kind::LoadBalancer(balancer)),
        ("web", Kind::Service(web(instances, Some(autoscaling)))),
    ];
    chain(traffic(load * AT_TARGET_RPS, compute()), 0.0, kinds)
}

fn web(instances: u16, autoscaling: Option<Autoscaling>) -> Service {
    Service {
        boot_s: 2.0,
        queue_limit: 100_000,
        autoscaling,
        ..servers(instances)
    }
}

fn stepped(scenario: Scenario, factors: &[f64], every_s: f64) -> Scenario {
    let mut scenario = scenario;
    let factors = factors.to_vec();
    scenario.traffic.curve = Curve::Stepped { factors, every_s };
    scenario
}

fn states(engine: &Engine) -> Vec<InstanceState> {
    let servers = &engine.snapshot().components[2].instances;
    servers.iter().map(|server| server.state).collect()
}

fn count(engine: &Engine, state: InstanceState) -> usize {
    let states = states(engine);
    states.iter().filter(|other| **other == state).count()
}

fn up(engine: &Engine) -> usize {
    count(engine, InstanceState::Up)
}

fn up_at(engine: &mut Engine, seconds: f64) -> usize {
    run_to(engine, seconds);
    up(engine)
}

fn marks(engine: &Engine, words: &str) -> usize {
    let marks = engine.marks_since(0);
    let marks = marks.iter();
    marks.filter(|mark| mark.words.contains(words)).count()
}

fn configured(autoscaling: Option<Autoscaling>) -> Action {
    Action::Configure {
        component: "web".into(),
        kind: Kind::Service(web(3, autoscaling)),
    }
}

#[test]
fn servers_follow_a_stepped_load_and_hold_the_target() {
    let loads = [0.95, 2.8, 4.8, 1.9];
    let mut engine = engine(stepped(scaled(1, scaling(), 1.0), &loads, 100.0));
    for (step, load) in loads.into_iter().enumerate() {
        let end_s = 100.0 * (step + 1) as f64;
        let report = stretch(&mut engine, end_s - 20.0, end_s);
        assert_eq!(up(&engine), load.ceil() as usize, "at {load}");
        let utilisation = part(&report, "web").load.utilisation;
        near("busy", utilisation, 0.6 * load / load.ceil(), 0.02);
        near("busy, within the tolerance", utilisation, 0.6, 0.06);
        let servers = part(&report, "web").extra["servers_mean"];
        near("mean of servers", servers, load.ceil(), 1e-9);
    }
    assert!(marks(&engine, "web scales out") >= 2);
    assert!(marks(&engine, "web scales in") >= 1);
    let bins = engine.bins_since(0);
    let servers = |second: usize| bins[second].components[2].servers;
    assert_eq!([servers(0), servers(199), servers(399)], [1.0, 3.0, 2.0]);
}

#[test]
fn a_decision_is_told_with_its_reason() {
    let mut engine = engine(scaled(3, scaling(), 4.2));
    let report = stretch(&mut engine, 0.0, 5.0);
    let busy = (part(&report, "web").load.utilisation * 100.0).round();
    near("busy", busy, 84.0, 1.0);
    let told = engine.marks_since(0);
    let words: Vec<&str> = told.iter().map(|mark| mark.words.as_str()).collect();
    let expected = format!("web scales out 3 → 5: {busy} % busy, target 60 %");
    assert_eq!(words, [expected.as_str()]);
    assert_eq!(states(&engine)[3..], [InstanceState::Booting; 2]);
    run_to(&mut engine, 7.0);
    assert_eq!(states(&engine)[3..], [InstanceState::Up; 2]);
    assert_eq!(marks(&engine, "has booted"), 0, "it was told already");
}

#[test]
fn nothing_changes_inside_the_tolerance() {
    for (tolerance, expected) in [(0.1, 3), (0.02, 4)] {
        let autoscaling = Autoscaling {
            tolerance,
            ..scaling()
        };
        let mut engine = engine(scaled(3, autoscaling, 3.15));
        assert_eq!(up_at(&mut engine, 60.0), expected);
        assert_eq!(marks(&engine, "scales"), expected - 3);
    }
}

#[test]
fn servers_that_boot_are_no_help_yet_and_are_not_asked_for_twice() {
    for boot_s in [1.0, 40.0] {
        let mut scenario = scaled(3, scaling(), 4.2);
        let Kind::Service(web) = &mut scenario.design.components[2].kind else {
            panic!("it is a service");
        };
        web.boot_s = boot_s;
        let mut engine = engine(scenario);
        assert_eq!(up_at(&mut engine, 5.0 + boot_s - 0.1), 3);
        assert_eq!(states(&engine).len(), 5);
        assert_eq!(up_at(&mut engine, 5.0 + boot_s), 5);
        assert_eq!(up_at(&mut engine, 60.0), 5);
        assert_eq!(marks(&engine, "scales out"), 1);
    }
}

#[test]
fn servers_that_boot_at_once_count_at_the_very_next_look() {
    let steps = |boot_s: f64| {
        let mut scenario = scaled(1, scaling_to(40), 20.0);
        let Kind::Service(web) = &mut scenario.design.components[2].kind else {
            panic!("it is a service");
        };
        web.boot_s = boot_s;
        let mut engine = engine(scenario);
        [6.0, 11.0, 16.0].map(|seconds| up_at(&mut engine, seconds))
    };
    // All are busy to the full at each look, and so two thirds more are asked for; four more are allowed.
    assert_eq!(steps(0.0), [2, 4, 5]);
    // One that has served for a part of the interval is no help yet.
    assert_eq!(steps(0.5), [2, 2, 4]);
}

#[test]
fn servers_go_only_when_fewer_were_right_for_a_whole_window() {
    // The load falls at 60 s: the look then still finds three right.
    for (scale_in_window_s, gone_s) in [(0.0, 65.0), (20.0, 80.0), (60.0, 120.0)] {
        let autoscaling = Autoscaling {
            scale_in_window_s,
            ..scaling()
        };
        let mut engine = engine(stepped(scaled(3, autoscaling, 1.0), &[2.8, 0.9], 60.0));
        assert_eq!(up_at(&mut engine, gone_s - 0.1), 3);
        assert_eq!(up_at(&mut engine, gone_s + 0.1), 1, "{scale_in_window_s} s");
        assert_eq!(states(&engine)[0], InstanceState::Up, "the first stays");
        assert_eq!(marks(&engine, "web scales in 3 → 1"), 1);
    }
}

#[test]
fn there_are_never_fewer_nor_more_than_allowed() {
    let within = Autoscaling {
        instances_min: 2,
        instances_max: 4,
        ..scaling()
    };
    for (instances, load, expected) in [(3, 9.0, 4), (3, 0.1, 2), (1, 0.9, 2), (6, 3.8, 4)] {
        let mut engine = engine(scaled(instances, within.clone(), load));
        assert_eq!(up_at(&mut engine, 60.0), expected, "{load}");
        assert_eq!(marks(&engine, "scales"), 1);
        let is_outside = !(2..=4).contains(&instances);
        assert_eq!(
            marks(&engine, "2 to 4 are allowed"),
            usize::from(is_outside)
        );
    }
}

#[test]
fn a_killed_server_is_made_up_for() {
    let mut scenario = scaled(3, scaling(), 2.8);
    scenario.script = vec![at_s(12.0, kill("web", 1)), at_s(31.0, kill("web", 0))];
    scenario.script.push(at_s(33.0, repair("web", 0)));
    let mut engine = engine(scenario);
    run_to(&mut engine, 14.9);
    assert_eq!(states(&engine)[1], InstanceState::Down);
    run_to(&mut engine, 15.0);
    assert_eq!(marks(&engine, "web/2 is dead: taken out"), 1);
    assert_eq!(states(&engine)[1], InstanceState::Booting, "in its place");
    assert_eq!(up_at(&mut engine, 17.0), 3);
    // Who works again before the next look stays.
    assert_eq!(up_at(&mut engine, 50.0), 3);
    assert_eq!(marks(&engine, "taken out"), 1);
    assert_eq!(states(&engine).len(), 3);
}

#[test]
fn nothing_is_lost_where_all_servers_die() {
    let mut scenario = scaled(2, scaling(), 1.9);
    scenario.script = vec![at_s(11.0, kill("web", 0)), at_s(12.0, kill("web", 1))];
    let mut engine = engine(scenario);
    assert_eq!(up_at(&mut engine, 14.9), 0);
    assert_eq!(up_at(&mut engine, 17.0), 2);
    let after = stretch(&mut engine, 18.0, 30.0);
    assert_eq!(after.requests.failed.len(), 0);
}

#[test]
fn who_is_added_or_removed_by_hand_is_corrected_later() {
    let add = Action::AddInstance {
        component: "web".into(),
    };
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 0,
    };
    let mut scenario = scaled(3, scaling(), 2.8);
    scenario.script = vec![at_s(21.0, add), at_s(61.0, remove.clone())];
    let mut engine = engine(scenario);
    assert_eq!(up_at(&mut engine, 24.9), 4);
    assert_eq!(up_at(&mut engine, 25.1), 3, "three were right all along");
    assert_eq!(up_at(&mut engine, 61.1), 2);
    assert_eq!(up_at(&mut engine, 75.0), 3);
    assert_eq!(states(&engine)[0], InstanceState::Up, "in its place");
    // One less than would be right, but within the tolerance: nobody starts another.
    let mut scenario = scaled(15, scaling_to(20), 14.7);
    scenario.script = vec![at_s(21.0, remove)];
    let mut engine = self::engine(scenario);
    assert_eq!(up_at(&mut engine, 20.9), 15);
    assert_eq!(up_at(&mut engine, 60.0), 14);
}

#[test]
fn it_can_be_turned_on_changed_and_turned_off_while_it_runs() {
    let mut scenario = scaled(3, scaling(), 5.6);
    scenario.design.components[2].kind = Kind::Service(web(3, None));
    let slower = Autoscaling {
        interval_s: 12.0,
        instances_max: 8,
        ..scaling()
    };
    let narrow = Autoscaling {
        instances_max: 4,
        ..scaling()
    };
    scenario.script = vec![
        at_s(20.0, configured(Some(narrow))),
        at_s(41.0, configured(Some(slower))),
        at_s(70.0, configured(None)),
        at_s(71.0, Action::SetRate { rate_rps: 100.0 }),
    ];
    let mut engine = engine(scenario);
    assert_eq!(up_at(&mut engine, 24.9), 3);
    assert_eq!(up_at(&mut engine, 27.1), 4);
    assert_eq!(up_at(&mut engine, 54.9), 4, "the next look is at 53 s");
    assert!(up_at(&mut engine, 55.1) > 4);
    let left = up_at(&mut engine, 70.0);
    assert_eq!(up_at(&mut engine, 200.0), left);
}

/// A load that rises and falls again and again, before a balancer that checks health.
fn sawtooth(algorithm: Algorithm) -> Scenario {
    let balancer = LoadBalancer {
        algorithm,
        sticky: algorithm == Algorithm::Random,
        health_check: Some(HealthCheck {
            interval_ms: 500.0,
            timeout_ms: 50.0,
            rise: 2,
            fall: 3,
        }),
        ..LoadBalancer::default()
    };
    let gentle = Autoscaling {
        interval_s: 3.0,
        scale_in_window_s: 6.0,
        instances_min: 2,
        instances_max: 7,
        ..Autoscaling::default()
    };
    let scenario = behind(balancer, 3, gentle, 1.0);
    stepped(scenario, &[1.0, 4.0, 0.2, 3.0, 0.5].repeat(3), 25.0)
}

/// Who has been up for two seconds has had its good checks.
#[track_caller]
fn assert_in_rotation(engine: &Engine, were_up: &[InstanceState]) {
    let servers = &engine.snapshot().components[2].instances;
    for (server, before) in servers.iter().zip(were_up) {
        let stays = [server.state, *before] == [InstanceState::Up; 2];
        assert!(!stays || server.in_rotation, "{servers:?}");
    }
}

#[test]
fn servers_come_and_go_behind_every_balancer_and_no_request_fails() {
    for algorithm in Algorithm::ALL {
        let mut engine = engine(sawtooth(algorithm));
        let (mut most, mut were_up) = (0, Vec::new());
        for moment in 1..=180 {
            most = most.max(up_at(&mut engine, 2.0 * f64::from(moment)));
            assert_in_rotation(&engine, &were_up);
            were_up = states(&engine);
        }
        assert!((4..=7).contains(&most), "{algorithm:?}: {most} servers");
        assert!(states(&engine).len() <= 9, "numbers are given again");
        assert!(marks(&engine, "scales in") >= 4, "{algorithm:?}");
        let report = engine.report();
        assert_eq!(report.requests.failed.len(), 0, "{algorithm:?}");
    }
}

/// A server of two is removed just before a look, which starts another in its place at once.
fn replaced(balancer: LoadBalancer, latency_ms: f64) -> Scenario {
    let two = Autoscaling {
        instances_min: 2,
        instances_max: 2,
        ..scaling()
    };
    let mut scenario = behind(balancer, 2, two, 0.1);
    for link in &mut scenario.design.links {
        link.latency_ms = latency_ms;
    }
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 1,
    };
    scenario.script = vec![at_s(14.9, remove)];
    scenario
}

#[test]
fn a_new_server_is_checked_as_often_as_the_one_before() {
    let check = |interval_ms| LoadBalancer {
        health_check: Some(HealthCheck {
            interval_ms,
            timeout_ms: 50.0,
            ..HealthCheck::default()
        }),
        ..LoadBalancer::default()
    };
    // The checks of the one before have ended by then, or go on.
    for interval_ms in [60.0, 4_000.0] {
        let mut engine = engine(replaced(check(interval_ms), 0.0));
        run_to(&mut engine, 14.9);
        assert_eq!(up_at(&mut engine, 20.0), 2);
        let mut checks = 0.0;
        while engine.now().0 < 60_000_000_000 {
            let happening = engine.step().expect("it goes on");
            if happening.sentence.starts_with("A health check sets out") {
                checks += 1.0;
            }
        }
        // Each takes a millisecond of work.
        near("checks", checks, 2.0 * 40_000.0 / (interval_ms + 1.0), 2.0);
    }
}

#[test]
fn answers_of_the_server_before_are_not_counted_as_those_of_the_new_one() {
    let balancer = LoadBalancer {
        algorithm: Algorithm::LeastConnections,
        ..blind_balancer()
    };
    let mut engine = engine(replaced(balancer, 1_500.0));
    for tenth in 145..400 {
        run_to(&mut engine, f64::from(tenth) / 10.0);
        let snapshot = engine.snapshot();
        let KindGauge::LoadBalancer { open, .. } = &snapshot.components[1].kind else {
            panic!("a balancer");
        };
        let open: u64 = open.iter().map(|open| u64::from(*open)).sum();
        assert_eq!(open, snapshot.components[1].in_flight);
    }
    assert_eq!(up(&engine), 2);
}

#[test]
fn who_was_away_since_the_last_look_says_nothing_of_the_load() {
    let at_once = Autoscaling {
        scale_in_window_s: 0.0,
        ..scaling()
    };
    let mut scenario = scaled(3, at_once, 2.8);
    scenario.script = vec![at_s(10.1, kill("web", 1)), at_s(14.8, repair("web", 1))];
    let mut engine = engine(scenario);
    assert_eq!(up_at(&mut engine, 15.1), 3);
    assert_eq!(marks(&engine, "scales"), 0);
}

#[test]
fn it_looks_once_an_interval_however_often_it_was_changed() {
    let mut engine = engine(scaled(3, scaling(), 2.8));
    let slower = Autoscaling {
        interval_s: 8.0,
        ..scaling()
    };
    for (at_s, autoscaling) in [
        (6.0, Some(slower)),
        (7.0, Some(scaling())),
        (8.0, None),
        (9.0, Some(scaling())),
    ] {
        run_to(&mut engine, at_s);
        let action = configured(autoscaling);
        engine.apply(&action).expect("it makes sense");
    }
    let mut looks = Vec::new();
    while engine.now().0 < 30_000_000_000 {
        let happening = engine.step().expect("it goes on");
        if happening.sentence == "The autoscaler of web looks how busy it is." {
            looks.push(happening.at_ns / 1_000_000_000);
        }
    }
    // Those of earlier intervals come to nothing, at 10, 12 and 14 s.
    assert_eq!(looks, [10, 12, 14, 14, 19, 24, 29]);
}

#[test]
fn who_still_boots_goes_first() {
    let at_once = Autoscaling {
        scale_in_window_s: 0.0,
        ..scaling()
    };
    let mut scenario = stepped(scaled(2, at_once, 1.0), &[3.6, 1.0], 14.0);
    let Kind::Service(web) = &mut scenario.design.components[2].kind else {
        panic!("it is a service");
    };
    web.boot_s = 100.0;
    let mut engine = engine(scenario);
    run_to(&mut engine, 14.0);
    assert_eq!(up(&engine), 2);
    assert!(count(&engine, InstanceState::Booting) >= 2);
    run_to(&mut engine, 60.0);
    assert_eq!(states(&engine)[0], InstanceState::Up);
    assert_eq!(count(&engine, InstanceState::Booting), 0);
}

#[test]
fn cookies_of_a_server_that_is_gone_do_not_lead_to_the_next_under_its_number() {
    let sticky = LoadBalancer {
        algorithm: Algorithm::Random,
        sticky: true,
        ..blind_balancer()
    };
    let two = Autoscaling {
        instances_min: 2,
        instances_max: 2,
        ..scaling()
    };
    let mut scenario = behind(sticky, 2, two, 1.0);
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 1,
    };
    let slow_down = Action::SetRate { rate_rps: 10.0 };
    scenario.script = vec![at_s(11.0, slow_down), at_s(11.0, remove)];
    let mut engine = engine(scenario);
    assert_eq!(up_at(&mut engine, 17.1), 2);
    let report = stretch(&mut engine, 17.1, 37.1);
    let [first, second] = [0, 1].map(|server| part(&report, "web").instances[server].load.arrived);
    // Half the users had the other: half of them come to the new one, by chance.
    let share = second as f64 / (first + second) as f64;
    near("share of the new one", share, 0.25, 0.1);
}

#[test]
fn a_deploy_goes_on_beside_it() {
    let mut scenario = sawtooth(Algorithm::LeastConnections);
    let deploy = Action::Deploy {
        component: "web".into(),
        batch: 1,
        pause_s: 0.0,
        drain_s: 30.0,
    };
    scenario.script = vec![at_s(40.0, deploy)];
    let mut engine = engine(scenario);
    for second in 1..=200 {
        run_to(&mut engine, f64::from(second));
    }
    assert_eq!(marks(&engine, "web deployed"), 1);
    assert_eq!(engine.report().requests.failed.len(), 0);
}

#[test]
fn the_same_run_from_a_checkpoint_and_whoever_looks() {
    let mut plain = engine(sawtooth(Algorithm::PowerOfTwoChoices));
    let mut watched = engine(sawtooth(Algorithm::PowerOfTwoChoices));
    for tenth in 1..=400 {
        run_to(&mut watched, f64::from(tenth) * 0.317);
        watched.report();
        watched.snapshot();
        if tenth % 50 == 0 {
            watched.begin_measurement();
        }
    }
    run_to(&mut plain, 61.7);
    let mut checkpoint = plain.clone();
    for run in [&mut plain, &mut checkpoint, &mut watched] {
        run_to(run, 130.0);
    }
    assert!(marks(&plain, "scales") > 3);
    assert_eq!(plain.digest(), checkpoint.digest());
    assert_eq!(plain.digest(), watched.digest());
    assert_eq!(plain.report(), checkpoint.report());
}

#[test]
fn what_is_done_live_is_the_run_of_its_script() {
    let mut scenario = scaled(3, scaling(), 2.8);
    let mut live = engine(scenario.clone());
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 1,
    };
    let add = Action::AddInstance {
        component: "web".into(),
    };
    for (at_s, action) in [
        (7.3, remove.clone()),
        (16.0, kill("web", 2)),
        (40.0, add),
        (45.5, configured(None)),
        (49.0, configured(Some(scaling()))),
        (60.0, remove),
    ] {
        run_to(&mut live, at_s);
        let timed = live.apply(&action).expect("it makes sense");
        scenario.script.push(timed);
    }
    run_to(&mut live, 90.0);
    let mut replayed = engine(scenario);
    run_to(&mut replayed, 90.0);
    assert_eq!(live.digest(), replayed.digest());
}

#[test]
fn a_server_is_started_under_a_number_and_not_with_its_past() {
    let mut scenario = stepped(scaled(3, scaling(), 1.0), &[2.8, 0.9, 2.8], 60.0);
    scenario.traffic.classes = vec![lookup()];
    let Kind::Service(web) = &mut scenario.design.components[2].kind else {
        panic!("it is a service");
    };
    web.local_cache_entries = Some(1_000);
    let slow = Action::Slow {
        component: "web".into(),
        instance: 2,
        factor: 0.9,
    };
    scenario.script = vec![at_s(1.0, slow)];
    let mut engine = engine(scenario);
    run_to(&mut engine, 119.9);
    assert_eq!(states(&engine)[2], InstanceState::Gone);
    run_to(&mut engine, 126.0);
    let again = &engine.snapshot().components[2].instances[2];
    assert_eq!(again.state, InstanceState::Booting);
    assert_eq!((again.entries, again.slow_factor), (0, 1.0));
}
