//! Valid scenarios of every shape, generated.

use std::path::PathBuf;

use headroom_scenario::{
    Action, Algorithm, Autoscaling, Cache, Class, ClassKind, Curve, Database, Direction,
    Distribution, Eviction, HashFunction, HashKey, HealthCheck, Impairment, Kind, LoadBalancer,
    LoopModel, NodeRouting, Panel, Position, ReadMode, Region, Replication, Scenario, Service,
    SessionStore, Site, Size, TimedAction, Traffic, View, WriteMode, limits, step,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// The folder of the golden links and their documents.
pub fn golden_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

/// The golden document of every field and every choice, none of them left at its default.
pub fn everything() -> Scenario {
    let json = include_str!("../golden/v1/everything.json");
    Scenario::from_json(json).expect("golden documents are whole")
}

/// Any valid scenario: a step of the ladder with everything in it drawn anew, links apart.
pub fn scenario() -> impl Strategy<Value = Scenario> {
    let step = select(step::LADDER).prop_map(|step| step.scenario());
    (
        step,
        any::<bool>(),
        name(),
        0_u64..(1 << 53),
        traffic(),
        view(),
    )
        .prop_flat_map(|(mut scenario, keeps_step, name, seed, traffic, view)| {
            scenario.engine = "0.1.0".into();
            scenario.name = name;
            scenario.seed = seed;
            scenario.traffic = traffic;
            scenario.view = view;
            if !keeps_step {
                scenario.step = None;
                scenario.design.sites = vec![Site {
                    id: "dc-1".into(),
                    region: "eu".into(),
                }];
            }
            let kinds: Vec<_> = scenario
                .design
                .components
                .iter()
                .map(|component| kind(&component.kind))
                .collect();
            let positions = vec(option::of((-1e5..1e5, -1e5..1e5)), kinds.len());
            let latencies = vec(0.0..1e4, scenario.design.links.len());
            (Just(scenario), kinds, positions, latencies)
        })
        .prop_flat_map(|(mut scenario, kinds, positions, latencies)| {
            for (index, component) in scenario.design.components.iter_mut().enumerate() {
                component.kind = kinds[index].clone();
                component.position = positions[index].map(|(x, y)| Position { x, y });
                component.site = scenario.design.sites.first().map(|site| site.id.clone());
            }
            for (link, latency_ms) in scenario.design.links.iter_mut().zip(latencies) {
                link.latency_ms = latency_ms;
            }
            let script = vec((0..1_u64 << 53, action(&scenario)), 0..6);
            (Just(scenario), script)
        })
        .prop_map(|(mut scenario, mut script)| {
            script.sort_by_key(|(at_ns, _)| *at_ns);
            // A closed loop has no rate to set.
            let mut is_open = scenario.traffic.client.loop_model == LoopModel::Open;
            script.retain(|(_, action)| match action {
                Action::SetTraffic { traffic } => {
                    is_open = traffic.client.loop_model == LoopModel::Open;
                    true
                }
                Action::SetRate { .. } => is_open,
                _ => true,
            });
            scenario.script = script
                .into_iter()
                .map(|(at_ns, action)| TimedAction { at_ns, action })
                .collect();
            scenario
        })
}

fn name() -> impl Strategy<Value = String> {
    select(vec![
        "",
        "Größer",
        "café",
        "负载均衡",
        "📈 up",
        "\"quoted\\\"",
        "<b>&amp;</b>",
        "a#b=c&d",
    ])
    .prop_map(str::to_owned)
}

fn traffic() -> impl Strategy<Value = Traffic> {
    let clients = (loop_model(), 0.0..86_400_000.0, 0_u8..=10, 0.0..=1.0);
    (
        1.0..1e6,
        curve(),
        vec(region(), 1..4),
        vec(class(), 1..8),
        (1_u32..=1_000_000, 0.0..=5.0),
        clients,
    )
        .prop_map(
            |(rate_rps, curve, mut regions, mut classes, (count, zipf_exponent), client)| {
                for (index, region) in regions.iter_mut().enumerate() {
                    region.id = format!("region-{index}");
                }
                for (index, class) in classes.iter_mut().enumerate() {
                    class.id = format!("class-{index}");
                }
                let mut traffic = Traffic {
                    rate_rps,
                    curve,
                    regions,
                    classes,
                    users: count,
                    ..Traffic::default()
                };
                traffic.keys.count = count;
                traffic.keys.zipf_exponent = zipf_exponent;
                (traffic.client.loop_model, traffic.client.timeout_ms) = (client.0, client.1);
                (traffic.client.retries.max, traffic.client.retries.jitter) = (client.2, client.3);
                traffic
            },
        )
}

fn curve() -> impl Strategy<Value = Curve> {
    let factor = || 0.0..=4.0;
    prop_oneof![
        Just(Curve::Steady),
        (factor(), factor(), 0.0..100.0, 100.0..1e4).prop_map(|(from, to, start_s, end_s)| {
            Curve::Ramp {
                from,
                to,
                start_s,
                end_s,
            }
        }),
        (factor(), 0.0..1e4, 0.0..1e4).prop_map(|(factor, start_s, length_s)| Curve::Spike {
            factor,
            start_s,
            length_s
        }),
        (0.0..=1.0, 0.1..1e4).prop_map(|(depth, period_s)| Curve::Diurnal { depth, period_s }),
        (vec(factor(), 1..8), 0.1..1e4)
            .prop_map(|(factors, every_s)| Curve::Stepped { factors, every_s }),
    ]
}

fn region() -> impl Strategy<Value = Region> {
    (0.001..1e6, 0.0..1e4).prop_map(|(share, round_trip_ms)| Region {
        id: String::new(),
        share,
        round_trip_ms,
    })
}

fn class() -> impl Strategy<Value = Class> {
    use ClassKind::{Read, Search, Static, Task, Write};
    let kind = select(vec![Static, Read, Write, Task, Search]);
    (kind, 0.001..1e6, 0.0..1e3, 0_u8..=16, 0_u8..=16, 0.0..1e3).prop_map(
        |(kind, weight, work, lookups, queries, query_work)| Class {
            id: String::new(),
            kind,
            weight,
            work,
            lookups,
            queries,
            query_work,
            at_once: if kind == Write { 1 } else { 2 },
            fresh_s: f64::from(queries),
        },
    )
}

fn loop_model() -> impl Strategy<Value = LoopModel> {
    prop_oneof![
        Just(LoopModel::Open),
        (1_u32..=1_000_000, 1.0..1e6).prop_map(|(users, think_time_ms)| LoopModel::Closed {
            users,
            think_time_ms
        }),
    ]
}

fn distribution() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        Just(Distribution::Constant),
        Just(Distribution::Exponential),
        (1_u8..=100).prop_map(|k| Distribution::Erlang { k }),
        (1.0..=100.0).prop_map(|cs2| Distribution::Hyperexponential { cs2 }),
    ]
}

