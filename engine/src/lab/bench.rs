//! How fast the engine is, natively and in a browser alike: the caller brings the clock.

use std::collections::BinaryHeap;

use headroom_scenario::{Kind, Scenario, ValidScenario, step};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::lab::queue::queue;
use crate::mechanism::stream::Stream;
use crate::story::trace::Trace;
use crate::time::{NS_PER_S, SimTime};

/// Customers in one timed run of a queue.
const CUSTOMERS: u64 = 2_000_000;
/// Timed runs of each queue; the fastest counts, since whatever else the machine does only slows.
const RUNS: u32 = 3;
/// Customers who come while one is served by one worker, on average: utilisation.
const UTILISATION: f64 = 0.8;
/// Mean service time of the queues.
const SERVICE_TIME_MS: f64 = 1.0;
/// Loads at which the last step of the ladder is run, requests a second.
const LADDER_RATES_RPS: [f64; 4] = [1e3, 1e4, 1e5, 1e6];
/// Requests in the timed stretch of a ladder run, and as many before it to warm up.
const LADDER_REQUESTS: f64 = 1_000_000.0;
/// One request in so many is traced, to see how far it came.
const TRACED_OF: u64 = 5_000;

/// Every figure of one run of the bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    /// M/M/1 through the whole engine.
    pub mm1: QueueSpeed,
    /// M/M/8 through the whole engine.
    pub mm8: QueueSpeed,
    /// The last step of the ladder, its tiers widened to carry each load.
    pub ladder: Vec<LadderSpeed>,
}

/// A queue through the whole engine (clients, a service, clients), and the same queue as a bare loop around
/// a binary heap: the reference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueSpeed {
    /// Customers served by the engine per second of the caller's clock.
    pub customers_per_s: f64,
    /// Customers served by the bare loop per second of the caller's clock.
    pub bare_loop_customers_per_s: f64,
    /// The first as a multiple of the second.
    pub of_bare_loop: f64,
}

/// The last step of the ladder at one load.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LadderSpeed {
    /// The load, in requests a second.
    pub rate_rps: f64,
    /// Simulated seconds per second of the caller's clock.
    pub times_real_time: f64,
    /// Time for one event, in nanoseconds.
    pub ns_per_event: f64,
    /// Events for one request.
    pub events_per_request: f64,
    /// Requests in flight at the end.
    pub in_flight: u64,
    /// Memory that grows with the requests in flight, for each of the most there were at once, in bytes.
    pub bytes_per_request_in_flight: f64,
    /// Share of the requests that a service worked on.
    pub service_share: f64,
    /// Share of the requests that a database worked on.
    pub database_share: f64,
}

/// Runs the whole bench; `now` says how many seconds have passed since any fixed moment.
pub fn run(now: impl Fn() -> f64) -> BenchReport {
    let speed_of = |workers: u16| {
        let rate_rps = UTILISATION * f64::from(workers) / (SERVICE_TIME_MS / 1_000.0);
        let scenario = queue(workers, SERVICE_TIME_MS, rate_rps).validate();
        let scenario = scenario.expect("the bench's own queue is a valid scenario");
        let bare_loop_customers_per_s = fastest(&now, || bare_loop(CUSTOMERS, workers));
        let customers_per_s = fastest(&now, || serve(&scenario, CUSTOMERS));
        QueueSpeed {
            customers_per_s,
            bare_loop_customers_per_s,
            of_bare_loop: customers_per_s / bare_loop_customers_per_s,
        }
    };
    BenchReport {
        mm1: speed_of(1),
        mm8: speed_of(8),
        ladder: LADDER_RATES_RPS
            .map(|rate_rps| climb(&now, rate_rps))
            .into(),
    }
}

/// Customers a second of the fastest of a few runs, each of which returns how many it served.
fn fastest(now: &impl Fn() -> f64, run: impl Fn() -> u64) -> f64 {
    let timed = (0..RUNS).map(|_| {
        let start_s = now();
        let customers = run();
        customers as f64 / (now() - start_s)
    });
    timed.fold(0.0, f64::max)
}

