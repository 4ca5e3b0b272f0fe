//! Small designs whose truth is known: clients, and one queue or a few behind a balancer.

use headroom_scenario::{
    Action, Algorithm, Cache, Class, ClientBehaviour, Clients, Component, Database, Design,
    Distribution, Keys, Kind, Link, LoadBalancer, LoopModel, Region, Retries, SCHEMA_VERSION,
    Scenario, Service, TimedAction, Traffic,
};

/// Mean service time of every server, in milliseconds: the unit of the tables. Short, so that a
/// simulated second holds many customers; the clock's nanosecond is a hundred-thousandth of it.
pub const UNIT_MS: f64 = 0.1;
/// Units in a simulated second.
pub const UNITS_PER_S: f64 = 1e3 / UNIT_MS;

/// Servers with a common waiting line.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Servers.
    pub servers: u16,
    /// Customers that may wait.
    pub room: u32,
    /// Law of the service time.
    pub law: Distribution,
    /// Mean service time in units: 1, or wrong on purpose.
    pub service_time: f64,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            servers: 1,
            room: 1_000_000,
            law: Distribution::Exponential,
            service_time: 1.0,
        }
    }
}

impl Queue {
    /// The service called `servers`, with so many instances of this queue.
    fn service(self, instances: u16) -> Kind {
        Kind::Service(Service {
            instances,
            workers: self.servers,
            service_time_ms: self.service_time * UNIT_MS,
            distribution: self.law,
            queue_limit: self.room,
            ..Service::default()
        })
    }

    /// Customers that come `arrivals` a unit of time, on average.
    pub fn open(self, seed: u64, arrivals: f64) -> Scenario {
        scenario(
            seed,
            open_traffic(arrivals),
            vec![("servers", self.service(1))],
        )
    }

    /// The same customers, spread over so many such queues.
    pub fn balanced(self, seed: u64, arrivals: f64, algorithm: Algorithm, queues: u16) -> Scenario {
        let parameters = LoadBalancer {
            algorithm,
            health_check: None,
            forward_ms: 0.0,
            ..LoadBalancer::default()
        };
        let kinds = vec![
            ("balancer", Kind::LoadBalancer(parameters)),
            ("servers", self.service(queues)),
        ];
        scenario(seed, open_traffic(arrivals), kinds)
    }

    /// So many users who come again after thinking for some units on average, and each time to any of
    /// some such queues, which take so many times as long.
    pub fn closed_network(
        self,
        seed: u64,
        users: u32,
        think_time: f64,
        slow_factors: &[f64],
    ) -> Scenario {
        let parameters = LoadBalancer {
            algorithm: Algorithm::Random,
            health_check: None,
            forward_ms: 0.0,
            ..LoadBalancer::default()
        };
        let kinds = vec![
            ("balancer", Kind::LoadBalancer(parameters)),
            ("servers", self.service(slow_factors.len() as u16)),
        ];
        let slow = |(instance, &factor)| TimedAction {
            at_ns: 0,
            action: Action::Slow {
                component: "servers".into(),
                instance,
                factor,
            },
        };
        Scenario {
            script: (0..).zip(slow_factors).map(slow).collect(),
            ..scenario(seed, closed_traffic(users, think_time), kinds)
        }
    }

    /// So many users who come again after thinking for some units on average.
    pub fn closed(self, seed: u64, users: u32, think_time: f64) -> Scenario {
        let kinds = vec![("servers", self.service(1))];
        scenario(seed, closed_traffic(users, think_time), kinds)
    }
}

