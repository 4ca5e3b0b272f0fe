//! Health checks, fail-over, retries, standby, stickiness.

use headroom_engine::Engine;
use headroom_engine::report::Report;
use headroom_engine::snapshot::InstanceState;
use headroom_scenario::{
    Action, Algorithm, Database, Distribution, HashFunction, HealthCheck, Kind, LoadBalancer,
    Retries, Scenario, SessionStore,
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

fn mark_s(engine: &Engine, words: &str) -> f64 {
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
fn a_sticky_user_stays_with_the_server_that_answered() {
    for (sticky, had_to, lost) in [(true, 0.0, 0.0), (false, 2.0 / 3.0, 1.0)] {
        let balancer = LoadBalancer {
            sticky,
            ..blind_balancer()
        };
        let mut scenario = behind(balancer, 300.0, 3);
        if let Kind::Service(service) = &mut scenario.design.components[2].kind {
            service.sessions = SessionStore::Server;
        }
        scenario.traffic.users = 300;
        let report = stretch(&mut engine(scenario), 20.0, 40.0);
        // Two of three requests land beside their session; after some twenty each, no user has been spared.
        near(
            "requests that had to log in",
            report.login_share(),
            had_to,
            0.02,
        );
        near("sessions lost", report.sessions_lost_share(), lost, 0.02);
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

#[test]
fn the_cookie_is_set_by_the_server_that_answers() {
    let mut balancer = blind_balancer();
    balancer.sticky = true;
    let mut scenario = behind(balancer, 1.0, 2);
    scenario.traffic.users = 1;
    scenario.traffic.client.retries = Retries {
        max: 3,
        backoff_ms: 10.0,
        ..Retries::default()
    };
    scenario.script = vec![at_s(0.0, kill("web", 0))];
    let report = report(scenario, 100.0);
    assert_eq!(report.requests.failed_total(), 0);
    assert_eq!(report.requests.retries, 1, "only the first goes astray");
}

#[test]
fn a_try_elsewhere_moves_the_cookie_and_a_death_of_the_balancer_leaves_it() {
    let mut balancer = blind_balancer();
    balancer.sticky = true;
    balancer.retries = 1;
    let mut scenario = behind(balancer, 300.0, 3);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.sessions = SessionStore::Server;
    }
    scenario.script = vec![
        at_s(20.0, kill("web", 0)),
        at_s(50.0, kill("lb", 0)),
        at_s(51.0, repair("lb", 0)),
    ];
    let mut engine = engine(scenario);
    let after_death = stretch(&mut engine, 20.0, 40.0);
    // A third of a thousand users move, each once, and stay there.
    let moved = part(&after_death, "web").extra["sessions_lost"];
    assert!((300.0..=370.0).contains(&moved), "{moved} moved");
    assert_eq!(after_death.requests.failed_total(), 0);
    let after_repair = stretch(&mut engine, 51.0, 70.0);
    assert_eq!(part(&after_repair, "web").extra["sessions_lost"], 0.0);
}

#[test]
fn after_a_refusal_the_algorithm_chooses_again_among_the_others() {
    for algorithm in Algorithm::ALL {
        let balancer = LoadBalancer {
            algorithm,
            retries: 1,
            virtual_nodes: 400,
            ..blind_balancer()
        };
        let mut scenario = behind(balancer, 400.0, 4);
        scenario.traffic.users = 100_000;
        scenario.script = vec![at_s(0.0, kill("web", 1))];
        let report = report(scenario, 60.0);
        assert_eq!(report.requests.failed_total(), 0, "{algorithm:?}");
        for server in [0, 2, 3] {
            let rps = part(&report, "web").instances[server].load.throughput_rps;
            near(&format!("{algorithm:?}"), rps, 400.0 / 3.0, 30.0);
        }
    }
}

#[test]
fn all_others_are_tried_as_often_as_allowed_and_no_more() {
    for (retries, fails) in [(1, true), (2, false)] {
        let mut balancer = blind_balancer();
        balancer.retries = retries;
        let mut scenario = behind(balancer, 100.0, 3);
        scenario.script = vec![at_s(0.0, kill("web", 0)), at_s(0.0, kill("web", 1))];
        let report = report(scenario, 20.0);
        assert_eq!(report.requests.failed_total() > 0, fails, "{retries} tries");
    }
}

#[test]
fn a_refusal_behind_the_server_is_its_answer_and_not_tried_elsewhere() {
    let mut balancer = blind_balancer();
    balancer.retries = 2;
    let kinds = vec![
        ("lb", Kind::LoadBalancer(balancer)),
        ("web", Kind::Service(servers(3))),
        ("db", Kind::Database(Database::default())),
    ];
    let mut scenario = chain(traffic(50.0, lookup()), 0.1, kinds);
    scenario.script = vec![at_s(0.0, kill("db", 0))];
    let report = report(scenario, 20.0);
    let arrived = report.requests.arrived as f64;
    near(
        "calls",
        part(&report, "web").load.arrived as f64,
        arrived,
        3.0,
    );
    assert!(report.requests.failed_total() as f64 > arrived - 10.0);
}

fn by_response_time() -> LoadBalancer {
    LoadBalancer {
        algorithm: Algorithm::LeastResponseTime,
        ..blind_balancer()
    }
}

#[test]
fn a_server_that_was_slow_gets_its_share_again() {
    let mut scenario = behind(by_response_time(), 100.0, 3);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.distribution = Distribution::Exponential;
        service.workers = 16;
    }
    scenario.script = vec![
        at_s(10.0, slow("web", 1, 50.0)),
        at_s(40.0, repair("web", 1)),
    ];
    let mut engine = engine(scenario);
    let slowed = stretch(&mut engine, 12.0, 40.0);
    let share = |report: &Report, server: usize| {
        let web = part(report, "web");
        web.instances[server].load.throughput_rps / web.load.throughput_rps
    };
    assert!(share(&slowed, 1) < 0.05, "{}", share(&slowed, 1));
    let later = stretch(&mut engine, 120.0, 720.0);
    for server in 0..3 {
        near("share", share(&later, server), 1.0 / 3.0, 0.04);
    }
}

/// Calls of each server of a tier.
fn calls(report: &Report) -> Vec<u64> {
    let servers = part(report, "web").instances.iter();
    servers.map(|server| server.load.arrived).collect()
}

#[test]
fn equals_by_response_time_take_turns_at_a_low_load() {
    let report = report(behind(by_response_time(), 2.0, 3), 600.0);
    let calls = calls(&report);
    let (least, most) = (calls.iter().min().unwrap(), calls.iter().max().unwrap());
    // One request is rarely inside with another, and all take the same.
    assert!(most - least <= 12, "{calls:?}");
    assert_eq!(report.requests.failed_total(), 0);
}

#[test]
fn by_response_time_a_dead_server_that_nobody_checks_is_tried_now_and_then() {
    // One is dead from the start, and nothing is known of it; the other dies when its time is known.
    for killed_s in [0.0, 30.0] {
        let mut scenario = behind(by_response_time(), 300.0, 3);
        scenario.script = vec![
            at_s(killed_s, kill("web", 0)),
            at_s(300.0, repair("web", 0)),
        ];
        let mut engine = engine(scenario);
        let dead = stretch(&mut engine, killed_s, 300.0);
        let refused = dead.requests.failed_total();
        // Tried again each time that what is known has faded: in a minute or less.
        assert!((3..=40).contains(&refused), "{refused} refused");
        for server in [1, 2] {
            let share = calls(&dead)[server] as f64 / dead.requests.arrived as f64;
            near("share", share, 0.5, 0.02);
        }
        let repaired = stretch(&mut engine, 400.0, 600.0);
        let share = calls(&repaired)[0] as f64 / repaired.requests.arrived as f64;
        near("share of the repaired", share, 1.0 / 3.0, 0.03);
    }
}

#[test]
fn a_server_that_hangs_fails_its_checks_and_is_taken_out() {
    let mut scenario = behind(checked(1_000.0, 2, 2), 300.0, 3);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.workers = 4;
    }
    scenario.traffic.client.timeout_ms = 1_000.0;
    scenario.script = vec![
        at_s(10.0, slow("web", 0, 1_000.0)),
        at_s(40.0, repair("web", 0)),
    ];
    let mut engine = engine(scenario);
    let hung = stretch(&mut engine, 14.0, 40.0);
    assert_eq!(hung.requests.failed_total(), 0);
    let out_s = mark_s(&engine, "web/1 out after 2 failed checks");
    assert!((11.0..=13.2).contains(&out_s), "out at {out_s} s");
    // Repaired, it answers its probes in time again.
    run_to(&mut engine, 70.0);
    let back_s = mark_s(&engine, "web/1 in after 2 good checks");
    assert!(back_s > 40.0, "back at {back_s} s");
    assert!(engine.snapshot().components[2].instances[0].in_rotation);
}

#[test]
fn a_server_that_answers_its_checks_in_time_stays_in_service_as_the_warning_says() {
    for (factor, stays) in [(60.0, true), (99.0, true), (101.0, false), (900.0, false)] {
        let mut scenario = behind(checked(1_000.0, 2, 2), 30.0, 3);
        scenario.script = vec![at_s(1.0, slow("web", 0, factor))];
        let valid = scenario.clone().validate().expect("a valid scenario");
        assert_eq!(valid.warnings().len(), usize::from(stays), "{factor} ×");
        let mut engine = engine(scenario);
        run_to(&mut engine, 60.0);
        let server = &engine.snapshot().components[2].instances[0];
        assert_eq!(server.in_rotation, stays, "{factor} ×");
    }
}

#[test]
fn a_probe_goes_before_other_work_and_is_no_request() {
    // Twice as much as the servers can do, with a line for a minute.
    let mut scenario = behind(checked(1_000.0, 2, 2), 3_200.0, 2);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.queue_limit = 1_000_000;
    }
    let mut engine = engine(scenario);
    let report = stretch(&mut engine, 10.0, 60.0);
    let servers = &engine.snapshot().components[2].instances;
    assert!(servers.iter().all(|server| server.in_rotation));
    let web = part(&report, "web");
    assert_eq!(web.failed.len(), 0);
    let arrived = report.requests.arrived as f64;
    near("calls", web.load.arrived as f64, arrived, 10.0);
}

