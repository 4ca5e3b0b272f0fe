//! The ladder: the built-in steps from one server on, each the step before it plus a change.
//!
//! # The story's figures
//!
//! All are assumptions, chosen to be ordinary for a small web application, and the same in every step:
//! a server of the smallest size has 2 processors and 4 workers, a page takes a worker 3 ms, a read in
//! the database 2 ms, a write 4 ms. A worker waits for the answers it asks for, so that with the
//! database apart it computes for less than half of its time, and one small server carries some 650
//! requests a second. Where web server and database share one machine, each query takes 5 ms instead:
//! they compete for its processors and its memory. A small database carries some 1,300 requests a
//! second of this mix without a cache; it stays small until the cache step, whose point it is.
//!
//! Sessions live in the web server from the first step on, as they do in most small applications.
//! With one server nobody notices. With several, every request that lands elsewhere must log in
//! again: that is a price of the load balancer, and what the steps after it mend.
//!
//! What happens during a run is staged for each step anew: the script of a step holds the trouble
//! that the step is about, early enough for a short measurement to see it.

use crate::{
    Action, Algorithm, Cache, Class, ClassKind, Clients, Component, Database, Dns, HealthCheck,
    Kind, Link, LoadBalancer, NEAR_MS, Region, Replication, SCHEMA_VERSION, Scenario, Service,
    SessionStore, Size, TimedAction, WriteMode,
};

mod widened;

pub use widened::widened;

/// A step of the ladder.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Stable for ever, since links carry it.
    pub name: &'static str,
    /// What the step is called.
    pub title: &'static str,
    /// What hurts in the design before.
    pub pain: &'static str,
    /// What is done about it.
    pub change: &'static str,
    /// What that costs, apart from money.
    pub cost: &'static str,
    /// What to try on this design.
    pub try_it: &'static str,
    /// Turns the document of the step before into this step's.
    evolve: fn(&mut Scenario),
}

