//! What an edit changes, in words that a reader of the time line understands.

use headroom_scenario::step::LADDER;
use headroom_scenario::{
    Action, Algorithm, Autoscaling, Cache, Class, ClassKind, Curve, Database, Distribution, Dns,
    Eviction, HashFunction, HashKey, HealthCheck, Kind, LoadBalancer, LoopModel, NodeRouting,
    ReadMode, Region, Scenario, Service, SessionStore, Size, Traffic, WriteMode,
};
use serde_json::Value;

/// A document of one part of each kind.
fn document(kind: Kind) -> Scenario {
    let mut scenario = LADDER[0].scenario();
    scenario.design.components[0].kind = kind;
    scenario
}

fn configured(before: Kind, after: Kind) -> Vec<String> {
    let scenario = document(before);
    let component = scenario.design.components[0].id.clone();
    Action::Configure {
        component,
        kind: after,
    }
    .changes(&scenario)
}

/// What is told of a part after an edit of its default.
macro_rules! told {
    ($kind:ident, $edit:expr) => {{
        let mut after = $kind::default();
        let edit: fn(&mut $kind) = $edit;
        edit(&mut after);
        configured(Kind::$kind($kind::default()), Kind::$kind(after)).join(", ")
    }};
}

fn traffic(edit: fn(&mut Traffic)) -> String {
    traffic_from(|_| {}, edit)
}

fn traffic_from(first: fn(&mut Traffic), edit: fn(&mut Traffic)) -> String {
    let mut scenario = document(Kind::Dns(Dns::default()));
    scenario.traffic = Traffic::default();
    first(&mut scenario.traffic);
    let mut after = scenario.traffic.clone();
    edit(&mut after);
    Action::SetTraffic { traffic: after }
        .changes(&scenario)
        .join(", ")
}

