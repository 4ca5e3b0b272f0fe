//! Machines that hang or are destroyed, and links that delay, lose, narrow or cut.

use headroom_engine::Engine;
use headroom_engine::snapshot::InstanceState;
use headroom_engine::time::SimTime;
use headroom_scenario::{
    Action, Cache, Class, Database, Direction, Distribution, HealthCheck, Impairment, Kind,
    LoadBalancer, Scenario, Service, SessionStore, WriteMode,
};

use crate::design::*;

/// A server with workers enough and a database behind it, a millisecond of work in each, always the same.
fn two_tiers(rate_rps: f64) -> Scenario {
    let web = Service {
        workers: 1_000,
        service_time_ms: 1.0,
        ..servers(1)
    };
    let db = Database {
        read_time_ms: 1.0,
        workers: 1_000,
        connections: 10_000,
        distribution: Distribution::Constant,
        ..Database::default()
    };
    chain(
        traffic(rate_rps, lookup()),
        1.0,
        vec![("web", Kind::Service(web)), ("db", Kind::Database(db))],
    )
}

/// Latency of a request through [`two_tiers`] when all is well: two links there and back, and two workers.
const SOUND_MS: f64 = 6.0;

#[test]
fn a_slow_link_delays_both_ways_until_it_is_repaired() {
    let mut engine = engine(two_tiers(50.0));
    engine
        .apply(&impair("web", "db", Impairment::Delay { delay_ms: 20.0 }))
        .expect("the link is there");
    let slowed = stretch(&mut engine, 5.0, 20.0).latency_ms;
    near("the fastest", slowed.p50, SOUND_MS + 40.0, 0.5);
    engine
        .apply(&repair_link("web", "db"))
        .expect("it is there");
    let sound = stretch(&mut engine, 21.0, 40.0).latency_ms;
    near("again", sound.p99, SOUND_MS, 0.2);
}

#[test]
fn a_lossy_link_delays_by_retransmission_and_loses_nothing() {
    let mut engine = engine(two_tiers(200.0));
    let share = 0.1;
    engine
        .apply(&impair("web", "db", Impairment::Loss { share }))
        .expect("the link is there");
    let report = stretch(&mut engine, 5.0, 305.0);
    assert_eq!(report.requests.failed.len(), 0);
    let latency = report.latency_ms;
    // 81 of 100 lose neither the query nor its answer, 97 at most one of them once, 99.6 wait 600 ms at most.
    near("unharmed", latency.p50, SOUND_MS, 0.2);
    near("lost once", latency.p95, SOUND_MS + 200.0, 2.0);
    near("lost twice", latency.p99, SOUND_MS + 600.0, 6.0);
    // Each way waits 200 ms x (0.1 + 2 x 0.01 + 4 x 0.001 ...) = 25 ms on average.
    near("the mean", latency.mean, SOUND_MS + 50.0, 2.0);
}

#[test]
fn a_narrow_link_carries_so_many_bits_a_second() {
    let mut scenario = two_tiers(400.0);
    scenario.traffic.keys.value_kb = 9.0;
    let mut engine = engine(scenario);
    // An answer is of 1 + 9 KB, 80,000 bits: a hundred a second fit.
    let impairment = Impairment::Bandwidth { mbps: 8.0 };
    engine
        .apply(&impair("web", "db", impairment))
        .expect("the link is there");
    let full = stretch(&mut engine, 10.0, 40.0);
    near("answers a second", full.completed_rps(), 100.0, 0.5);
    assert!(full.latency_ms.p50 > 5_000.0, "they wait for the link");
    let mut wide = self::engine(two_tiers(50.0));
    let impairment = Impairment::Bandwidth { mbps: 8.0 };
    wide.apply(&impair("web", "db", impairment))
        .expect("the link is there");
    // A query is of 1 KB, an answer of 2: 1 and 2 ms on the wire.
    let latency = stretch(&mut wide, 5.0, 40.0).latency_ms;
    near("hardly used", latency.p50, SOUND_MS + 3.0, 0.3);
}

#[test]
fn what_a_narrow_link_loses_holds_up_no_other() {
    let faulty = |rate_rps, value_kb, share| {
        let mut scenario = two_tiers(rate_rps);
        scenario.traffic.keys.value_kb = value_kb;
        let mut engine = engine(scenario);
        for impairment in [
            Impairment::Bandwidth { mbps: 8.0 },
            Impairment::Loss { share },
        ] {
            engine
                .apply(&impair("web", "db", impairment))
                .expect("the link is there");
        }
        stretch(&mut engine, 20.0, 120.0)
    };
    // 3 ms on the wire, and each way waits 25 ms on average to be sent again.
    let latency = faulty(20.0, 1.0, 0.1).latency_ms;
    near("unharmed", latency.p50, SOUND_MS + 3.0, 0.3);
    near("the mean", latency.mean, SOUND_MS + 3.0 + 50.0, 6.0);
    // A hundred answers a second fit, of which one in four is lost.
    let full = faulty(400.0, 9.0, 0.25);
    near("answers a second", full.completed_rps(), 75.0, 1.5);
}

