//! What the figures say, and of what: cost, sessions, look-ups, the price of write policies, the seconds
//! that gauges are of, and how far back the history reaches.

use headroom_engine::report::Report;
use headroom_engine::series::GRAINS;
use headroom_engine::time::{NS_PER_S, SimTime};
use headroom_scenario::step::{self, LADDER};
use headroom_scenario::{
    Action, Algorithm, Autoscaling, Cache, Class, Database, Kind, LoadBalancer, Scenario, Service,
    Size, WriteMode, price,
};

use crate::design::*;

fn tier(instances: u16) -> Scenario {
    let kinds = vec![
        ("lb", Kind::LoadBalancer(blind_balancer())),
        (
            "web",
            Kind::Service(Service {
                boot_s: 5.0,
                ..servers(instances)
            }),
        ),
    ];
    chain(traffic(100.0, compute()), 0.0, kinds)
}

/// What is rented on average over 40 s, and what it costs, of `web`.
fn rented(scenario: Scenario) -> (f64, f64) {
    let report = report(scenario, 40.0);
    let web = part(&report, "web");
    (web.rented_mean, web.usd_month_mean)
}

#[test]
fn a_server_is_paid_for_from_its_start_until_it_is_gone() {
    let usd = price::server(Size::Large).monthly_usd();
    let with = |script: &[(f64, Action)]| {
        let mut scenario = tier(2);
        let script = script
            .iter()
            .map(|(seconds, action)| at_s(*seconds, action.clone()));
        scenario.script = script.collect();
        rented(scenario)
    };
    for (what, script, servers) in [
        ("two", vec![], 2.0),
        (
            "one more, which boots first",
            vec![(10.0, add("web"))],
            2.75,
        ),
        (
            "one more for a while",
            vec![(10.0, add("web")), (30.0, remove("web", 2))],
            2.5,
        ),
        ("a dead one", vec![(10.0, kill("web", 0))], 2.0),
        (
            "a dead one that is taken out",
            vec![(10.0, kill("web", 0)), (20.0, remove("web", 0))],
            1.5,
        ),
    ] {
        let (mean, usd_month) = with(&script);
        // One that is taken out finishes what it has; whether it has is looked at each tenth of a second.
        near(what, mean, servers, 0.2 / 40.0);
        near(what, usd_month, servers * usd, 0.2 / 40.0 * usd);
    }
}

#[test]
fn a_bigger_machine_costs_more_from_then_on() {
    let mut scenario = tier(2);
    let bigger = Service {
        size: Size::Xlarge2,
        ..servers(2)
    };
    let configure = Action::Configure {
        component: "web".into(),
        kind: Kind::Service(bigger),
    };
    scenario.script = vec![at_s(10.0, configure)];
    let usd = 2.0 * price::server(Size::Large).monthly_usd();
    let (_, mean) = rented(scenario.clone());
    near("the mean", mean, usd * (0.25 + 4.0 * 0.75), 1e-5);

    let mut engine = engine(scenario.clone());
    run_to(&mut engine, 9.0);
    let cost = |engine: &headroom_engine::Engine| engine.snapshot().components[2].cost;
    near("now", cost(&engine).usd_month, usd, 1e-9);
    run_to(&mut engine, 40.0);
    near("now", cost(&engine).usd_month, 4.0 * usd, 1e-9);
    near("mean", cost(&engine).usd_month_mean, mean, 1e-5);
    assert_eq!(cost(&engine).rented, 2);
    let bins = engine.bins_since(0);
    let at = |second: usize| f64::from(bins[second].components[2].usd_month);
    near("before", at(9), usd, 0.01);
    near("after", at(10), 4.0 * usd, 0.01);
    let all = engine.report().monthly_usd;
    let balancer = price::monthly_usd(&scenario.design).total_usd - usd;
    near(
        "the design at the end",
        all.at_end,
        4.0 * usd + balancer,
        1e-9,
    );
    near("the design's mean", all.mean, mean + balancer, 1e-5);
}

#[test]
fn what_an_autoscaler_starts_is_paid_for() {
    let mut scenario = tier(1);
    if let Kind::Service(service) = &mut scenario.design.components[2].kind {
        service.autoscaling = Some(Autoscaling {
            instances_min: 4,
            instances_max: 4,
            interval_s: 10.0,
            ..Autoscaling::default()
        });
    }
    let (mean, usd_month) = rented(scenario);
    near("servers", mean, 1.0 + 3.0 * 0.75, 1e-9);
    near(
        "cost",
        usd_month,
        3.25 * price::server(Size::Large).monthly_usd(),
        1e-5,
    );
}

