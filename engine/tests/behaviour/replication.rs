//! Copies of a database: who answers, who follows, and what happens when one of them is gone.

use headroom_engine::Engine;
use headroom_engine::replication::{ReplicationGauge, Role};
use headroom_engine::report::Report;
use headroom_engine::snapshot::{InstanceState, KindGauge};
use headroom_scenario::{
    Action, Database, Distribution, Failover, Kind, ReadsFrom, Replication, ReplicationMode,
    Scenario,
};

use crate::design::*;

/// Two replicas that follow at once, and a monitor that looks ten times a second.
fn followed() -> Replication {
    Replication {
        replicas: 2,
        latency_ms: 1.0,
        send_every_ms: 0.0,
        apply_time_ms: 0.1,
        check_interval_ms: 100.0,
        check_timeout_ms: 50.0,
        promotion_ms: 200.0,
        ..Replication::default()
    }
}

/// 300 reads and 100 writes a second, of a database with these copies.
fn with(replication: Replication) -> Scenario {
    let database = Database {
        read_time_ms: 1.0,
        write_time_ms: 1.0,
        distribution: Distribution::Constant,
        replication,
        ..Database::default()
    };
    let kinds = vec![
        ("web", Kind::Service(servers(1))),
        ("db", Kind::Database(database)),
    ];
    let mut scenario = chain(traffic(400.0, lookup()), 0.0, kinds);
    let mut writes = write();
    writes.weight = 1.0;
    scenario.traffic.classes[0].weight = 3.0;
    scenario.traffic.classes.push(writes);
    if let Kind::Service(service) = &mut scenario.design.components[1].kind {
        (service.workers, service.service_time_ms) = (1_000, 0.1);
    }
    scenario
}

fn copies(engine: &Engine) -> ReplicationGauge {
    let gauge = &engine.snapshot().components[2];
    let KindGauge::Database { replication, .. } = &gauge.kind else {
        panic!("a database");
    };
    *replication.clone().expect("it has copies")
}

fn state(engine: &Engine, copy: usize) -> InstanceState {
    engine.snapshot().components[2].instances[copy].state
}

/// Calls that each copy got in a stretch.
fn arrived(report: &Report) -> Vec<u64> {
    let instances = part(report, "db").instances.iter();
    instances.map(|instance| instance.load.arrived).collect()
}

fn marks(engine: &Engine) -> Vec<String> {
    let marks = engine.marks_since(0);
    marks.iter().map(|mark| mark.words.clone()).collect()
}

fn promote(instance: u16) -> Action {
    Action::Promote {
        component: "db".into(),
        instance,
    }
}

fn cut_off(instance: u16) -> Action {
    Action::CutOff {
        component: "db".into(),
        instance,
    }
}

#[test]
fn writes_go_to_the_primary_and_reads_to_whom_the_design_says() {
    for (reads, expected) in [
        (ReadsFrom::Primary, [4_000.0, 0.0, 0.0]),
        (ReadsFrom::Replicas, [1_000.0, 1_500.0, 1_500.0]),
        (ReadsFrom::All, [2_000.0, 1_000.0, 1_000.0]),
    ] {
        let report = report(
            with(Replication {
                reads,
                ..followed()
            }),
            10.0,
        );
        for (copy, (found, expected)) in arrived(&report).into_iter().zip(expected).enumerate() {
            near(
                &format!("{reads:?}, copy {copy}"),
                found as f64,
                expected,
                150.0,
            );
        }
        assert_eq!(report.requests.failed_total(), 0);
    }
}

#[test]
fn reads_go_to_the_others_once_a_dead_replica_is_found_out_and_to_the_primary_when_none_is_left() {
    let mut scenario = with(followed());
    scenario.script = vec![
        at_s(5.0, kill("db", 1)),
        at_s(10.0, hang("db", 2)),
        at_s(15.0, repair("db", 1)),
    ];
    let mut engine = engine(scenario);
    let first = stretch(&mut engine, 6.0, 10.0);
    assert_eq!((arrived(&first)[1], first.requests.failed_total()), (0, 0));
    let none_left = stretch(&mut engine, 11.0, 15.0);
    assert_eq!(arrived(&none_left)[1..], [0, 0]);
    near(
        "at the primary",
        arrived(&none_left)[0] as f64,
        1_600.0,
        130.0,
    );
    let back = stretch(&mut engine, 16.0, 20.0);
    assert_eq!(arrived(&back)[2], 0);
    near(
        "at the one that is back",
        arrived(&back)[1] as f64,
        1_200.0,
        110.0,
    );
    assert_eq!(copies(&engine).copies[1].lag_ms, 0.0);
}

