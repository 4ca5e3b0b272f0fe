//! Components and links come to a running design, and go.

use headroom_engine::Engine;
use headroom_engine::report::Report;
use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_engine::time::SimTime;
use headroom_scenario::{
    Action, Cache, Change, Database, Kind, LoadBalancer, ReadMode, Scenario, Service, WriteMode,
};

use crate::design::{chain, compute, destroy, link, lookup, servers, traffic, write};

const NS_PER_S: u64 = 1_000_000_000;

fn started(scenario: Scenario) -> Engine {
    Engine::new(&scenario.validate().expect("a valid design"))
}

fn run_to(engine: &mut Engine, second: f64) -> Snapshot {
    let until = SimTime((second * NS_PER_S as f64) as u64);
    engine.run_until(until, u64::MAX);
    engine.conservation().expect("the books balance");
    engine.snapshot()
}

fn edit(engine: &mut Engine, changes: Vec<Change>) {
    engine
        .apply(&Action::Edit { changes })
        .expect("the design can run");
}

fn unlink(from: &str, to: &str) -> Change {
    Change::Unlink {
        from: from.into(),
        to: to.into(),
    }
}

fn relink(from: &str, to: &str) -> Change {
    Change::Link {
        link: link(from, to, 0.0),
    }
}

fn add(scenario: &Scenario, id: &str, kind: Kind) -> Change {
    let mut component = scenario.design.components[1].clone();
    component.id = id.into();
    component.name = String::new();
    component.kind = kind;
    Change::Add { component }
}

fn remove(id: &str) -> Change {
    Change::Remove {
        component: id.into(),
    }
}

/// A balancer between the users and `web`, and away again.
fn balanced(scenario: &Scenario) -> [Vec<Change>; 2] {
    let balancer = Kind::LoadBalancer(LoadBalancer::default());
    let there = vec![
        unlink("users", "web"),
        add(scenario, "lb", balancer),
        relink("users", "lb"),
        relink("lb", "web"),
    ];
    [there, vec![remove("lb"), relink("users", "web")]]
}

/// Other servers in the place of `web`, which serve at once.
fn replaced(scenario: &Scenario) -> Vec<Change> {
    let app = Service {
        boot_s: 0.0,
        ..servers(1)
    };
    vec![
        remove("web"),
        add(scenario, "app", Kind::Service(app)),
        relink("users", "app"),
    ]
}

fn failed(report: &Report) -> u64 {
    report.requests.failed.values().sum()
}