/// All steps in order.
pub const LADDER: &[Step] = &[
    Step {
        name: "one-server",
        title: "One server",
        pain: "Nothing hurts yet. Users find the server by its name, and one machine does everything: \
               it builds the pages, keeps the sessions and runs the database.",
        change: "Start simple: one machine, because nobody knows yet how many will come.",
        cost: "Pages and queries compete for the same two processors, and when this machine dies, \
               everything is down.",
        try_it: "Turn the traffic up until requests wait, time out and come back as retries. \
                 Then kill the server.",
        evolve: one_server,
    },
    Step {
        name: "database-apart",
        title: "Web server and database apart",
        pain: "The one machine was full: every worker was either building a page or running a \
               query, and each slowed the other down.",
        change: "Give the database a machine of its own. Each can now be watched, sized and restarted \
                 by itself.",
        cost: "A second machine, a network trip for every query, and now either of the two can stop \
               everything.",
        try_it: "Compare how busy the two machines are. Then make the link between them slower: a \
                 worker is held until its answer is there.",
        evolve: database_apart,
    },
    Step {
        name: "bigger-server",
        title: "A bigger server",
        pain: "The web server was full again, while the database still had room.",
        change: "Scale vertically: the same web server with four times the processors. No line of code \
                 changes.",
        cost: "The price grows with the size, the largest machine is the end of the road, and there is \
               still only one of it.",
        try_it: "Take the largest size there is and turn the traffic up: now the database gives way. \
                 Then kill the web server.",
        evolve: bigger_server,
    },
    Step {
        name: "load-balancer",
        title: "More servers behind a load balancer",
        pain: "However big, it was one machine: when it died, everything was down.",
        change: "Put a load balancer in front of three servers. It probes them, and sends nothing \
                 to one that does not answer.",
        cost: "A session lives in one server: whoever lands on another must log in again. And the \
               balancer is now what must not fail.",
        try_it: "Watch a server die and come back. Then take the health checks away and watch it again.",
        evolve: load_balancer,
    },
    Step {
        name: "balancing-algorithm",
        title: "Ask who is busy",
        pain: "One server turns slow, as when a neighbour on the same hardware takes its processors. \
               Round robin goes on giving it every third request, and they pile up there.",
        change: "Let the balancer count: least connections sends the next request to the server with \
                 the fewest open.",
        cost: "The balancer must keep a count for every server, and two balancers side by side would \
               each know only half of it.",
        try_it: "Try power of two choices, which looks at two servers instead of all. Then try random.",
        evolve: balancing_algorithm,
    },
    Step {
        name: "sticky-sessions",
        title: "Sessions that stick",
        pain: "The balancer sent each request wherever there was room, but a session is in one \
               server's memory: most requests landed elsewhere, and their users had to log in again.",
        change: "Send each user always to the same server: its number is the hash of the session modulo \
                 the number of servers.",
        cost: "Users, not requests, are spread now: a server that turns slow keeps its users, and one \
               that dies takes their sessions along.",
        try_it: "Kill a server and count the sessions lost. Then compare with least connections and a \
                 sticky cookie.",
        evolve: sticky_sessions,
    },
    Step {
        name: "hash-ring",
        title: "A ring of servers",
        pain: "When a fourth server came to help, the divisor of the modulo changed from 3 to 4, and \
               most users were sent to a server that did not know them.",
        change: "Place servers and users on a ring by their hashes: a user belongs to the next server \
                 clockwise. A new server takes only the users just before it.",
        cost: "Shares are a little uneven, less so the more virtual nodes each server has.",
        try_it: "Set one virtual node for each server and look at the shares. Then remove a server: \
                 only its own users move.",
        evolve: hash_ring,
    },
    Step {
        name: "replication",
        title: "Copies of the database",
        pain: "One database answered every query and was full: workers waited for it. And when that one \
               machine died, everything was down.",
        change: "Add two replicas: they follow the primary's log and answer the reads. When the primary dies, \
                 one of them takes its place.",
        cost: "A replica answers from a moment ago, and a primary that dies takes its last writes along. All \
               writes still go to one machine.",
        try_it: "Let writes wait for a replica (semi-synchronous) and watch the primary die again. Then make \
                 applying slow: a replica falls behind.",
        evolve: replication,
    },
    Step {
        name: "cache",
        title: "A cache before the database",
        pain: "Every read asked a database, and all copies were full. Workers waited for their answers, so the \
               web servers looked full too, with little to do.",
        change: "Keep what is read often in memory: a service asks the cache first, and the database \
                 only for what is missing there.",
        cost: "Another tier to run, copies that can be out of date, and a cold start: a cache node that \
               comes back empty sends its reads to the database.",
        try_it: "Kill a cache node and watch the database. Then give the nodes less room, or let entries \
                 live for a shorter time.",
        evolve: cache,
    },
];

/// The step of that name.
pub fn find(name: &str) -> Option<&'static Step> {
    LADDER.iter().find(|step| step.name == name)
}

impl Step {
    /// The step's place on the ladder, from 0.
    pub fn index(&self) -> usize {
        let place = LADDER.iter().position(|step| step.name == self.name);
        place.expect("steps are made on the ladder only")
    }

    /// The step's document.
    pub fn scenario(&self) -> Scenario {
        let mut scenario = Scenario::default();
        for step in &LADDER[..=self.index()] {
            (step.evolve)(&mut scenario);
            scenario.name = step.title.into();
            scenario.step = Some(step.name.into());
        }
        scenario
    }

    /// The design of the step before under this step's load, script, objectives and seed: what the
    /// step is compared with. The first step has none before it.
    pub fn before(&self) -> Option<Scenario> {
        let before = &LADDER[self.index().checked_sub(1)?];
        Some(Scenario {
            design: before.scenario().design,
            ..self.scenario()
        })
    }
}

/// Processors of the smallest machine, twice: one worker computes while another waits.
const WORKERS: u16 = 4;