#[test]
fn the_most_advanced_replica_takes_over_and_the_old_primary_follows_it() {
    for stop in [kill("db", 0), hang("db", 0)] {
        let mut scenario = with(followed());
        scenario.script = vec![
            // It applies as well, but has got less.
            at_s(4.0, cut_off(1)),
            at_s(5.0, stop.clone()),
            at_s(10.0, repair("db", 0)),
            at_s(10.0, repair("db", 1)),
        ];
        let mut engine = engine(scenario);
        run_to(&mut engine, 9.0);
        let found = copies(&engine);
        assert_eq!((found.primary, found.epoch), (2, 2), "{stop:?}");
        run_to(&mut engine, 15.0);
        let found = copies(&engine);
        let roles: Vec<Role> = found.copies.iter().map(|copy| copy.role).collect();
        assert_eq!(roles, [Role::Replica, Role::Replica, Role::Primary]);
        for copy in &found.copies {
            assert!(found.position - copy.applied < 5, "{found:?}");
        }
        let report = engine.report();
        let unavailable_s = part(&report, "db")
            .replication
            .as_ref()
            .map(|it| it.unavailable_s);
        // Two to three looks, for one that hangs the time-out too, and the promotion.
        near("no primary", unavailable_s.unwrap_or_default(), 0.5, 0.1);
    }
}

#[test]
fn nobody_takes_over_before_somebody_has_reacted_or_where_nobody_shall() {
    let of = |failover| {
        let mut scenario = with(Replication {
            failover,
            reaction_s: 3.0,
            ..followed()
        });
        scenario.script = vec![at_s(5.0, kill("db", 0)), at_s(15.0, repair("db", 0))];
        let mut engine = engine(scenario);
        run_to(&mut engine, 12.0);
        let during = copies(&engine).primary;
        run_to(&mut engine, 20.0);
        let replication = part(&engine.report(), "db").replication.clone();
        (
            during,
            copies(&engine).primary,
            replication.expect("it has copies").unavailable_s,
        )
    };
    let (during, after, unavailable_s) = of(Failover::ByHand);
    assert_eq!((during, after), (1, 1));
    near("no primary", unavailable_s, 0.25 + 3.0 + 0.2, 0.06);
    let (during, after, unavailable_s) = of(Failover::Never);
    assert_eq!((during, after, unavailable_s), (0, 0, 10.0));
}

