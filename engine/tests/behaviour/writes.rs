//! Writes whose answer did not come: nobody knows whether they were applied, and who tries again may have
//! them applied twice.

use headroom_engine::Engine;
use headroom_engine::report::{Report, ReportRequests};
use headroom_engine::series::Bin;
use headroom_scenario::{
    Action, Cache, Database, Direction, Dns, Impairment, Kind, Retries, Scenario, Service,
    WriteMode,
};

use crate::design::*;

/// Users who only write, one query each, who wait for a second and try so often again after a tenth of one.
fn writers(retries: u8) -> Scenario {
    let database = Database {
        workers: 1_000,
        connections: 100_000,
        ..Database::default()
    };
    let web = Service {
        workers: 1_000,
        queue_limit: 100_000,
        service_time_ms: 1.0,
        ..servers(1)
    };
    let kinds = vec![
        ("web", Kind::Service(web)),
        ("db", Kind::Database(database)),
    ];
    with_retries(chain(traffic(50.0, write()), 1.0, kinds), retries)
}

fn with_retries(mut scenario: Scenario, max: u8) -> Scenario {
    // So that no worker waits for ever.
    for link in &mut scenario.design.links[1..] {
        link.timeout_ms = 2_000.0;
    }
    scenario.traffic.client.timeout_ms = 1_000.0;
    scenario.traffic.client.retries = Retries {
        max,
        backoff_ms: 100.0,
        jitter: 0.0,
        budget: 10.0,
        saved_max: 1_000,
        ..Retries::default()
    };
    scenario
}

/// A run at a moment, with something done to it at its start.
fn engine_after(scenario: Scenario, action: &Action, until_s: f64) -> Engine {
    let mut engine = engine(scenario);
    engine.apply(action).expect("it is there");
    run_to(&mut engine, until_s);
    engine
}

fn writes(report: &Report) -> u64 {
    part(report, "db").extra["writes"] as u64
}

/// Every write that the database has run is the first of its request or one applied again; the firsts are of
/// those who know it, and of some who do not.
fn balance(engine: &mut Engine) {
    engine.conservation().expect("the books balance");
    let report = engine.report();
    let requests = &report.requests;
    let firsts = writes(&report) - requests.writes_applied_again;
    assert!(firsts >= requests.completed, "{requests:?}");
    let at_most = requests.completed + requests.writes_unknown + requests.in_flight;
    assert!(firsts <= at_most, "{firsts} of {requests:?}");
}

/// Of three attempts at each write two are too many: at those given up, and as far as they are at others.
fn applied_twice_too_often(requests: &ReportRequests) {
    let given_up = 2 * requests.writes_unknown;
    let at_most = given_up + 2 * requests.in_flight;
    let again = requests.writes_applied_again;
    assert!((given_up..=at_most).contains(&again), "{requests:?}");
}

#[test]
fn a_write_whose_answer_is_held_up_is_unknown_and_each_retry_applies_it_again() {
    let mut engine = engine_after(writers(2), &cut("web", "db", Direction::Answers), 60.0);
    balance(&mut engine);
    let report = engine.report();
    let requests = &report.requests;
    assert_eq!(requests.completed, 0);
    assert_eq!(requests.writes_unknown, failed(&report, "timed_out"));
    assert!(requests.writes_unknown > 2_500, "{requests:?}");
    applied_twice_too_often(requests);
}

#[test]
fn a_write_that_arrives_after_its_retry_is_applied_again() {
    let mut engine = engine_after(writers(2), &cut("web", "db", Direction::Calls), 20.0);
    assert_eq!(engine.report().requests.writes_applied_again, 0);
    engine
        .apply(&repair_link("web", "db"))
        .expect("it is there");
    run_to(&mut engine, 40.0);
    balance(&mut engine);
    let report = engine.report();
    let requests = &report.requests;
    // Those whose callers still wait in the server are applied, some twice by then.
    assert!(requests.writes_applied_again > 100, "{requests:?}");
}

#[test]
fn who_is_refused_knows_that_nothing_was_written() {
    let mut engine = engine_after(writers(1), &kill("db", 0), 20.0);
    balance(&mut engine);
    let requests = engine.report().requests;
    assert!(requests.failed_total() > 900);
    // Those whose connection was reset as it died may not know.
    assert!(requests.writes_unknown < 5, "{requests:?}");
    assert_eq!(requests.writes_applied_again, 0);
}

#[test]
fn who_never_learned_the_address_knows_that_nothing_was_written() {
    let mut scenario = writers(1);
    let dns = Dns { ttl_s: 0.0 };
    scenario
        .design
        .components
        .push(component("dns", Kind::Dns(dns)));
    scenario.design.links.push(link("users", "dns", 1.0));
    let mut engine = engine_after(scenario, &cut("users", "dns", Direction::Both), 20.0);
    balance(&mut engine);
    let report = engine.report();
    assert!(failed(&report, "timed_out") > 900);
    assert_eq!(report.requests.writes_unknown, 0);
}

#[test]
fn what_only_reads_leaves_nothing_unknown() {
    let mut scenario = writers(2);
    scenario.traffic.classes = vec![lookup()];
    let mut engine = engine_after(scenario, &cut("web", "db", Direction::Answers), 20.0);
    let report = engine.report();
    assert!(failed(&report, "timed_out") > 500);
    assert_eq!(report.requests.writes_unknown, 0);
    assert_eq!(report.requests.writes_applied_again, 0);
}

#[test]
fn with_write_back_a_write_is_applied_where_the_cache_takes_it() {
    let cache = Cache {
        write_mode: WriteMode::Back,
        ..Cache::default()
    };
    let scenario = cached(traffic(50.0, write()), cache, Database::default());
    let mut scenario = with_retries(scenario, 2);
    if let Kind::Service(web) = &mut scenario.design.components[1].kind {
        web.workers = 1_000;
    }
    let mut engine = engine(scenario);
    engine
        .apply(&impair(
            "web",
            "cache",
            Impairment::Cut {
                direction: Direction::Answers,
            },
        ))
        .expect("it is there");
    run_to(&mut engine, 60.0);
    engine.conservation().expect("the books balance");
    let requests = engine.report().requests;
    applied_twice_too_often(&requests);
}

#[test]
fn both_counts_stand_in_the_rows_over_time_and_in_the_snapshot() {
    let engine = engine_after(writers(2), &cut("web", "db", Direction::Answers), 20.0);
    let requests = engine.snapshot().requests;
    let sum = |count: fn(&Bin) -> u64| engine.bins_since(0).iter().map(count).sum::<u64>();
    assert!(requests.writes_unknown > 0 && requests.writes_applied_again > 0);
    assert_eq!(sum(|bin| bin.writes_unknown), requests.writes_unknown);
    assert_eq!(
        sum(|bin| bin.writes_applied_again),
        requests.writes_applied_again
    );
}