fn one_server(scenario: &mut Scenario) {
    scenario.version = SCHEMA_VERSION;
    scenario.seed = 42;
    traffic(scenario);
    let web = Service {
        workers: WORKERS,
        service_time_ms: 3.0,
        local_query_ms: 5.0,
        sessions: SessionStore::Server,
        login_work: 1.5,
        boot_s: 10.0,
        ..Service::default()
    };
    add(
        scenario,
        "users",
        "Users",
        Kind::Clients(Clients::default()),
    );
    add(scenario, "dns", "DNS", Kind::Dns(Dns::default()));
    add(scenario, "web", "Web tier", Kind::Service(web));
    link(scenario, "users", "dns", 5.0);
    link(scenario, "users", "web", NEAR_MS);
}

/// A mix of mostly reads, from users of one region.
fn traffic(scenario: &mut Scenario) {
    let class = |id: &str, kind, weight, work, lookups, queries| Class {
        id: id.into(),
        kind,
        weight,
        work,
        lookups,
        queries,
        query_work: 1.0,
        at_once: 1,
        fresh_s: 0.0,
    };
    let traffic = &mut scenario.traffic;
    traffic.rate_rps = 250.0;
    // A shop's catalogue, say: small enough for a cache to warm up while one watches.
    traffic.keys.count = 20_000;
    traffic.regions = vec![Region {
        id: "us-east".into(),
        share: 1.0,
        round_trip_ms: 40.0,
    }];
    traffic.classes = vec![
        class("static", ClassKind::Static, 25.0, 0.2, 0, 0),
        class("read", ClassKind::Read, 65.0, 1.0, 2, 0),
        class("write", ClassKind::Write, 10.0, 1.0, 0, 1),
    ];
}

fn database_apart(scenario: &mut Scenario) {
    scenario.traffic.rate_rps = 500.0;
    let database = Database {
        workers: WORKERS,
        read_time_ms: 2.0,
        write_time_ms: 4.0,
        ..Database::default()
    };
    add(scenario, "db", "Database", Kind::Database(database));
    link(scenario, "web", "db", NEAR_MS);
}

fn bigger_server(scenario: &mut Scenario) {
    scenario.traffic.rate_rps = 800.0;
    web(scenario).size = Size::Xlarge2;
}

fn load_balancer(scenario: &mut Scenario) {
    let balancer = LoadBalancer {
        // A dead server is seen within two seconds or so; HAProxy's usual six are long on a screen.
        health_check: Some(HealthCheck {
            interval_ms: 1_000.0,
            timeout_ms: 500.0,
            rise: 2,
            fall: 2,
        }),
        ..LoadBalancer::default()
    };
    let web = web(scenario);
    web.size = Size::Large;
    web.instances = 3;
    scenario
        .design
        .links
        .retain(|link| (link.from.as_str(), link.to.as_str()) != ("users", "web"));
    add(
        scenario,
        "lb",
        "Load balancer",
        Kind::LoadBalancer(balancer),
    );
    link(scenario, "users", "lb", NEAR_MS);
    link(scenario, "lb", "web", NEAR_MS);
    scenario.script = vec![
        at_s(
            10,
            Action::Kill {
                component: "web".into(),
                instance: 0,
            },
        ),
        at_s(
            40,
            Action::Repair {
                component: "web".into(),
                instance: 0,
            },
        ),
    ];
}

fn balancing_algorithm(scenario: &mut Scenario) {
    balancer(scenario).algorithm = Algorithm::LeastConnections;
    scenario.script = vec![
        at_s(
            10,
            Action::Slow {
                component: "web".into(),
                instance: 1,
                factor: 3.0,
            },
        ),
        at_s(
            40,
            Action::Repair {
                component: "web".into(),
                instance: 1,
            },
        ),
    ];
}

/// Users who may have to log in anew where none comes or goes, as a share.
const SESSIONS_LOST_SHARE: f64 = 0.08;