#[test]
fn what_waits_for_a_narrow_link_arrives_as_soon_as_it_is_wide() {
    let mut engine = engine(two_tiers(400.0));
    // An answer is of 2 KB: one a second.
    let impairment = Impairment::Bandwidth { mbps: 0.016 };
    engine
        .apply(&impair("web", "db", impairment))
        .expect("the link is there");
    run_to(&mut engine, 5.0);
    assert!(engine.in_flight() > 1_900);
    engine
        .apply(&repair_link("web", "db"))
        .expect("it is there");
    run_to(&mut engine, 5.1);
    assert!(engine.in_flight() < 20, "{}", engine.in_flight());
    // Once more: nothing of the line before is left.
    engine
        .apply(&impair("web", "db", impairment))
        .expect("the link is there");
    let report = stretch(&mut engine, 10.0, 40.0);
    // Its questions are of 1 KB: two a second come.
    near("answers a second", report.completed_rps(), 1.0, 0.1);
}

#[test]
fn an_answer_that_sets_out_later_holds_up_no_other() {
    let cache = Cache {
        nodes: 2,
        operation_ms: 0.1,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(50.0, lookup()), cache, Database::default());
    if let Kind::Service(web) = &mut scenario.design.components[1].kind {
        web.workers = 1_000;
    }
    let mut engine = engine(scenario);
    engine
        .apply(&slow("cache", 1, 1_000.0))
        .expect("it is there");
    let impairment = Impairment::Bandwidth { mbps: 1_000.0 };
    engine
        .apply(&impair("web", "cache", impairment))
        .expect("the link is there");
    // A tenth of a second for each operation of the one node, which has more than it can do.
    let latency = stretch(&mut engine, 5.0, 20.0).latency_ms;
    assert!(latency.max > 1_000.0, "{} ms", latency.max);
    assert!(latency.p50 < 20.0, "{} ms", latency.p50);
}

#[test]
fn a_name_is_asked_for_and_told_over_the_same_link() {
    let mut scenario = two_tiers(20.0);
    let dns = headroom_scenario::Dns { ttl_s: 0.0 };
    scenario
        .design
        .components
        .push(component("dns", Kind::Dns(dns)));
    scenario.design.links.push(link("users", "dns", 1.0));
    let latency = |impairment| {
        let mut engine = engine(scenario.clone());
        engine
            .apply(&impair("users", "dns", impairment))
            .expect("the link is there");
        stretch(&mut engine, 5.0, 305.0).latency_ms
    };
    let sound_ms = SOUND_MS + 2.0;
    // Two messages of a kilobyte, each a millisecond on the wire.
    let narrow = latency(Impairment::Bandwidth { mbps: 8.0 });
    near("narrow", narrow.p50, sound_ms + 2.0, 0.2);
    // Each of the two waits 25 ms on average to be sent again.
    let lossy = latency(Impairment::Loss { share: 0.1 });
    near("lossy", lossy.mean, sound_ms + 50.0, 5.0);
}

#[test]
fn what_is_sent_before_a_server_leaves_arrives_over_a_narrow_link() {
    let cache = Cache {
        nodes: 2,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(50.0, lookup()), cache, Database::default());
    if let Kind::Service(web) = &mut scenario.design.components[1].kind {
        web.workers = 1_000;
    }
    let impairment = Impairment::Bandwidth { mbps: 0.16 };
    scenario.script = vec![
        at_s(5.0, impair("web", "cache", impairment)),
        at_s(7.0, remove("cache", 1)),
    ];
    let mut engine = engine(scenario);
    // Twenty messages a second fit, and fifty come at least.
    run_to(&mut engine, 7.0);
    engine.begin_measurement();
    run_to(&mut engine, 20.0);
    let report = engine.report();
    let left = &part(&report, "cache").instances[1].load;
    let answered = left.throughput_rps * 13.0;
    assert!(left.arrived > 10, "{} came", left.arrived);
    near("answered", answered, left.arrived as f64, 0.1);
    assert_eq!(engine.snapshot().components[2].cost.rented, 1);
}

/// What a message takes over a link of 8 megabits beside its values, in milliseconds.
const MESSAGE_MS: f64 = 1.0;
/// The same of a value of 9 KB.
const VALUE_MS: f64 = 9.0;

