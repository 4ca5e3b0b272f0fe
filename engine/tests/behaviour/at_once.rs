//! Calls that a server makes at the same time for one request.

use headroom_engine::trace::Activity;
use headroom_scenario::{
    Action, Class, ClassKind, Database, Distribution, Kind, Retries, Scenario, Service,
};

use crate::design::*;

const CALLS: u8 = 4;

/// Requests that need nothing but four queries of ten milliseconds, so many of them at once.
fn forked(rate_rps: f64, at_once: u8, database: Database) -> Scenario {
    let class = Class {
        work: 0.0,
        queries: CALLS,
        at_once,
        ..compute()
    };
    let web = Service {
        workers: 1_000,
        ..servers(1)
    };
    let database = Database {
        read_time_ms: 10.0,
        distribution: Distribution::Constant,
        ..database
    };
    chain(
        traffic(rate_rps, class),
        0.0,
        vec![
            ("web", Kind::Service(web)),
            ("db", Kind::Database(database)),
        ],
    )
}

fn idle() -> Database {
    Database {
        workers: 1_000,
        connections: 10_000,
        ..Database::default()
    }
}

fn timed(mut scenario: Scenario, timeout_ms: f64) -> Scenario {
    let mut links = scenario.design.links.iter_mut();
    links
        .find(|link| link.to == "db")
        .expect("it is there")
        .timeout_ms = timeout_ms;
    scenario
}

#[test]
fn calls_at_once_take_as_long_as_one() {
    for (at_once, took_ms) in [(1, 40.0), (2, 20.0), (3, 20.0), (4, 10.0), (9, 10.0)] {
        let report = report(forked(5.0, at_once, idle()), 20.0);
        near("latency", report.latency_ms.mean, took_ms, 1e-6);
        let reads = part(&report, "db").extra["reads"];
        let asked = report.requests.arrived as f64 * f64::from(CALLS);
        near("queries", reads, asked, f64::from(CALLS));
    }
}

#[test]
fn a_request_holds_one_worker_whatever_it_asks_at_once() {
    let report = report(forked(50.0, CALLS, idle()), 20.0);
    let busy = part(&report, "web").load.utilisation * 1_000.0;
    near("workers", busy, 50.0 * 0.010, 0.05);
}

#[test]
fn one_call_that_fails_fails_the_request_when_all_are_back() {
    let narrow = Database {
        connections: 3,
        ..idle()
    };
    let report = report(forked(1.0, CALLS, narrow), 60.0);
    assert_eq!(report.requests.completed, 0);
    assert_eq!(
        failed(&report, "too_many_connections"),
        report.requests.failed_total()
    );
    let reads = part(&report, "db").extra["reads"];
    near(
        "three of four",
        reads,
        3.0 * report.requests.failed_total() as f64,
        3.0,
    );
    // Two at a time fit: no call is left behind that holds a connection.
    let fits = Database {
        connections: 2,
        ..idle()
    };
    let fitting = crate::design::report(forked(1.0, 2, fits), 60.0);
    let met = fitting.requests.failed_total();
    assert!(met <= 2, "{met} met another request, of 60");
}

#[test]
fn each_call_has_a_time_out_of_its_own() {
    let mut engine = engine(timed(forked(20.0, 2, idle()), 15.0));
    run_to(&mut engine, 5.0);
    assert_eq!(
        engine.report().requests.failed_total(),
        0,
        "10 ms is in time"
    );
    engine.apply(&hang("db", 0)).expect("it is there");
    engine.begin_measurement();
    run_to(&mut engine, 8.0);
    let report = engine.report();
    assert_eq!(failed(&report, "timed_out"), report.requests.failed_total());
    near(
        "a second",
        failed(&report, "timed_out") as f64 / 3.0,
        20.0,
        7.0,
    );
    let slowest = engine.traces().filter(|trace| trace.failed.is_some());
    for trace in slowest.filter(|trace| trace.start_ns > 5_100_000_000) {
        let took_ns = trace.end_ns.expect("it failed") - trace.start_ns;
        assert_eq!(
            took_ns, 15_000_000,
            "both give up at the same moment, and no more set out"
        );
    }
}

