//! Callers that do not wait for ever: what they do then, and what goes on without them.

use headroom_engine::report::Report;
use headroom_scenario::{
    Action, Algorithm, Cache, Database, Distribution, Kind, LoadBalancer, ReadMode, Scenario,
    Service,
};

use crate::design::*;

fn set_timeout(from: &str, to: &str, timeout_ms: f64) -> Action {
    Action::SetTimeout {
        from: from.into(),
        to: to.into(),
        timeout_ms,
    }
}

/// Sets the time-out of a link in the document.
fn with_timeout(mut scenario: Scenario, from: &str, to: &str, timeout_ms: f64) -> Scenario {
    let place = scenario.design.link(from, to).expect("there is a link");
    scenario.design.links[place].timeout_ms = timeout_ms;
    scenario
}

fn database(read_time_ms: f64) -> Database {
    Database {
        read_time_ms,
        workers: 1_000,
        connections: 10_000,
        distribution: Distribution::Constant,
        ..Database::default()
    }
}

/// A server with ten workers, and a database of so many milliseconds.
fn two_tiers(read_time_ms: f64) -> Scenario {
    let web = Service {
        workers: 10,
        service_time_ms: 1.0,
        ..servers(1)
    };
    let kinds = vec![
        ("web", Kind::Service(web)),
        ("db", Kind::Database(database(read_time_ms))),
    ];
    chain(traffic(50.0, lookup()), 0.0, kinds)
}

#[test]
fn a_call_that_takes_too_long_fails_and_frees_its_worker() {
    let patient = report(two_tiers(2_000.0), 60.0);
    assert!(
        part(&patient, "web").load.utilisation > 0.99,
        "all are held"
    );
    let scenario = with_timeout(two_tiers(2_000.0), "web", "db", 100.0);
    let mut engine = engine(scenario);
    let report = stretch(&mut engine, 10.0, 60.0);
    assert_eq!(report.requests.completed, 0);
    assert!(failed(&report, "timed_out") > 2_300);
    // A millisecond of work and the wait, of ten workers.
    near(
        "held",
        part(&report, "web").load.utilisation,
        50.0 * 0.101 / 10.0,
        0.03,
    );
    // The database works on for nobody.
    near(
        "worked on",
        part(&report, "db").load.throughput_rps,
        50.0,
        3.0,
    );
}

#[test]
fn an_answer_of_the_last_moment_is_in_time_and_a_later_one_is_nobodys() {
    for (timeout_ms, completes) in [(40.0, true), (39.999, false)] {
        let scenario = with_timeout(two_tiers(40.0), "web", "db", timeout_ms);
        let report = report(scenario, 20.0);
        assert_eq!(report.requests.completed > 900, completes, "{timeout_ms}");
        assert_eq!(
            failed(&report, "timed_out") > 900,
            !completes,
            "{timeout_ms}"
        );
    }
}

/// Two servers behind a balancer that goes by response times, and a database behind them.
fn by_response_time(rate_rps: f64) -> Scenario {
    let balancer = LoadBalancer {
        algorithm: Algorithm::LeastResponseTime,
        retries: 0,
        ..blind_balancer()
    };
    let web = Service {
        workers: 1_000,
        ..servers(2)
    };
    let mut scenario = cached(traffic(rate_rps, lookup()), Cache::default(), database(1.0));
    scenario.design.components[1].kind = Kind::Service(web);
    let lb = component("lb", Kind::LoadBalancer(balancer));
    scenario.design.components.push(lb);
    scenario.design.links[0] = link("users", "lb", 0.0);
    scenario.design.links.push(link("lb", "web", 0.0));
    scenario
}

#[test]
fn a_balancer_learns_from_a_call_that_takes_too_long() {
    let scenario = with_timeout(by_response_time(1.0), "lb", "web", 100.0);
    let mut engine = engine(scenario);
    engine.apply(&hang("web", 0)).expect("it is there");
    let report = stretch(&mut engine, 0.0, 20.0);
    let timed_out = failed(&report, "timed_out");
    assert!((1..5).contains(&timed_out), "{timed_out} of some 20");
}