#[test]
fn a_message_is_as_large_as_the_values_in_it() {
    let class = Class {
        kind: headroom_scenario::ClassKind::Write,
        lookups: 1,
        queries: 2,
        ..write()
    };
    let mut scenario = two_tiers(2.0);
    scenario.traffic.classes = vec![class];
    scenario.traffic.keys.value_kb = 9.0;
    // Behind it one that only computes.
    let behind = Service {
        service_time_ms: 1.0,
        ..servers(1)
    };
    scenario
        .design
        .components
        .push(component("api", Kind::Service(behind)));
    scenario.design.links.push(link("web", "api", 1.0));
    // What it takes over each link, there and back together.
    let sound_ms = stretch(&mut engine(scenario.clone()), 5.0, 105.0)
        .latency_ms
        .p50;
    for (from, to, messages, values) in [
        // It takes two values there, and brings one back.
        ("users", "web", 2.0, 3.0),
        // Read, and written twice.
        ("web", "db", 6.0, 3.0),
        // All is read and written already.
        ("web", "api", 2.0, 0.0),
    ] {
        let mut engine = engine(scenario.clone());
        let impairment = Impairment::Bandwidth { mbps: 8.0 };
        engine
            .apply(&impair(from, to, impairment))
            .expect("the link is there");
        let takes_ms = stretch(&mut engine, 5.0, 105.0).latency_ms.p50 - sound_ms;
        let expected_ms = messages * MESSAGE_MS + values * VALUE_MS;
        near(&format!("{from} to {to}"), takes_ms, expected_ms, 0.5);
    }
    // Each way for itself: what is written goes there, and only what is read comes back.
    let mut scenario = two_tiers(200.0);
    scenario.traffic.keys.value_kb = 9.0;
    for (lookups, queries, fit_rps) in [(0, 1, 100.0), (1, 1, 100.0), (2, 1, 1e3 / 19.0)] {
        scenario.traffic.classes[0] = Class {
            lookups,
            queries,
            ..write()
        };
        let mut engine = engine(scenario.clone());
        let impairment = Impairment::Bandwidth { mbps: 8.0 };
        engine
            .apply(&impair("users", "web", impairment))
            .expect("the link is there");
        let report = stretch(&mut engine, 10.0, 40.0);
        let what = format!("{lookups} read, {queries} written");
        near(&what, report.completed_rps(), fit_rps, 1.0);
    }
}

#[test]
fn who_is_asked_to_log_in_gets_no_value_with_it() {
    let web = Service {
        sessions: SessionStore::Server,
        ..servers(2)
    };
    let kinds = vec![
        ("lb", Kind::LoadBalancer(blind_balancer())),
        ("web", Kind::Service(web)),
    ];
    let mut scenario = chain(traffic(200.0, lookup()), 0.0, kinds);
    scenario.traffic.keys.value_kb = 9.0;
    let mut engine = engine(scenario);
    let impairment = Impairment::Bandwidth { mbps: 8.0 };
    engine
        .apply(&impair("users", "lb", impairment))
        .expect("the link is there");
    let report = stretch(&mut engine, 20.0, 60.0);
    // Every second one is asked first: a message alone, and one with a value.
    let fit_rps = 1e3 / (0.5 * MESSAGE_MS + MESSAGE_MS + VALUE_MS);
    near("answers a second", report.completed_rps(), fit_rps, 6.0);
}

#[test]
fn what_is_sent_into_a_cut_arrives_once_it_has_healed() {
    let mut engine = engine(two_tiers(100.0));
    run_to(&mut engine, 10.0);
    engine
        .apply(&cut("web", "db", Direction::Both))
        .expect("the link is there");
    let during = stretch(&mut engine, 10.1, 12.0);
    assert_eq!(during.requests.completed, 0, "nothing comes through");
    assert_eq!(part(&during, "db").load.arrived, 0);
    assert!(engine.snapshot().links[1].held > 150);
    engine
        .apply(&repair_link("web", "db"))
        .expect("it is there");
    run_to(&mut engine, 12.001);
    let after = stretch(&mut engine, 12.001, 20.0);
    assert_eq!(after.requests.failed.len(), 0, "nobody was impatient");
    assert_eq!(engine.snapshot().links[1].held, 0);
    // Who was sent at 10 s is sent again after 0.2, 0.6, 1.4 and 3 s.
    let latest_ms = after.latency_ms.max;
    assert!((2_500.0..3_100.0).contains(&latest_ms), "{latest_ms} ms");
    assert!(engine.in_flight() < 10);
}

#[test]
fn a_cut_one_way_lets_servers_work_for_nobody() {
    let impatient = || {
        let mut scenario = two_tiers(100.0);
        scenario.traffic.client.timeout_ms = 500.0;
        engine(scenario)
    };
    for (direction, queries) in [
        (Direction::Calls, 0.0),
        (Direction::Answers, 1_000.0),
        (Direction::Both, 0.0),
    ] {
        let mut engine = impatient();
        engine
            .apply(&cut("web", "db", direction))
            .expect("the link is there");
        let report = stretch(&mut engine, 1.0, 11.0);
        assert_eq!(report.requests.completed, 0, "{direction:?}");
        let timed_out = failed(&report, "timed_out") as f64;
        near("users time out", timed_out, 1_000.0, 100.0);
        let read = part(&report, "db").load.throughput_rps * 10.0;
        near("queries answered for nobody", read, queries, 100.0);
    }
}

