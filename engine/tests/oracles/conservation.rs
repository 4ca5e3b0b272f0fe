//! Nobody is lost and nobody is counted twice: arrivals are those completed, those failed and those
//! in flight, for the whole and for each component, after every single event, whatever happens.

use headroom_engine::time::SimTime;
use headroom_engine::{Engine, Progress};
use headroom_scenario::{
    Acknowledged, Action, Algorithm, Autoscaling, Change, ClassKind, ClientBehaviour, Direction,
    Eviction, Failover, Impairment, Kind, Link, LoopModel, NodeRouting, OwnWrites, ReadChoice,
    ReadMode, ReadsFrom, Replication, ReplicationMode, Retries, Scenario, WriteMode, step::LADDER,
};

use crate::numbers::Numbers;
use crate::runs::each_seed;

/// Events of one run.
const EVENTS: u64 = 60_000;
/// Events between two things that happen to the design, on average.
const EVENTS_PER_ACTION: u64 = 400;
/// Requests in flight that are looked at after each event.
const CROWD: u64 = 200;
/// Events between two looks at more of them.
const EVENTS_PER_CROWDED_LOOK: u64 = 50;

#[test]
fn every_step_keeps_account_of_every_request_through_faults_and_edits() {
    for step in LADDER {
        let applied = each_seed(6, |seed| {
            let mut scenario = Scenario {
                seed,
                ..step.scenario()
            };
            if seed % 2 == 1 {
                ask_at_once(&mut scenario);
            }
            suffer(scenario)
        });
        println!(
            "{}: {} faults and edits suffered",
            step.name,
            applied.iter().sum::<u32>()
        );
        assert!(
            applied.iter().all(|&actions| actions > 40),
            "hardly anything happened"
        );
    }
}

/// Whoever reads asks for more, and for several things at the same time.
fn ask_at_once(scenario: &mut Scenario) {
    let classes = scenario.traffic.classes.iter_mut();
    for class in classes.filter(|class| class.kind != ClassKind::Write) {
        (class.lookups, class.queries) = (class.lookups + 4, class.queries + 2);
        class.at_once = 3;
    }
    for link in scenario.design.links.iter_mut() {
        if link.from != "users" {
            link.timeout_ms = 40.0;
        }
    }
}

/// Runs a scenario event by event while its design is hit; how often it was.
fn suffer(scenario: Scenario) -> u32 {
    let mut numbers = Numbers::from_state(scenario.seed);
    let mut engine = Engine::new(&scenario.clone().validate().expect("a step is valid"));
    let (mut applied, mut edited) = (0, 0);
    for event in 0..EVENTS {
        // Where all users wait for what does not come, only something done to the design goes on.
        let is_over = engine.run_until(SimTime::NEVER, 1) == Progress::Reached;
        if is_over || numbers.bits().is_multiple_of(EVENTS_PER_ACTION) {
            let now = Scenario {
                design: engine.scenario().design.clone().into_present(),
                ..scenario.clone()
            };
            let action = match numbers.bits() % 8 {
                0 => some_edit(&now, &mut numbers),
                _ => some_action(&now, &mut numbers),
            };
            let is_done = engine.apply(&action).is_ok();
            applied += u32::from(is_done);
            edited += u32::from(is_done && matches!(action, Action::Edit { .. }));
        }
        // Where much is held up, looking at all of it after each event takes too long.
        let is_due = engine.in_flight() < CROWD || event % EVENTS_PER_CROWDED_LOOK == 0;
        if is_due && let Err(lost) = engine.conservation() {
            panic!("seed {}, after {event} events: {lost}", scenario.seed);
        }
    }
    let report = engine.report();
    let failed: u64 = report.requests.failed.values().sum();
    let ended = report.requests.completed + failed;
    assert_eq!(report.requests.arrived, ended + report.requests.in_flight);
    for (id, component) in &report.components {
        let came: u64 = component
            .instances
            .iter()
            .map(|instance| instance.load.arrived)
            .sum();
        assert_eq!(component.load.arrived, came, "arrivals at {id}");
    }
    assert!(edited > 5, "the design has hardly been edited");
    applied
}

