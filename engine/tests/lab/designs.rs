//! Small designs, and searches run to their end.

use headroom_engine::lab::{
    Capacity, CapacitySearch, Comparison, Payoff, PayoffSearch, Window, settled,
};
use headroom_engine::report::Report;
use headroom_scenario::{
    Action, Class, ClientBehaviour, Clients, Component, Design, Kind, Link, LoopModel, Region,
    Retries, Scenario, Service, TimedAction, Traffic, ValidScenario, step,
};

/// Patient users who are next to one service, and never try again.
pub fn alone(loop_model: LoopModel, service: Service) -> Scenario {
    let component = |id: &str, kind| Component {
        id: id.into(),
        name: String::new(),
        site: None,
        kind,
        position: None,
    };
    Scenario {
        version: 1,
        seed: 1,
        traffic: Traffic {
            rate_rps: 20.0,
            regions: vec![Region {
                round_trip_ms: 0.0,
                ..Region::default()
            }],
            classes: vec![Class::default()],
            client: ClientBehaviour {
                loop_model,
                timeout_ms: 0.0,
                retries: Retries {
                    max: 0,
                    ..Retries::default()
                },
            },
            ..Traffic::default()
        },
        design: Design {
            components: vec![
                component("users", Kind::Clients(Clients::default())),
                component("web", Kind::Service(service)),
            ]
            .into(),
            links: vec![Link {
                from: "users".into(),
                to: "web".into(),
                latency_ms: 0.0,
                ..Default::default()
            }]
            .into(),
            ..Design::default()
        },
        ..Scenario::default()
    }
}

/// One worker that takes 10 ms on average.
pub fn one_worker() -> Service {
    Service {
        workers: 1,
        service_time_ms: 10.0,
        queue_limit: 1_000_000,
        ..Service::default()
    }
}

/// A scenario that can be run.
pub fn valid(scenario: Scenario) -> ValidScenario {
    scenario.validate().expect("the test's scenario is valid")
}

/// A step of the ladder.
pub fn step(name: &str) -> Scenario {
    step::find(name).expect("a step").scenario()
}

/// Patient users of two servers behind a balancer that checks them, and a database, all of them far from their limits.
pub fn balanced() -> Scenario {
    let mut scenario = step("load-balancer");
    scenario.script.clear();
    scenario.traffic.rate_rps = 1.0;
    scenario.traffic.client.timeout_ms = 0.0;
    scenario.traffic.client.retries.max = 0;
    scenario.traffic.classes = vec![Class {
        queries: 1,
        lookups: 0,
        ..Class::default()
    }];
    for component in &mut scenario.design.components {
        match &mut component.kind {
            Kind::Service(service) => {
                (service.workers, service.service_time_ms) = (16, 2.0);
            }
            Kind::Database(database) => database.read_time_ms = 2.0,
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) | Kind::Cache(_) => {}
        }
    }
    scenario
}

/// A scenario with what happens at each second.
pub fn with_script(mut scenario: Scenario, script: &[(u64, Action)]) -> Scenario {
    let timed = |(at_s, action): &(u64, Action)| TimedAction {
        at_ns: at_s * 1_000_000_000,
        action: action.clone(),
    };
    scenario.script = script.iter().map(timed).collect();
    scenario
}

/// An instance hangs.
pub fn hang(id: &str, instance: u16) -> Action {
    Action::Hang {
        component: id.into(),
        instance,
    }
}

/// A step of the ladder as its script leaves it.
pub fn settled_step(name: &str) -> ValidScenario {
    settled(&valid(step(name)))
}

/// A component called otherwise.
pub fn renamed(mut scenario: Scenario, id: &str, new: &str) -> Scenario {
    for component in &mut scenario.design.components {
        if component.id == id {
            component.id = new.into();
        }
    }
    for link in &mut scenario.design.links {
        for end in [&mut link.from, &mut link.to] {
            if end == id {
                *end = new.into();
            }
        }
    }
    scenario
}

/// What a design can take.
pub fn capacity(scenario: &ValidScenario) -> Capacity {
    capacity_by(scenario, u64::MAX)
}

/// The same, sought by so many events at a time.
pub fn capacity_by(scenario: &ValidScenario, events_budget: u64) -> Capacity {
    let mut search = CapacitySearch::new(scenario, Window::default());
    loop {
        if let Some(capacity) = search.advance(events_budget) {
            return capacity;
        }
    }
}

/// From which load on a change pays off.
pub fn payoff(before: &ValidScenario, after: &ValidScenario, window: Window) -> Payoff {
    let mut search = PayoffSearch::new(before, after, window).expect("they can be compared");
    loop {
        if let Some(payoff) = search.advance(u64::MAX) {
            return payoff;
        }
    }
}

/// Two designs side by side.
pub fn compared(mut comparison: Comparison) -> (Report, Report) {
    loop {
        if let Some(reports) = comparison.advance(u64::MAX) {
            return reports;
        }
    }
}
