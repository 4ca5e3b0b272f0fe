//! Health checks, fail-over, retries, standby, stickiness.

use headroom_engine::snapshot::InstanceState;
use headroom_scenario::{
    Action, Algorithm, HashFunction, HealthCheck, Kind, LoadBalancer, Scenario,
};

use crate::design::*;

fn behind(balancer: LoadBalancer, rate_rps: f64, servers_count: u16) -> Scenario {
    let kinds = vec![
        ("lb", Kind::LoadBalancer(balancer)),
        ("web", Kind::Service(servers(servers_count))),
    ];
    chain(traffic(rate_rps, compute()), 0.1, kinds)
}

fn checked(interval_ms: f64, rise: u8, fall: u8) -> LoadBalancer {
    let health_check = Some(HealthCheck {
        interval_ms,
        timeout_ms: 100.0,
        rise,
        fall,
    });
    LoadBalancer {
        health_check,
        ..LoadBalancer::default()
    }
}

#[test]
fn without_checks_a_dead_server_keeps_its_share() {
    let mut scenario = behind(blind_balancer(), 300.0, 3);
    scenario.script = vec![at_s(10.0, kill("web", 1))];
    let report = stretch(&mut engine(scenario), 11.0, 41.0);
    let refused = failed(&report, "connection_refused") as f64;
    near(
        "share refused",
        refused / report.requests.arrived as f64,
        1.0 / 3.0,
        0.005,
    );
}

#[test]
fn checks_take_a_dead_server_out_and_put_it_back() {
    let mut scenario = behind(checked(1_000.0, 2, 3), 300.0, 3);
    scenario.script = vec![at_s(10.0, kill("web", 1)), at_s(30.0, repair("web", 1))];
    let mut engine = engine(scenario);
    let during = stretch(&mut engine, 14.0, 30.0);
    assert_eq!(
        during.requests.failed.len(),
        0,
        "{:?}",
        during.requests.failed
    );
    assert_eq!(part(&during, "web").instances[1].load.throughput_rps, 0.0);
    let after = stretch(&mut engine, 33.0, 43.0);
    near(
        "share of web/2",
        part(&after, "web").instances[1].load.throughput_rps,
        100.0,
        10.0,
    );
    // Three failed checks a second apart, the first within a second of the death.
    let out_s = mark_s(&engine, "web/2 out");
    assert!((12.0..=13.01).contains(&out_s), "out at {out_s} s");
    let back_s = mark_s(&engine, "web/2 in");
    assert!((31.0..=32.01).contains(&back_s), "back at {back_s} s");
}

fn mark_s(engine: &headroom_engine::Engine, words: &str) -> f64 {
    let marks = engine.marks_since(0);
    let mark = marks.iter().find(|mark| mark.words.starts_with(words));
    mark.unwrap_or_else(|| panic!("no mark {words:?} in {marks:#?}"))
        .at_ns as f64
        / 1e9
}

#[test]
fn another_try_hides_a_refused_connection() {
    let mut balancer = blind_balancer();
    balancer.retries = 1;
    let mut scenario = behind(balancer, 300.0, 3);
    scenario.script = vec![at_s(10.0, kill("web", 1))];
    let report = stretch(&mut engine(scenario), 11.0, 31.0);
    assert_eq!(
        report.requests.failed.len(),
        0,
        "{:?}",
        report.requests.failed
    );
    near(
        "served",
        report.requests.completed as f64,
        report.requests.arrived as f64,
        20.0,
    );
}

#[test]
fn a_standby_takes_over_and_a_lone_balancer_does_not() {
    for (standby, failing_s) in [(true, 2.0), (false, 20.0)] {
        let balancer = LoadBalancer {
            standby,
            takeover_ms: 2_000.0,
            ..blind_balancer()
        };
        let mut scenario = behind(balancer, 200.0, 2);
        scenario.script = vec![at_s(10.0, kill("lb", 0))];
        let report = report(scenario, 30.0);
        let refused = failed(&report, "connection_refused") as f64;
        near(
            "refused",
            refused,
            200.0 * failing_s,
            5.0 * (200.0 * failing_s).sqrt(),
        );
    }
}

#[test]
fn all_servers_out_leaves_no_healthy_instance() {
    let mut scenario = behind(checked(500.0, 1, 1), 100.0, 2);
    scenario.script = vec![at_s(5.0, kill("web", 0)), at_s(5.0, kill("web", 1))];
    let report = stretch(&mut engine(scenario), 7.0, 17.0);
    assert_eq!(
        failed(&report, "no_healthy_instance"),
        report.requests.arrived
    );
}