#[test]
fn who_has_given_up_is_not_sent_on_when_the_cut_heals() {
    let mut scenario = two_tiers(100.0);
    scenario.traffic.client.timeout_ms = 500.0;
    let mut engine = engine(scenario);
    engine
        .apply(&cut("users", "web", Direction::Both))
        .expect("the link is there");
    run_to(&mut engine, 60.0);
    let held = engine.snapshot().links[0].held;
    assert!(
        held < 3_000,
        "those given up are forgotten: {held} are held"
    );
    engine
        .apply(&repair_link("users", "web"))
        .expect("it is there");
    engine.begin_measurement();
    run_to(&mut engine, 61.0);
    let came = part(&engine.report(), "web").load.arrived;
    // Of the sixty seconds half a one, beside the second since.
    assert!((100..200).contains(&came), "{came} came");
}

#[test]
fn names_are_not_found_over_a_cut_link() {
    let mut scenario = two_tiers(100.0);
    scenario.design.components.push(component(
        "dns",
        Kind::Dns(headroom_scenario::Dns { ttl_s: 0.0 }),
    ));
    scenario.design.links.push(link("users", "dns", 1.0));
    for direction in [Direction::Both, Direction::Calls, Direction::Answers] {
        let mut engine = engine(scenario.clone());
        engine
            .apply(&cut("users", "dns", direction))
            .expect("the link is there");
        assert_eq!(stretch(&mut engine, 1.0, 5.0).requests.completed, 0);
    }
}

#[test]
fn a_server_that_hangs_goes_on_where_it_stood() {
    // One user, whose request takes a second of work.
    let mut scenario = alone(
        traffic(1.0, compute()),
        Service {
            service_time_ms: 1_000.0,
            workers: 1,
            ..servers(1)
        },
    );
    scenario.traffic.client.loop_model = headroom_scenario::LoopModel::Closed {
        users: 1,
        think_time_ms: 1.0,
    };
    let mut engine = engine(scenario);
    run_to(&mut engine, 10.5);
    let before = engine.snapshot().requests.completed;
    engine.apply(&hang("web", 0)).expect("it is there");
    run_to(&mut engine, 13.5);
    let snapshot = engine.snapshot();
    assert_eq!(snapshot.requests.completed, before, "nothing comes out");
    assert!(snapshot.components[1].instances[0].hangs);
    engine.apply(&repair("web", 0)).expect("it is there");
    engine.begin_measurement();
    run_to(&mut engine, 15.0);
    // A second of work, interrupted by three of standstill.
    near("it took", engine.report().latency_ms.max, 4_000.0, 2.0);
    // Twice in the same work: each time it takes as much longer.
    run_to(&mut engine, 30.2);
    for (hangs_s, goes_on_s) in [(30.3, 31.3), (31.5, 33.5)] {
        run_to(&mut engine, hangs_s);
        engine.apply(&hang("web", 0)).expect("it is there");
        run_to(&mut engine, goes_on_s);
        engine.apply(&repair("web", 0)).expect("it is there");
    }
    engine.begin_measurement();
    run_to(&mut engine, 36.0);
    near("it took", engine.report().latency_ms.max, 4_000.0, 2.0);
}

#[test]
fn a_run_is_over_when_all_users_wait_for_what_does_not_come() {
    let mut scenario = alone(traffic(1.0, compute()), servers(1));
    scenario.traffic.client.loop_model = headroom_scenario::LoopModel::Closed {
        users: 5,
        think_time_ms: 10.0,
    };
    let mut engine = engine(scenario);
    engine.apply(&hang("web", 0)).expect("it is there");
    let happened = std::iter::from_fn(|| engine.step()).count();
    assert!(happened >= 10, "each thinks, asks, and is not heard");
    engine.conservation().expect("the books balance");
    engine.apply(&repair("web", 0)).expect("it is there");
    assert!(engine.step().is_some(), "and it goes on");
}

#[test]
fn who_calls_a_server_that_hangs_burns_its_time_out() {
    let mut scenario = two_tiers(100.0);
    scenario.traffic.client.timeout_ms = 300.0;
    let mut killed = engine(scenario.clone());
    let mut hung = engine(scenario);
    killed.apply(&kill("db", 0)).expect("it is there");
    hung.apply(&hang("db", 0)).expect("it is there");
    let refused = stretch(&mut killed, 1.0, 11.0);
    let silent = stretch(&mut hung, 1.0, 11.0);
    assert!(failed(&refused, "connection_refused") > 900);
    assert!(failed(&silent, "timed_out") > 900);
    assert_eq!(silent.requests.completed, 0);
    // Its workers are held by calls that are not answered; those of the other are free at once.
    assert!(part(&silent, "web").load.utilisation > 0.2);
    assert!(part(&refused, "web").load.utilisation < 0.01);
}

/// Two servers behind a balancer that checks them each second.
fn balanced(standby: bool) -> Scenario {
    let balancer = LoadBalancer {
        health_check: Some(HealthCheck {
            interval_ms: 1_000.0,
            timeout_ms: 500.0,
            rise: 2,
            fall: 2,
        }),
        standby,
        takeover_ms: 2_000.0,
        ..LoadBalancer::default()
    };
    let mut scenario = chain(
        traffic(100.0, compute()),
        1.0,
        vec![
            ("lb", Kind::LoadBalancer(balancer)),
            ("web", Kind::Service(servers(2))),
        ],
    );
    scenario.traffic.client.timeout_ms = 400.0;
    scenario
}

