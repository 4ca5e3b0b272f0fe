//! What gives way first is what is broken or slow, and not who waits for it.

use headroom_engine::lab::{Bottleneck, Capacity, Load};
use headroom_scenario::{
    Action, Algorithm, Direction, Distribution, Impairment, Kind, Scenario, TimedAction, WriteMode,
};

use crate::designs::*;

/// What a step can take with something done to it at the start, sought from the smallest load.
fn broken(name: &str, actions: &[Action], change: impl FnOnce(&mut Scenario)) -> Capacity {
    let mut scenario = step(name);
    scenario.traffic.rate_rps = 1.0;
    let timed = |action: &Action| TimedAction {
        at_ns: 0,
        action: action.clone(),
    };
    scenario.script = actions.iter().map(timed).collect();
    change(&mut scenario);
    capacity(&valid(scenario))
}

fn as_it_is(_: &mut Scenario) {}

fn component(id: &str) -> Option<Bottleneck> {
    Some(Bottleneck::Component(id.into()))
}

fn impair(from: &str, to: &str, impairment: Impairment) -> Action {
    Action::ImpairLink {
        from: from.into(),
        to: to.into(),
        impairment,
    }
}

fn first(capacity: &Capacity) -> String {
    let limited = capacity.limited.as_ref().expect("something gives way");
    let wrong = limited.wrong().expect("it is a link");
    format!("{} {wrong}", limited.title(&step("load-balancer").design))
}

const CUT: Impairment = Impairment::Cut {
    direction: Direction::Both,
};
const LOSSY: Impairment = Impairment::Loss { share: 0.9 };
const SLOW: Impairment = Impairment::Delay { delay_ms: 10_000.0 };
const NARROW: Impairment = Impairment::Bandwidth { mbps: 0.001 };

#[test]
fn a_link_that_lets_hardly_anything_through_is_named_with_what_is_wrong_with_it() {
    for (impairment, wrong) in [
        (CUT, "is cut"),
        (LOSSY, "loses 90 %"),
        (SLOW, "is 10,000 ms slower"),
        (NARROW, "carries 0.001 Mbit/s"),
    ] {
        let found = broken(
            "database-apart",
            &[impair("web", "db", impairment)],
            as_it_is,
        );
        assert_eq!(found.load.amount(), 0.0);
        assert_eq!(first(&found), format!("Web tier → Database {wrong}"));
    }
    for impairment in [CUT, LOSSY] {
        let found = broken(
            "database-apart",
            &[impair("users", "web", impairment)],
            as_it_is,
        );
        assert!(first(&found).starts_with("Users → Web tier "), "{found:?}");
        let found = broken(
            "load-balancer",
            &[impair("lb", "web", impairment)],
            as_it_is,
        );
        assert!(
            first(&found).starts_with("Load balancer → Web tier "),
            "{found:?}"
        );
    }
}

#[test]
fn a_link_holds_the_workers_of_its_caller_at_higher_loads_too_or_does_not() {
    let slower = |delay_ms| {
        let delay = Impairment::Delay { delay_ms };
        broken("database-apart", &[impair("web", "db", delay)], as_it_is)
    };
    let held = slower(50.0);
    assert!(held.load.amount() > 1.0);
    assert_eq!(first(&held), "Web tier → Database is 50 ms slower");
    assert_eq!(slower(0.1).limited, component("web"));
}

#[test]
fn who_waits_for_one_that_hangs_or_is_dead_is_not_to_blame() {
    let kill: fn(&str, u16) -> Action = |id, instance| Action::Kill {
        component: id.into(),
        instance,
    };
    for action in [hang("db", 0), kill("db", 0)] {
        assert_eq!(
            broken("database-apart", &[action], as_it_is).limited,
            component("db")
        );
    }
    let Kind::Service(web) = &step("load-balancer").design.components[2].kind.clone() else {
        panic!("a service");
    };
    for stop in [hang as fn(&str, u16) -> Action, kill] {
        let all: Vec<Action> = (0..web.instances)
            .map(|instance| stop("web", instance))
            .collect();
        assert_eq!(
            broken("load-balancer", &all, as_it_is).limited,
            component("web")
        );
    }
}

#[test]
fn where_nothing_is_busy_it_is_where_the_time_goes() {
    let patient = broken("one-server", &[], |scenario| {
        scenario.objectives.latency_p99_ms = 1.0
    });
    assert_eq!(first(&patient), "Users → Web tier takes most of the time");

    let slow_queries = |scenario: &mut Scenario| {
        scenario.traffic.keys.count = 1;
        scenario.traffic.client.timeout_ms = 0.0;
        for component in &mut scenario.design.components {
            match &mut component.kind {
                Kind::Service(service) => service.workers = 1_000,
                Kind::Database(database) => {
                    (database.read_time_ms, database.workers) = (3_000.0, 1_000);
                    (database.connections, database.distribution) =
                        (10_000, Distribution::Constant);
                }
                Kind::Cache(cache) => {
                    (cache.leases, cache.ttl_s) = (true, 57.0);
                    cache.write_mode = WriteMode::Invalidate;
                }
                Kind::LoadBalancer(balancer) => balancer.algorithm = Algorithm::RoundRobin,
                Kind::Clients(_) | Kind::Dns(_) => {}
            }
        }
    };
    for name in ["database-apart", "cache"] {
        let found = broken(name, &[], slow_queries);
        assert_eq!(found.limited, component("db"), "{name}");
    }
}

