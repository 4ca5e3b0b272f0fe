//! Workers, lines, speed, sizes, sessions, local caches, chains.

use headroom_scenario::{
    Action, Cache, Class, ClassKind, Database, Distribution, Kind, Scenario, Service, SessionStore,
    Size,
};

use crate::design::*;

fn alone(service: Service, rate_rps: f64) -> Scenario {
    chain(
        traffic(rate_rps, compute()),
        0.0,
        vec![("web", Kind::Service(service))],
    )
}

#[test]
fn a_bigger_machine_has_more_workers() {
    for (size, factor) in [
        (Size::Large, 1.0),
        (Size::Xlarge4, 8.0),
        (Size::Xlarge24, 48.0),
    ] {
        let rate_rps = 400.0 * factor;
        let report = report(alone(Service { size, ..servers(1) }, rate_rps), 10.0);
        // 8 workers of 10 ms serve 800 a second.
        near(
            "utilisation",
            part(&report, "web").load.utilisation,
            0.5,
            0.02,
        );
    }
}

#[test]
fn a_full_line_refuses() {
    let service = Service {
        workers: 1,
        queue_limit: 4,
        ..servers(1)
    };
    let report = report(alone(service, 200.0), 60.0);
    let served = report.requests.completed as f64 / 60.0;
    near("served a second", served, 100.0, 1.0);
    assert_eq!(part(&report, "web").load.queue_max, 4);
    assert_eq!(
        failed(&report, "queue_full"),
        part(&report, "web").load.dropped
    );
    assert!(failed(&report, "queue_full") > 5_000);
}

#[test]
fn a_slow_server_takes_longer_until_repaired() {
    let mut scenario = alone(servers(1), 50.0);
    let slow = Action::Slow {
        component: "web".into(),
        instance: 0,
        factor: 3.0,
    };
    scenario.script = vec![at_s(10.0, slow), at_s(20.0, repair("web", 0))];
    let mut engine = engine(scenario);
    for (from_s, to_s, expected_ms) in [(0.0, 9.9, 10.0), (10.1, 19.9, 30.0), (20.1, 29.9, 10.0)] {
        let report = stretch(&mut engine, from_s, to_s);
        near("mean", report.latency_ms.mean, expected_ms, 0.4);
    }
}

#[test]
fn without_a_database_the_server_runs_the_queries() {
    let mut class = lookup();
    class.queries = 2;
    let service = Service {
        local_query_ms: 5.0,
        ..servers(1)
    };
    let scenario = chain(
        traffic(50.0, class),
        0.0,
        vec![("web", Kind::Service(service))],
    );
    let report = report(scenario, 20.0);
    near(
        "10 ms and three queries of 5",
        report.latency_ms.mean,
        25.0,
        0.2,
    );
    near(
        "utilisation",
        part(&report, "web").load.utilisation,
        50.0 * 0.025 / 8.0,
        0.01,
    );
}

#[test]
fn a_session_dies_with_its_server_and_costs_one_more_request() {
    let service = Service {
        sessions: SessionStore::Server,
        login_work: 2.0,
        // All log in again at about the same time: nobody waits for a worker all the same.
        workers: 64,
        ..servers(1)
    };
    let mut scenario = alone(service, 200.0);
    scenario.traffic.users = 50;
    scenario.script = vec![at_s(10.0, kill("web", 0)), at_s(10.5, repair("web", 0))];
    let mut engine = engine(scenario);
    let before = stretch(&mut engine, 5.0, 9.9);
    assert_eq!(part(&before, "web").extra["sessions_lost"], 0.0);
    let after = stretch(&mut engine, 10.5, 20.0);
    let lost = part(&after, "web").extra["sessions_lost"];
    assert_eq!(lost, 50.0, "each of 50 users is counted once");
    assert_eq!(
        (after.sessions_lost_share(), before.login_share()),
        (1.0, 0.0)
    );
    // Those who ask again before they have logged in had to, too.
    let logins = part(&after, "web").extra["login_calls"];
    assert!(
        (50.0..=60.0).contains(&logins),
        "{logins} requests had to log in"
    );
    let web = engine
        .scenario()
        .design
        .component("web")
        .expect("it is there")
        .0;
    let bins = engine.bins_since(0);
    let in_bins: u32 = bins.iter().map(|bin| bin.components[web].login_calls).sum();
    assert_eq!(f64::from(in_bins), logins, "the history has them too");
    let last = bins.last().expect("twenty seconds are over").components[web];
    assert_eq!((last.sessions, last.sessions_lost), (50, 50));
    // The log-in takes twice the mean besides the request's own work.
    near("slowest", after.latency_ms.max, 30.0, 1.0);
}