/// Requests that need nothing but so many queries, some of them made at once: of a database where nobody waits,
/// or in the server itself. A query takes as long as the queue's servers do.
pub fn forked(
    seed: u64,
    queue: Queue,
    arrivals: f64,
    at_once: u8,
    queries: u8,
    has_database: bool,
) -> Scenario {
    const NOBODY_WAITS: u16 = 1_000;
    let query_ms = queue.service_time * UNIT_MS;
    let mut traffic = open_traffic(arrivals);
    traffic.classes = vec![Class {
        work: 0.0,
        queries,
        at_once,
        ..Class::default()
    }];
    let service = Service {
        workers: NOBODY_WAITS,
        local_query_ms: query_ms,
        distribution: queue.law,
        ..Service::default()
    };
    let database = Database {
        workers: NOBODY_WAITS,
        connections: 10_000,
        read_time_ms: query_ms,
        distribution: queue.law,
        ..Database::default()
    };
    let mut kinds = vec![("servers", Kind::Service(service))];
    if has_database {
        kinds.push(("database", Kind::Database(database)));
    }
    scenario(seed, traffic, kinds)
}

/// Servers that ask a cache for one key each time, at a database as good as without delay, so that a
/// missing value is there at once.
pub fn cached(seed: u64, rate_rps: f64, keys: Keys, cache: Cache) -> Scenario {
    const NO_TIME_MS: f64 = 0.001;
    let lookup = Class {
        lookups: 1,
        ..Class::default()
    };
    let traffic = Traffic {
        classes: vec![lookup],
        keys,
        ..traffic(rate_rps, LoopModel::Open)
    };
    let service = Service {
        service_time_ms: NO_TIME_MS,
        ..Service::default()
    };
    let cache = Cache {
        operation_ms: NO_TIME_MS,
        ..cache
    };
    let database = Database {
        read_time_ms: NO_TIME_MS,
        ..Database::default()
    };
    let kinds = vec![
        ("servers", Kind::Service(service)),
        ("cache", Kind::Cache(cache)),
        ("database", Kind::Database(database)),
    ];
    let mut scenario = scenario(seed, traffic, kinds);
    scenario.design.links.push(Link {
        from: "servers".into(),
        to: "database".into(),
        latency_ms: 0.0,
        ..Default::default()
    });
    scenario
}

/// Servers that ask a database, with nothing between that takes time.
pub fn copied(seed: u64, rate_rps: f64, service: Service, database: Database) -> Scenario {
    let kinds = vec![
        ("servers", Kind::Service(service)),
        ("database", Kind::Database(database)),
    ];
    scenario(seed, traffic(rate_rps, LoopModel::Open), kinds)
}

fn closed_traffic(users: u32, think_time: f64) -> Traffic {
    let loop_model = LoopModel::Closed {
        users,
        think_time_ms: think_time * UNIT_MS,
    };
    traffic(1.0, loop_model)
}

fn open_traffic(arrivals: f64) -> Traffic {
    traffic(arrivals * UNITS_PER_S, LoopModel::Open)
}

/// Patient clients without a network between them and the servers.
fn traffic(rate_rps: f64, loop_model: LoopModel) -> Traffic {
    Traffic {
        rate_rps,
        regions: vec![Region {
            round_trip_ms: 0.0,
            ..Region::default()
        }],
        classes: vec![Class::default()],
        keys: Keys {
            count: 1,
            zipf_exponent: 0.0,
            ..Keys::default()
        },
        client: ClientBehaviour {
            loop_model,
            timeout_ms: 0.0,
            retries: Retries {
                max: 0,
                ..Retries::default()
            },
        },
        ..Traffic::default()
    }
}

/// Clients and the components behind them in a row, each linked to the next without latency.
fn scenario(seed: u64, traffic: Traffic, behind: Vec<(&str, Kind)>) -> Scenario {
    let mut kinds = vec![("clients", Kind::Clients(Clients::default()))];
    kinds.extend(behind);
    let links = kinds.windows(2).map(|pair| Link {
        from: pair[0].0.into(),
        to: pair[1].0.into(),
        latency_ms: 0.0,
        ..Default::default()
    });
    let links = links.collect();
    let components = kinds.into_iter().map(|(id, kind)| Component {
        id: id.into(),
        name: String::new(),
        site: None,
        kind,
        position: None,
    });
    let design = Design {
        components: components.collect(),
        links,
        ..Design::default()
    };
    Scenario {
        version: SCHEMA_VERSION,
        seed,
        traffic,
        design,
        ..Scenario::default()
    }
}