fn sticky_sessions(scenario: &mut Scenario) {
    scenario.traffic.rate_rps = 1_000.0;
    balancer(scenario).algorithm = Algorithm::SessionHash;
    scenario.objectives.sessions_lost_share = SESSIONS_LOST_SHARE;
    scenario.script.clear();
}

fn hash_ring(scenario: &mut Scenario) {
    balancer(scenario).algorithm = Algorithm::ConsistentHash;
    // A fourth server takes a quarter of the users by the ring; by the modulus three quarters move.
    scenario.objectives.sessions_lost_share = 0.4;
    scenario.script = vec![at_s(
        5,
        Action::AddInstance {
            component: "web".into(),
        },
    )];
}

/// How often the primary sends its log: what it has collected for so long is lost with it. An assumption.
const SEND_EVERY_MS: f64 = 20.0;

fn replication(scenario: &mut Scenario) {
    scenario.traffic.rate_rps = 1_350.0;
    // The server that joined in the step before stays.
    web(scenario).instances = 4;
    scenario.objectives.sessions_lost_share = SESSIONS_LOST_SHARE;
    database(scenario).replication = Replication {
        replicas: 2,
        send_every_ms: SEND_EVERY_MS,
        apply_time_ms: 1.0,
        ..Replication::default()
    };
    let (component, instance) = ("db".to_owned(), 0);
    let kill = Action::Kill {
        component: component.clone(),
        instance,
    };
    let repair = Action::Repair {
        component,
        instance,
    };
    scenario.script = vec![at_s(15, kill), at_s(40, repair)];
}

fn cache(scenario: &mut Scenario) {
    scenario.traffic.rate_rps = 3_600.0;
    web(scenario).instances = 6;
    scenario.script.clear();
    let cache = Cache {
        nodes: 3,
        entries_per_node: Some(4_000),
        ttl_s: 300.0,
        operation_ms: 0.01,
        // What is only dropped is fetched anew at once, from a replica that has not heard of the write yet.
        write_mode: WriteMode::Through,
        ..Cache::default()
    };
    add(scenario, "cache", "Cache", Kind::Cache(cache));
    link(scenario, "web", "cache", NEAR_MS);
    // For those policies by which the cache itself reads or writes there.
    link(scenario, "cache", "db", NEAR_MS);
}

fn add(scenario: &mut Scenario, id: &str, name: &str, kind: Kind) {
    let component = Component {
        id: id.into(),
        name: name.into(),
        site: None,
        kind,
        position: None,
    };
    scenario.design.components.push(component);
}

fn link(scenario: &mut Scenario, from: &str, to: &str, latency_ms: f64) {
    scenario.design.links.push(Link {
        from: from.into(),
        to: to.into(),
        latency_ms,
        ..Default::default()
    });
}

fn database(scenario: &mut Scenario) -> &mut Database {
    let kinds = scenario
        .design
        .components
        .iter_mut()
        .map(|component| &mut component.kind);
    let database = kinds.into_iter().find_map(|kind| {
        if let Kind::Database(database) = kind {
            Some(database)
        } else {
            None
        }
    });
    database.expect("a step has a database from the second one on")
}

fn web(scenario: &mut Scenario) -> &mut Service {
    let kinds = scenario
        .design
        .components
        .iter_mut()
        .map(|component| &mut component.kind);
    let service = kinds.into_iter().find_map(|kind| {
        if let Kind::Service(service) = kind {
            Some(service)
        } else {
            None
        }
    });
    service.expect("every step has a web tier")
}

fn balancer(scenario: &mut Scenario) -> &mut LoadBalancer {
    let kinds = scenario
        .design
        .components
        .iter_mut()
        .map(|component| &mut component.kind);
    let balancer = kinds.into_iter().find_map(|kind| {
        if let Kind::LoadBalancer(balancer) = kind {
            Some(balancer)
        } else {
            None
        }
    });
    balancer.expect("the balancer stays from its step on")
}

fn at_s(second: u64, action: Action) -> TimedAction {
    TimedAction {
        at_ns: second * 1_000_000_000,
        action,
    }
}
