//! What gives way first is what is broken or slow, and not who waits for it.

use headroom_engine::lab::{Bottleneck, Capacity};
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
    let hang = |id: &str, instance| Action::Hang {
        component: id.into(),
        instance,
    };
    let kill = |id: &str, instance| Action::Kill {
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
    for stop in [hang, kill] {
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