#[test]
fn a_server_that_dies_takes_its_requests_and_nobody_hears_of_their_calls() {
    let mut engine = engine(forked(100.0, CALLS, idle()));
    run_to(&mut engine, 5.0);
    let in_flight = engine.in_flight();
    assert!(in_flight > 0 || engine.arrived() > 400);
    engine.apply(&kill("web", 0)).expect("it is there");
    run_to(&mut engine, 6.0);
    engine.conservation().expect("the books balance");
    engine.apply(&repair("web", 0)).expect("it is there");
    run_to(&mut engine, 8.0);
    engine.conservation().expect("the books balance");
    let report = engine.report();
    let reset = failed(&report, "connection_reset");
    assert!(reset >= in_flight, "{reset} reset of {in_flight} in flight");
}

#[test]
fn a_trace_has_a_branch_for_each_call() {
    let mut engine = engine(forked(1.0, 3, idle()));
    run_to(&mut engine, 10.0);
    let trace = engine.traces().find(|trace| trace.end_ns.is_some());
    let trace = trace.expect("ten have come");
    let worked = |branch: u8| {
        let spans = trace.spans.iter();
        let works = spans.filter(|span| span.component == 2 && span.activity == Activity::Work);
        works.filter(|span| span.branch == branch).count()
    };
    assert_eq!([0, 1, 2, 3, 4, 5].map(worked), [0, 1, 1, 1, 1, 0]);
    let joins = trace.spans.iter();
    let joins: Vec<_> = joins
        .filter(|span| span.activity == Activity::Join)
        .collect();
    let [join] = joins[..] else {
        panic!("{} joins", joins.len())
    };
    assert_eq!(
        join.end_ns - join.start_ns,
        20_000_000,
        "from the first to the last that is back"
    );
    assert!(trace.spans.iter().all(|span| span.end_ns >= span.start_ns));
}

#[test]
fn a_write_is_told_that_it_asks_one_after_the_other() {
    let mut scenario = forked(1.0, 1, idle());
    scenario.traffic.classes[0].kind = ClassKind::Write;
    scenario.clone().validate().expect("one at a time");
    scenario.traffic.classes[0].at_once = 2;
    let problems = scenario.validate().expect_err("two at a time");
    assert!(
        problems[0].to_string().contains("one after the other"),
        "{}",
        problems[0]
    );
}

#[test]
fn calls_go_on_where_traffic_changes_under_way() {
    let mut engine = engine(forked(100.0, CALLS, idle()));
    run_to(&mut engine, 2.0);
    for (second, at_once, queries) in [(2.0, 1, CALLS), (2.5, 4, 1), (3.0, 4, 8)] {
        let mut traffic = engine.scenario().traffic.clone();
        traffic.classes[0].at_once = at_once;
        traffic.classes[0].queries = queries;
        engine
            .apply(&Action::SetTraffic { traffic })
            .expect("it is valid");
        run_to(&mut engine, second + 0.5);
        engine.conservation().expect("the books balance");
    }
    assert_eq!(engine.report().requests.failed_total(), 0);
}

#[test]
fn calls_of_an_attempt_that_was_given_up_are_not_those_of_the_next_one() {
    let mut scenario = forked(1.0, CALLS, idle());
    if let Kind::Database(database) = &mut scenario.design.components[2].kind {
        database.read_time_ms = 30.0;
    }
    scenario.traffic.client.timeout_ms = 15.0;
    scenario.traffic.client.retries = Retries {
        max: 1,
        backoff_ms: 1.0,
        jitter: 0.0,
        ..Retries::default()
    };
    let mut engine = engine(scenario);
    run_to(&mut engine, 10.0);
    let traces: Vec<_> = engine.traces().filter(|it| it.failed.is_some()).collect();
    assert!(traces.len() > 3, "{} have failed", traces.len());
    for trace in traces {
        let ended_ns = trace.end_ns.expect("it has failed");
        for span in &trace.spans {
            assert!(span.end_ns != 0, "nothing goes on after the end: {span:?}");
            // What is asked by the second attempt is under way when that is given up, whatever came back of
            // the first one meanwhile.
            let is_query = span.branch > 0 && span.activity == Activity::Work;
            if span.attempt == 1 && is_query {
                assert_eq!(span.end_ns, ended_ns, "{span:?}");
            }
        }
    }
}