#[test]
fn checks_take_a_server_out_that_hangs_and_back_when_it_goes_on() {
    let mut engine = engine(balanced(false));
    run_to(&mut engine, 5.0);
    engine.apply(&hang("web", 1)).expect("it is there");
    let hurt = stretch(&mut engine, 5.0, 8.0);
    assert!(
        failed(&hurt, "timed_out") > 40,
        "half of them, until it is out"
    );
    let out = stretch(&mut engine, 9.0, 20.0);
    assert_eq!(out.requests.failed.len(), 0, "the other serves all");
    engine.apply(&repair("web", 1)).expect("it is there");
    run_to(&mut engine, 24.0);
    let back = stretch(&mut engine, 24.0, 30.0);
    let share = part(&back, "web").instances[1].load.throughput_rps;
    near("it takes its half", share, 50.0, 5.0);
}

#[test]
fn a_cut_between_balancer_and_servers_takes_all_of_them_out() {
    let mut engine = engine(balanced(false));
    run_to(&mut engine, 5.0);
    engine
        .apply(&cut("lb", "web", Direction::Answers))
        .expect("the link is there");
    let report = stretch(&mut engine, 9.0, 12.0);
    assert_eq!(report.requests.completed, 0);
    assert!(failed(&report, "no_healthy_instance") > 250);
    engine
        .apply(&repair_link("lb", "web"))
        .expect("it is there");
    let report = stretch(&mut engine, 16.0, 20.0);
    assert_eq!(report.requests.failed.len(), 0);
}

#[test]
fn a_probe_counts_that_a_short_cut_has_delayed() {
    // The checks of the two servers set out at 0.5 and 1 s, and each second after their answers.
    for (healed_s, is_out) in [(5.1, false), (5.45, true)] {
        let mut scenario = balanced(false);
        let Kind::LoadBalancer(balancer) = &mut scenario.design.components[1].kind else {
            unreachable!("lb is a balancer");
        };
        balancer.health_check.as_mut().expect("it checks").fall = 1;
        scenario.script = vec![
            at_s(4.9, cut("lb", "web", Direction::Both)),
            at_s(healed_s, repair_link("lb", "web")),
        ];
        let mut engine = engine(scenario);
        run_to(&mut engine, 4.0);
        engine.begin_measurement();
        run_to(&mut engine, 8.0);
        let marks = engine.marks_since(0);
        let marks = marks.iter();
        let out = marks
            .filter(|mark| mark.words.contains("out after"))
            .count();
        assert_eq!(out > 0, is_out, "healed at {healed_s} s: {out} out");
    }
}

#[test]
fn a_standby_takes_the_place_of_a_balancer_that_hangs() {
    let serves = |standby| {
        let mut engine = engine(balanced(standby));
        run_to(&mut engine, 5.0);
        engine.apply(&hang("lb", 0)).expect("it is there");
        assert_eq!(stretch(&mut engine, 5.5, 6.9).requests.completed, 0);
        stretch(&mut engine, 8.0, 12.0).requests.completed
    };
    assert_eq!(serves(false), 0);
    near("the standby serves", serves(true) as f64, 400.0, 60.0);
}

/// When the standby has taken over from the balancer, in seconds, after a script.
fn taken_over_s(script: &[(f64, Action)]) -> Vec<f64> {
    let mut engine = engine(Scenario {
        script: script
            .iter()
            .map(|(s, action)| at_s(*s, action.clone()))
            .collect(),
        ..balanced(true)
    });
    run_to(&mut engine, 20.0);
    let report = stretch(&mut engine, 20.0, 25.0);
    assert_eq!(report.requests.failed.len(), 0, "it serves in the end");
    let marks = engine.marks_since(0);
    let marks = marks.iter();
    let taken_over = marks.filter(|mark| mark.words.starts_with("standby takes over"));
    taken_over.map(|mark| mark.at_ns as f64 / 1e9).collect()
}

#[test]
fn a_standby_takes_over_once_and_only_while_it_is_needed() {
    let (hang, kill, repair) = (hang("lb", 0), kill("lb", 0), repair("lb", 0));
    for fault in [&hang, &kill] {
        let (fault, repair) = (fault.clone(), repair.clone());
        assert_eq!(taken_over_s(&[(5.0, fault.clone())]), [7.0]);
        // It was mended in time, twice.
        let mended = [(5.0, fault.clone()), (6.0, repair.clone())];
        assert_eq!(taken_over_s(&mended), [0.0; 0], "{fault:?}");
        // The second fault has a time of its own.
        let again = [mended.as_slice(), &[(6.5, fault.clone())]].concat();
        assert_eq!(taken_over_s(&again), [8.5], "{fault:?}");
    }
    // Who finds it dead has been waiting for it since it hung.
    assert_eq!(taken_over_s(&[(5.0, hang.clone()), (6.0, kill)]), [7.0]);
    // There is one standby: when that one hangs and goes on, it serves still.
    let standby_hangs = [(5.0, hang.clone()), (8.0, hang), (9.0, repair)];
    assert_eq!(taken_over_s(&standby_hangs), [7.0]);
}