#[test]
fn parameters_of_components_are_told_by_name_and_unit() {
    for (told, words) in [
        (told!(Dns, |dns| dns.ttl_s = 5.0), "TTL 60 → 5 s"),
        (
            told!(LoadBalancer, |of| of.algorithm =
                Algorithm::LeastConnections),
            "algorithm round robin → least connections",
        ),
        (
            told!(LoadBalancer, |of| of.algorithm = Algorithm::IpHash),
            "algorithm round robin → IP hash",
        ),
        (
            told!(LoadBalancer, |of| of.weights = vec![3, 1, 1]),
            "weights none → 3 1 1",
        ),
        (
            told!(LoadBalancer, |of| of.hash_key = HashKey::Key),
            "hash of the user → the key asked for",
        ),
        (
            told!(LoadBalancer, |of| of.hash_function = HashFunction::Crc32),
            "hash function splitmix64 → CRC-32",
        ),
        (
            told!(LoadBalancer, |of| of.virtual_nodes = 200),
            "virtual nodes 100 → 200",
        ),
        (
            told!(LoadBalancer, |of| of.bounded_load_factor = 1.5),
            "bounded load 1.25 → 1.5 × mean",
        ),
        (
            told!(LoadBalancer, |of| of.sticky = true),
            "sticky cookie on",
        ),
        (
            told!(LoadBalancer, |of| of.health_check = None),
            "health checks off",
        ),
        (
            told!(LoadBalancer, |of| of.health_check = Some(HealthCheck {
                interval_ms: 500.0,
                timeout_ms: 100.0,
                rise: 3,
                fall: 1,
            })),
            "probe every 2,000 → 500 ms, probe time-out 1,000 → 100 ms, \
             out after 3 → 1 bad probes, back after 2 → 3 good probes",
        ),
        (
            told!(LoadBalancer, |of| of.retries = 1),
            "tries elsewhere 0 → 1",
        ),
        (told!(LoadBalancer, |of| of.standby = true), "standby on"),
        (
            told!(LoadBalancer, |of| of.takeover_ms = 500.0),
            "take-over 2,000 → 500 ms",
        ),
        (
            told!(LoadBalancer, |of| of.forward_ms = 1.0),
            "passing on 0.05 → 1 ms",
        ),
        (
            told!(LoadBalancer, |of| of.response_memory_s = 1.0),
            "remembers for 10 → 1 s",
        ),
        (
            told!(Service, |of| of.probe_ms = 5.0),
            "health check 1 → 5 ms",
        ),
        (
            told!(Cache, |of| of.lease_ms = 500.0),
            "wait for one fetch 10,000 → 500 ms",
        ),
        (
            told!(Service, |of| of.size = Size::Xlarge),
            "machine large → xlarge",
        ),
        (told!(Service, |of| of.workers = 4), "workers 8 → 4 each"),
        (
            told!(Service, |of| of.service_time_ms = 20.0),
            "computing time 10 → 20 ms",
        ),
        (
            told!(Service, |of| of.distribution =
                Distribution::Erlang { k: 4 }),
            "distribution exponential → Erlang",
        ),
        (
            told!(Service, |of| of.local_query_ms = 9.0),
            "local query 5 → 9 ms",
        ),
        (
            told!(Service, |of| of.queue_limit = 10),
            "waiting line 1,000 → 10 requests",
        ),
        (
            told!(Service, |of| of.sessions = SessionStore::Server),
            "sessions nowhere → in the server",
        ),
        (
            told!(Service, |of| of.login_work = 3.0),
            "log-in work 2 → 3 × mean",
        ),
        (
            told!(Service, |of| of.local_cache_entries = Some(1_000)),
            "entries in its own cache 0 → 1,000",
        ),
        (
            told!(Service, |of| of.local_cache_ttl_s = 2.5),
            "own cache TTL 0 → 2.5 s",
        ),
        (told!(Service, |of| of.boot_s = 5.0), "boot time 30 → 5 s"),
        (
            told!(Service, |of| of.autoscaling = Some(Autoscaling::default())),
            "autoscaling on",
        ),
        (
            told!(Cache, |of| of.entries_per_node = Some(500)),
            "entries a node by the machine → 500",
        ),
        (
            told!(Cache, |of| of.reserved_share = 0.1),
            "kept free 0 → 0.1 share",
        ),
        (
            told!(Cache, |of| of.eviction = Eviction::Fifo),
            "eviction LRU → FIFO",
        ),
        (told!(Cache, |of| of.ttl_s = 2.0), "TTL 0 → 2 s"),
        (
            told!(Cache, |of| of.ttl_renewed_by_hit = true),
            "renewed by a hit on",
        ),
        (
            told!(Cache, |of| of.read_mode = ReadMode::ReadThrough),
            "reads cache-aside → read-through",
        ),
        (
            told!(Cache, |of| of.write_mode = WriteMode::Back),
            "writes drop the entry → write-back",
        ),
        (
            told!(Cache, |of| of.write_back_ms = 50.0),
            "written back after 1,000 → 50 ms",
        ),
        (told!(Cache, |of| of.leases = true), "one fetch for all on"),
        (
            told!(Cache, |of| of.routing = NodeRouting::Modulo),
            "keys to nodes ring → hash % n",
        ),
        (
            told!(Cache, |of| of.hash_function = HashFunction::Fnv1a),
            "hash function splitmix64 → FNV-1a",
        ),
        (
            told!(Cache, |of| of.operation_ms = 1.0),
            "operation 0.05 → 1 ms",
        ),
        (told!(Cache, |of| of.warm_restart = true), "warm restart on"),
        (
            told!(Database, |of| of.workers = 2),
            "queries at once 8 → 2",
        ),
        (
            told!(Database, |of| of.connections = 20),
            "connections 500 → 20",
        ),
        (told!(Database, |of| of.read_time_ms = 2.0), "read 5 → 2 ms"),
        (
            told!(Database, |of| of.write_time_ms = 4.0),
            "write 10 → 4 ms",
        ),
        (
            told!(Database, |of| of.buffer_entries = Some(500)),
            "entries in the buffer by the machine → 500",
        ),
        (
            told!(Database, |of| of.disk_read_ms = 5.0),
            "disk read 10 → 5 ms",
        ),
        (
            told!(Database, |of| of.disk_gb = Some(50.0)),
            "disk by the machine → 50 GB",
        ),
        (
            told!(Database, |of| of.write_kb = 2.0),
            "a write adds 1 → 2 KB",
        ),
    ] {
        assert_eq!(told, words);
    }
}

