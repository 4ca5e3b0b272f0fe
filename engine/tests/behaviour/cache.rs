//! Fetching once, staying fresh, writing through and back, dying and coming back.

use headroom_engine::report::Report;
use headroom_engine::snapshot::InstanceState;
use headroom_engine::time::NS_PER_S;
use headroom_scenario::{
    Action, Cache, Class, Database, Direction, Distribution, Keys, Kind, NodeRouting, ReadMode,
    Scenario, Service, Traffic, WriteMode,
};

use crate::design::*;

fn slow_database() -> Database {
    Database {
        read_time_ms: 200.0,
        write_time_ms: 5.0,
        distribution: Distribution::Constant,
        ..Database::default()
    }
}

/// Workers enough that nobody waits for one.
fn widen(scenario: &mut Scenario) {
    if let Kind::Service(service) = &mut scenario.design.components[1].kind {
        service.workers = 1_000;
    }
}

/// One popular key, asked for by many while it is being fetched for the first time.
fn stampede(cache: Cache) -> Report {
    let mut scenario = cached(traffic(500.0, lookup()), cache, slow_database());
    scenario.traffic.keys.count = 1;
    widen(&mut scenario);
    report(scenario, 2.0)
}

#[test]
fn a_stampede_asks_the_database_for_one_key_many_times_unless_leased() {
    let reads = |cache| part(&stampede(cache), "db").extra["reads"];
    let many = reads(Cache::default());
    assert!(many > 50.0, "{many} reads");
    assert_eq!(
        reads(Cache {
            leases: true,
            ..Cache::default()
        }),
        1.0
    );
    let through = Cache {
        read_mode: ReadMode::ReadThrough,
        ..Cache::default()
    };
    assert_eq!(reads(through), 1.0);
}

#[test]
fn who_waits_for_a_lease_is_answered_with_the_value() {
    let report = stampede(Cache {
        leases: true,
        ..Cache::default()
    });
    assert_eq!(report.requests.failed.len(), 0);
    // 10 ms of work, a trip to the cache, and at most the whole fetch.
    assert!(
        report.latency_ms.max < 10.0 + 200.0 + 2.0,
        "{}",
        report.latency_ms.max
    );
}

fn reads_and_writes(write_mode: WriteMode) -> Scenario {
    let cache = Cache {
        write_mode,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(200.0, lookup()), cache, Database::default());
    scenario.traffic.classes = vec![
        lookup(),
        Class {
            weight: 0.2,
            ..write()
        },
    ];
    scenario.traffic.keys.count = 100;
    scenario
}

#[test]
fn writing_around_the_cache_leaves_it_stale() {
    let stale = |mode| {
        let report = report(reads_and_writes(mode), 60.0);
        let cache = part(&report, "cache");
        cache.extra["stale_hits"] / cache.extra["hits"]
    };
    assert!(stale(WriteMode::Around) > 0.5);
    // Between the database's write and the cache's there is a moment.
    assert!(stale(WriteMode::Invalidate) < 0.02);
    assert!(stale(WriteMode::Through) < 0.02);
    assert_eq!(stale(WriteMode::Back), 0.0);
}

#[test]
fn writing_through_keeps_the_entry_and_invalidating_drops_it() {
    let hit_ratio = |mode| part(&report(reads_and_writes(mode), 60.0), "cache").extra["hit_ratio"];
    assert!(hit_ratio(WriteMode::Through) > hit_ratio(WriteMode::Invalidate) + 0.05);
}

