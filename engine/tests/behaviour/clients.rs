//! Time-outs, retries, think times, name look-ups, curves.

use std::f64::consts::FRAC_2_PI;

use headroom_engine::Engine;
use headroom_engine::snapshot::KindGauge;
use headroom_scenario::{
    Action, Class, ClassKind, Curve, Database, Distribution, Dns, Kind, LoopModel, Region, Retries,
    Scenario, Service, SessionStore, Traffic,
};

use crate::design::*;

/// One server that dies before anybody asks it.
fn with_dead_server(traffic: Traffic) -> Scenario {
    let mut scenario = alone(traffic, servers(1));
    scenario.script = vec![at_s(0.001, kill("web", 0))];
    scenario
}

#[test]
fn a_late_answer_is_a_failure_and_its_work_goes_on() {
    let mut users = traffic(50.0, compute());
    users.client.timeout_ms = 100.0;
    let slow = Service {
        service_time_ms: 150.0,
        workers: 100,
        ..servers(1)
    };
    let report = report(alone(users, slow), 20.0);
    assert_eq!(report.requests.completed, 0);
    assert_eq!(
        failed(&report, "timed_out") + report.requests.in_flight,
        report.requests.arrived
    );
    // The server works its full 150 ms for every one of them.
    near(
        "utilisation",
        part(&report, "web").load.utilisation,
        50.0 * 0.15 / 100.0,
        0.005,
    );
}

#[test]
fn an_answer_in_time_beats_its_time_out() {
    let mut users = traffic(50.0, compute());
    users.client.timeout_ms = 10.0;
    let report = report(alone(users, servers(1)), 20.0);
    assert_eq!(
        report.requests.failed.len(),
        0,
        "10 ms is not later than 10 ms"
    );
}

#[test]
fn retries_follow_a_failure_as_often_as_allowed() {
    let mut users = traffic(20.0, compute());
    users.client.retries = Retries {
        max: 3,
        backoff_ms: 100.0,
        multiplier: 2.0,
        jitter: 0.0,
        budget: 10.0,
        ..Retries::default()
    };
    let scenario = with_dead_server(users);
    let report = report(scenario, 60.0);
    let given_up = failed(&report, "connection_refused") as f64;
    let retries = report.requests.retries as f64;
    near("retries of each", retries / given_up, 3.0, 0.05);
}

#[test]
fn backoff_doubles() {
    let mut users = traffic(1.0, compute());
    users.client.retries = Retries {
        max: 3,
        backoff_ms: 100.0,
        multiplier: 2.0,
        jitter: 0.0,
        budget: 10.0,
        ..Retries::default()
    };
    let scenario = with_dead_server(users);
    let mut engine = engine(scenario);
    run_to(&mut engine, 30.0);
    let trace = engine
        .traces()
        .next()
        .expect("the first request is sampled");
    let took_ms = (trace.end_ns.expect("it has ended") - trace.start_ns) as f64 / 1e6;
    near("three waits", took_ms, 100.0 + 200.0 + 400.0, 0.1);
}

#[test]
fn the_budget_bounds_a_storm_of_retries() {
    let retries = |budget| {
        let mut users = traffic(100.0, compute());
        users.client.retries = Retries {
            max: 10,
            backoff_ms: 10.0,
            multiplier: 1.0,
            jitter: 0.0,
            budget,
            ..Retries::default()
        };
        let report = report(with_dead_server(users), 60.0);
        report.requests.retries as f64 / report.requests.arrived as f64
    };
    near("a tenth", retries(0.1), 0.1, 0.01);
    near("as many as asked", retries(10.0), 10.0, 0.1);
}

#[test]
fn users_of_a_closed_loop_wait_for_their_answer() {
    let mut users = traffic(1.0, compute());
    users.client.loop_model = LoopModel::Closed {
        users: 30,
        think_time_ms: 990.0,
    };
    let report = report(alone(users, servers(1)), 200.0);
    // Each asks once in a think time and an answer: 30 / (0.99 + 0.01).
    near(
        "throughput",
        report.requests.completed as f64 / 200.0,
        30.0,
        0.8,
    );
}