#[test]
fn a_balancer_times_an_answer_from_when_it_was_asked_for() {
    let share_of_slow = |scenario: Scenario, is_silent: bool| {
        let mut engine = engine(scenario);
        if is_silent {
            engine.apply(&hang("cache", 0)).expect("it is there");
        }
        engine.apply(&slow("web", 1, 5.0)).expect("it is there");
        let report = stretch(&mut engine, 20.0, 120.0);
        assert_eq!(report.requests.failed.len(), 0);
        part(&report, "web").instances[1].load.throughput_rps / 50.0
    };
    // Where the cache is silent, each request goes on in another record, twice.
    let silent = with_timeout(by_response_time(50.0), "web", "cache", 20.0);
    let mut sound = by_response_time(50.0);
    sound.design.links.retain(|link| link.to != "cache");
    sound.design.links.retain(|link| link.from != "cache");
    sound.design.components.retain(|row| row.id != "cache");
    let db = sound
        .design
        .components
        .iter_mut()
        .find(|row| row.id == "db");
    db.expect("it is there").kind = Kind::Database(database(41.0));
    let (silent, sound) = (share_of_slow(silent, true), share_of_slow(sound, false));
    near("go to the slow one", silent, sound, 0.01);
}

#[test]
fn a_cache_that_does_not_answer_in_time_is_a_cache_that_misses() {
    for read_mode in [ReadMode::CacheAside, ReadMode::ReadThrough] {
        let cache = Cache {
            read_mode,
            ..Cache::default()
        };
        let mut scenario = cached(traffic(50.0, lookup()), cache, database(1.0));
        if let Kind::Service(web) = &mut scenario.design.components[1].kind {
            web.workers = 1_000;
        }
        let mut engine = engine(with_timeout(scenario, "web", "cache", 50.0));
        engine.apply(&hang("cache", 0)).expect("it is there");
        let report = stretch(&mut engine, 1.0, 20.0);
        assert_eq!(report.requests.failed.len(), 0, "{read_mode:?}");
        let expected = match read_mode {
            // It looks up, and fills in vain.
            ReadMode::CacheAside => 10.0 + 2.0 * 50.0 + 1.2,
            ReadMode::ReadThrough => 10.0 + 50.0 + 1.2,
        };
        near("latency", report.latency_ms.p50, expected, 1.0);
        engine.apply(&repair("cache", 0)).expect("it is there");
        let sound = stretch(&mut engine, 21.0, 30.0);
        assert!(sound.latency_ms.p50 < 15.0, "what comes late is nobody's");
    }
}

#[test]
fn a_cache_that_fetches_gives_up_when_the_database_is_silent() {
    let cache = Cache {
        read_mode: ReadMode::ReadThrough,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(50.0, lookup()), cache, database(1.0));
    scenario.traffic.keys.count = 1;
    let mut engine = engine(with_timeout(scenario, "cache", "db", 100.0));
    engine.apply(&hang("db", 0)).expect("it is there");
    let silent = stretch(&mut engine, 1.0, 10.0);
    assert_eq!(silent.requests.completed, 0);
    assert!(
        failed(&silent, "timed_out") > 400,
        "those who wait for the fetch too"
    );
    assert!(engine.in_flight() < 20, "nobody waits on");
    engine.apply(&repair("db", 0)).expect("it is there");
    assert_eq!(stretch(&mut engine, 11.0, 20.0).requests.failed.len(), 0);
}

/// Two servers behind a balancer that knows nothing of their health, but may try the other one.
fn balanced(class: headroom_scenario::Class, retries: u8) -> Scenario {
    let balancer = LoadBalancer {
        retries,
        ..blind_balancer()
    };
    let kinds = vec![
        ("lb", Kind::LoadBalancer(balancer)),
        ("web", Kind::Service(servers(2))),
    ];
    with_timeout(chain(traffic(100.0, class), 0.0, kinds), "lb", "web", 100.0)
}