#[test]
fn a_cache_node_is_paid_for_while_it_is_there() {
    let mut scenario = cached(
        traffic(100.0, lookup()),
        Cache::default(),
        Database::default(),
    );
    scenario.script = vec![at_s(10.0, add("cache")), at_s(30.0, remove("cache", 0))];
    let report = report(scenario, 40.0);
    // Whether it has finished is looked at each tenth of a second.
    near("nodes", part(&report, "cache").rented_mean, 1.5, 0.1 / 40.0);
}

#[test]
fn a_run_in_which_nothing_changes_costs_what_its_design_does() {
    for step in LADDER {
        let mut scenario = step.scenario();
        scenario.script.clear();
        let design = price::monthly_usd(&scenario.design).total_usd;
        let cost = report(scenario, 3.0).monthly_usd;
        near(step.name, cost.mean, design, 1e-5);
        near(step.name, cost.at_end, design, 1e-9);
    }
}

/// The step's design with a balancer by fewest open requests, under the same conditions.
fn least_connections(name: &str) -> Report {
    let mut scenario = step::find(name).expect("it is a step").scenario();
    scenario.script.clear();
    scenario.traffic.rate_rps = 1_000.0;
    for component in &mut scenario.design.components {
        if let Kind::LoadBalancer(balancer) = &mut component.kind {
            *balancer = LoadBalancer {
                algorithm: Algorithm::LeastConnections,
                ..balancer.clone()
            };
        }
    }
    stretch(&mut engine(scenario), 20.0, 80.0)
}

#[test]
fn the_same_balancer_loses_the_same_sessions_on_two_steps() {
    let [here, there] = ["balancing-algorithm", "sticky-sessions"].map(least_connections);
    assert_eq!(here.sessions_lost_share(), there.sessions_lost_share());
    assert_eq!(here.login_share(), there.login_share());
    // Three servers: two of three requests come to one that does not know their user.
    near(
        "requests that had to log in",
        here.login_share(),
        2.0 / 3.0,
        0.02,
    );
}

#[test]
fn no_share_of_sessions_is_more_than_all_of_them() {
    for rate_rps in [100.0, 1_000.0, 5_000.0] {
        let mut scenario = step::find("balancing-algorithm")
            .expect("a step")
            .scenario();
        scenario.traffic.rate_rps = rate_rps;
        let report = report(scenario, 60.0);
        let shares = [report.sessions_lost_share(), report.login_share()];
        assert!(
            shares.iter().all(|share| (0.0..=1.0).contains(share)),
            "{shares:?}"
        );
        assert!(report.login_share() > 0.1, "{shares:?}");
    }
}

#[test]
fn a_look_up_that_a_dead_node_could_not_answer_has_not_hit() {
    let mut scenario = cached(
        traffic(200.0, lookup()),
        Cache {
            nodes: 2,
            ..Cache::default()
        },
        Database::default(),
    );
    scenario.traffic.keys.count = 200;
    scenario.traffic.keys.zipf_exponent = 0.0;
    scenario.script = vec![at_s(60.0, kill("cache", 0))];
    let mut engine = engine(scenario);
    let before = stretch(&mut engine, 50.0, 60.0);
    let before = part(&before, "cache");
    assert!(before.extra["hit_ratio"] > 0.95);
    let report = stretch(&mut engine, 60.5, 70.0);
    let cache = part(&report, "cache");
    let [hits, misses] = ["hits", "misses"].map(|figure| cache.extra[figure]);
    near(
        "look-ups",
        hits + misses,
        report.requests.arrived as f64,
        10.0,
    );
    near(
        "hit ratio",
        cache.extra["hit_ratio"],
        hits / (hits + misses),
        1e-9,
    );
    assert!(
        (0.3..0.7).contains(&cache.extra["hit_ratio"]),
        "{hits} of {misses}"
    );
    assert_eq!(cache.instances[0].extra["hit_ratio"], 0.0);
    let gauge = engine.snapshot().recent.components[2];
    let lately = f64::from(gauge.hits) / f64::from(gauge.hits + gauge.misses);
    near("gauge", lately, cache.extra["hit_ratio"], 0.1);
}