#[test]
fn a_balancer_comes_between_and_goes_and_no_request_is_lost() {
    let scenario = chain(
        traffic(300.0, compute()),
        2.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let [there, away] = balanced(&scenario);
    let mut engine = started(scenario);
    run_to(&mut engine, 5.0);
    for second in [5, 10, 15, 20] {
        let (changes, passed) = match second % 10 {
            5 => (&there, true),
            _ => (&away, false),
        };
        let before = engine.report().components;
        edit(&mut engine, changes.clone());
        run_to(&mut engine, f64::from(second) + 5.0);
        let after = engine.report().components;
        let came = |id: &str| {
            let came = |report: &std::collections::BTreeMap<String, _>| {
                let component: Option<&headroom_engine::report::ReportComponent> = report.get(id);
                component.map_or(0, |component| component.load.arrived)
            };
            came(&after) - came(&before)
        };
        let balancer = if second > 10 { "lb#2" } else { "lb" };
        assert!(came("web") > 1_300, "{} in 5 s", came("web"));
        assert_eq!(
            came(balancer) > 1_300,
            passed,
            "{balancer}: {}",
            came(balancer)
        );
        assert!(passed || came(balancer) < 20, "only what was on its way");
    }
    let report = engine.report();
    assert_eq!(failed(&report), 0);
    assert_eq!(report.components.len(), 4, "users, web and two balancers");
    let gone = &engine.snapshot().components[2..];
    assert!(
        gone.iter()
            .all(|part| part.instances[0].state == InstanceState::Gone)
    );
    assert_eq!(
        report.monthly_usd.at_end,
        report.components["web"].usd_month_mean
    );
}

#[test]
fn what_comes_is_there_from_then_on_for_the_figures_and_for_the_price() {
    let scenario = chain(
        traffic(100.0, compute()),
        0.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let [there, _] = balanced(&scenario);
    let mut engine = started(scenario);
    run_to(&mut engine, 30.0);
    edit(&mut engine, there);
    run_to(&mut engine, 40.0);
    let report = engine.report();
    let balancer = &report.components["lb"];
    assert!(
        (balancer.rented_mean - 1.0).abs() < 1e-9,
        "while it was there"
    );
    assert!((balancer.load.throughput_rps - 100.0).abs() < 12.0);
    let bins = engine.bins_since(0);
    assert_eq!(
        (bins[29].components.len(), bins[31].components.len()),
        (2, 3)
    );
    assert!((f64::from(bins[35].components[2].answered) - 100.0).abs() < 40.0);
    let snapshot = engine.snapshot();
    assert!((snapshot.links[1].calls_rps - 100.0).abs() < 25.0);
    assert_eq!(snapshot.links[0].calls_rps, 0.0);
    // It was there for a quarter of the run.
    let [balancer, web] = ["lb", "web"].map(|id| report.components[id].usd_month_mean);
    let price = snapshot.components[2].cost.usd_month;
    assert!(
        (balancer - price / 4.0).abs() < 1e-3,
        "{balancer} of {price}"
    );
    assert!((report.monthly_usd.mean - balancer - web).abs() < 1e-3);
}

#[test]
fn a_rate_and_a_cost_are_of_the_time_that_a_part_has_been_there() {
    let kinds = vec![("web", Kind::Service(servers(1)))];
    let scenario = chain(traffic(400.0, compute()), 0.0, kinds);
    let [there, _] = balanced(&scenario);
    let mut engine = started(scenario);
    run_to(&mut engine, 10.0);
    edit(&mut engine, there);
    for second in [10.5, 11.5, 13.0] {
        let snapshot = run_to(&mut engine, second);
        let rps = snapshot.links[1].calls_rps;
        assert!((rps - 400.0).abs() < 80.0, "{rps}/s at {second} s");
        let now = snapshot.cost().usd_month;
        let passed_s = if second > 11.0 {
            second.floor() - 10.0
        } else {
            0.0
        };
        let web = snapshot.components[1].cost.usd_month;
        let lately: f64 = snapshot
            .recent
            .components
            .iter()
            .map(|part| f64::from(part.usd_month))
            .sum();
        let expected = web + (now - web) * (passed_s / 5.0);
        assert!(
            (lately - expected).abs() < 0.2 * (now - web),
            "{lately}, not {expected}, at {second} s"
        );
    }
}

#[test]
fn servers_of_a_new_service_boot_before_they_serve() {
    let scenario = chain(
        traffic(50.0, compute()),
        0.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let slow_start = Service {
        boot_s: 3.0,
        ..servers(2)
    };
    let changes = vec![
        remove("web"),
        add(&scenario, "lb", Kind::LoadBalancer(LoadBalancer::default())),
        add(&scenario, "app", Kind::Service(slow_start)),
        relink("users", "lb"),
        relink("lb", "app"),
    ];
    let mut engine = started(scenario);
    run_to(&mut engine, 2.0);
    edit(&mut engine, changes);
    let booting = run_to(&mut engine, 4.9);
    let states = |snapshot: &Snapshot| -> Vec<InstanceState> {
        snapshot.components[3]
            .instances
            .iter()
            .map(|it| it.state)
            .collect()
    };
    assert_eq!(states(&booting), [InstanceState::Booting; 2]);
    let refused = failed(&engine.report());
    assert!(
        refused > 100,
        "nobody serves for three seconds: {refused} refused"
    );
    let booted = run_to(&mut engine, 15.0);
    assert_eq!(states(&booted), [InstanceState::Up; 2]);
    let refused = failed(&engine.report());
    let serving = run_to(&mut engine, 20.0);
    assert_eq!(
        failed(&engine.report()),
        refused,
        "the checks have found them"
    );
    assert!(serving.components[3].throughput_rps > 40.0);
}

#[test]
fn a_service_that_goes_finishes_what_it_has() {
    let slow = Service {
        service_time_ms: 400.0,
        ..servers(1)
    };
    let scenario = chain(
        traffic(10.0, compute()),
        5.0,
        vec![("web", Kind::Service(slow))],
    );
    let changes = replaced(&scenario);
    let mut engine = started(scenario);
    let before = run_to(&mut engine, 5.0);
    let inside = before.components[1].in_flight;
    assert!(inside > 0);
    edit(&mut engine, changes);
    let leaving = run_to(&mut engine, 5.2);
    assert_eq!(
        leaving.components[1].instances[0].state,
        InstanceState::Draining
    );
    let gone = run_to(&mut engine, 6.0);
    assert_eq!(gone.components[1].instances[0].state, InstanceState::Gone);
    assert_eq!(failed(&engine.report()), 0);
}

#[test]
fn what_hangs_in_a_part_that_goes_is_reset() {
    let scenario = chain(
        traffic(200.0, compute()),
        0.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let changes = replaced(&scenario);
    let mut engine = started(scenario);
    run_to(&mut engine, 1.0);
    engine
        .apply(&Action::Hang {
            component: "web".into(),
            instance: 0,
        })
        .expect("it is there");
    run_to(&mut engine, 2.0);
    edit(&mut engine, changes);
    let after = run_to(&mut engine, 3.0);
    assert_eq!(after.components[1].instances[0].state, InstanceState::Gone);
    assert!(after.requests.in_flight < 20, "nobody waits for what hung");
    assert!(failed(&engine.report()) > 150);
}

#[test]
fn a_cache_that_goes_brings_back_what_it_held_and_keeps_nobody_waiting() {
    let held = Cache {
        write_mode: WriteMode::Back,
        write_back_ms: 60_000.0,
        ..Cache::default()
    };
    let kinds = vec![
        ("web", Kind::Service(servers(2))),
        ("db", Kind::Database(Database::default())),
    ];
    let mut scenario = chain(traffic(100.0, write()), 1.0, kinds);
    let mut cache = scenario.design.components[1].clone();
    cache.id = "cache".into();
    cache.kind = Kind::Cache(held);
    scenario.design.components.push(cache);
    scenario.design.links.push(link("web", "cache", 1.0));
    scenario.design.links.push(link("cache", "db", 1.0));
    let mut engine = started(scenario);
    run_to(&mut engine, 5.0);
    assert_eq!(engine.report().components["db"].extra["writes"], 0.0);
    edit(&mut engine, vec![remove("cache")]);
    let gone = run_to(&mut engine, 8.0);
    let cache = &gone.components[3];
    assert!(
        cache
            .instances
            .iter()
            .all(|it| it.state == InstanceState::Gone)
    );
    let report = engine.report();
    assert_eq!(report.components["cache"].extra["writes_lost"], 0.0);
    assert!(report.components["db"].extra["writes"] > 500.0);
    assert_eq!(failed(&report), 0);
}

#[test]
fn who_waits_at_a_cache_that_goes_for_what_another_fetches_fetches_it_too() {
    let kinds = vec![
        ("web", Kind::Service(servers(2))),
        (
            "db",
            Kind::Database(Database {
                read_time_ms: 300.0,
                ..Database::default()
            }),
        ),
    ];
    let mut reads = traffic(200.0, lookup());
    reads.keys.count = 1;
    let mut scenario = chain(reads, 0.0, kinds);
    let mut cache = scenario.design.components[1].clone();
    cache.id = "cache".into();
    cache.kind = Kind::Cache(Cache {
        leases: true,
        lease_ms: 60_000.0,
        read_mode: ReadMode::CacheAside,
        nodes: 1,
        ..Cache::default()
    });
    scenario.design.components.push(cache);
    scenario.design.links.push(link("web", "cache", 0.0));
    let mut engine = started(scenario);
    let waiting = run_to(&mut engine, 0.2);
    assert!(
        waiting.components[3].in_flight > 5,
        "they wait for the first"
    );
    edit(&mut engine, vec![remove("cache")]);
    let left = run_to(&mut engine, 0.4);
    assert_eq!(left.components[3].in_flight, 0);
}

#[test]
fn a_database_that_goes_with_its_servers_answers_them_to_the_end() {
    let kinds = vec![
        ("web", Kind::Service(servers(2))),
        (
            "db",
            Kind::Database(Database {
                read_time_ms: 200.0,
                ..Database::default()
            }),
        ),
    ];
    let mut twice = lookup();
    twice.lookups = 3;
    let scenario = chain(traffic(5.0, twice), 20.0, kinds);
    let changes = vec![
        remove("web"),
        remove("db"),
        add(
            &scenario,
            "all",
            Kind::Service(Service {
                boot_s: 0.0,
                ..servers(1)
            }),
        ),
        relink("users", "all"),
    ];
    let mut engine = started(scenario);
    let before = run_to(&mut engine, 5.0);
    assert!(before.components[1].in_flight > 0);
    edit(&mut engine, changes);
    let gone = run_to(&mut engine, 8.0);
    for part in &gone.components[1..3] {
        assert!(
            part.instances
                .iter()
                .all(|it| it.state == InstanceState::Gone)
        );
    }
    assert_eq!(failed(&engine.report()), 0);
}

#[test]
fn a_new_database_has_nothing_of_the_one_before() {
    let scenario = chain(
        traffic(100.0, write()),
        0.0,
        vec![
            ("web", Kind::Service(servers(1))),
            ("db", Kind::Database(Database::default())),
        ],
    );
    let changes = vec![
        remove("db"),
        add(&scenario, "new", Kind::Database(Database::default())),
        relink("web", "new"),
    ];
    let mut engine = started(scenario);
    run_to(&mut engine, 10.0);
    edit(&mut engine, changes);
    run_to(&mut engine, 12.0);
    engine.apply(&destroy("new", 0)).expect("it is there");
    run_to(&mut engine, 12.1);
    let report = engine.report();
    let of_the_new_one = &report.components["new"].extra;
    let (writes, lost) = (of_the_new_one["writes"], of_the_new_one["writes_lost"]);
    assert!(writes > 150.0, "{writes} writes in two seconds");
    assert_eq!(lost, writes, "what it has lost is what was written to it");
}

#[test]
fn a_part_under_an_old_name_is_another_with_chances_of_its_own() {
    let scenario = chain(
        traffic(200.0, compute()),
        0.0,
        vec![(
            "web",
            Kind::Service(Service {
                distribution: Default::default(),
                boot_s: 0.0,
                ..servers(1)
            }),
        )],
    );
    let again = || {
        let mut component = scenario.design.components[1].clone();
        component.name = "again".into();
        vec![
            remove("web"),
            Change::Add { component },
            relink("users", "web"),
        ]
    };
    let mut engine = started(scenario.clone());
    edit(&mut engine, again());
    run_to(&mut engine, 10.0);
    let mut other = started(scenario.clone());
    run_to(&mut other, 10.0);
    let [again, first] = [engine.report(), other.report()];
    assert_eq!(again.requests.arrived, first.requests.arrived);
    let inside = |report: &Report, id: &str| report.components[id].load.inside_mean;
    assert_ne!(inside(&again, "web#2"), inside(&first, "web"));
    assert_eq!(again.components["web"].load.arrived, 0);
}

#[test]
fn what_the_script_does_to_a_part_that_is_gone_passes_with_a_mark() {
    let mut scenario = chain(
        traffic(50.0, compute()),
        0.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let [there, away] = balanced(&scenario);
    let slow = Action::Slow {
        component: "lb".into(),
        instance: 0,
        factor: 2.0,
    };
    let timed = [Action::Edit { changes: there }, slow];
    let script = (1u64..)
        .zip(timed)
        .map(|(second, action)| headroom_scenario::TimedAction {
            at_ns: second * 10 * NS_PER_S,
            action,
        });
    scenario.script = script.collect();
    let mut engine = started(scenario);
    run_to(&mut engine, 12.0);
    edit(&mut engine, away);
    run_to(&mut engine, 25.0);
    let marks = engine.marks_since(0);
    let words: Vec<&str> = marks.iter().map(|mark| &*mark.words).collect();
    assert_eq!(
        words,
        [
            "lb added, users unlinked from web",
            "lb taken out, users linked to web",
            "lb is not there any more"
        ]
    );
    let problem = engine.apply(&Action::Repair {
        component: "lb".into(),
        instance: 0,
    });
    assert!(
        problem
            .expect_err("it is gone")
            .contains("no component “lb”")
    );
}

#[test]
fn a_run_with_edits_is_the_same_run_when_it_is_played_again() {
    let scenario = chain(
        traffic(300.0, compute()),
        1.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let [there, away] = balanced(&scenario);
    let mut live = started(scenario.clone());
    let mut again = scenario;
    for (second, changes) in [(3.0, &there), (6.0, &away), (9.0, &there)] {
        run_to(&mut live, second);
        let action = Action::Edit {
            changes: changes.clone(),
        };
        again
            .script
            .push(live.apply(&action).expect("the design can run"));
    }
    run_to(&mut live, 12.0);
    let json = again.to_json();
    let read = Scenario::from_json(&json).expect("it was written by us");
    let mut replay = started(read);
    run_to(&mut replay, 12.0);
    assert_eq!(live.digest(), replay.digest());
    assert_eq!(live.outcomes_digest(), replay.outcomes_digest());
}