#[test]
fn a_balancer_tries_another_server_unless_something_may_be_done_twice() {
    let hurt = |class, retries| {
        let mut engine = engine(balanced(class, retries));
        engine.apply(&hang("web", 1)).expect("it is there");
        stretch(&mut engine, 1.0, 20.0)
    };
    let reads = hurt(compute(), 1);
    assert_eq!(reads.requests.failed.len(), 0);
    near("who waited", reads.latency_ms.p99, 110.0, 2.0);
    assert!(reads.latency_ms.mean < 90.0, "not all have to");
    let alone = hurt(compute(), 0);
    let share = failed(&alone, "timed_out") as f64 / alone.requests.ended() as f64;
    near("nobody else is tried", share, 0.5, 0.02);
    let mut post = write();
    post.queries = 0;
    let writes = hurt(post, 1);
    let share = failed(&writes, "timed_out") as f64 / writes.requests.ended() as f64;
    near("a write may have been done", share, 0.5, 0.02);
}

#[test]
fn each_caller_has_its_own_patience_inside_of_anothers() {
    // The users wait 500 ms, the balancer 300, the server 120 for each query: it fails first.
    let mut scenario = chain(
        traffic(20.0, lookup()),
        0.0,
        vec![
            ("lb", Kind::LoadBalancer(blind_balancer())),
            ("web", Kind::Service(servers(1))),
            ("db", Kind::Database(database(1.0))),
        ],
    );
    scenario.traffic.client.timeout_ms = 500.0;
    for (server_ms, balancer_ms, expected_ms) in [
        (120.0, 300.0, 130.0),
        (400.0, 300.0, 300.0),
        (0.0, 0.0, 500.0),
    ] {
        let scenario = with_timeout(scenario.clone(), "web", "db", server_ms);
        let mut engine = engine(with_timeout(scenario, "lb", "web", balancer_ms));
        engine.apply(&hang("db", 0)).expect("it is there");
        run_to(&mut engine, 1.0);
        let long_ago = engine.now();
        run_to(&mut engine, 20.0);
        let given_up = engine.traces().filter(|trace| trace.start_ns > long_ago.0);
        let mut took_ms = given_up
            .filter_map(|trace| Some((trace.end_ns? - trace.start_ns) as f64 / 1e6))
            .peekable();
        assert!(took_ms.peek().is_some());
        for ms in took_ms {
            near("given up after", ms, expected_ms, 1.0);
        }
    }
}

#[test]
fn who_waits_already_waits_as_long_as_before() {
    let mut engine = engine(two_tiers(1_000.0));
    run_to(&mut engine, 5.0);
    engine
        .apply(&set_timeout("web", "db", 100.0))
        .expect("it is there");
    let report = stretch(&mut engine, 5.0, 5.9);
    // Ten workers wait on; of the others those fail that get one.
    assert!(
        report.requests.completed > 5,
        "those under way are answered"
    );
    let later = stretch(&mut engine, 12.0, 20.0);
    assert_eq!(later.requests.completed, 0);
    assert!(failed(&later, "timed_out") > 300);
}

#[test]
fn a_database_that_drops_what_nobody_awaits_answers_some_in_time() {
    let overloaded = |drops_abandoned| {
        let db = Database {
            read_time_ms: 20.0,
            workers: 1,
            distribution: Distribution::Constant,
            drops_abandoned,
            ..Database::default()
        };
        let web = Service {
            workers: 1_000,
            service_time_ms: 1.0,
            ..servers(1)
        };
        let kinds = vec![("web", Kind::Service(web)), ("db", Kind::Database(db))];
        let scenario = chain(traffic(100.0, lookup()), 0.0, kinds);
        let mut engine = engine(with_timeout(scenario, "web", "db", 50.0));
        stretch(&mut engine, 20.0, 40.0)
    };
    let (serves_all, drops) = (overloaded(false), overloaded(true));
    let done = |report: &Report| report.requests.completed as f64 / 20.0;
    assert_eq!(done(&serves_all), 0.0, "each is answered ten seconds late");
    // First come, first served: who is taken has waited almost as long as it would, and few of them are
    // answered in the time that is left.
    near("answered in time", done(&drops), 10.0, 2.0);
    let gone = part(&drops, "db").failed["timed_out"] as f64 / 20.0;
    near("the rest leaves the line", gone, 50.0, 3.0);
    for report in [serves_all, drops] {
        let busy = part(&report, "db").load.utilisation;
        near("busy", busy, 1.0, 0.01);
    }
}