/// The same kind with parameters drawn anew.
fn kind(kind: &Kind) -> BoxedStrategy<Kind> {
    match kind {
        Kind::Clients(_) | Kind::Dns(_) => Just(kind.clone()).boxed(),
        Kind::LoadBalancer(_) => load_balancer().boxed(),
        Kind::Service(_) => service().boxed(),
        Kind::Cache(_) => cache().boxed(),
        Kind::Database(_) => database().boxed(),
    }
}

fn load_balancer() -> impl Strategy<Value = Kind> {
    let algorithm = select(Algorithm::ALL.to_vec());
    let hash = (select(vec![HashKey::User, HashKey::Key]), hash_function());
    let check = option::of((10.0..1e5, 1_u8..=100, 1_u8..=100));
    (
        algorithm,
        hash,
        vec(1_u16..=100, 0..5),
        1_u16..=200,
        1.0..=10.0,
        check,
    )
        .prop_map(
            |(
                algorithm,
                (hash_key, hash_function),
                weights,
                virtual_nodes,
                bounded_load_factor,
                check,
            )| {
                Kind::LoadBalancer(LoadBalancer {
                    algorithm,
                    hash_key,
                    hash_function,
                    weights,
                    virtual_nodes,
                    bounded_load_factor,
                    health_check: check.map(|(interval_ms, rise, fall)| HealthCheck {
                        interval_ms,
                        timeout_ms: interval_ms / 3.0,
                        rise,
                        fall,
                    }),
                    ..LoadBalancer::default()
                })
            },
        )
}