#[test]
fn a_narrow_link_is_named_before_those_it_keeps_idle() {
    for mbps in [0.4, 30.0] {
        for (from, to, title) in [
            ("users", "lb", "Users → Load balancer"),
            ("lb", "web", "Load balancer → Web tier"),
            ("web", "db", "Web tier → Database"),
        ] {
            let narrow = impair(from, to, Impairment::Bandwidth { mbps });
            let found = capacity(&valid(with_script(balanced(), &[(0, narrow)])));
            assert!(found.load.amount() > 5.0, "{found:?}");
            assert_eq!(first(&found), format!("{title} carries {mbps} Mbit/s"));
        }
    }
    // One that is wide enough is not.
    let wide = impair("users", "lb", Impairment::Bandwidth { mbps: 1_000.0 });
    let found = capacity(&valid(with_script(balanced(), &[(0, wide)])));
    assert_eq!(found.limited, component("db"));
}

#[test]
fn a_narrow_link_is_named_however_seldom_requests_take_it() {
    let mut scenario = step("cache");
    scenario.traffic.rate_rps = 1.0;
    scenario.traffic.regions[0].round_trip_ms = 120.0;
    let narrow = impair("web", "db", Impairment::Bandwidth { mbps: 0.07 });
    let found = capacity(&valid(with_script(scenario, &[(10, narrow)])));
    assert_eq!(found.load.amount(), 0.0);
    assert_eq!(first(&found), "Web tier → Database carries 0.07 Mbit/s");
}

#[test]
fn one_that_hangs_behind_a_balancer_that_takes_it_out_is_named() {
    for seed in 1..=3 {
        for timeout_ms in [0.0, 3_000.0] {
            let mut scenario = with_script(balanced(), &[(5, hang("web", 0))]);
            scenario.seed = seed;
            scenario.traffic.client.timeout_ms = timeout_ms;
            let found = capacity(&valid(scenario));
            assert_eq!(found.load.amount(), 0.0);
            assert_eq!(found.limited, component("web"), "{seed}, {timeout_ms} ms");
        }
    }
}

#[test]
fn a_balancer_that_is_slow_itself_is_named() {
    let forwards_in = |forward_ms: f64, script: &[(u64, Action)]| {
        let mut scenario = with_script(balanced(), script);
        for component in &mut scenario.design.components {
            if let Kind::LoadBalancer(balancer) = &mut component.kind {
                balancer.forward_ms = forward_ms;
            }
        }
        capacity(&valid(scenario)).limited
    };
    assert_eq!(forwards_in(600.0, &[]), component("lb"));
    let slow = Action::Slow {
        component: "lb".into(),
        instance: 0,
        factor: 1_000.0,
    };
    assert_eq!(forwards_in(0.6, &[(0, slow)]), component("lb"));
}

#[test]
fn what_is_named_at_the_smallest_load_is_the_same_for_all_seeds() {
    for seed in 1..=4 {
        for share in [0.25, 0.3, 0.35] {
            let lossy = impair("web", "db", Impairment::Loss { share });
            let mut scenario = with_script(balanced(), &[(0, lossy)]);
            scenario.seed = seed;
            let found = capacity(&valid(scenario));
            let wrong = format!("Web tier → Database loses {} %", 100.0 * share);
            assert_eq!(first(&found), wrong, "seed {seed}");
        }
    }
}

#[test]
fn what_is_over_or_yet_to_come_is_not_named() {
    let stands_by = |scenario: &mut Scenario| {
        for component in &mut scenario.design.components {
            if let Kind::LoadBalancer(balancer) = &mut component.kind {
                balancer.standby = true;
            }
        }
    };
    let mut replaced = with_script(balanced(), &[(0, hang("lb", 0))]);
    stands_by(&mut replaced);
    let mut repaired = with_script(
        balanced(),
        &[
            (0, impair("users", "lb", SLOW)),
            (
                0,
                Action::RepairLink {
                    from: "users".into(),
                    to: "lb".into(),
                },
            ),
        ],
    );
    let later = with_script(balanced(), &[(300, hang("web", 0)), (300, hang("web", 1))]);
    for scenario in [&replaced, &repaired, &later] {
        let found = capacity(&valid(scenario.clone()));
        assert!(matches!(found.load, Load::RateRps(rate_rps) if rate_rps > 1_000.0));
        assert_eq!(found.limited, component("db"));
    }
    repaired.objectives.latency_p99_ms = 10.0;
    let found = capacity(&valid(repaired));
    assert_eq!(
        first(&found),
        "Users → Load balancer takes most of the time"
    );
}
