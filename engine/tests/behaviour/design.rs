//! Small designs to experiment on.

use headroom_engine::report::{Report, ReportComponent};
use headroom_engine::time::SimTime;
use headroom_engine::{Engine, Progress};
use headroom_scenario::{
    Action, Cache, Class, ClassKind, ClientBehaviour, Clients, Component, Database, Design,
    Direction, Distribution, Impairment, Kind, Link, LoadBalancer, LoopModel, Region, Retries,
    Scenario, Service, TimedAction, Traffic,
};

/// Users with no patience to lose and no network in between: what a test adds is all there is.
pub fn traffic(rate_rps: f64, class: Class) -> Traffic {
    Traffic {
        rate_rps,
        regions: vec![Region {
            round_trip_ms: 0.0,
            ..Region::default()
        }],
        classes: vec![class],
        users: 1_000,
        client: ClientBehaviour {
            loop_model: LoopModel::Open,
            timeout_ms: 0.0,
            retries: Retries {
                max: 0,
                ..Retries::default()
            },
        },
        ..Traffic::default()
    }
}

/// A class that only computes.
pub fn compute() -> Class {
    Class {
        id: "compute".into(),
        ..Class::default()
    }
}

/// A class that looks one key up.
pub fn lookup() -> Class {
    Class {
        id: "read".into(),
        lookups: 1,
        ..Class::default()
    }
}

/// A class that writes once.
pub fn write() -> Class {
    Class {
        id: "write".into(),
        kind: ClassKind::Write,
        queries: 1,
        ..Class::default()
    }
}

/// Servers of 8 workers and 10 ms, always the same.
pub fn servers(instances: u16) -> Service {
    Service {
        instances,
        service_time_ms: 10.0,
        distribution: Distribution::Constant,
        ..Service::default()
    }
}

/// Clients, then the components in order, each linked to the next with so much latency.
pub fn chain(traffic: Traffic, latency_ms: f64, kinds: Vec<(&str, Kind)>) -> Scenario {
    let mut rows = vec![("users", Kind::Clients(Clients {}))];
    rows.extend(kinds);
    let links = rows
        .windows(2)
        .map(|pair| link(pair[0].0, pair[1].0, latency_ms))
        .collect();
    let components = rows
        .into_iter()
        .map(|(id, kind)| component(id, kind))
        .collect();
    let design = Design {
        components,
        links,
        ..Design::default()
    };
    Scenario {
        version: 1,
        seed: 7,
        traffic,
        design,
        ..Scenario::default()
    }
}

/// One service and nothing around it.
pub fn alone(traffic: Traffic, service: Service) -> Scenario {
    chain(traffic, 0.0, vec![("web", Kind::Service(service))])
}

/// A service with a cache and a database behind it; a cache that needs the database is linked to it.
pub fn cached(traffic: Traffic, cache: Cache, database: Database) -> Scenario {
    let mut scenario = chain(traffic, 0.1, vec![("web", Kind::Service(servers(1)))]);
    scenario
        .design
        .components
        .push(component("cache", Kind::Cache(cache)));
    scenario
        .design
        .components
        .push(component("db", Kind::Database(database)));
    for (from, to) in [("web", "cache"), ("web", "db"), ("cache", "db")] {
        scenario.design.links.push(link(from, to, 0.1));
    }
    scenario
}

/// A component of that id.
pub fn component(id: &str, kind: Kind) -> Component {
    Component {
        id: id.into(),
        name: String::new(),
        site: None,
        kind,
        position: None,
    }
}

/// A link between two components.
pub fn link(from: &str, to: &str, latency_ms: f64) -> Link {
    Link {
        from: from.into(),
        to: to.into(),
        latency_ms,
        ..Default::default()
    }
}

/// A balancer without health checks, its further parameters left alone.
pub fn blind_balancer() -> LoadBalancer {
    LoadBalancer {
        health_check: None,
        ..LoadBalancer::default()
    }
}

/// An action of the script.
pub fn at_s(seconds: f64, action: Action) -> TimedAction {
    TimedAction {
        at_ns: SimTime::from_s(seconds).0,
        action,
    }
}

/// Another instance is bought.
pub fn add(component: &str) -> Action {
    Action::AddInstance {
        component: component.into(),
    }
}

/// An instance is taken out.
pub fn remove(component: &str, instance: u16) -> Action {
    Action::RemoveInstance {
        component: component.into(),
        instance,
    }
}

/// An instance dies.
pub fn kill(component: &str, instance: u16) -> Action {
    Action::Kill {
        component: component.into(),
        instance,
    }
}

/// Everything on an instance takes so many times as long.
pub fn slow(component: &str, instance: u16, factor: f64) -> Action {
    Action::Slow {
        component: component.into(),
        instance,
        factor,
    }
}

/// An instance hangs.
pub fn hang(component: &str, instance: u16) -> Action {
    Action::Hang {
        component: component.into(),
        instance,
    }
}

/// An instance is destroyed.
pub fn destroy(component: &str, instance: u16) -> Action {
    Action::Destroy {
        component: component.into(),
        instance,
    }
}

/// A link carries worse than it should.
pub fn impair(from: &str, to: &str, impairment: Impairment) -> Action {
    Action::ImpairLink {
        from: from.into(),
        to: to.into(),
        impairment,
    }
}

/// A link is cut.
pub fn cut(from: &str, to: &str, direction: Direction) -> Action {
    impair(from, to, Impairment::Cut { direction })
}

/// A link carries again.
pub fn repair_link(from: &str, to: &str) -> Action {
    Action::RepairLink {
        from: from.into(),
        to: to.into(),
    }
}

/// An instance works again.
pub fn repair(component: &str, instance: u16) -> Action {
    Action::Repair {
        component: component.into(),
        instance,
    }
}

/// The engine of a scenario, which must be valid.
pub fn engine(scenario: Scenario) -> Engine {
    Engine::new(
        &scenario
            .validate()
            .unwrap_or_else(|problems| panic!("{problems:#?}")),
    )
}

/// Runs to a moment, the books checked at the end.
pub fn run_to(engine: &mut Engine, seconds: f64) {
    let progress = engine.run_until(SimTime::from_s(seconds), u64::MAX);
    assert_eq!(progress, Progress::Reached);
    engine.conservation().expect("the books balance");
}

/// The report of a whole run.
pub fn report(scenario: Scenario, seconds: f64) -> Report {
    let mut engine = engine(scenario);
    run_to(&mut engine, seconds);
    engine.report()
}

/// The report of a stretch of a run.
pub fn stretch(engine: &mut Engine, from_s: f64, to_s: f64) -> Report {
    run_to(engine, from_s);
    engine.begin_measurement();
    run_to(engine, to_s);
    engine.report()
}

/// A component of a report.
pub fn part<'a>(report: &'a Report, id: &str) -> &'a ReportComponent {
    &report.components[id]
}

/// Requests given up for a reason.
pub fn failed(report: &Report, reason: &str) -> u64 {
    report.requests.failed.get(reason).copied().unwrap_or(0)
}

/// Asserts that a figure is near what it must be.
#[track_caller]
pub fn near(what: &str, figure: f64, expected: f64, tolerance: f64) {
    assert!(
        (figure - expected).abs() <= tolerance,
        "{what}: {figure}, expected {expected} ± {tolerance}"
    );
}