#[test]
fn writing_back_answers_before_the_database_and_loses_what_a_dead_node_held() {
    let mut scenario = reads_and_writes(WriteMode::Back);
    scenario.script = vec![at_s(30.0, kill("cache", 0)), at_s(30.1, repair("cache", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 29.9);
    let before = engine.report();
    assert_eq!(part(&before, "cache").extra["writes_lost"], 0.0);
    assert!(
        part(&before, "db").extra["writes"] > 500.0,
        "writes reach the database later"
    );
    run_to(&mut engine, 60.0);
    let lost = part(&engine.report(), "cache").extra["writes_lost"];
    // 33 writes a second wait a second each; several may be to one key.
    assert!((10.0..=40.0).contains(&lost), "{lost} writes lost");
}

#[test]
fn what_a_dead_database_did_not_take_is_brought_again_when_it_is_up() {
    let mut scenario = reads_and_writes(WriteMode::Back);
    scenario.traffic.keys.zipf_exponent = 0.0;
    scenario.script = vec![at_s(20.0, kill("db", 0)), at_s(30.0, repair("db", 0))];
    let mut engine = engine(scenario);
    let down = stretch(&mut engine, 20.1, 30.0 - 1e-9);
    assert_eq!(part(&down, "db").extra["writes"], 0.0);
    // 33 writes a second reach nearly all keys; each is brought once a second, however often written.
    let tries = part(&down, "db").failed["connection_refused"];
    assert!((300..=1_100).contains(&tries), "{tries} tries in 10 s");
    let up = stretch(&mut engine, 30.0, 31.1);
    let writes = part(&up, "db").extra["writes"];
    assert!(writes >= 90.0, "{writes} writes");
    let cache = engine.report();
    let cache = part(&cache, "cache");
    assert_eq!(cache.extra["writes_lost"], 0.0);
    assert_eq!(cache.extra["stale_hits"], 0.0);
}

#[test]
fn a_dead_node_comes_back_cold_unless_it_keeps_its_entries_on_disk() {
    let hit_ratio = |warm_restart| {
        let cache = Cache {
            warm_restart,
            ..Cache::default()
        };
        let mut scenario = cached(traffic(200.0, lookup()), cache, Database::default());
        scenario.traffic.keys.count = 2_000;
        scenario.script = vec![at_s(60.0, kill("cache", 0)), at_s(61.0, repair("cache", 0))];
        let mut engine = engine(scenario);
        let down = stretch(&mut engine, 60.1, 60.9);
        assert_eq!(
            down.requests.failed.len(),
            0,
            "the database answers meanwhile"
        );
        assert_eq!(part(&down, "cache").extra["hits"], 0.0);
        part(&stretch(&mut engine, 61.0, 62.0), "cache").extra["hit_ratio"]
    };
    assert!(hit_ratio(true) > hit_ratio(false) + 0.3);
}

#[test]
fn taking_a_node_away_moves_few_keys_on_the_ring_and_most_under_modulo() {
    let misses = |routing| {
        let cache = Cache {
            nodes: 4,
            routing,
            ..Cache::default()
        };
        let mut scenario = cached(traffic(500.0, lookup()), cache, Database::default());
        scenario.traffic.keys.count = 1_000;
        let remove = Action::RemoveInstance {
            component: "cache".into(),
            instance: 3,
        };
        scenario.script = vec![at_s(60.0, remove)];
        let report = stretch(&mut engine(scenario), 60.0, 62.0);
        1.0 - part(&report, "cache").extra["hit_ratio"]
    };
    let (ring, modulo) = (misses(NodeRouting::Ring), misses(NodeRouting::Modulo));
    assert!(modulo > 1.8 * ring, "ring {ring}, modulo {modulo}");
}

#[test]
fn room_kept_free_holds_fewer_entries() {
    let hit_ratio = |reserved_share| {
        let cache = Cache {
            entries_per_node: Some(1_000),
            reserved_share,
            ..Cache::default()
        };
        let mut scenario = cached(traffic(300.0, lookup()), cache, Database::default());
        scenario.traffic.keys.count = 2_000;
        scenario.traffic.keys.zipf_exponent = 0.0;
        part(&stretch(&mut engine(scenario), 60.0, 120.0), "cache").extra["hit_ratio"]
    };
    near("all of it", hit_ratio(0.0), 0.5, 0.02);
    near("half of it", hit_ratio(0.5), 0.25, 0.02);
}

#[test]
fn a_node_takes_one_operation_after_the_other() {
    let cache = Cache {
        operation_ms: 2.0,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(400.0, lookup()), cache, Database::default());
    scenario.traffic.keys.count = 1;
    widen(&mut scenario);
    let report = stretch(&mut engine(scenario), 10.0, 110.0);
    let node = &part(&report, "cache").load;
    near("utilisation", node.utilisation, 0.8, 0.02);
    // M/D/1: rho / (2 (1 - rho)) services.
    near("wait", node.wait_ms_mean, 2.0 * 0.8 / (2.0 * 0.2), 0.4);
}

/// Look-ups of many keys at nodes that take 1 ms each, by `key % n`.
fn slow_nodes(rate_rps: f64, nodes: u16) -> Scenario {
    let cache = Cache {
        nodes,
        routing: NodeRouting::Modulo,
        operation_ms: 1.0,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(rate_rps, lookup()), cache, Database::default());
    scenario.traffic.keys.count = 1_000;
    widen(&mut scenario);
    if let Kind::Database(database) = &mut scenario.design.components[3].kind {
        *database = Database {
            workers: 1_000,
            connections: 100_000,
            ..Database::default()
        };
    }
    scenario
}

#[test]
fn a_node_is_never_busier_than_busy_and_its_line_is_counted() {
    // Twice what it can do: a look-up and, mostly, a fill. All workers end up in its line.
    let mut engine = engine(slow_nodes(2_000.0, 1));
    let report = stretch(&mut engine, 3.0, 4.0);
    let cache = part(&report, "cache");
    near("utilisation", cache.load.utilisation, 1.0, 1e-9);
    // 1,000 x 8 workers of the service, all at the cache but for those who compute.
    near(
        "queue_mean",
        cache.load.queue_mean,
        cache.load.inside_mean - 1.0,
        1e-6,
    );
    let max = cache.load.queue_max as f64;
    assert!(
        max >= cache.load.queue_mean && max < 2.0 * cache.load.queue_mean,
        "{max} at most, {} on average",
        cache.load.queue_mean
    );
    for bin in engine.bins_since(0) {
        let cache = bin.components[2];
        assert!(cache.utilisation <= 1.0, "{}", cache.utilisation);
        assert!(cache.queue_max as f32 >= cache.queue_mean);
    }
    let line = &engine.snapshot().components[2].instances[0];
    assert_eq!(line.busy, 1);
    assert!(f64::from(line.queue_depth) <= max);
}

#[test]
fn what_a_dead_node_had_booked_is_not_counted() {
    let mut scenario = slow_nodes(2_000.0, 1);
    scenario.script = vec![at_s(3.05, kill("cache", 0)), at_s(4.0, repair("cache", 0))];
    let mut engine = engine(scenario);
    let report = stretch(&mut engine, 3.0, 3.1);
    let cache = part(&report, "cache");
    near(
        "utilisation of the time it lived",
        cache.load.utilisation,
        1.0,
        1e-9,
    );
    let report = stretch(&mut engine, 3.2, 3.9);
    let cache = part(&report, "cache");
    assert_eq!((cache.load.utilisation, cache.load.queue_max), (0.0, 0));
}

#[test]
fn the_longest_line_of_a_tier_is_what_waited_at_once() {
    // Four nodes four fifths busy, all look-ups hit: their lines are longest at different moments.
    let mut scenario = slow_nodes(3_200.0, 4);
    scenario.traffic.keys.zipf_exponent = 0.0;
    let mut engine = engine(scenario);
    let report = stretch(&mut engine, 10.0, 10.1);
    let cache = part(&report, "cache");
    let each = cache.instances.iter().map(|node| node.load.queue_max);
    let (most, sum) = (each.clone().max().unwrap_or(0), each.sum());
    assert!(most >= 4, "{most}");
    assert!((most..sum).contains(&cache.load.queue_max), "{most}, {sum}");
}

fn slow_read_through(operation_ms: f64, keys: u32, rate_rps: f64) -> Scenario {
    let cache = Cache {
        read_mode: ReadMode::ReadThrough,
        operation_ms,
        ..Cache::default()
    };
    let database = Database {
        read_time_ms: 1.0,
        distribution: Distribution::Constant,
        ..Database::default()
    };
    let mut scenario = cached(traffic(rate_rps, lookup()), cache, database);
    scenario.traffic.keys.count = keys;
    scenario.traffic.keys.zipf_exponent = 0.0;
    widen(&mut scenario);
    scenario
}

#[test]
fn a_read_through_cache_fetches_when_its_own_turn_is_over() {
    // Hardly any key is asked for twice: 10 ms of work, a turn of 20 ms, 1 ms at the database, four trips.
    let report = report(slow_read_through(20.0, 1_000_000, 1.0), 300.0);
    near("mean", report.latency_ms.mean, 10.0 + 20.0 + 1.0 + 0.4, 0.6);
    let cache = part(&report, "cache");
    near(
        "time inside",
        cache.load.sojourn_ms_mean,
        20.0 + 1.0 + 0.2,
        0.6,
    );
}

#[test]
fn nobody_is_answered_by_a_cache_before_its_turn_is_over() {
    let mut engine = engine(slow_read_through(20.0, 3, 45.0));
    engine.sample_every(1);
    run_to(&mut engine, 1.0);
    let took_ms: Vec<f64> = engine
        .traces()
        .filter_map(|trace| Some((trace.end_ns? - trace.start_ns) as f64 / 1e6))
        .collect();
    assert!(took_ms.len() > 20);
    let least_ms = took_ms.iter().fold(f64::MAX, |least, &ms| least.min(ms));
    assert!(least_ms >= 10.0 + 20.0 + 0.2 - 1e-6, "{least_ms} ms");
}

#[test]
fn a_lease_lasts_as_long_as_it_says_and_then_the_next_one_fetches() {
    let fetched = |lease_ms| {
        let cache = Cache {
            leases: true,
            lease_ms,
            ..Cache::default()
        };
        let database = Database {
            read_time_ms: 3_000.0,
            workers: 1_000,
            ..slow_database()
        };
        let mut scenario = cached(traffic(10.0, lookup()), cache, database);
        scenario.traffic.keys.count = 1;
        widen(&mut scenario);
        let report = report(scenario, 60.0);
        assert_eq!(report.requests.failed_total(), 0);
        part(&report, "db").extra["reads"]
    };
    assert_eq!(fetched(Cache::default().lease_ms), 1.0);
    // One more each 1.1 s until the first one is back.
    assert_eq!(fetched(1_100.0), 3.0);
}

#[test]
fn who_steps_through_is_told_that_a_lease_runs_out_and_only_then() {
    let cache = Cache {
        leases: true,
        lease_ms: 1_100.0,
        ..Cache::default()
    };
    let database = Database {
        read_time_ms: 1_500.0,
        workers: 1_000,
        ..slow_database()
    };
    let mut scenario = cached(traffic(100.0, lookup()), cache, database);
    scenario.traffic.keys.count = 1;
    widen(&mut scenario);
    let mut engine = engine(scenario);
    let mut told_ms = Vec::new();
    while engine.now().0 < 10 * NS_PER_S {
        let happening = engine.step().expect("users come");
        if happening.sentence.contains("A lease at cache/1 runs out.") {
            told_ms.push(happening.at_ns / 1_000_000);
        }
    }
    // The first is back before the lease of the second one is over.
    let [over_ms] = told_ms[..] else {
        panic!("told at {told_ms:?} ms")
    };
    assert!((1_100..1_300).contains(&over_ms), "at {over_ms} ms");
}

/// Writes to a cache that writes back after so long.
fn written_back(rate_rps: f64, write_back_ms: f64, warm_restart: bool) -> Scenario {
    let cache = Cache {
        write_mode: WriteMode::Back,
        write_back_ms,
        warm_restart,
        ..Cache::default()
    };
    let database = Database {
        write_time_ms: 0.1,
        connections: 10_000,
        ..slow_database()
    };
    let mut scenario = cached(traffic(rate_rps, write()), cache, database);
    widen(&mut scenario);
    scenario
}

#[test]
fn each_key_is_written_back_by_itself() {
    let mut scenario = written_back(100.0, 2_000.0, false);
    scenario.traffic.keys.count = 100;
    scenario.traffic.keys.zipf_exponent = 0.0;
    let report = stretch(&mut engine(scenario), 10.0, 510.0);
    // Each waits 2 s from its first write, and 1 s on average for the next: a third of one a second. Went
    // all together that wait by then, it would be 86 of the hundred in 2 s.
    let writes = part(&report, "db").extra["writes"] / 500.0;
    near("written back", writes, 100.0 / 3.0, 0.7);
}

#[test]
fn nothing_leaves_a_node_that_is_down_until_it_is_repaired() {
    let mut scenario = written_back(100.0, 20_000.0, true);
    scenario.traffic.keys.count = 1_000_000;
    scenario.traffic.keys.zipf_exponent = 0.0;
    scenario.script = vec![at_s(30.0, kill("cache", 0)), at_s(60.0, repair("cache", 0))];
    let mut engine = engine(scenario);
    let down = stretch(&mut engine, 30.1, 60.0);
    assert_eq!(part(&down, "db").extra["writes"], 0.0);
    let up = stretch(&mut engine, 60.0, 81.0);
    // 20 s of writes, all of different keys, are on its disk.
    near(
        "written back",
        part(&up, "db").extra["writes"],
        2_000.0,
        150.0,
    );
    assert_eq!(part(&up, "cache").extra["writes_lost"], 0.0);
}

#[test]
fn what_is_overdue_sets_out_with_the_repair_and_the_rest_at_its_time() {
    let writes_by = |repair_s: f64, moments: &[f64]| {
        let mut scenario = written_back(100.0, 20_000.0, true);
        scenario.traffic.keys.count = 1_000_000;
        scenario.traffic.keys.zipf_exponent = 0.0;
        // What set out in the last moment before the death is not heard of any more.
        let database = &mut scenario.design.components[3].kind;
        if let Kind::Database(database) = database {
            database.write_time_ms = 100.0;
            database.workers = 1_000;
        }
        scenario.script = vec![
            at_s(30.0, kill("cache", 0)),
            at_s(repair_s, repair("cache", 0)),
        ];
        let mut engine = engine(scenario);
        run_to(&mut engine, 30.2);
        let before = part(&engine.report(), "db").extra["writes"];
        let writes = |moment: &f64| {
            run_to(&mut engine, *moment);
            part(&engine.report(), "db").extra["writes"] - before
        };
        moments.iter().map(writes).collect::<Vec<f64>>()
    };
    // Those of the last 20 s before the death, a hundred a second, and some ten that were on their way.
    let late = writes_by(60.0, &[59.9, 61.0]);
    assert_eq!(late[0], 0.0);
    near("all were overdue", late[1], 2_010.0, 150.0);
    // Those of the first 10 of these 20 s were due by then.
    let early = writes_by(40.0, &[39.9, 41.0, 45.0, 49.0]);
    assert_eq!(early[0], 0.0);
    near("were overdue", early[1], 1_100.0, 110.0);
    near("by their time", early[2], 1_500.0, 130.0);
    near("by their time", early[3], 1_900.0, 150.0);
}

#[test]
fn a_node_does_not_hear_of_what_it_sent_before_it_died() {
    let mut scenario = written_back(100.0, 20_000.0, true);
    scenario.traffic.keys.count = 1_000_000;
    scenario.traffic.keys.zipf_exponent = 0.0;
    if let Kind::Database(database) = &mut scenario.design.components[3].kind {
        database.write_time_ms = 1_000.0;
        database.workers = 1_000;
    }
    let to_database = scenario.design.links.iter_mut();
    let mut to_database = to_database.filter(|link| (&*link.from, &*link.to) == ("cache", "db"));
    to_database.next().expect("it is linked").latency_ms = 100.0;
    // What was at the database is refused; what has set out since the repair is taken.
    scenario.script = vec![
        at_s(30.2, kill("cache", 0)),
        at_s(30.3, repair("cache", 0)),
        at_s(30.31, kill("db", 0)),
        at_s(30.35, repair("db", 0)),
    ];
    let mut engine = engine(scenario);
    // A refusal at 30.4 s that is heard would bring it all once more 20 s later.
    let report = stretch(&mut engine, 51.0, 52.0);
    near("written", part(&report, "db").extra["writes"], 100.0, 30.0);
}

#[test]
fn what_a_node_that_is_down_has_no_room_for_any_more_is_lost_and_does_not_leave_it() {
    let mut scenario = written_back(100.0, 20_000.0, true);
    scenario.traffic.keys.count = 1_000_000;
    scenario.traffic.keys.zipf_exponent = 0.0;
    let mut smaller = scenario.design.components[2].kind.clone();
    if let Kind::Cache(cache) = &mut smaller {
        cache.entries_per_node = Some(100);
    }
    let configure = Action::Configure {
        component: "cache".into(),
        kind: smaller,
    };
    scenario.script = vec![
        at_s(19.0, kill("cache", 0)),
        at_s(20.0, configure),
        at_s(30.0, repair("cache", 0)),
    ];
    let mut engine = engine(scenario);
    let down = stretch(&mut engine, 19.1, 29.9);
    assert_eq!(part(&down, "db").extra["writes"], 0.0);
    let lost = part(&down, "cache").extra["writes_lost"];
    near("writes lost", lost, 1_800.0, 150.0);
    let up = stretch(&mut engine, 29.9, 49.9);
    assert_eq!(part(&up, "cache").extra["writes_lost"], 0.0);
}

#[test]
fn every_acknowledged_write_that_the_database_never_got_is_lost() {
    let (mut writes, mut values) = (0.0, 0.0);
    for seed in 1..=40 {
        let mut scenario = written_back(100.0, 1_000.0, false);
        scenario.seed = seed;
        scenario.traffic.keys.count = 1;
        let died_s = 30.0 + seed as f64 / 40.0;
        scenario.script = vec![at_s(died_s, kill("cache", 0))];
        let report = report(scenario, 32.0);
        writes += part(&report, "cache").extra["writes_lost"];
        values += part(&report, "cache").extra["values_lost"];
    }
    // The node dies anywhere in the second that it holds writes back.
    near("writes lost", writes / 40.0, 50.0, 15.0);
    near("values lost", values / 40.0, 1.0, 0.05);
}

#[test]
fn a_node_taken_out_finishes_and_hands_over_what_it_held_back() {
    let mut scenario = written_back(200.0, 10_000.0, false);
    if let Kind::Cache(cache) = &mut scenario.design.components[2].kind {
        cache.nodes = 2;
    }
    // From the web to the cache.
    scenario.design.links[1].latency_ms = 50.0;
    let remove = Action::RemoveInstance {
        component: "cache".into(),
        instance: 1,
    };
    scenario.script = vec![at_s(30.0, remove)];
    let mut engine = engine(scenario);
    run_to(&mut engine, 30.0);
    let soon = stretch(&mut engine, 30.0, 31.0);
    assert!(part(&soon, "db").extra["writes"] > 300.0);
    run_to(&mut engine, 60.0);
    let report = engine.report();
    assert_eq!(report.requests.failed_total(), 0);
    assert_eq!(part(&report, "cache").failed.len(), 0);
    assert_eq!(part(&report, "cache").extra["writes_lost"], 0.0);
    let state = engine.snapshot().components[2].instances[1].state;
    assert_eq!(state, InstanceState::Gone);
}

#[test]
fn a_fetch_that_fails_gives_its_lease_back() {
    let cache = Cache {
        leases: true,
        ttl_s: 5.0,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(100.0, lookup()), cache, slow_database());
    scenario.traffic.keys.count = 1;
    widen(&mut scenario);
    // The value runs out while the database is away.
    scenario.script = vec![at_s(24.0, kill("db", 0)), at_s(30.0, repair("db", 0))];
    let report = report(scenario, 40.0);
    let refused = failed(&report, "connection_refused");
    assert!((300..=600).contains(&refused), "{refused} refused");
    assert!(
        report.latency_ms.max < 400.0,
        "{} ms: nobody waits for a lease to run out",
        report.latency_ms.max
    );
}

#[test]
fn look_ups_that_a_node_does_not_answer_in_time_have_not_hit() {
    let look_ups = |action: Option<Action>, timeout_ms: f64| {
        let scenario = cached(
            traffic(100.0, lookup()),
            Cache::default(),
            Database::default(),
        );
        let mut scenario = Scenario {
            traffic: Traffic {
                keys: Keys {
                    count: 10,
                    ..Keys::default()
                },
                ..scenario.traffic
            },
            ..scenario
        };
        scenario.design.links[1].timeout_ms = timeout_ms;
        let mut engine = engine(scenario);
        run_to(&mut engine, 20.0);
        if let Some(action) = action {
            engine.apply(&action).expect("it is there");
        }
        let report = stretch(&mut engine, 20.0, 60.0);
        let cache = part(&report, "cache");
        let counted = cache.extra["hits"] + cache.extra["misses"];
        (
            counted / report.requests.arrived as f64,
            cache.extra["hit_ratio"],
        )
    };
    let (sound, hits) = look_ups(None, 20.0);
    near("each look-up once", sound, 1.0, 0.01);
    assert!(hits > 0.99);
    let cut = cut("web", "cache", Direction::Both);
    for action in [
        kill("cache", 0),
        hang("cache", 0),
        cut,
        slow("cache", 0, 1_000.0),
    ] {
        let (counted, hits) = look_ups(Some(action.clone()), 20.0);
        near(
            &format!("each look-up once, {action:?}"),
            counted,
            1.0,
            0.01,
        );
        assert!(
            hits < 0.01 || matches!(action, Action::Slow { .. }),
            "{action:?}: {hits}"
        );
    }
}

#[test]
fn look_ups_answered_after_all_are_not_counted_again() {
    let scenario = cached(
        traffic(100.0, lookup()),
        Cache::default(),
        Database::default(),
    );
    let mut scenario = scenario;
    scenario.design.links[1].timeout_ms = 20.0;
    let mut engine = engine(scenario);
    run_to(&mut engine, 20.0);
    engine.apply(&hang("cache", 0)).expect("it is there");
    run_to(&mut engine, 25.0);
    engine.apply(&repair("cache", 0)).expect("it is there");
    run_to(&mut engine, 40.0);
    let report = engine.report();
    let cache = part(&report, "cache");
    let counted = cache.extra["hits"] + cache.extra["misses"];
    near("look-ups", counted, report.requests.arrived as f64, 3.0);
}

#[test]
fn a_database_that_hangs_answers_nothing_from_its_buffer() {
    let look_ups = |action: Action| {
        let database = Database {
            buffer_entries: Some(1_000),
            ..Database::default()
        };
        let web = Service {
            workers: 500,
            ..servers(1)
        };
        let kinds = vec![
            ("web", Kind::Service(web)),
            ("db", Kind::Database(database)),
        ];
        let mut scenario = chain(traffic(100.0, lookup()), 0.5, kinds);
        scenario.design.links[1].timeout_ms = 50.0;
        let mut engine = engine(scenario);
        run_to(&mut engine, 20.0);
        engine.apply(&action).expect("it is there");
        let report = stretch(&mut engine, 20.0, 40.0);
        let bins = engine.bins_since(20 * NS_PER_S);
        let misses: u32 = bins.iter().map(|bin| bin.components[2].misses).sum();
        (part(&report, "db").extra["buffer_hit_ratio"], misses)
    };
    for action in [kill("db", 0), hang("db", 0)] {
        let (hit_ratio, misses) = look_ups(action.clone());
        assert_eq!(hit_ratio, 0.0, "{action:?}");
        assert!(misses > 1_800, "{misses} of some 2,000, {action:?}");
    }
}