#[test]
fn a_primary_that_is_destroyed_loses_what_no_replica_has_and_comes_back_as_a_new_one() {
    let mut scenario = with(Replication {
        send_every_ms: 1_000.0,
        seed_mbps: 1_000.0,
        ..followed()
    });
    if let Kind::Database(database) = &mut scenario.design.components[2].kind {
        database.data_gb = 2.0;
    }
    scenario.script = vec![at_s(5.9, destroy("db", 0)), at_s(8.0, repair("db", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 9.0);
    let found = copies(&engine);
    assert_eq!(found.copies[0].role, Role::Seeding);
    near("copied", found.copies[0].seeded_share, 0.5, 0.05);
    assert_eq!(state(&engine, 0), InstanceState::Booting);
    run_to(&mut engine, 12.5);
    assert_eq!(copies(&engine).copies[0].role, Role::Replica);
    assert_eq!(state(&engine, 0), InstanceState::Up);
    // 100 writes a second since the last beat, 900 ms before.
    let lost = part(&engine.report(), "db").figure("writes_lost");
    near("lost", lost, 90.0, 30.0);
}

#[test]
fn a_database_alone_gets_a_replica_while_it_runs_and_gives_it_back() {
    let mut scenario = with(Replication {
        replicas: 0,
        ..followed()
    });
    scenario.script = vec![at_s(5.0, add("db")), at_s(10.0, remove("db", 1))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 4.0);
    let KindGauge::Database { replication, .. } = &engine.snapshot().components[2].kind else {
        panic!("a database");
    };
    assert!(replication.is_none());
    let shared = stretch(&mut engine, 6.0, 10.0);
    near("reads", arrived(&shared)[1] as f64, 1_200.0, 110.0);
    assert_eq!(shared.requests.failed_total(), 0);
    let alone = stretch(&mut engine, 11.0, 15.0);
    assert_eq!(arrived(&alone)[1], 0);
    assert_eq!(alone.requests.failed_total(), 0);
    assert_eq!(state(&engine, 1), InstanceState::Gone);
}

#[test]
fn the_primary_is_not_taken_out() {
    let mut scenario = with(followed());
    scenario.script = vec![at_s(5.0, remove("db", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 8.0);
    assert_eq!(state(&engine, 0), InstanceState::Up);
    assert!(marks(&engine).contains(&"db/1 is the primary: it stays".to_owned()));
}

#[test]
fn writes_that_need_all_replicas_wait_while_one_is_gone() {
    let mut scenario = with(Replication {
        mode: ReplicationMode::Synchronous,
        ..followed()
    });
    scenario.script = vec![at_s(5.0, kill("db", 1)), at_s(8.0, repair("db", 1))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 7.9);
    let waiting = copies(&engine).waiting;
    near("writes that wait", f64::from(waiting), 290.0, 50.0);
    run_to(&mut engine, 9.0);
    assert!(copies(&engine).waiting < 5, "they are answered");
    // Reads alone have failed, of those that met the dead one.
    let report = engine.report();
    let refused = failed(&report, "connection_refused") + failed(&report, "connection_reset");
    assert_eq!(report.requests.failed_total(), refused);
}

#[test]
fn writes_that_need_some_go_on_without_after_a_while_until_the_replicas_have_caught_up() {
    let mut scenario = with(Replication {
        mode: ReplicationMode::SemiSynchronous,
        acknowledgements: 2,
        acknowledgement_timeout_ms: 500.0,
        ..followed()
    });
    scenario.script = vec![at_s(5.0, kill("db", 1)), at_s(8.0, repair("db", 1))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 5.4);
    assert!(copies(&engine).waiting > 20);
    run_to(&mut engine, 7.0);
    let found = copies(&engine);
    assert_eq!((found.is_degraded, found.waiting), (true, 0));
    run_to(&mut engine, 9.0);
    assert!(!copies(&engine).is_degraded);
    let told = marks(&engine);
    for words in [
        "db stops waiting for replicas",
        "db waits for replicas again",
    ] {
        assert!(told.contains(&words.to_owned()), "{told:?}");
    }
}

#[test]
fn a_replica_that_the_log_has_outrun_is_made_anew() {
    let mut scenario = with(Replication {
        apply_time_ms: 20.0,
        log_writes: 1_000,
        ..followed()
    });
    // Applying takes twice the time there is: after some 20 s a thousand writes are left.
    scenario.script = vec![at_s(1.0, kill("db", 2))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 15.0);
    assert!(copies(&engine).copies[1].lag_ms > 5_000.0);
    run_to(&mut engine, 25.0);
    let told = marks(&engine);
    assert!(
        told.iter()
            .any(|words| words == "db/2 is too far behind: it is made anew"),
        "{told:?}"
    );
    let found = copies(&engine);
    assert!(found.position - found.copies[1].applied < 1_000);
}

#[test]
fn a_wish_that_makes_no_sense_changes_nothing() {
    let mut scenario = with(followed());
    scenario.script = vec![
        at_s(5.0, promote(0)),
        at_s(6.0, cut_off(1)),
        at_s(7.0, promote(1)),
    ];
    let mut engine = engine(scenario);
    run_to(&mut engine, 9.0);
    let found = copies(&engine);
    assert_eq!((found.primary, found.epoch), (0, 1));
    let told = marks(&engine);
    for words in ["db/1 can't be promoted now", "db/2 can't be promoted now"] {
        assert!(told.contains(&words.to_owned()), "{told:?}");
    }
}

#[test]
fn what_is_read_from_a_replica_that_lags_is_an_older_version() {
    let mut scenario = with(Replication {
        latency_ms: 2_000.0,
        check_interval_ms: 10_000.0,
        check_timeout_ms: 5_000.0,
        ..followed()
    });
    scenario.traffic.keys.count = 1;
    scenario.script = vec![at_s(10.0, kill("web", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 10.0);
    let report = engine.report();
    let db = part(&report, "db");
    // It is written a hundred times a second, and the last two seconds of that are missing there.
    let [stale, reads] = ["stale_reads", "reads"].map(|figure| db.figure(figure));
    near("stale reads", stale, reads, 10.0);
    run_to(&mut engine, 13.0);
    let found = copies(&engine);
    assert_eq!(found.position, found.copies[1].applied);
}