#[test]
fn a_standby_takes_over_where_there_is_one() {
    let with_standby = |standby| Action::Configure {
        component: "lb".into(),
        kind: balanced(standby).design.components[1].kind.clone(),
    };
    let hang = (5.0, hang("lb", 0));
    let late = [
        hang.clone(),
        (5.5, with_standby(false)),
        (6.0, with_standby(true)),
    ];
    assert_eq!(taken_over_s(&late), [8.0]);
    let none = [hang, (5.5, with_standby(false)), (9.0, repair("lb", 0))];
    assert_eq!(taken_over_s(&none), [0.0; 0]);
}

#[test]
fn who_leaves_does_not_wait_for_a_balancer_that_has_died() {
    let mut scenario = balanced(false);
    scenario.script = vec![
        at_s(4.0, slow("web", 1, 20.0)),
        at_s(5.0, kill("lb", 0)),
        at_s(5.0, remove("web", 1)),
    ];
    let mut engine = engine(scenario);
    run_to(&mut engine, 7.0);
    assert_eq!(engine.snapshot().components[2].cost.rented, 1);
}

#[test]
fn a_hanging_machine_that_is_killed_has_lost_what_waited() {
    let mut engine = engine(two_tiers(100.0));
    run_to(&mut engine, 5.0);
    engine.apply(&hang("db", 0)).expect("it is there");
    run_to(&mut engine, 8.0);
    assert_eq!(failed(&engine.report(), "connection_reset"), 0);
    engine.apply(&kill("db", 0)).expect("it is there");
    run_to(&mut engine, 8.1);
    let report = engine.report();
    let lost = failed(&report, "connection_reset") + failed(&report, "connection_refused");
    assert!((250..400).contains(&lost), "{lost} of some 310");
    engine.apply(&repair("db", 0)).expect("it is there");
    let report = stretch(&mut engine, 8.2, 12.0);
    assert_eq!(report.requests.failed.len(), 0, "it serves as before");
}

#[test]
fn a_server_in_the_place_of_a_destroyed_one_has_to_boot() {
    let serves_after_s = |fault| {
        let service = Service {
            boot_s: 5.0,
            ..servers(1)
        };
        let mut engine = engine(alone(traffic(100.0, compute()), service));
        run_to(&mut engine, 1.0);
        engine.apply(&fault).expect("it is there");
        run_to(&mut engine, 2.0);
        engine.apply(&repair("web", 0)).expect("it is there");
        let soon = stretch(&mut engine, 2.5, 3.0).requests.completed;
        let later = stretch(&mut engine, 7.5, 8.0).requests.completed;
        (soon > 0, later > 0)
    };
    assert_eq!(serves_after_s(kill("web", 0)), (true, true));
    assert_eq!(serves_after_s(destroy("web", 0)), (false, true));
}

/// The parameters of a component are changed.
fn configure(scenario: &Scenario, id: &str, change: impl FnOnce(&mut Kind)) -> Action {
    let (_, row) = scenario.design.component(id).expect("it is there");
    let mut kind = row.kind.clone();
    change(&mut kind);
    Action::Configure {
        component: id.into(),
        kind,
    }
}

#[test]
fn a_machine_that_hangs_begins_nothing_with_new_workers() {
    let mut scenario = two_tiers(20.0);
    let workers = |workers: u16| {
        move |kind: &mut Kind| match kind {
            Kind::Service(web) => (web.workers, web.service_time_ms) = (workers, 500.0),
            Kind::Database(db) => (db.workers, db.read_time_ms) = (workers, 500.0),
            _ => unreachable!("it has workers"),
        }
    };
    for (number, id) in [(1, "web"), (2, "db")] {
        let mut scenario = scenario.clone();
        workers(1)(&mut scenario.design.components[number].kind);
        let mut engine = engine(scenario.clone());
        run_to(&mut engine, 3.0);
        engine.apply(&hang(id, 0)).expect("it is there");
        run_to(&mut engine, 3.5);
        let more = configure(&scenario, id, workers(8));
        engine.apply(&more).expect("it is there");
        run_to(&mut engine, 5.0);
        let busy = |engine: &Engine| engine.snapshot().components[number].instances[0].busy;
        assert_eq!(busy(&engine), 1, "{id} begins nothing");
        engine.apply(&repair(id, 0)).expect("it is there");
        run_to(&mut engine, 5.001);
        assert_eq!(busy(&engine), 8, "{id} goes on with all it has now");
    }
    // A value of another size changes what fits, and begins nothing either.
    workers(1)(&mut scenario.design.components[2].kind);
    let mut engine = engine(scenario.clone());
    run_to(&mut engine, 3.0);
    engine.apply(&hang("db", 0)).expect("it is there");
    let mut traffic = scenario.traffic;
    traffic.keys.value_kb *= 2.0;
    engine
        .apply(&Action::SetTraffic { traffic })
        .expect("it can be set");
    run_to(&mut engine, 5.0);
    assert_eq!(engine.snapshot().components[2].instances[0].busy, 1);
}