#[test]
fn a_server_can_cache_for_itself() {
    let service = Service {
        local_cache_entries: Some(1_000),
        ..servers(1)
    };
    let mut scenario = chain(
        traffic(100.0, lookup()),
        0.0,
        vec![("web", Kind::Service(service))],
    );
    scenario.traffic.keys.count = 100;
    let report = report(scenario, 60.0);
    // Every key but the first time.
    let ratio = part(&report, "web").extra["local_hit_ratio"];
    assert!(ratio > 0.98, "{ratio}");
    assert!(report.latency_ms.p50 < 10.2, "{}", report.latency_ms.p50);
}

#[test]
fn a_service_calls_the_one_behind_it() {
    let gateway = Service {
        service_time_ms: 2.0,
        ..servers(1)
    };
    let orders = Service {
        service_time_ms: 7.0,
        ..servers(1)
    };
    let kinds = vec![
        ("gateway", Kind::Service(gateway)),
        ("orders", Kind::Service(orders)),
    ];
    let report = report(chain(traffic(50.0, compute()), 1.0, kinds), 20.0);
    // Two links there and back, and both computing times; the gateway's worker waits meanwhile.
    near("mean", report.latency_ms.mean, 4.0 + 2.0 + 7.0, 0.1);
    near(
        "gateway busy",
        part(&report, "gateway").load.utilisation,
        50.0 * 0.011 / 8.0,
        0.01,
    );
    near(
        "orders",
        part(&report, "orders").load.throughput_rps,
        50.0,
        3.0,
    );
}

#[test]
fn new_parameters_hold_at_once() {
    let mut scenario = alone(servers(1), 50.0);
    let faster = Service {
        service_time_ms: 4.0,
        ..servers(1)
    };
    let kind = Kind::Service(faster);
    scenario.script = vec![at_s(
        10.0,
        Action::Configure {
            component: "web".into(),
            kind,
        },
    )];
    let mut engine = engine(scenario);
    near(
        "before",
        stretch(&mut engine, 0.0, 9.9).latency_ms.mean,
        10.0,
        0.1,
    );
    near(
        "after",
        stretch(&mut engine, 10.1, 20.0).latency_ms.mean,
        4.0,
        0.1,
    );
}

#[test]
fn more_workers_serve_at_once_those_who_wait() {
    let slow = Service {
        workers: 1,
        service_time_ms: 1_000.0,
        ..servers(1)
    };
    let mut scenario = alone(slow.clone(), 20.0);
    let kind = Kind::Service(Service {
        workers: 1_000,
        ..slow
    });
    scenario.script = vec![at_s(
        5.0,
        Action::Configure {
            component: "web".into(),
            kind,
        },
    )];
    let mut engine = engine(scenario);
    run_to(&mut engine, 4.9);
    assert!(engine.snapshot().components[1].queue_depth > 50);
    run_to(&mut engine, 5.01);
    assert_eq!(engine.snapshot().components[1].queue_depth, 0);
}

#[test]
fn laws_of_work_have_their_variation() {
    let waits = [Distribution::Constant, Distribution::Exponential].map(|distribution| {
        let service = Service {
            workers: 1,
            distribution,
            ..servers(1)
        };
        part(&report(alone(service, 80.0), 500.0), "web")
            .load
            .wait_ms_mean
    });
    // Pollaczek and Khinchine: half as long without variation; 20 and 40 ms.
    near("constant", waits[0], 20.0, 2.0);
    near("exponential", waits[1], 40.0, 6.0);
}

#[test]
fn without_a_balancer_all_traffic_goes_to_the_first_server_even_when_it_is_dead() {
    let kinds = vec![("web", Kind::Service(servers(3)))];
    let mut scenario = chain(traffic(100.0, compute()), 0.0, kinds);
    scenario.script = vec![at_s(10.0, kill("web", 0))];
    let mut engine = engine(scenario);
    let alive = stretch(&mut engine, 1.0, 10.0);
    let answers: Vec<f64> = part(&alive, "web")
        .instances
        .iter()
        .map(|server| server.load.throughput_rps)
        .collect();
    near("answers of the first", answers[0], 100.0, 10.0);
    assert_eq!(answers[1..], [0.0, 0.0]);
    let dead = stretch(&mut engine, 11.0, 20.0);
    assert_eq!(dead.requests.completed, 0);
    assert_eq!(failed(&dead, "connection_refused"), dead.requests.ended());
    assert!(dead.requests.ended() > 500);
}