#[test]
fn a_balancer_that_is_down_checks_nobody() {
    let mut scenario = behind(checked(1_000.0, 2, 2), 100.0, 2);
    scenario.script = vec![
        at_s(10.0, kill("lb", 0)),
        at_s(10.0, kill("web", 0)),
        at_s(20.0, repair("web", 0)),
        at_s(30.0, repair("lb", 0)),
    ];
    let mut engine = engine(scenario);
    run_to(&mut engine, 60.0);
    let marks = engine.marks_since(0);
    let marks = marks.iter();
    let told: Vec<&str> = marks.map(|mark| mark.words.as_str()).collect();
    assert!(
        told.iter().all(|words| !words.contains("checks")),
        "{told:?}"
    );
}

#[test]
fn a_slow_balancer_takes_its_time() {
    let balancer = LoadBalancer {
        forward_ms: 0.5,
        ..blind_balancer()
    };
    let mut scenario = behind(balancer, 50.0, 4);
    scenario.script = vec![at_s(10.0, slow("lb", 0, 20.0))];
    let mut engine = engine(scenario);
    let usual = stretch(&mut engine, 0.0, 10.0);
    near("usual", usual.latency_ms.p50, 10.0 + 0.4 + 0.5, 0.1);
    let slowed = stretch(&mut engine, 11.0, 30.0);
    near("slowed", slowed.latency_ms.p50, 10.0 + 0.4 + 10.0, 0.2);
    near(
        "inside the balancer",
        part(&slowed, "lb").load.inside_mean,
        50.0 * 0.0204,
        0.1,
    );
}