#[test]
fn a_user_asks_for_the_address_once_in_its_time_to_live() {
    let mut users = traffic(200.0, compute());
    users.users = 10;
    let mut scenario = alone(users, servers(1));
    scenario
        .design
        .components
        .push(component("dns", Kind::Dns(Dns { ttl_s: 5.0 })));
    scenario.design.links.push(link("users", "dns", 15.0));
    let mut engine = engine(scenario);
    run_to(&mut engine, 100.0);
    let KindGauge::Dns { lookups } = engine.snapshot().components[2].kind else {
        panic!("not a directory")
    };
    // Ten users, every 5.08 s: one look-up, and 20 x 0.03 more by requests that come while it is asked.
    near("look-ups", lookups as f64, 10.0 * 100.0 / 5.08 * 1.6, 25.0);
    let report = engine.report();
    near(
        "a look-up takes a round trip",
        report.latency_ms.max,
        30.0 + 10.0,
        1.0,
    );
}

#[test]
fn far_regions_wait_longer() {
    let mut users = traffic(100.0, compute());
    users.regions = two_regions(10.0, 200.0);
    let report = report(alone(users, servers(1)), 600.0);
    near(
        "mean",
        report.latency_ms.mean,
        10.0 + (10.0 + 200.0) / 2.0,
        2.0,
    );
    near("largest", report.latency_ms.max, 210.0, 1.0);
}

#[test]
fn arrivals_follow_the_curve() {
    // Each curve with its integral up to some moments, in seconds.
    let curves: [(Curve, [(f64, f64); 3]); 5] = [
        (Curve::Steady, [(10.0, 10.0), (50.0, 50.0), (100.0, 100.0)]),
        (
            Curve::Ramp {
                from: 0.5,
                to: 2.0,
                start_s: 20.0,
                end_s: 80.0,
            },
            [(20.0, 10.0), (80.0, 85.0), (100.0, 125.0)],
        ),
        (
            Curve::Spike {
                factor: 5.0,
                start_s: 20.0,
                length_s: 10.0,
            },
            [(20.0, 20.0), (30.0, 70.0), (100.0, 140.0)],
        ),
        (
            Curve::Diurnal {
                depth: 0.8,
                period_s: 50.0,
            },
            // Over half a period the sine makes up 2 / pi of its length.
            [
                (25.0, 25.0 * (1.0 + 0.8 * FRAC_2_PI)),
                (50.0, 50.0),
                (75.0, 75.0 + 25.0 * 0.8 * FRAC_2_PI),
            ],
        ),
        (
            Curve::Stepped {
                factors: vec![1.0, 0.0, 3.0],
                every_s: 25.0,
            },
            [(25.0, 25.0), (50.0, 25.0), (100.0, 175.0)],
        ),
    ];
    for (curve, integrals) in curves {
        let mut users = traffic(200.0, compute());
        users.curve = curve.clone();
        let service = Service {
            distribution: Distribution::Constant,
            workers: 1_000,
            ..servers(1)
        };
        let mut engine = engine(alone(users, service));
        let mut before = (0.0, 0.0);
        for (until_s, integral_s) in integrals {
            run_to(&mut engine, until_s);
            let arrived = engine.report().requests.arrived as f64;
            let expected = 200.0 * (integral_s - before.1);
            near(
                &format!("{curve:?} up to {until_s} s"),
                arrived - before.0,
                expected,
                4.0 * expected.sqrt(),
            );
            before = (arrived, integral_s);
        }
    }
}

#[test]
fn the_same_users_come_whatever_stands_behind() {
    let starts = |service| {
        let mut engine = engine(alone(traffic(100.0, compute()), service));
        run_to(&mut engine, 5.0);
        let starts: Vec<(u64, u32, u32)> = engine
            .traces()
            .map(|trace| (trace.start_ns, trace.user, trace.key))
            .collect();
        starts
    };
    let slow = Service {
        service_time_ms: 70.0,
        workers: 2,
        ..servers(1)
    };
    assert_eq!(starts(servers(1)), starts(slow));
}