#[test]
fn a_node_that_hangs_brings_nothing_back_until_it_goes_on() {
    let cache = Cache {
        nodes: 2,
        write_mode: WriteMode::Back,
        write_back_ms: 60_000.0,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(50.0, write()), cache, Database::default());
    scenario.traffic.keys.count = 1_000;
    if let Kind::Service(web) = &mut scenario.design.components[1].kind {
        web.workers = 1_000;
    }
    let smaller = configure(&scenario, "cache", |kind| {
        if let Kind::Cache(cache) = kind {
            cache.entries_per_node = Some(1);
        }
    });
    let written = |engine: &mut Engine| {
        let report = engine.report();
        (
            part(&report, "db").extra["writes"],
            report.sum("writes_lost"),
        )
    };
    for told in [remove("cache", 1), smaller] {
        scenario.script = vec![
            at_s(10.0, hang("cache", 0)),
            at_s(10.0, hang("cache", 1)),
            at_s(11.0, told.clone()),
            at_s(12.0, repair("cache", 1)),
        ];
        let mut engine = engine(scenario.clone());
        run_to(&mut engine, 11.9);
        assert_eq!(written(&mut engine), (0.0, 0.0), "{told:?}");
        run_to(&mut engine, 13.0);
        let (came, lost) = written(&mut engine);
        assert!((50.0..300.0).contains(&came), "{told:?}: {came} came");
        assert_eq!(lost, 0.0, "{told:?}");
    }
}

#[test]
fn an_answer_to_who_has_died_waits_at_nobodys_door() {
    let db = Database {
        read_time_ms: 1_000.0,
        workers: 1_000,
        distribution: Distribution::Constant,
        ..Database::default()
    };
    let web = Service {
        workers: 1_000,
        ..servers(2)
    };
    let scenario = chain(
        traffic(100.0, lookup()),
        0.0,
        vec![
            ("lb", Kind::LoadBalancer(blind_balancer())),
            ("web", Kind::Service(web)),
            ("db", Kind::Database(db)),
        ],
    );
    let mut engine = engine(scenario);
    run_to(&mut engine, 5.0);
    engine.apply(&hang("web", 0)).expect("it is there");
    engine.apply(&kill("web", 1)).expect("it is there");
    let mut nobodys = 0;
    while engine.now() < SimTime::from_s(6.5) {
        let happening = engine.step().expect("users come");
        nobodys += u32::from(happening.sentence.contains("nobody waits for any more"));
    }
    near("of a second of one of two", nobodys.into(), 50.0, 20.0);
}

/// Writes to so many keys through a cache that holds them back for a minute.
fn held_back(warm_restart: bool) -> Engine {
    let cache = Cache {
        write_mode: WriteMode::Back,
        write_back_ms: 60_000.0,
        warm_restart,
        ..Cache::default()
    };
    let class = Class {
        kind: headroom_scenario::ClassKind::Write,
        ..write()
    };
    let mut engine = engine(cached(traffic(50.0, class), cache, Database::default()));
    run_to(&mut engine, 10.0);
    engine
}

#[test]
fn what_is_destroyed_has_lost_its_disk_too() {
    let lost = |mut engine: Engine, action| {
        engine.apply(&action).expect("it is there");
        run_to(&mut engine, 10.5);
        engine.report().sum("writes_lost")
    };
    assert_eq!(lost(held_back(true), kill("cache", 0)), 0.0);
    let destroyed = lost(held_back(true), destroy("cache", 0));
    near("held back", destroyed, 500.0, 80.0);
    assert_eq!(destroyed, lost(held_back(false), kill("cache", 0)));
}

#[test]
fn a_database_that_is_destroyed_loses_every_write_and_starts_empty() {
    let mut scenario = chain(
        traffic(50.0, write()),
        0.0,
        vec![
            ("web", Kind::Service(servers(1))),
            ("db", Kind::Database(Database::default())),
        ],
    );
    scenario.traffic.keys.count = 10;
    let mut engine = engine(scenario);
    run_to(&mut engine, 10.0);
    let written = part(&engine.report(), "db").extra["writes"];
    engine.apply(&kill("db", 0)).expect("it is there");
    engine.apply(&repair("db", 0)).expect("it is there");
    run_to(&mut engine, 10.1);
    assert_eq!(
        engine.report().sum("writes_lost"),
        0.0,
        "a death loses nothing"
    );
    engine.apply(&destroy("db", 0)).expect("it is there");
    run_to(&mut engine, 11.0);
    let lost = engine.report().sum("writes_lost");
    assert!(
        lost >= written && lost < written + 10.0,
        "{lost} of {written}"
    );
    assert_eq!(engine.report().sum("values_lost"), 10.0);
    assert!(engine.report().completed_rps() < 50.0, "it is down");
    engine.apply(&repair("db", 0)).expect("it is there");
    let report = stretch(&mut engine, 12.0, 20.0);
    assert_eq!(report.requests.failed.len(), 0, "another one serves");
    assert_eq!(report.sum("writes_lost"), 0.0);
}