#[test]
fn a_server_taken_out_takes_what_was_on_its_way() {
    let mut scenario = behind(blind_balancer(), 500.0, 2);
    scenario.design.links[1].latency_ms = 100.0;
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 1,
    };
    // What was sent before the link became faster arrives last.
    let faster = Action::SetLatency {
        from: "lb".into(),
        to: "web".into(),
        latency_ms: 1.0,
    };
    scenario.script = vec![at_s(10.0, faster), at_s(10.0, remove)];
    let mut engine = engine(scenario);
    run_to(&mut engine, 10.05);
    let state = |engine: &Engine| engine.snapshot().components[2].instances[1].state;
    assert_eq!(state(&engine), InstanceState::Draining);
    run_to(&mut engine, 20.0);
    assert_eq!(state(&engine), InstanceState::Gone);
    assert_eq!(engine.report().requests.failed_total(), 0);
}

#[test]
fn who_is_not_told_is_refused_once_the_server_has_left() {
    let mut scenario = chain(
        traffic(100.0, compute()),
        50.0,
        vec![("web", Kind::Service(servers(2)))],
    );
    let remove = Action::RemoveInstance {
        component: "web".into(),
        instance: 0,
    };
    scenario.script = vec![at_s(10.0, remove)];
    let report = report(scenario, 20.0);
    let refused = failed(&report, "connection_refused") as f64;
    // What was sent in the last 50 ms before is still served, and what comes until somebody looks.
    near("refused", refused, 100.0 * 9.95, 40.0);
}

#[test]
fn a_server_killed_while_it_boots_serves_once_it_has_booted() {
    let mut scenario = behind(blind_balancer(), 200.0, 1);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.boot_s = 20.0;
    }
    let add = Action::AddInstance {
        component: "web".into(),
    };
    scenario.script = vec![
        at_s(1.0, add),
        at_s(2.0, kill("web", 1)),
        at_s(3.0, repair("web", 1)),
    ];
    let mut engine = engine(scenario);
    run_to(&mut engine, 22.5);
    let state = engine.snapshot().components[2].instances[1].state;
    assert_eq!(state, InstanceState::Booting);
    let report = stretch(&mut engine, 24.0, 44.0);
    let rps = part(&report, "web").instances[1].load.throughput_rps;
    near("its half", rps, 100.0, 5.0);
}

#[test]
fn a_slow_server_boots_slowly() {
    let mut scenario = behind(blind_balancer(), 100.0, 2);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.boot_s = 2.0;
    }
    let deploy = Action::Deploy {
        component: "web".into(),
        batch: 1,
        pause_s: 0.0,
        drain_s: 1.0,
    };
    scenario.script = vec![at_s(1.0, slow("web", 0, 5.0)), at_s(10.0, deploy)];
    let mut engine = engine(scenario);
    run_to(&mut engine, 60.0);
    let took_s = mark_s(&engine, "web/1 has booted") - mark_s(&engine, "web/1 restarts");
    near("boot", took_s, 10.0, 1e-6);
}