#[test]
fn what_a_dead_database_refuses_was_not_in_its_buffer() {
    let database = Database {
        buffer_entries: Some(1_000),
        ..Database::default()
    };
    let kinds = vec![
        ("web", Kind::Service(servers(1))),
        ("db", Kind::Database(database)),
    ];
    let mut scenario = chain(traffic(100.0, lookup()), 0.0, kinds);
    scenario.traffic.keys.count = 100;
    scenario.script = vec![at_s(30.0, kill("db", 0))];
    let report = stretch(&mut engine(scenario), 30.1, 40.0);
    assert_eq!(part(&report, "db").extra["buffer_hit_ratio"], 0.0);
}

#[test]
fn a_server_s_own_cache_gives_stale_answers_too() {
    let service = Service {
        local_cache_entries: Some(1_000),
        ..servers(2)
    };
    let kinds = vec![
        ("lb", Kind::LoadBalancer(blind_balancer())),
        ("web", Kind::Service(service)),
        ("db", Kind::Database(Database::default())),
    ];
    let mut scenario = chain(traffic(200.0, lookup()), 0.0, kinds);
    scenario.traffic.keys.count = 50;
    scenario.traffic.classes.push(Class {
        weight: 0.2,
        ..write()
    });
    let report = report(scenario, 60.0);
    // The other server's copy is not dropped by a write.
    assert!(report.stale_share() > 0.2, "{}", report.stale_share());
}