#[test]
fn a_machine_that_leaves_may_still_break_and_be_mended() {
    for (action, failed_some) in [
        (repair("web", 0), false),
        (kill("web", 0), true),
        (destroy("web", 0), true),
    ] {
        let mut scenario = alone(traffic(100.0, compute()), servers(2));
        scenario.script = vec![
            at_s(5.0, hang("web", 0)),
            at_s(5.1, remove("web", 0)),
            at_s(6.0, action.clone()),
        ];
        let mut engine = engine(scenario);
        run_to(&mut engine, 10.0);
        let report = engine.report();
        let lost = failed(&report, "connection_reset");
        assert_eq!(lost > 0, failed_some, "{action:?}: {lost}");
        assert_eq!(engine.snapshot().components[1].cost.rented, 1, "{action:?}");
    }
}

#[test]
fn what_waits_at_a_node_that_hangs_keeps_it_from_leaving() {
    for (action, is_refused) in [
        (repair("cache", 1), false),
        (kill("cache", 1), true),
        (destroy("cache", 1), true),
    ] {
        let cache = Cache {
            nodes: 2,
            ..Cache::default()
        };
        let mut scenario = cached(traffic(8.0, lookup()), cache, Database::default());
        scenario.script = vec![
            at_s(5.0, hang("cache", 1)),
            at_s(6.0, remove("cache", 1)),
            at_s(9.0, action.clone()),
        ];
        let mut engine = engine(scenario);
        run_to(&mut engine, 8.9);
        assert_eq!(engine.snapshot().components[2].cost.rented, 2, "it waits");
        engine.begin_measurement();
        run_to(&mut engine, 9.2);
        let snapshot = engine.snapshot();
        assert_eq!(snapshot.components[2].cost.rented, 1, "{action:?}");
        assert!(!snapshot.components[2].instances[1].hangs, "{action:?}");
        assert!(engine.in_flight() < 3, "{action:?}: they are answered");
        let report = engine.report();
        let load = &part(&report, "cache").instances[1].load;
        assert_eq!(load.throughput_rps == 0.0, is_refused, "{action:?}");
        assert!(load.arrived > 1, "{action:?}: what waited has come");
    }
}

#[test]
fn a_server_that_hangs_while_it_boots_is_gone_for_good() {
    let autoscaling = headroom_scenario::Autoscaling {
        instances_min: 1,
        instances_max: 2,
        ..Default::default()
    };
    let service = Service {
        autoscaling: Some(autoscaling),
        boot_s: 3.0,
        ..servers(1)
    };
    let mut scenario = alone(traffic(10.0, compute()), service);
    scenario.script = vec![
        at_s(1.0, add("web")),
        at_s(2.0, hang("web", 1)),
        at_s(2.5, remove("web", 1)),
    ];
    let mut engine = engine(scenario);
    run_to(&mut engine, 3.0);
    let gone = engine.snapshot();
    assert!(!gone.components[1].instances[1].hangs, "nobody hangs there");
    // Another one under its number boots, and serves.
    engine.apply(&add("web")).expect("there is room");
    run_to(&mut engine, 6.5);
    let state = engine.snapshot().components[1].instances[1].state;
    assert_eq!(state, InstanceState::Up);
}

#[test]
fn a_deploy_lets_a_server_that_hangs_have_its_time() {
    let service = Service {
        boot_s: 0.1,
        ..servers(2)
    };
    let mut scenario = alone(traffic(1.0, compute()), service);
    scenario.script = vec![
        at_s(1.0, hang("web", 1)),
        at_s(
            2.0,
            Action::Deploy {
                component: "web".into(),
                batch: 1,
                pause_s: 0.0,
                drain_s: 5.0,
            },
        ),
    ];
    let mut engine = engine(scenario);
    run_to(&mut engine, 7.0);
    let hangs = |engine: &Engine| engine.snapshot().components[1].instances[1].hangs;
    assert!(hangs(&engine), "it has not said that it has finished");
    run_to(&mut engine, 8.0);
    assert!(!hangs(&engine), "and is cut off then");
}

#[test]
fn what_a_dead_machine_refuses_is_no_answer_of_it() {
    let mut engine = engine(two_tiers(100.0));
    run_to(&mut engine, 10.0);
    engine.apply(&kill("db", 0)).expect("it is there");
    run_to(&mut engine, 20.0);
    let bins = engine.bins_since(0);
    let told: u32 = bins.iter().map(|bin| bin.components[2].answered).sum();
    let load = engine
        .report()
        .components
        .remove("db")
        .expect("it is there")
        .load;
    near("answered", told.into(), load.throughput_rps * 20.0, 30.0);
    assert!(told < 1_200, "half of some 2,000 were refused: {told}");
}
