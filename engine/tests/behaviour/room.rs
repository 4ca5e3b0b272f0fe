//! Memory and disk follow the machine, unless they are set.

use headroom_engine::Engine;
use headroom_engine::snapshot::KindGauge;
use headroom_scenario::{Action, Cache, Database, Keys, Kind, Scenario, Service, Size, Traffic};

use crate::design::*;

/// Twenty thousand values of a megabyte, asked for alike: 20 GB.
fn large_values(rate_rps: f64) -> Traffic {
    let mut traffic = traffic(rate_rps, lookup());
    traffic.keys = Keys {
        count: 20_000,
        zipf_exponent: 0.0,
        value_kb: 1_000.0,
    };
    traffic
}

fn behind(database: Database) -> Scenario {
    let kinds = vec![
        ("web", Kind::Service(servers(4))),
        ("db", Kind::Database(database)),
    ];
    chain(large_values(500.0), 0.1, kinds)
}

fn database(size: Size) -> Database {
    Database {
        size,
        workers: 1_000,
        ..Database::default()
    }
}

fn gauge(engine: &Engine, component: usize) -> KindGauge {
    engine.snapshot().components[component].kind.clone()
}

#[test]
fn a_bigger_database_keeps_more_of_its_data_in_memory() {
    // 8 GiB hold 6,442 of 20,000 values in three quarters of them, 16 GiB twice as many, 32 GiB all.
    for (size, hit_ratio) in [
        (Size::Large, 6_442.0 / 20_000.0),
        (Size::Xlarge, 12_884.0 / 20_000.0),
    ] {
        let mut engine = engine(behind(database(size)));
        let report = stretch(&mut engine, 200.0, 300.0);
        let found = part(&report, "db").extra["buffer_hit_ratio"];
        near("hit ratio", found, hit_ratio, 0.01);
    }
    let all = engine(behind(database(Size::Xlarge2)));
    let KindGauge::Database {
        buffer_room,
        disk_gb,
        ..
    } = gauge(&all, 2)
    else {
        panic!("not a database")
    };
    assert_eq!((buffer_room, disk_gb), (None, 300.0));
}

#[test]
fn a_bigger_machine_has_its_memory_and_disk_at_once_and_what_is_set_stays() {
    let mut engine = engine(behind(database(Size::Large)));
    run_to(&mut engine, 1.0);
    let bigger = |database: Database| Action::Configure {
        component: "db".into(),
        kind: Kind::Database(database),
    };
    engine
        .apply(&bigger(database(Size::Xlarge)))
        .expect("it is to be had");
    run_to(&mut engine, 2.0);
    let room = |engine: &Engine| match gauge(engine, 2) {
        KindGauge::Database {
            buffer_room,
            disk_gb,
            ..
        } => (buffer_room, disk_gb),
        other => panic!("{other:?}"),
    };
    assert_eq!(room(&engine), (Some(12_884), 150.0));
    let set = Database {
        buffer_entries: Some(500),
        disk_gb: Some(20.0),
        ..database(Size::Xlarge24)
    };
    engine.apply(&bigger(set)).expect("it is to be had");
    run_to(&mut engine, 3.0);
    assert_eq!(room(&engine), (Some(500), 20.0));
}

#[test]
fn a_node_of_a_cache_and_a_servers_own_cache_hold_what_fits_and_follow_the_values() {
    let cache = Cache {
        reserved_share: 0.5,
        ..Cache::default()
    };
    let mut scenario = cached(large_values(2_000.0), cache, Database::default());
    let own = Service {
        local_cache_entries: None,
        workers: 1_000,
        ..servers(1)
    };
    scenario.design.components[1].kind = Kind::Service(own);
    let mut engine = engine(scenario);
    run_to(&mut engine, 60.0);
    let rooms = |engine: &Engine| match (gauge(engine, 1), gauge(engine, 2)) {
        (KindGauge::Service { own_cache_room, .. }, KindGauge::Cache { room, .. }) => {
            (own_cache_room, room)
        }
        other => panic!("{other:?}"),
    };
    let entries = |engine: &Engine| {
        let snapshot = engine.snapshot();
        [1, 2].map(|tier: usize| snapshot.components[tier].instances[0].entries)
    };
    // A quarter of 8 GiB, and half of three quarters of 16 GiB.
    assert_eq!(rooms(&engine), (2_147, 6_442));
    assert_eq!(entries(&engine), [2_147, 6_442]);
    let mut larger = large_values(2_000.0);
    larger.keys.value_kb = 2_000.0;
    engine
        .apply(&Action::SetTraffic { traffic: larger })
        .expect("it is valid");
    run_to(&mut engine, 61.0);
    assert_eq!(rooms(&engine), (1_073, 3_221));
    assert_eq!(entries(&engine), [1_073, 3_221]);
}