#[test]
fn an_autoscaler_is_told_by_what_it_aims_at() {
    let service = |scaling| {
        Kind::Service(Service {
            autoscaling: Some(scaling),
            ..Service::default()
        })
    };
    let after = Autoscaling {
        target_utilisation: 0.8,
        tolerance: 0.2,
        interval_s: 30.0,
        scale_in_window_s: 60.0,
        instances_min: 2,
        instances_max: 20,
        scale_out_share: 2.0,
        scale_out_servers: 8,
        scale_out_period_s: 60.0,
    };
    assert_eq!(
        configured(service(Autoscaling::default()), service(after)),
        [
            "target 0.6 → 0.8 share busy",
            "tolerance 0.1 → 0.2 of the target",
            "look every 15 → 30 s",
            "scale in after 300 → 60 s",
            "scale out by 1 → 2 × servers",
            "servers to scale out by 4 → 8",
            "scale-out period 15 → 60 s",
            "servers at least 1 → 2",
            "servers at most 10 → 20",
        ]
    );
}

#[test]
fn the_number_of_instances_at_the_start_does_not_change_in_a_run() {
    let service = |instances| {
        Kind::Service(Service {
            instances,
            ..Service::default()
        })
    };
    assert!(configured(service(3), service(5)).is_empty());
}

#[test]
fn an_edit_of_the_traffic_says_what_it_changes() {
    for (told, words) in [
        (
            traffic(|of| of.rate_rps = 1_200.0),
            "rate 100 → 1,200 requests/s",
        ),
        (traffic(|of| of.users = 500), "users 10,000 → 500"),
        (traffic(|of| of.keys.count = 10), "keys 100,000 → 10"),
        (
            traffic(|of| of.keys.zipf_exponent = 1.1),
            "Zipf exponent 0.9 → 1.1",
        ),
        (
            traffic(|of| {
                of.curve = Curve::Spike {
                    factor: 3.0,
                    start_s: 1.0,
                    length_s: 2.0,
                }
            }),
            "rate over time steady → spike",
        ),
        (
            traffic_from(
                |of| {
                    of.curve = Curve::Ramp {
                        from: 1.0,
                        to: 2.0,
                        start_s: 0.0,
                        end_s: 60.0,
                    }
                },
                |of| {
                    of.curve = Curve::Ramp {
                        from: 1.0,
                        to: 3.0,
                        start_s: 0.0,
                        end_s: 30.0,
                    }
                },
            ),
            "ramp to 2 → 3 × rate, ramp ends at 60 → 30 s",
        ),
        (
            traffic(|of| {
                of.client.loop_model = LoopModel::Closed {
                    users: 200,
                    think_time_ms: 1_000.0,
                }
            }),
            "arrivals open → closed",
        ),
        (
            traffic(|of| of.client.timeout_ms = 500.0),
            "time-out 3,000 → 500 ms",
        ),
        (traffic(|of| of.client.retries.max = 5), "retries 2 → 5"),
        (
            traffic(|of| of.client.retries.budget = 0.1),
            "retry budget 1 → 0.1 × requests",
        ),
        (
            traffic(|of| of.client.retries.saved_max = 10),
            "retries saved at most 1,000 → 10",
        ),
        (
            traffic(|of| of.client.retries.backoff_ms = 50.0),
            "backoff 200 → 50 ms",
        ),
        (
            traffic(|of| of.regions[0].round_trip_ms = 80.0),
            "home round trip 40 → 80 ms",
        ),
        (
            traffic(|of| {
                of.regions.push(Region {
                    id: "eu".into(),
                    ..Region::default()
                })
            }),
            "eu added",
        ),
        (
            traffic(|of| of.classes[0].weight = 3.0),
            "read weight 1 → 3",
        ),
        (
            traffic(|of| of.classes[0].query_work = 3.0),
            "read query work 1 → 3 × mean",
        ),
        (
            traffic(|of| {
                of.classes[0] = Class {
                    id: "page".into(),
                    kind: ClassKind::Static,
                    ..Class::default()
                }
            }),
            "page added, read taken out",
        ),
        (
            traffic_from(
                |of| of.classes[0].kind = ClassKind::Static,
                |of| of.classes[0].fresh_s = 60.0,
            ),
            "read fresh in the browser 0 → 60 s",
        ),
    ] {
        assert_eq!(told, words);
    }
}