#[test]
fn the_history_holds_what_the_report_counts() {
    let cache = Cache {
        write_mode: WriteMode::Back,
        entries_per_node: Some(50),
        ..Cache::default()
    };
    let mut scenario = cached(traffic(300.0, lookup()), cache, Database::default());
    scenario.traffic.classes.push(Class {
        weight: 0.5,
        ..write()
    });
    scenario.traffic.keys.count = 200;
    scenario.script = vec![at_s(20.2, kill("cache", 0)), at_s(20.7, repair("cache", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 60.0);
    let report = engine.report();
    let (cache, database) = (&part(&report, "cache").extra, &part(&report, "db").extra);
    let bins = engine.bins_since(0);
    let sum = |part: usize, count: fn(&headroom_engine::series::ComponentBin) -> u32| -> f64 {
        let parts = bins.iter().map(|bin| &bin.components[part]);
        parts.map(|part| f64::from(count(part))).sum()
    };
    assert_eq!(sum(2, |cache| cache.evictions), cache["evictions"]);
    assert_eq!(sum(2, |cache| cache.stale_hits), cache["stale_hits"]);
    assert_eq!(sum(2, |cache| cache.writes_lost), cache["writes_lost"]);
    assert_eq!(sum(3, |database| database.reads), database["reads"]);
    assert_eq!(sum(3, |database| database.writes), database["writes"]);
    assert!(cache["evictions"] > 100.0 && cache["writes_lost"] > 0.0);
    let lost_at = bins
        .iter()
        .position(|bin| bin.components[2].writes_lost > 0);
    assert_eq!(lost_at, Some(20), "in the second in which the node died");
}

#[test]
fn gauges_are_of_the_last_five_seconds_that_the_charts_show() {
    let mut engine = engine(tier(2));
    run_to(&mut engine, 0.5);
    let young = engine.snapshot();
    assert_eq!(young.recent.length_ns, NS_PER_S / 2, "what there is");
    assert!(young.recent.arrived > 0 && young.components[2].utilisation > 0.0);
    run_to(&mut engine, 30.7);
    let snapshot = engine.snapshot();
    let bins = engine.bins_since(0);
    let last = &bins[bins.len() - 5..];
    assert_eq!(snapshot.recent.start_ns, last[0].start_ns);
    assert_eq!(snapshot.recent.end_ns(), last[4].end_ns());
    let sum = |count: fn(&headroom_engine::series::Bin) -> u64| last.iter().map(count).sum::<u64>();
    assert_eq!(snapshot.recent.arrived, sum(|bin| bin.arrived));
    assert_eq!(snapshot.recent.completed, sum(|bin| bin.completed));
    let busy: f64 = last
        .iter()
        .map(|bin| f64::from(bin.components[2].utilisation))
        .sum();
    near("busy", snapshot.components[2].utilisation, busy / 5.0, 1e-6);
    let slowest = last
        .iter()
        .map(|bin| bin.latency_ms.p99)
        .fold(0.0, f64::max);
    assert!(snapshot.recent.latency_ms.p99 <= slowest);
}

#[test]
fn the_history_reaches_back_to_the_start_of_a_run_of_two_days() {
    let mut scenario = tier(1);
    scenario.traffic.rate_rps = 1.0;
    let mut engine = engine(scenario);
    let days_s = 2 * 86_400;
    run_to(&mut engine, days_s as f64);
    let bins = engine.bins_since(0);
    let mut end_ns = 0;
    for bin in &bins {
        assert_eq!(bin.start_ns, end_ns, "no gap");
        end_ns = bin.end_ns();
    }
    assert_eq!(end_ns, days_s * NS_PER_S);
    let arrived: u64 = bins.iter().map(|bin| bin.arrived).sum();
    assert_eq!(arrived, engine.report().requests.arrived);

    // For who follows: every grain by itself, and later only what is new.
    let all = engine.bins_closed_after(SimTime::ZERO);
    for grain in GRAINS {
        let of = |bin: &&headroom_engine::series::Bin| bin.length_ns == grain.length_s * NS_PER_S;
        let most = (days_s / grain.length_s).min(grain.kept as u64);
        assert_eq!(all.iter().filter(of).count() as u64, most);
    }
    assert!(engine.bins_closed_after(SimTime(end_ns)).is_empty());
    let latest = engine.bins_closed_after(SimTime(end_ns - 60 * NS_PER_S));
    assert_eq!(latest.len(), 60 + 6 + 1 + 1);
}

#[test]
fn who_left_times_the_time_inside_is_the_number_inside_where_calls_fail() {
    // Two of three servers: one dead and never noticed, one whose line is short, behind a balancer that does not
    // try again; and a database that is dead for a while.
    let web = Service {
        workers: 1,
        queue_limit: 2,
        ..servers(3)
    };
    let kinds = vec![
        ("lb", Kind::LoadBalancer(blind_balancer())),
        ("web", Kind::Service(web)),
        ("db", Kind::Database(Database::default())),
    ];
    let scenario = chain(traffic(200.0, lookup()), 0.5, kinds);
    let mut engine = engine(scenario);
    for action in [kill("web", 1), kill("db", 0)] {
        let now_s = engine.now().as_s();
        run_to(&mut engine, now_s + 20.0);
        engine.apply(&action).expect("it is there");
    }
    run_to(&mut engine, 60.0);
    let report = engine.report();
    for id in ["lb", "web", "db"] {
        let load = &part(&report, id).load;
        assert!(load.left_rps > 10.0);
        let product = load.left_rps * load.sojourn_ms_mean / 1e3;
        near(id, product, load.inside_mean, load.inside_mean * 1e-6);
    }
    let web = part(&report, "web");
    assert!(web.failed.contains_key("queue_full") && web.failed.contains_key("connection_refused"));
    // The mean is of those inside: who was turned away in no time makes nobody faster.
    let lb = part(&report, "lb");
    assert!(web.load.left_rps < lb.load.left_rps - 20.0, "{web:?}");
    near("a call's time", web.load.sojourn_ms_mean, 26.0, 4.0);
}

#[test]
fn who_has_waited_for_too_long_is_counted_at_the_end_of_every_second() {
    let mut scenario = alone(traffic(100.0, compute()), servers(1));
    scenario.script = vec![at_s(4.0, hang("web", 0))];
    let limit_s = scenario.objectives.latency_p99_ms / 1_000.0;
    let mut engine = engine(scenario);
    for second in 1..=12 {
        let end_s = f64::from(second);
        run_to(&mut engine, end_s - limit_s);
        let came_in_time = engine.arrived();
        run_to(&mut engine, end_s);
        let recent = engine.snapshot().recent;
        let last = engine.bins_since((second as u64 - 1) * NS_PER_S);
        let completed = engine.arrived() - engine.in_flight();
        assert_eq!(last[0].overdue, came_in_time.saturating_sub(completed));
        assert_eq!(recent.overdue, last[0].overdue, "at the end of both");
        assert_eq!(recent.is_overdue(), second > 4, "{second} s");
    }
    let report = engine.report();
    assert_eq!(engine.snapshot().recent.overdue, report.requests.overdue);
}