#[test]
fn an_hour_takes_no_more_memory_than_its_first_minutes() {
    let mut users = traffic(500.0, compute());
    users.client.timeout_ms = 2_000.0;
    // Some 500 requests are in flight at any time.
    let slow = Service {
        service_time_ms: 1_000.0,
        workers: 1_024,
        ..servers(1)
    };
    let mut engine = engine(alone(users, slow));
    run_to(&mut engine, 600.0);
    let early_bytes = engine.memory_bytes();
    run_to(&mut engine, 3_600.0);
    let (late_bytes, bins) = (engine.memory_bytes(), engine.bins_since(0).len());
    println!("{early_bytes} bytes after ten minutes, {late_bytes} and {bins} bins after an hour");
    assert!(late_bytes <= early_bytes + early_bytes / 4);
    // Ten minutes by the second, and those before by ten seconds.
    assert!(bins <= 600 + 300, "{bins}");
}

#[test]
fn requests_of_users_who_are_no_more_come_to_their_end() {
    let service = Service {
        sessions: SessionStore::Server,
        ..servers(1)
    };
    let mut scenario = chain(
        traffic(500.0, compute()),
        100.0,
        vec![("web", Kind::Service(service))],
    );
    let dns = Kind::Dns(Dns { ttl_s: 0.05 });
    scenario.design.components.push(component("dns", dns));
    scenario.design.links.push(link("users", "dns", 20.0));
    scenario.traffic.client.timeout_ms = 150.0;
    scenario.traffic.client.retries.max = 3;
    let fewer = Traffic {
        users: 1,
        ..scenario.traffic.clone()
    };
    scenario.script = vec![at_s(1.0, Action::SetTraffic { traffic: fewer })];
    let mut engine = engine(scenario);
    run_to(&mut engine, 5.0);
    assert!(engine.report().requests.ended() > 1_000);
}

#[test]
fn a_browser_answers_from_its_own_copy_while_that_is_fresh() {
    let asset = |fresh_s| Class {
        id: "asset".into(),
        kind: ClassKind::Static,
        fresh_s,
        ..compute()
    };
    let kinds = || vec![("web", Kind::Service(servers(2)))];
    let run = |class| {
        let mut scenario = chain(traffic(100.0, class), 1.0, kinds());
        scenario.traffic.users = 100;
        stretch(&mut engine(scenario), 50.0, 1_050.0)
    };
    let plain = run(asset(0.0));
    assert_eq!(part(&plain, "users").extra["from_copy"], 0.0);
    // A user asks once a second. After an answer the copy is fresh for 9 s; the next request after that
    // goes out again, a second later on average: nine of ten are answered by the browser.
    let fresh = run(asset(9.0));
    let from_copy = part(&fresh, "users").extra["from_copy"];
    let share = from_copy / fresh.requests.arrived as f64;
    near("share from the copy", share, 0.9, 0.004);
    near(
        "rate at the servers",
        part(&fresh, "web").load.throughput_rps,
        10.0,
        0.4,
    );
    assert!(fresh.latency_ms.p50 < 0.001);
    // Only files have copies.
    let read = Class {
        kind: ClassKind::Read,
        ..asset(9.0)
    };
    assert_eq!(part(&run(read), "users").extra["from_copy"], 0.0);
}