fn hash_function() -> impl Strategy<Value = HashFunction> {
    use HashFunction::{Crc32, Fnv1a, Murmur3, Splitmix64};
    select(vec![Splitmix64, Murmur3, Fnv1a, Crc32])
}

fn service() -> impl Strategy<Value = Kind> {
    let sessions = select(vec![SessionStore::None, SessionStore::Server]);
    (
        1_u16..=200,
        select(Size::OF_SERVERS.to_vec()),
        1_u16..=1_024,
        0.001..6e4,
        distribution(),
        (sessions, option::of(autoscaling())),
    )
        .prop_map(
            |(instances, size, workers, service_time_ms, distribution, (sessions, autoscaling))| {
                Kind::Service(Service {
                    instances,
                    size,
                    workers,
                    service_time_ms,
                    distribution,
                    sessions,
                    autoscaling,
                    ..Service::default()
                })
            },
        )
}

fn autoscaling() -> impl Strategy<Value = Autoscaling> {
    (
        0.01..=1.0,
        0.0..=1.0,
        1.0..=3_600.0,
        0.0..=3_600.0,
        1_u16..=100,
        100_u16..=200,
    )
        .prop_map(
            |(
                target_utilisation,
                tolerance,
                interval_s,
                scale_in_window_s,
                instances_min,
                instances_max,
            )| Autoscaling {
                target_utilisation,
                tolerance,
                interval_s,
                scale_in_window_s,
                instances_min,
                instances_max,
                ..Autoscaling::default()
            },
        )
}

fn cache() -> impl Strategy<Value = Kind> {
    let eviction = select(vec![Eviction::Lru, Eviction::Lfu, Eviction::Fifo]);
    let write_mode = select(vec![
        WriteMode::Invalidate,
        WriteMode::Around,
        WriteMode::Through,
    ]);
    let routing = (
        select(vec![NodeRouting::Modulo, NodeRouting::Ring]),
        hash_function(),
    );
    (
        1_u16..=200,
        1_u32..=20_000,
        0.0..=0.9,
        eviction,
        write_mode,
        routing,
    )
        .prop_map(
            |(
                nodes,
                entries_per_node,
                reserved_share,
                eviction,
                write_mode,
                (routing, hash_function),
            )| {
                Kind::Cache(Cache {
                    nodes,
                    entries_per_node: Some(entries_per_node),
                    reserved_share,
                    eviction,
                    read_mode: ReadMode::CacheAside,
                    write_mode,
                    routing,
                    hash_function,
                    ..Cache::default()
                })
            },
        )
}

fn database() -> impl Strategy<Value = Kind> {
    let disk = || prop_oneof![Just(0.0), 0.0..=limits::DISK_MAX_GB];
    (
        select(Size::OF_DATABASES.to_vec()),
        1_u16..=1_024,
        1_u32..=100_000,
        0.001..6e4,
        distribution(),
        (disk(), disk(), prop_oneof![Just(1.0), 0.0..=1e6]),
        prop_oneof![Just(Replication::default()), replication()],
    )
        .prop_map(
            |(size, workers, connections, read_time_ms, distribution, disk, replication)| {
                let (disk_gb, data_gb, write_kb) = disk;
                Kind::Database(Database {
                    size,
                    workers,
                    connections,
                    read_time_ms,
                    distribution,
                    disk_gb: Some(disk_gb),
                    data_gb,
                    write_kb,
                    replication,
                    ..Database::default()
                })
            },
        )
}