#[test]
fn a_rate_and_a_latency_are_told_from_what_they_were() {
    let mut scenario = LADDER[3].scenario();
    scenario.traffic.rate_rps = 800.0;
    let link = scenario.design.links[0].clone();
    assert_eq!(
        Action::SetRate { rate_rps: 1_200.0 }.changes(&scenario),
        ["rate 800 → 1,200 requests/s"]
    );
    let slower = Action::SetLatency {
        from: link.from,
        to: link.to,
        latency_ms: link.latency_ms + 5.0,
    };
    assert_eq!(
        slower.changes(&scenario),
        [format!(
            "latency {} → {} ms",
            link.latency_ms,
            link.latency_ms + 5.0
        )]
    );
    slower.carry_out(&mut scenario);
    assert!(slower.changes(&scenario).is_empty());
}

/// Every number and every switch, those of parts that may be left out as well.
#[test]
fn no_parameter_is_told_by_its_key() {
    let kinds = [
        Kind::Dns(Dns::default()),
        Kind::LoadBalancer(LoadBalancer::default()),
        Kind::Service(Service {
            autoscaling: Some(Autoscaling::default()),
            ..Service::default()
        }),
        Kind::Cache(Cache::default()),
        Kind::Database(Database {
            disk_gb: Some(5.0),
            data_gb: 1.0,
            write_kb: 3.0,
            ..Database::default()
        }),
    ];
    for kind in kinds {
        let document = serde_json::to_value(&kind).expect("a kind is JSON");
        let mut places = Vec::new();
        leaves(&document, &mut Vec::new(), &mut places);
        for place in places {
            let mut changed = document.clone();
            let pointer = format!("/{}", place.join("/"));
            let leaf = changed.pointer_mut(&pointer).expect("it is there");
            *leaf = match &*leaf {
                Value::Bool(on) => Value::Bool(!*on),
                number => (number.as_f64().unwrap_or(0.0) as u32 + 2).into(),
            };
            let after: Kind = serde_json::from_value(changed).expect("it is a kind");
            let told = configured(kind.clone(), after);
            let is_at_start = pointer.ends_with("/instances") || pointer.ends_with("/nodes");
            if is_at_start {
                assert!(told.is_empty(), "{pointer}: {told:?}");
                continue;
            }
            let [words] = &told[..] else {
                panic!("{pointer}: {told:?}");
            };
            assert!(!words.contains('_'), "{pointer}: {words}");
            assert!(
                words.contains(" → ") || words.ends_with(" on") || words.ends_with(" off"),
                "{pointer}: {words}"
            );
            for (end, unit) in [("_ms", " ms"), ("_s", " s"), ("_gb", " GB"), ("_kb", " KB")] {
                assert!(
                    !pointer.ends_with(end) || words.ends_with(unit),
                    "{pointer}: {words}"
                );
            }
        }
    }
}

fn leaves(value: &Value, path: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                path.push(key.clone());
                leaves(field, path, places);
                path.pop();
            }
        }
        Value::Number(_) | Value::Bool(_) => places.push(path.clone()),
        _ => {}
    }
}