/// The design becomes another step's, or loses a part, which it may do without or not.
fn some_edit(now: &Scenario, numbers: &mut Numbers) -> Action {
    let step = &LADDER[numbers.bits() as usize % LADDER.len()];
    let components = &now.design.components;
    let hit = &components[numbers.bits() as usize % components.len()];
    let link = some_link(now, numbers);
    let changes = match numbers.bits() % 6 {
        0 => vec![Change::Remove {
            component: hit.id.clone(),
        }],
        1 => vec![Change::Unlink {
            from: link.from.clone(),
            to: link.to.clone(),
        }],
        _ => now.design.changes_to(&step.scenario().design),
    };
    Action::Edit { changes }
}

fn pick<Choice: Copy, const COUNT: usize>(
    numbers: &mut Numbers,
    choices: [Choice; COUNT],
) -> Choice {
    choices[numbers.bits() as usize % COUNT]
}

/// Something that may happen to a design. The engine refuses what makes no sense there.
pub fn some_action(scenario: &Scenario, numbers: &mut Numbers) -> Action {
    let components = &scenario.design.components;
    let hit = &components[numbers.bits() as usize % components.len()];
    let (component, instance) = (hit.id.clone(), (numbers.bits() % 5) as u16);
    match numbers.bits() % 22 {
        20 => Action::CutOff {
            component,
            instance,
        },
        21 => Action::Promote {
            component,
            instance,
        },
        0 | 1 => Action::Kill {
            component,
            instance,
        },
        2..=4 => Action::Repair {
            component,
            instance,
        },
        5 => Action::Slow {
            component,
            instance,
            factor: 1.0 + 20.0 * numbers.uniform(),
        },
        6 => Action::AddInstance { component },
        7 => Action::RemoveInstance {
            component,
            instance,
        },
        8 => Action::SetRate {
            rate_rps: pick(numbers, [50.0, 500.0, 5_000.0]),
        },
        9 => set_clients(scenario, numbers),
        10 => Action::Deploy {
            component,
            batch: pick(numbers, [1, 2, 100]),
            pause_s: 0.0,
            drain_s: pick(numbers, [0.0, 0.1]),
        },
        11 => Action::Hang {
            component,
            instance,
        },
        12 => Action::Destroy {
            component,
            instance,
        },
        13 | 14 => {
            let link = some_link(scenario, numbers);
            Action::ImpairLink {
                from: link.from.clone(),
                to: link.to.clone(),
                impairment: pick(numbers, IMPAIRMENTS),
            }
        }
        16 | 17 => {
            let link = some_link(scenario, numbers);
            Action::SetTimeout {
                from: link.from.clone(),
                to: link.to.clone(),
                timeout_ms: pick(numbers, [0.0, 2.0, 20.0, 200.0]),
            }
        }
        15 => {
            let link = some_link(scenario, numbers);
            Action::RepairLink {
                from: link.from.clone(),
                to: link.to.clone(),
            }
        }
        _ => Action::Configure {
            component,
            kind: other_parameters(hit.kind.clone(), numbers),
        },
    }
}

const IMPAIRMENTS: [Impairment; 6] = [
    Impairment::Delay { delay_ms: 30.0 },
    Impairment::Loss { share: 0.3 },
    Impairment::Bandwidth { mbps: 5.0 },
    Impairment::Cut {
        direction: Direction::Both,
    },
    Impairment::Cut {
        direction: Direction::Calls,
    },
    Impairment::Cut {
        direction: Direction::Answers,
    },
];

fn some_link<'a>(scenario: &'a Scenario, numbers: &mut Numbers) -> &'a Link {
    let links = &scenario.design.links;
    &links[numbers.bits() as usize % links.len()]
}

fn set_clients(scenario: &Scenario, numbers: &mut Numbers) -> Action {
    let mut traffic = scenario.traffic.clone();
    let closed = LoopModel::Closed {
        users: 50,
        think_time_ms: 100.0,
    };
    traffic.client = ClientBehaviour {
        loop_model: if numbers.bits().is_multiple_of(4) {
            closed
        } else {
            LoopModel::Open
        },
        timeout_ms: pick(numbers, [0.0, 20.0, 100.0, 1_000.0]),
        retries: Retries {
            max: pick(numbers, [0, 1, 5]),
            backoff_ms: 10.0,
            ..Retries::default()
        },
    };
    Action::SetTraffic { traffic }
}