/// M/M/c with nothing but a heap, two streams and a line: what no engine can be faster than.
/// Returns the customers served.
fn bare_loop(customers: u64, workers: u16) -> u64 {
    /// A departure of who arrived then.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Next {
        Arrival,
        Departure(u64),
    }
    let service_ns = SERVICE_TIME_MS * 1e6;
    let arrival_ns = service_ns / UTILISATION / f64::from(workers);
    let (mut arrivals, mut services) = (
        Stream::new(1, "bare", "arrivals"),
        Stream::new(1, "bare", "services"),
    );
    let mut calendar = BinaryHeap::from([std::cmp::Reverse((0u64, 0u64, Next::Arrival))]);
    let mut sequence = 0;
    let mut line = std::collections::VecDeque::new();
    let (mut busy, mut served, mut sojourn_ns) = (0, 0, 0);
    while served < customers {
        let Some(std::cmp::Reverse((now_ns, _, next))) = calendar.pop() else {
            break;
        };
        let mut schedule = |mean_ns: f64, stream: &mut Stream, next| {
            sequence += 1;
            let at_ns = now_ns + (mean_ns * stream.exponential()) as u64;
            calendar.push(std::cmp::Reverse((at_ns, sequence, next)));
        };
        match next {
            Next::Arrival => {
                if busy < workers {
                    busy += 1;
                    schedule(service_ns, &mut services, Next::Departure(now_ns));
                } else {
                    line.push_back(now_ns);
                }
                schedule(arrival_ns, &mut arrivals, Next::Arrival);
            }
            Next::Departure(arrived_ns) => {
                served += 1;
                sojourn_ns += now_ns - arrived_ns;
                match line.pop_front() {
                    Some(arrived_ns) => {
                        schedule(service_ns, &mut services, Next::Departure(arrived_ns));
                    }
                    None => busy -= 1,
                }
            }
        }
    }
    // The time in system is what a queue is simulated for: without it the loop could be optimised away.
    std::hint::black_box(sojourn_ns);
    served
}

/// Runs an engine until so many customers must have come; returns how many were served.
fn serve(scenario: &ValidScenario, customers: u64) -> u64 {
    let mut engine = Engine::new(scenario);
    engine.sample_every(TRACED_OF);
    let until_s = customers as f64 / scenario.traffic.rate_rps;
    engine.run_until(SimTime::from_s(until_s), u64::MAX);
    engine.snapshot().requests.completed
}

/// Runs the last step of the ladder, widened, at one load.
fn climb(now: &impl Fn() -> f64, rate_rps: f64) -> LadderSpeed {
    let scenario = step::widened(rate_rps)
        .validate()
        .expect("a widened step is a valid scenario");
    let stretch_s = LADDER_REQUESTS / rate_rps;
    let mut engine = Engine::new(&scenario);
    engine.sample_every(TRACED_OF);
    engine.run_until(SimTime::from_s(stretch_s), u64::MAX);
    engine.begin_measurement();

    let (events_before, start_s) = (engine.events(), now());
    engine.run_until(SimTime::from_s(2.0 * stretch_s), u64::MAX);
    let elapsed_s = now() - start_s;

    let events = (engine.events() - events_before) as f64;
    let report = engine.report();
    let reached = |wanted: fn(&Kind) -> bool| reached_share(&scenario, &engine, wanted);
    LadderSpeed {
        rate_rps,
        times_real_time: stretch_s / elapsed_s,
        ns_per_event: elapsed_s * NS_PER_S as f64 / events,
        events_per_request: events / report.requests.arrived.max(1) as f64,
        in_flight: report.requests.in_flight,
        bytes_per_request_in_flight: engine.bytes_per_request(),
        service_share: reached(|kind| matches!(kind, Kind::Service(_))),
        database_share: reached(|kind| matches!(kind, Kind::Database(_))),
    }
}

/// Share of the traced requests that a component of the wanted kind worked on.
fn reached_share(scenario: &Scenario, engine: &Engine, wanted: fn(&Kind) -> bool) -> f64 {
    use crate::story::trace::Activity;
    let worked_on = |trace: &&Trace| {
        trace.spans.iter().any(|span| {
            let component = &scenario.design.components[usize::from(span.component)];
            span.activity == Activity::Work && wanted(&component.kind)
        })
    };
    let ended = || engine.traces().filter(|trace| trace.end_ns.is_some());
    ended().filter(worked_on).count() as f64 / ended().count().max(1) as f64
}
