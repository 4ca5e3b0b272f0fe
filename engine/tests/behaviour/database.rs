//! Connections, reads and writes, the buffer, the disk.

use headroom_engine::Engine;
use headroom_engine::snapshot::KindGauge;
use headroom_engine::time::SimTime;
use headroom_scenario::{
    Action, Cache, Class, Database, Distribution, Kind, Scenario, Size, WriteMode,
};

use crate::design::*;

fn constant() -> Database {
    Database {
        distribution: Distribution::Constant,
        ..Database::default()
    }
}

fn with(database: Database, rate_rps: f64, class: Class) -> Scenario {
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
fn the_largest_machine_runs_the_queries_of_its_448_processors_at_once() {
    let database = Database {
        size: Size::Tb24,
        workers: 1,
        ..constant()
    };
    let mut engine = engine(with(database, 100.0 * 224.0, lookup()));
    let report = stretch(&mut engine, 0.5, 2.5);
    let busy = part(&report, "db").load.utilisation;
    near("utilisation", busy, 0.5, 0.02);
}

#[test]
fn what_the_buffer_has_not_got_comes_from_disk() {
    let database = Database {
        buffer_entries: Some(500),
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
        buffer_entries: Some(1_000),
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

/// A disk of 1 MB, half full, where a write adds 1 KB: it has room for 500.
fn small_disk() -> Database {
    Database {
        disk_gb: Some(1e-3),
        data_gb: 5e-4,
        ..constant()
    }
}

const ROOM: f64 = 500.0;

fn reads_and_writes(database: Database) -> Scenario {
    let mut scenario = with(database, 200.0, write());
    scenario.traffic.classes.push(lookup());
    scenario
}

fn resized(disk_gb: f64) -> Action {
    Action::Configure {
        component: "db".into(),
        kind: Kind::Database(Database {
            disk_gb: Some(disk_gb),
            ..small_disk()
        }),
    }
}

fn disk(engine: &Engine) -> (f64, Option<f64>) {
    let gauges = engine.snapshot().components;
    match gauges.last().expect("there is a database").kind {
        KindGauge::Database {
            data_gb,
            disk_used_share,
            ..
        } => (data_gb, disk_used_share),
        _ => panic!("the last component is the database"),
    }
}

#[test]
fn a_disk_takes_exactly_the_writes_there_is_room_for_and_reads_go_on() {
    let mut engine = engine(reads_and_writes(small_disk()));
    while engine.now() < SimTime::from_s(60.0) {
        engine.step();
        engine.conservation().expect("the books balance");
    }
    let report = engine.report();
    let db = part(&report, "db");
    assert_eq!(db.extra["writes"], ROOM);
    assert_eq!(db.extra["disk_used_share"], 1.0);
    near("data", db.extra["data_gb"], 1e-3, 1e-12);
    assert!(db.extra["reads"] > 4_000.0, "{}", db.extra["reads"]);
    // What fails at the database fails for the user, and nothing else does.
    let full = failed(&report, "disk_full");
    assert!(full > 3_000, "{full}");
    assert_eq!(full, report.requests.failed_total());
    assert_eq!(full, db.failed["disk_full"]);
}

#[test]
fn a_write_that_found_no_room_leaves_the_value_as_it_was() {
    let mut full = small_disk();
    full.data_gb = full.disk_room_gb();
    let cache = Cache {
        write_mode: WriteMode::Around,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(200.0, lookup()), cache, full);
    scenario.traffic.classes.push(write());
    scenario.traffic.keys.count = 10;
    let report = report(scenario, 20.0);
    assert!(failed(&report, "disk_full") > 1_000);
    // Written around the cache, every write would make its entry stale for ever.
    assert_eq!(part(&report, "cache").extra["stale_hits"], 0.0);
}

#[test]
fn a_bigger_disk_lets_writes_go_on_at_once() {
    let mut scenario = reads_and_writes(small_disk());
    scenario.script = vec![at_s(20.0, resized(1.0))];
    let mut engine = engine(scenario);
    let full = stretch(&mut engine, 15.0, 20.0 - 1e-9);
    assert_eq!(part(&full, "db").extra["writes"], 0.0);
    let bigger = stretch(&mut engine, 20.0, 25.0);
    assert_eq!(failed(&bigger, "disk_full"), 0);
    let writes = part(&bigger, "db").extra["writes"];
    near("writes", writes, 500.0, 70.0);
    let (data_gb, used) = disk(&engine);
    near("data", data_gb, 1e-3 + writes * 1e-6, 1e-12);
    near("used", used.expect("it is looked at"), data_gb, 1e-12);
    assert!(
        engine
            .marks_since(0)
            .iter()
            .any(|mark| mark.words == "disk of db full"),
        "the time line says when it was full"
    );
}

#[test]
fn a_disk_smaller_than_the_data_is_full_and_loses_nothing() {
    let mut scenario = reads_and_writes(small_disk());
    scenario.script = vec![at_s(1.0, resized(1e-4)), at_s(5.0, resized(1e-3))];
    let mut engine = engine(scenario);
    let small = stretch(&mut engine, 1.0, 5.0 - 1e-9);
    assert_eq!(part(&small, "db").extra["writes"], 0.0);
    assert!(part(&small, "db").extra["reads"] > 300.0);
    assert_eq!(disk(&engine).1, Some(1.0));
    run_to(&mut engine, 30.0);
    assert_eq!(
        part(&stretch(&mut engine, 30.0, 31.0), "db").extra["writes"],
        0.0
    );
    near("data", disk(&engine).0, 1e-3, 1e-12);
}

#[test]
fn a_disk_keeps_its_data_through_a_crash() {
    let mut scenario = reads_and_writes(small_disk());
    scenario.script = vec![at_s(2.0, kill("db", 0)), at_s(3.0, repair("db", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 60.0);
    assert_eq!(part(&engine.report(), "db").extra["writes"], ROOM);
}

#[test]
fn without_a_size_nobody_looks_at_the_disk() {
    let database = Database {
        disk_gb: Some(0.0),
        data_gb: 100.0,
        write_kb: 1e6,
        ..constant()
    };
    let mut engine = engine(reads_and_writes(database));
    run_to(&mut engine, 10.0);
    let report = engine.report();
    assert_eq!(report.requests.failed_total(), 0);
    assert!(!part(&report, "db").extra.contains_key("disk_used_share"));
    assert_eq!(disk(&engine).1, None);
}

/// Writes of 50 keys, left with a cache of so many entries that writes back to the small disk.
fn written_back(entries_per_node: u32) -> Scenario {
    let cache = Cache {
        entries_per_node: Some(entries_per_node),
        write_mode: WriteMode::Back,
        write_back_ms: 100.0,
        ttl_s: 0.05,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(200.0, lookup()), cache, small_disk());
    scenario.traffic.classes = vec![
        Class {
            weight: 0.5,
            ..write()
        },
        lookup(),
    ];
    scenario.traffic.keys.count = 50;
    scenario
}

#[test]
fn what_a_full_disk_refuses_stays_in_the_cache_and_is_written_later() {
    let mut scenario = written_back(1_000);
    scenario.script = vec![at_s(60.0, resized(1.0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 60.0 - 1e-9);
    let full = engine.report();
    assert_eq!(part(&full, "db").extra["writes"], ROOM);
    // Users are answered by the cache, and each key is tried again ten times a second, not more.
    assert_eq!(full.requests.failed_total(), 0);
    assert_eq!(part(&full, "cache").extra["writes_lost"], 0.0);
    let one_second = stretch(&mut engine, 60.0 - 1e-9, 61.0);
    let tried = part(&stretch(&mut engine, 61.0, 62.0), "db").load.arrived;
    assert!((50..=900).contains(&tried), "{tried} queries a second");
    assert!(
        part(&one_second, "db").extra["writes"] >= 50.0,
        "all keys come"
    );
    let after = engine.report();
    assert_eq!(part(&after, "cache").extra["writes_lost"], 0.0);
    assert_eq!(part(&after, "cache").extra["stale_hits"], 0.0);
}

#[test]
fn what_a_full_disk_refuses_is_lost_when_the_cache_has_no_more_room() {
    let mut engine = engine(written_back(20));
    run_to(&mut engine, 60.0);
    let report = engine.report();
    assert_eq!(part(&report, "db").extra["writes"], ROOM);
    assert_eq!(report.requests.failed_total(), 0, "all were acknowledged");
    let lost = part(&report, "cache").extra["writes_lost"];
    assert!(lost > 500.0, "{lost} writes lost");
}

#[test]
fn a_slow_database_has_a_slow_disk() {
    let database = Database {
        buffer_entries: Some(1),
        read_time_ms: 1.0,
        disk_read_ms: 4.0,
        ..constant()
    };
    let kinds = vec![
        ("web", Kind::Service(servers(1))),
        ("db", Kind::Database(database)),
    ];
    let mut scenario = chain(traffic(1.0, lookup()), 0.0, kinds);
    scenario.traffic.keys.zipf_exponent = 0.0;
    scenario.script = vec![at_s(100.0, slow("db", 0, 10.0))];
    let mut engine = engine(scenario);
    let usual = stretch(&mut engine, 0.0, 100.0);
    near("usual", usual.latency_ms.p50, 10.0 + 5.0, 0.2);
    let slowed = stretch(&mut engine, 100.0, 200.0);
    near("slowed", slowed.latency_ms.p50, 10.0 + 50.0, 0.6);
}
