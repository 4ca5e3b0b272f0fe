//! Connections, reads and writes, the buffer.

use headroom_scenario::{Database, Distribution, Kind, Scenario, Size};

use crate::design::*;

fn constant() -> Database {
    Database {
        distribution: Distribution::Constant,
        ..Database::default()
    }
}

fn with(database: Database, rate_rps: f64, class: headroom_scenario::Class) -> Scenario {
    let kinds = vec![
        ("web", Kind::Service(servers(1))),
        ("db", Kind::Database(database)),
    ];
    let mut scenario = chain(traffic(rate_rps, class), 0.0, kinds);
    if let Kind::Service(service) = &mut scenario.design.components[1].kind {
        service.workers = 1_000;
    }
    scenario
}

#[test]
fn reads_and_writes_take_their_own_time() {
    for (class, expected_ms) in [(lookup(), 10.0 + 5.0), (write(), 10.0 + 12.0)] {
        let database = Database {
            read_time_ms: 5.0,
            write_time_ms: 12.0,
            ..constant()
        };
        let report = report(with(database, 20.0, class), 20.0);
        near("mean", report.latency_ms.mean, expected_ms, 0.1);
    }
}

#[test]
fn work_of_a_query_multiplies_its_time() {
    let mut class = lookup();
    class.query_work = 4.0;
    let report = report(with(constant(), 20.0, class), 20.0);
    near("mean", report.latency_ms.mean, 10.0 + 4.0 * 5.0, 0.1);
}

#[test]
fn a_connection_too_many_is_refused() {
    let database = Database {
        workers: 1,
        connections: 3,
        ..constant()
    };
    let report = report(with(database, 400.0, lookup()), 30.0);
    // One core of 5 ms serves 200 a second; two wait, the others are refused.
    near(
        "served",
        report.requests.completed as f64 / 30.0,
        200.0,
        4.0,
    );
    assert_eq!(part(&report, "db").load.queue_max, 2);
    let refused = failed(&report, "too_many_connections");
    assert_eq!(refused, part(&report, "db").load.dropped);
    near("refused", refused as f64 / 30.0, 200.0, 12.0);
}

#[test]
fn a_bigger_machine_runs_more_queries_at_once() {
    for (size, factor) in [(Size::Large, 1.0), (Size::Xlarge8, 16.0)] {
        let report = report(
            with(Database { size, ..constant() }, 800.0 * factor, lookup()),
            10.0,
        );
        near(
            "utilisation",
            part(&report, "db").load.utilisation,
            0.5,
            0.02,
        );
    }
}

#[test]
fn what_the_buffer_has_not_got_comes_from_disk() {
    let database = Database {
        buffer_entries: 500,
        disk_read_ms: 20.0,
        ..constant()
    };
    let mut scenario = with(database, 50.0, lookup());
    scenario.traffic.keys.count = 1_000;
    scenario.traffic.keys.zipf_exponent = 0.0;
    let report = stretch(&mut engine(scenario), 100.0, 400.0);
    // Uniform keys, room for half of them: every other read goes to disk.
    near(
        "hit ratio",
        part(&report, "db").extra["buffer_hit_ratio"],
        0.5,
        0.02,
    );
    near("mean", report.latency_ms.mean, 10.0 + 5.0 + 0.5 * 20.0, 0.5);
}

#[test]
fn a_dead_database_refuses_and_comes_back_with_a_cold_buffer() {
    let database = Database {
        buffer_entries: 1_000,
        ..constant()
    };
    let mut scenario = with(database, 100.0, lookup());
    scenario.traffic.keys.count = 100;
    scenario.script = vec![at_s(10.0, kill("db", 0)), at_s(15.0, repair("db", 0))];
    let mut engine = engine(scenario);
    let down = stretch(&mut engine, 10.1, 15.0);
    assert_eq!(down.requests.completed, 0);
    assert!(failed(&down, "connection_refused") > 400);
    let after = stretch(&mut engine, 15.0, 16.0);
    let ratio = part(&after, "db").extra["buffer_hit_ratio"];
    assert!(ratio < 0.8, "the first reads miss: {ratio}");
}