fn replication() -> impl Strategy<Value = Replication> {
    use headroom_scenario::{
        Acknowledged::*, Failover::*, OwnWrites, ReadChoice::*, ReadsFrom, ReplicationMode::*,
    };
    let waits = (
        select(vec![Asynchronous, SemiSynchronous, Synchronous]),
        select(vec![Received, Applied]),
        1_u16..=15,
    );
    let reads = (
        select(vec![
            ReadsFrom::Primary,
            ReadsFrom::Replicas,
            ReadsFrom::All,
        ]),
        select(vec![Turns, Random, LeastBusy]),
        select(vec![
            OwnWrites::AnyCopy,
            OwnWrites::Primary,
            OwnWrites::Wait,
        ]),
    );
    let failover = (
        select(vec![Never, Automatic, ByHand]),
        10.0..1e5,
        1_u8..=100,
    );
    (
        1_u16..=15,
        waits,
        reads,
        failover,
        1_000_u32..=1_000_000,
        0.1..1e5,
    )
        .prop_map(
            |(replicas, waits, reads, failover, log_writes, seed_mbps)| {
                let (mode, acknowledged_when, acknowledgements) = waits;
                let (reads, read_choice, own_writes) = reads;
                let (failover, check_interval_ms, check_fall) = failover;
                Replication {
                    replicas,
                    mode,
                    acknowledgements: acknowledgements.min(replicas),
                    acknowledged_when,
                    reads,
                    read_choice,
                    own_writes,
                    failover,
                    check_interval_ms,
                    check_timeout_ms: check_interval_ms,
                    check_fall,
                    log_writes,
                    seed_mbps,
                    ..Replication::default()
                }
            },
        )
}

/// Any action that the design allows.
fn action(scenario: &Scenario) -> BoxedStrategy<Action> {
    let web = scenario
        .design
        .component("web")
        .expect("every step has a web tier")
        .1
        .clone();
    let link = scenario.design.links[0].clone();
    let component = web.id.clone();
    prop_oneof![
        (1.0..1e6).prop_map(|rate_rps| Action::SetRate { rate_rps }),
        traffic().prop_map(|traffic| Action::SetTraffic { traffic }),
        Just(Action::Kill {
            component: component.clone(),
            instance: 0
        }),
        Just(Action::Repair {
            component: component.clone(),
            instance: 0
        }),
        (0.1..1e3).prop_map({
            let component = component.clone();
            move |factor| Action::Slow {
                component: component.clone(),
                instance: 0,
                factor,
            }
        }),
        Just(Action::AddInstance {
            component: component.clone()
        }),
        (1_u16..=1_000, 0.0..100.0, 0.0..100.0).prop_map({
            let component = component.clone();
            move |(batch, pause_s, drain_s)| Action::Deploy {
                component: component.clone(),
                batch,
                pause_s,
                drain_s,
            }
        }),
        service().prop_map(move |mut kind| {
            kind.set_instances(web.kind.instances());
            Action::Configure {
                component: component.clone(),
                kind,
            }
        }),
        Just(Action::Hang {
            component: web.id.clone(),
            instance: 0
        }),
        Just(Action::Destroy {
            component: web.id.clone(),
            instance: 0
        }),
        impairment().prop_map({
            let link = link.clone();
            move |impairment| Action::ImpairLink {
                from: link.from.clone(),
                to: link.to.clone(),
                impairment,
            }
        }),
        (0.0..1e6).prop_map({
            // Users have a time-out of their own.
            let link = scenario.design.links.last().expect("there is one").clone();
            let is_users = link.from == "users";
            move |timeout_ms| Action::SetTimeout {
                from: link.from.clone(),
                to: link.to.clone(),
                timeout_ms: if is_users { 0.0 } else { timeout_ms },
            }
        }),
        Just(Action::RepairLink {
            from: link.from.clone(),
            to: link.to.clone(),
        }),
        (0.0..1e4).prop_map(move |latency_ms| Action::SetLatency {
            from: link.from.clone(),
            to: link.to.clone(),
            latency_ms,
        }),
    ]
    .boxed()
}

fn impairment() -> impl Strategy<Value = Impairment> {
    let directions = vec![Direction::Both, Direction::Calls, Direction::Answers];
    prop_oneof![
        (0.0..1e4).prop_map(|delay_ms| Impairment::Delay { delay_ms }),
        (0.0..0.9).prop_map(|share| Impairment::Loss { share }),
        (0.001..1e6).prop_map(|mbps| Impairment::Bandwidth { mbps }),
        select(directions).prop_map(|direction| Impairment::Cut { direction }),
    ]
}

fn view() -> impl Strategy<Value = View> {
    let panel = option::of(select(Panel::ALL.to_vec()));
    (
        0_u64..(1 << 53),
        any::<bool>(),
        0.0..1e6,
        any::<bool>(),
        panel,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(at_ns, paused, speed, selects, panel, read_only, embedded)| View {
                at_ns,
                paused,
                speed,
                selected: selects.then(|| "web".to_owned()),
                panel,
                read_only,
                embedded,
            },
        )
}