#[test]
fn what_a_dead_server_held_is_reset() {
    let mut balancer = blind_balancer();
    balancer.algorithm = Algorithm::RoundRobin;
    let mut scenario = behind(balancer, 700.0, 1);
    scenario.script = vec![at_s(5.0, kill("web", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 4.999_999);
    let inside = engine.snapshot().components[2].in_flight;
    assert!(inside > 0, "a server at 88 % is not empty");
    run_to(&mut engine, 5.1);
    let report = engine.report();
    assert_eq!(failed(&report, "connection_reset"), inside);
}

#[test]
fn a_sticky_user_stays_with_the_server_that_answered_first() {
    for (sticky, lost_least, lost_most) in [(true, 0.0, 0.0), (false, 0.5, 0.75)] {
        let balancer = LoadBalancer {
            sticky,
            ..blind_balancer()
        };
        let mut scenario = behind(balancer, 300.0, 3);
        if let Kind::Service(service) = &mut scenario.design.components[2].kind {
            service.sessions = headroom_scenario::SessionStore::Server;
        }
        let report = stretch(&mut engine(scenario), 20.0, 40.0);
        let lost = part(&report, "web").extra["sessions_lost"] / report.requests.arrived as f64;
        assert!(
            (lost_least..=lost_most).contains(&lost),
            "sticky {sticky}: {lost} lost"
        );
    }
}

#[test]
fn a_new_server_boots_proves_its_health_and_takes_its_share() {
    let mut scenario = behind(checked(1_000.0, 2, 2), 400.0, 3);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.boot_s = 5.0;
    }
    scenario.script = vec![at_s(
        10.0,
        Action::AddInstance {
            component: "web".into(),
        },
    )];
    let mut engine = engine(scenario);
    run_to(&mut engine, 14.9);
    let newcomer = engine.snapshot().components[2].instances[3].clone();
    assert_eq!(
        (newcomer.state, newcomer.in_rotation),
        (InstanceState::Booting, false)
    );
    let report = stretch(&mut engine, 18.0, 38.0);
    near(
        "share of web/4",
        part(&report, "web").instances[3].load.throughput_rps,
        100.0,
        8.0,
    );
    assert_eq!(report.requests.failed.len(), 0);
}

#[test]
fn a_server_taken_out_finishes_what_it_has() {
    let mut scenario = behind(blind_balancer(), 1_500.0, 3);
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 0,
    };
    scenario.script = vec![at_s(10.0, remove)];
    let mut engine = engine(scenario);
    run_to(&mut engine, 10.001);
    assert_eq!(
        engine.snapshot().components[2].instances[0].state,
        InstanceState::Draining
    );
    run_to(&mut engine, 20.0);
    assert_eq!(
        engine.snapshot().components[2].instances[0].state,
        InstanceState::Gone
    );
    assert_eq!(engine.report().requests.failed.len(), 0);
}

#[test]
fn a_ring_is_as_even_as_its_hash_function() {
    let unevenness = |hash_function| {
        let balancer = LoadBalancer {
            algorithm: Algorithm::ConsistentHash,
            hash_function,
            ..blind_balancer()
        };
        let report = report(behind(balancer, 400.0, 4), 30.0);
        let rates = part(&report, "web").instances.iter();
        let shares = rates.map(|server| server.load.throughput_rps / 400.0);
        shares.fold(0.0, f64::max) * 4.0
    };
    let even = unevenness(HashFunction::Murmur3);
    assert!(even < 1.3, "{even}");
    let clustered = unevenness(HashFunction::Fnv1a);
    assert!(clustered > 1.5, "{clustered}");
}

#[test]
fn the_ring_shown_is_the_ring_that_routes_weights_included() {
    let balancer = LoadBalancer {
        algorithm: Algorithm::ConsistentHash,
        weights: vec![1, 3],
        ..blind_balancer()
    };
    let mut engine = engine(behind(balancer, 400.0, 2));
    let report = stretch(&mut engine, 1.0, 61.0);
    let ring = engine.ring(1).expect("a balancer has a ring");
    assert_eq!(ring.ideal_shares, [0.25, 0.75]);
    let routed = |server: usize| {
        let web = &report.components["web"];
        web.instances[server].load.throughput_rps / web.load.throughput_rps
    };
    for server in 0..2 {
        near(
            "share of the ring",
            ring.shares[server],
            ring.ideal_shares[server],
            0.05,
        );
        near(
            "share of requests",
            routed(server),
            ring.shares[server],
            0.02,
        );
    }
}