/// An autoscaler that starts and removes servers as often as it may.
fn restless(target_utilisation: f64) -> Autoscaling {
    Autoscaling {
        target_utilisation,
        interval_s: 1.0,
        scale_in_window_s: 0.0,
        ..Autoscaling::default()
    }
}

/// Copies that fail over soon, and whose log is short.
fn follow_otherwise(replication: &mut Replication, numbers: &mut Numbers) {
    let replicas = replication.replicas;
    let modes = [
        ReplicationMode::Asynchronous,
        ReplicationMode::SemiSynchronous,
        ReplicationMode::Synchronous,
    ];
    *replication = Replication {
        replicas,
        mode: pick(numbers, modes),
        acknowledged_when: pick(numbers, [Acknowledged::Received, Acknowledged::Applied]),
        acknowledgement_timeout_ms: pick(numbers, [0.0, 50.0]),
        send_every_ms: pick(numbers, [0.0, 10.0]),
        latency_ms: pick(numbers, [0.0, 2.0]),
        apply_time_ms: pick(numbers, [0.1, 5.0]),
        appliers: pick(numbers, [1, 3]),
        reads: pick(numbers, [ReadsFrom::Replicas, ReadsFrom::All]),
        read_choice: pick(
            numbers,
            [ReadChoice::Turns, ReadChoice::Random, ReadChoice::LeastBusy],
        ),
        own_writes: pick(
            numbers,
            [OwnWrites::AnyCopy, OwnWrites::Primary, OwnWrites::Wait],
        ),
        failover: pick(
            numbers,
            [Failover::Automatic, Failover::Never, Failover::ByHand],
        ),
        check_interval_ms: 20.0,
        check_timeout_ms: 10.0,
        check_fall: 2,
        reaction_s: 0.1,
        promotion_ms: pick(numbers, [0.0, 20.0]),
        lease_ms: pick(numbers, [0.0, 30.0]),
        announcement_ms: pick(numbers, [0.0, 50.0]),
        log_writes: 1_000,
        ..Replication::default()
    };
}

fn other_parameters(mut kind: Kind, numbers: &mut Numbers) -> Kind {
    use Algorithm::{
        ConsistentHashBounded, IpHash, LeastConnections, LeastResponseTime, PowerOfTwoChoices,
    };
    match &mut kind {
        Kind::LoadBalancer(balancer) => {
            let algorithms = [
                ConsistentHashBounded,
                IpHash,
                LeastConnections,
                LeastResponseTime,
                PowerOfTwoChoices,
            ];
            balancer.algorithm = pick(numbers, algorithms);
            balancer.sticky = pick(numbers, [false, true]);
            balancer.standby = pick(numbers, [false, true]);
            balancer.retries = pick(numbers, [0, 2]);
        }
        Kind::Service(service) => {
            service.workers = pick(numbers, [1, 4, 16]);
            service.queue_limit = pick(numbers, [0, 10, 1_000]);
            service.local_cache_entries = Some(pick(numbers, [0, 100]));
            service.boot_s = pick(numbers, [0.0, 0.5]);
            service.autoscaling = pick(numbers, [None, Some(0.1), Some(0.9)]).map(restless);
        }
        Kind::Cache(cache) => {
            cache.eviction = pick(numbers, [Eviction::Lru, Eviction::Lfu, Eviction::Fifo]);
            cache.read_mode = pick(numbers, [ReadMode::CacheAside, ReadMode::ReadThrough]);
            cache.write_mode = pick(
                numbers,
                [
                    WriteMode::Invalidate,
                    WriteMode::Around,
                    WriteMode::Through,
                    WriteMode::Back,
                ],
            );
            cache.routing = pick(numbers, [NodeRouting::Modulo, NodeRouting::Ring]);
            cache.leases = pick(numbers, [false, true]);
            cache.entries_per_node = Some(pick(numbers, [10, 1_000]));
        }
        Kind::Database(database) => {
            database.workers = pick(numbers, [1, 8]);
            database.connections = pick(numbers, [2, 500]);
            database.buffer_entries = Some(pick(numbers, [0, 100]));
            database.disk_gb = Some(pick(numbers, [0.0, 1e-5, 1e-3]));
            follow_otherwise(&mut database.replication, numbers);
        }
        Kind::Clients(_) | Kind::Dns(_) => {}
    }
    kind
}
