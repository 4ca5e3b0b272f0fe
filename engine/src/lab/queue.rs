//! The queues of theory as scenarios.

use headroom_scenario::{
    Class, ClientBehaviour, Clients, Component, Design, Kind, Link, LoopModel, QUEUE_MAX, Region,
    Retries, SCHEMA_VERSION, Scenario, Service, Traffic,
};

/// M/M/c: clients who call one server of `workers` slots with nothing in between, wait for ever and
/// never try again.
pub(crate) fn queue(workers: u16, service_time_ms: f64, rate_rps: f64) -> Scenario {
    let component = |id: &str, kind| Component {
        id: id.into(),
        name: String::new(),
        site: None,
        kind,
        position: None,
    };
    let web = Service {
        workers,
        service_time_ms,
        queue_limit: QUEUE_MAX,
        ..Service::default()
    };
    Scenario {
        version: SCHEMA_VERSION,
        seed: 1,
        traffic: Traffic {
            rate_rps,
            regions: vec![Region {
                round_trip_ms: 0.0,
                ..Region::default()
            }],
            classes: vec![Class::default()],
            client: ClientBehaviour {
                loop_model: LoopModel::Open,
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
                component("web", Kind::Service(web)),
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
