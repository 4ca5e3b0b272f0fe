//! What a run keeps at most: all of it at the limit, and the oldest or the newest no more just past it.

use headroom_engine::Engine;
use headroom_engine::limits::{
    DEPTH_MAX, FLIGHTS_MAX, MARKS_MAX, RECORDS_MAX, SPANS_MAX, TRACES_MAX, WAITING_SHOWN_MAX,
};
use headroom_engine::snapshot::KindGauge;
use headroom_engine::trace::Trace;
use headroom_scenario::limits::{CALLS_MAX, RETRIES_MAX};
use headroom_scenario::{Action, Database, Kind, Retries, Service};

use crate::design::{
    alone, at_s, blind_balancer, chain, compute, engine, kill, repair, run_to, servers, traffic,
};

#[test]
fn the_deepest_design_runs_and_every_service_computes() {
    let ids: Vec<String> = (0..DEPTH_MAX).map(|number| format!("s{number}")).collect();
    let kinds = ids
        .iter()
        .map(|id| (id.as_str(), Kind::Service(servers(1))));
    let mut engine = engine(chain(traffic(10.0, compute()), 0.0, kinds.collect()));
    run_to(&mut engine, 100.0);
    let report = engine.report();
    assert!(report.requests.completed > 900, "{:?}", report.requests);
    // Ten milliseconds in each, and at this load hardly ever a wait.
    let least = 10.0 * DEPTH_MAX as f64;
    let p50 = report.latency_ms.p50;
    assert!((least..least * 1.02).contains(&p50), "{p50} ms");
}

#[test]
fn requests_past_the_most_in_flight_fail_at_once() {
    // Ten seconds away, so that nothing comes back before the limit.
    let mut far = chain(
        traffic(1_000_000.0, compute()),
        10_000.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    far.traffic.users = 1;
    let mut engine = engine(far);
    engine.sample_every(0);
    run_to(&mut engine, 3.9);
    let before = engine.report().requests;
    assert!(before.in_flight < RECORDS_MAX as u64);
    assert!(before.failed.is_empty(), "{before:?}");
    run_to(&mut engine, 4.1);
    let after = engine.report().requests;
    assert_eq!(after.in_flight, RECORDS_MAX as u64);
    assert_eq!(
        after.failed["too_many_in_flight"],
        after.arrived - RECORDS_MAX as u64
    );
    assert!(after.failed["too_many_in_flight"] > 50_000);
    assert_eq!(engine.conservation(), Ok(()));
}

#[test]
fn a_balancer_that_dies_with_the_most_in_flight_has_nothing_open() {
    let mut scenario = chain(
        traffic(1_000_000.0, compute()),
        0.0,
        vec![
            ("lb", Kind::LoadBalancer(blind_balancer())),
            ("web", Kind::Service(servers(1))),
        ],
    );
    scenario.traffic.users = 1;
    scenario.design.links[1].latency_ms = 5_000.0;
    scenario.script = vec![at_s(4.1, kill("lb", 0)), at_s(4.2, repair("lb", 0))];
    let mut engine = engine(scenario);
    engine.sample_every(0);
    // The first answers are back after ten seconds.
    run_to(&mut engine, 10.1);
    let KindGauge::LoadBalancer { open, .. } = &engine.snapshot().components[1].kind else {
        panic!("it is a balancer");
    };
    assert!(open[0] <= RECORDS_MAX as u32, "{open:?}");
}

#[test]
fn the_newest_marks_are_kept() {
    let mut engine = engine(alone(traffic(1.0, compute()), servers(1)));
    let marks = |engine: &Engine| engine.marks_since(0).into_owned();
    let first = marks(&engine).len();
    for number in first..=MARKS_MAX {
        if number == MARKS_MAX {
            assert_eq!(marks(&engine).len(), MARKS_MAX);
        }
        let rate_rps = 2.0 + number as f64;
        engine
            .apply(&Action::SetRate { rate_rps })
            .expect("a load that can be");
        run_to(&mut engine, (number + 1) as f64);
    }
    let kept = marks(&engine);
    assert_eq!(kept.len(), MARKS_MAX);
    assert!(
        kept[0].words.starts_with("rate 2 → 3 "),
        "{}",
        kept[0].words
    );
    let newest = kept.last().expect("there are many");
    assert!(
        newest.words.starts_with("rate 1,001 → 1,002 "),
        "{}",
        newest.words
    );
}

#[test]
fn the_newest_traces_are_kept_and_flights_until_there_are_too_many() {
    let mut engine = engine(alone(traffic(1_000.0, compute()), servers(8)));
    let mut requests = 0;
    let kept = |engine: &Engine| engine.traces().cloned().collect::<Vec<Trace>>();
    while requests < TRACES_MAX {
        engine.step();
        requests = kept(&engine).len();
    }
    let oldest = kept(&engine)[0].request;
    run_to(&mut engine, 20.0);
    let traces = kept(&engine);
    assert_eq!(traces.len(), TRACES_MAX);
    assert!(traces[0].request > oldest);
    assert_eq!(engine.trace(oldest), None);
    assert!(engine.drain_flights().count() < FLIGHTS_MAX);
    run_to(&mut engine, 80.0);
    assert_eq!(engine.drain_flights().count(), FLIGHTS_MAX);
}

#[test]
fn a_trace_has_no_more_spans_than_it_has_room_for() {
    let mut talkative = compute();
    talkative.queries = CALLS_MAX;
    let mut users = traffic(1.0, talkative);
    users.client.timeout_ms = 400.0;
    users.client.retries = Retries {
        max: RETRIES_MAX,
        backoff_ms: 1.0,
        budget: f64::from(RETRIES_MAX),
        ..Retries::default()
    };
    let kinds = |read_time_ms: f64| {
        let database = Database {
            read_time_ms,
            ..Database::default()
        };
        vec![
            ("web", Kind::Service(servers(1))),
            ("db", Kind::Database(database)),
        ]
    };
    let longest = |read_time_ms: f64| {
        let mut engine = engine(chain(users.clone(), 1.0, kinds(read_time_ms)));
        run_to(&mut engine, 60.0);
        let lengths = engine.traces().map(|trace| trace.spans.len());
        lengths.max().unwrap_or_default()
    };
    // Answered at the first attempt, all of it is there; attempts in vain go on for longer.
    let answered = longest(5.0);
    assert!((40..SPANS_MAX).contains(&answered), "{answered}");
    assert_eq!(longest(40.0), SPANS_MAX);
}

#[test]
fn a_line_shows_its_front() {
    let slow = Service {
        workers: 1,
        service_time_ms: 60_000.0,
        ..servers(1)
    };
    let mut engine = engine(alone(traffic(10.0, compute()), slow));
    let line = |engine: &Engine| {
        let web = engine.snapshot().components[1].instances[0].clone();
        (web.queue_depth as usize, web.waiting_classes.len())
    };
    while line(&engine).0 < WAITING_SHOWN_MAX {
        engine.step();
    }
    assert_eq!(line(&engine), (WAITING_SHOWN_MAX, WAITING_SHOWN_MAX));
    while line(&engine).0 == WAITING_SHOWN_MAX {
        engine.step();
    }
    assert_eq!(line(&engine), (WAITING_SHOWN_MAX + 1, WAITING_SHOWN_MAX));
}