#[test]
fn a_step_tells_of_an_answer_from_the_copy() {
    let class = Class {
        id: "asset".into(),
        kind: ClassKind::Static,
        fresh_s: 1_000.0,
        ..compute()
    };
    let mut scenario = chain(
        traffic(10.0, class),
        1.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    scenario.traffic.users = 1;
    let mut engine = engine(scenario);
    run_to(&mut engine, 5.0);
    let happening = engine.step().expect("another request comes");
    assert!(
        happening.sentence.starts_with("users has what request"),
        "{}",
        happening.sentence
    );
}

/// The traffic, with users at once who think for a while.
fn closed(users: u32, think_time_ms: f64) -> Traffic {
    let mut closed = traffic(100.0, compute());
    closed.client.loop_model = LoopModel::Closed {
        users,
        think_time_ms,
    };
    closed
}

fn set(engine: &mut Engine, traffic: &Traffic) {
    let traffic = traffic.clone();
    engine
        .apply(&Action::SetTraffic { traffic })
        .expect("it is valid");
}

#[test]
fn an_open_loop_closes_and_opens_while_it_runs() {
    let mut engine = engine(alone(traffic(100.0, compute()), servers(4)));
    let mut throughput_rps = |traffic: &Traffic, until_s: f64| {
        set(&mut engine, traffic);
        let report = stretch(&mut engine, until_s - 90.0, until_s);
        assert_eq!(engine.conservation(), Ok(()));
        report.requests.completed as f64 / report.simulated_s
    };
    // Each user asks once in its think time and the 10 ms of the answer.
    near(
        "closed",
        throughput_rps(&closed(100, 490.0), 100.0),
        200.0,
        3.0,
    );
    near(
        "more users",
        throughput_rps(&closed(300, 490.0), 200.0),
        600.0,
        6.0,
    );
    near(
        "fewer users",
        throughput_rps(&closed(50, 490.0), 300.0),
        100.0,
        2.0,
    );
    near(
        "less thought",
        throughput_rps(&closed(50, 190.0), 400.0),
        250.0,
        4.0,
    );
    near(
        "open",
        throughput_rps(&traffic(100.0, compute()), 500.0),
        100.0,
        3.0,
    );
    near(
        "closed again",
        throughput_rps(&closed(100, 490.0), 600.0),
        200.0,
        3.0,
    );
}

#[test]
fn arrivals_come_again_after_a_curve_that_leaves_none() {
    let mut silent = traffic(100.0, compute());
    silent.curve = Curve::Stepped {
        factors: vec![0.0],
        every_s: 1.0,
    };
    let mut engine = engine(alone(silent.clone(), servers(4)));
    run_to(&mut engine, 10.0);
    engine
        .apply(&Action::SetRate { rate_rps: 50.0 })
        .expect("it is valid");
    run_to(&mut engine, 20.0);
    assert_eq!(engine.report().requests.arrived, 0);
    set(&mut engine, &traffic(100.0, compute()));
    let report = stretch(&mut engine, 20.0, 80.0);
    near("arrived", report.requests.arrived as f64, 6_000.0, 300.0);
    set(&mut engine, &silent);
    assert_eq!(stretch(&mut engine, 80.1, 90.0).requests.arrived, 0);
}

#[test]
fn a_backoff_ends_within_a_day() {
    let mut patient = traffic(1.0, compute());
    patient.client.retries = Retries {
        max: 3,
        backoff_ms: 86_400_000.0,
        multiplier: 10.0,
        jitter: 0.0,
        budget: 10.0,
        ..Retries::default()
    };
    let mut engine = engine(with_dead_server(patient));
    run_to(&mut engine, 5.0 * 86_400.0);
    // Those of the first two days have been tried three more times by now, a day apart.
    let failed = engine.report().requests.failed["connection_refused"] as f64;
    near("given up", failed, 2.0 * 86_400.0, 2_000.0);
}

#[test]
fn requests_of_what_is_no_more_come_to_their_end() {
    let mut full = traffic(1_000.0, compute());
    full.classes.push(Class {
        id: "file".into(),
        kind: ClassKind::Static,
        fresh_s: 10.0,
        ..Class::default()
    });
    full.classes.push(Class {
        id: "write".into(),
        ..write()
    });
    full.users = 50_000;
    full.keys.count = 50_000;
    let web = Service {
        workers: 64,
        ..servers(1)
    };
    let kinds = vec![
        ("web", Kind::Service(web)),
        ("db", Kind::Database(Database::default())),
    ];
    let mut engine = engine(chain(full.clone(), 50.0, kinds));
    for round in 0..10 {
        run_to(&mut engine, f64::from(2 * round + 1));
        let mut few = full.clone();
        few.classes.truncate(1 + round as usize % 2);
        few.users = 1;
        few.keys.count = 1;
        set(&mut engine, &few);
        run_to(&mut engine, f64::from(2 * round + 2));
        assert_eq!(engine.conservation(), Ok(()));
        set(&mut engine, &full);
    }
    let requests = engine.report().requests;
    assert!(requests.completed > 19_000, "{requests:?}");
    assert!(requests.failed.is_empty(), "{requests:?}");
}

fn two_regions(near_ms: f64, far_ms: f64) -> Vec<Region> {
    let region = |id: &str, round_trip_ms| Region {
        id: id.into(),
        share: 1.0,
        round_trip_ms,
    };
    vec![region("near", near_ms), region("far", far_ms)]
}

#[test]
fn users_of_the_loop_live_in_the_regions_by_their_shares() {
    for users in [50, 2] {
        let mut looped = traffic(1.0, compute());
        looped.regions = two_regions(20.0, 200.0);
        looped.users = 10_000;
        looped.client.loop_model = LoopModel::Closed {
            users,
            think_time_ms: 1_000.0,
        };
        let report = report(alone(looped, servers(8)), 2_000.0);
        // Half the users ask once in 1,030 ms, half once in 1,210 ms.
        let (near_rps, far_rps) = (1.0 / 1.03, 1.0 / 1.21);
        let mean_ms = (near_rps * 30.0 + far_rps * 210.0) / (near_rps + far_rps);
        near("mean", report.latency_ms.mean, mean_ms, 4.0);
        near(
            "answers",
            report.requests.completed as f64,
            1_000.0 * f64::from(users) * (near_rps + far_rps),
            0.05 * 2_000.0 * f64::from(users),
        );
    }
}

#[test]
fn a_budget_of_nothing_allows_no_retry_and_savings_are_bounded() {
    let retried = |budget, saved_max| {
        let mut users = traffic(100.0, compute());
        users.client.retries = Retries {
            max: 10,
            backoff_ms: 1.0,
            multiplier: 1.0,
            jitter: 0.0,
            budget,
            saved_max,
        };
        let mut scenario = alone(users, servers(1));
        scenario.script = vec![at_s(60.0, kill("web", 0))];
        let report = stretch(&mut engine(scenario), 60.0, 61.0);
        report.requests.retries as f64
    };
    assert_eq!(retried(0.0, 1_000), 0.0);
    // A minute of calm has saved them up; a second of the fault earns ten more.
    near("few saved", retried(0.1, 20), 20.0 + 10.0, 3.0);
    near("all saved", retried(0.1, 1_000), 600.0 + 10.0, 90.0);
}

#[test]
fn the_rate_can_be_set_while_a_curve_stands_at_nothing_or_low() {
    let mut stepped = traffic(400.0, compute());
    stepped.curve = Curve::Stepped {
        factors: vec![1.0, 0.0, 1.0],
        every_s: 10.0,
    };
    let arrived = |mut scenario: Scenario, at: f64, rate_rps: f64, to_s: f64| {
        scenario.script = vec![at_s(at, Action::SetRate { rate_rps })];
        stretch(&mut engine(scenario), 20.0, to_s).requests.arrived as f64
    };
    near(
        "one a second",
        arrived(alone(stepped.clone(), servers(8)), 19.0, 1.0, 420.0),
        400.0,
        80.0,
    );
    stepped.rate_rps = 1_000.0;
    near(
        "ten a second",
        arrived(alone(stepped, servers(8)), 15.0, 10.0, 120.0),
        1_000.0,
        130.0,
    );
}