/// A gateway of 2 ms that calls orders of 7 ms; a database of 3 ms behind one of them.
fn two_services(class: Class, database_of: &str) -> Scenario {
    let service = |service_time_ms| {
        Kind::Service(Service {
            service_time_ms,
            ..servers(1)
        })
    };
    let kinds = vec![("gateway", service(2.0)), ("orders", service(7.0))];
    let mut scenario = chain(traffic(50.0, class), 1.0, kinds);
    let database = Database {
        read_time_ms: 3.0,
        distribution: Distribution::Constant,
        ..Database::default()
    };
    let design = &mut scenario.design;
    design
        .components
        .push(component("db", Kind::Database(database)));
    design.links.push(link(database_of, "db", 0.0));
    scenario
}

fn query() -> Class {
    Class {
        queries: 1,
        ..compute()
    }
}

#[test]
fn a_service_with_a_database_runs_its_queries_before_it_calls_on() {
    for owner in ["gateway", "orders"] {
        let report = report(two_services(query(), owner), 40.0);
        near("mean", report.latency_ms.mean, 4.0 + 2.0 + 7.0 + 3.0, 0.2);
        let busy = |id| part(&report, id).load.utilisation * 8.0 / 50.0;
        let orders_ms = if owner == "orders" { 10.0 } else { 7.0 };
        near(
            "orders busy a request",
            busy("orders"),
            orders_ms / 1e3,
            0.001,
        );
        assert!(part(&report, "db").extra["reads"] > 1_500.0);
    }
}

#[test]
fn a_service_with_a_cache_asks_it_before_it_calls_on() {
    let mut scenario = two_services(lookup(), "gateway");
    scenario.traffic.keys.count = 10;
    let design = &mut scenario.design;
    design
        .components
        .push(component("cache", Kind::Cache(Cache::default())));
    design.links.push(link("gateway", "cache", 0.0));
    let mut engine = engine(scenario);
    let report = stretch(&mut engine, 0.0, 20.0);
    let hits = part(&report, "cache").extra["hits"];
    assert!(hits > 900.0, "{hits} hits");
    near(
        "orders",
        part(&report, "orders").load.throughput_rps,
        50.0,
        5.0,
    );
    near(
        "orders compute only",
        part(&report, "orders").load.sojourn_ms_mean,
        7.0,
        0.1,
    );
    // A next service that is dead is no cache that misses: the request fails.
    engine.apply(&kill("orders", 0)).expect("it lives");
    let report = stretch(&mut engine, 21.0, 30.0);
    assert_eq!(report.requests.completed, 0);
    assert!(failed(&report, "connection_refused") > 300);
}

fn steady_database() -> Database {
    Database {
        distribution: Distribution::Constant,
        ..Database::default()
    }
}

#[test]
fn a_search_is_answered_by_the_database_and_by_no_cache() {
    let search = Class {
        id: "search".into(),
        kind: ClassKind::Search,
        lookups: 1,
        queries: 2,
        ..Class::default()
    };
    let mut scenario = cached(traffic(50.0, search), Cache::default(), steady_database());
    scenario.traffic.keys.count = 1;
    if let Kind::Service(service) = &mut scenario.design.components[1].kind {
        service.local_cache_entries = Some(100);
    }
    let report = report(scenario, 20.0);
    assert_eq!(part(&report, "cache").load.arrived, 0);
    near(
        "queries",
        part(&report, "db").extra["reads"],
        3.0 * report.requests.completed as f64,
        6.0,
    );
}

#[test]
fn the_user_waits_for_a_task_that_no_broker_takes() {
    let task = Class {
        id: "task".into(),
        kind: ClassKind::Task,
        queries: 1,
        query_work: 10.0,
        ..Class::default()
    };
    let kinds = vec![
        ("web", Kind::Service(servers(1))),
        ("db", Kind::Database(steady_database())),
    ];
    let report = report(chain(traffic(10.0, task), 0.0, kinds), 20.0);
    near("mean", report.latency_ms.mean, 10.0 + 10.0 * 5.0, 0.1);
}
