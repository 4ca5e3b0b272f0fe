//! Little's law at every component of every step: the mean number inside is the rate at which calls
//! leave times their mean time inside. The number inside is the engine's own, taken over time; the
//! calls are followed one by one through the traces of all requests.

use headroom_engine::Engine;
use headroom_engine::report::ReportComponent;
use headroom_engine::time::{NS_PER_S, SimTime};
use headroom_engine::trace::{Activity, Trace};
use headroom_scenario::{Component, Kind, Scenario, step::LADDER};

use crate::runs::{each_seed, reach};
use crate::sample::{RUNS_MIN, Sample};

const BEGIN_S: f64 = 3.0;
const END_S: f64 = 13.0;
/// By then all who were inside at the end have left, in seconds.
const GONE_S: f64 = 15.0;
/// Time between two looks at the traces, of which the engine keeps the latest only, in seconds.
const LOOK_S: f64 = 0.1;

/// The calls that left a component in the stretch.
#[derive(Clone, Copy, Debug, Default)]
struct Left {
    calls: u64,
    /// Time that they had spent inside, all together.
    inside_ns: u64,
}

impl Left {
    /// Rate times mean time.
    fn rate_times_time(self) -> f64 {
        self.inside_ns as f64 / ((END_S - BEGIN_S) * NS_PER_S as f64)
    }
}

/// What left each component, by the traces.
fn left(traces: &[Trace], components: usize) -> Vec<Left> {
    let stretch_ns = (BEGIN_S * NS_PER_S as f64) as u64..(END_S * NS_PER_S as f64) as u64;
    let mut left = vec![Left::default(); components];
    for trace in traces {
        // Where the request is inside of, outermost first, and since when.
        let mut within: Vec<(u8, u64)> = Vec::new();
        for span in &trace.spans {
            match span.activity {
                Activity::Travel => within.push((span.component, span.end_ns)),
                Activity::Return => {
                    let (component, since_ns) = within.pop().expect("it went in before it left");
                    assert_eq!(component, span.component);
                    if stretch_ns.contains(&span.start_ns) {
                        let left = &mut left[usize::from(component)];
                        left.calls += 1;
                        left.inside_ns += span.start_ns - since_ns;
                    }
                }
                _ => {}
            }
        }
    }
    left
}

/// Runs on to a moment, and gives the traces of all requests that ended on the way.
fn traces_until(engine: &mut Engine, until_s: f64) -> Vec<Trace> {
    let mut ended = Vec::new();
    while engine.now() < SimTime::from_s(until_s) {
        let before = engine.now();
        reach(engine, (before.as_s() + LOOK_S).min(until_s));
        let is_new = |trace: &&Trace| trace.end_ns.is_some_and(|end_ns| SimTime(end_ns) > before);
        ended.extend(engine.traces().filter(is_new).cloned());
    }
    ended
}

/// The engine's number inside over the traces' rate times time, by component, for one run.
fn ratios(scenario: &Scenario) -> Vec<f64> {
    let valid = scenario.clone().validate().expect("a step is valid");
    let components = &scenario.design.components;
    let mut engine = Engine::new(&valid);
    reach(&mut engine, BEGIN_S);
    engine.begin_measurement();
    let mut traces = traces_until(&mut engine, END_S);
    let report = engine.report();
    assert_eq!(
        traces.len() as u64,
        report.requests.completed,
        "every request is followed"
    );
    traces.extend(traces_until(&mut engine, GONE_S));
    let left = left(&traces, components.len());
    let ratio = |(component, left): (&Component, Left)| {
        let booked = &report.components[&component.id];
        if is_called(component) {
            let answered = (booked.load.throughput_rps * report.simulated_s).round() as u64;
            let ended = answered + booked.failed.values().sum::<u64>();
            // A cache books an operation as it arrives: those at its nodes at either end may differ.
            let at_nodes = if matches!(component.kind, Kind::Cache(_)) {
                6
            } else {
                0
            };
            assert!(
                ended.abs_diff(left.calls) <= at_nodes,
                "{} booked {ended} calls, the traces tell of {}",
                component.id,
                left.calls
            );
        }
        if is_called(component) {
            assert_little(&component.id, booked, left);
        }
        booked.load.inside_mean / left.rate_times_time()
    };
    components.iter().zip(left).map(ratio).collect()
}

/// The report's own figures keep the law: calls a second times the time of each are those inside. The time
/// is that of the traces, whether a call got a worker or was asked to log in first.
fn assert_little(id: &str, booked: &ReportComponent, left: Left) {
    assert!(booked.failed.is_empty(), "{id}: {:?}", booked.failed);
    let mut parts = vec![&booked.load];
    parts.extend(booked.instances.iter().map(|instance| &instance.load));
    for load in parts {
        let product = load.throughput_rps * load.sojourn_ms_mean / 1e3;
        assert!(
            (product - load.inside_mean).abs() <= 1e-9 * load.inside_mean,
            "{id}: {product} by rate and time, {} inside",
            load.inside_mean
        );
    }
    let traced_ms = left.inside_ns as f64 / left.calls as f64 / 1e6;
    let error = booked.load.sojourn_ms_mean / traced_ms - 1.0;
    assert!(
        error.abs() < 0.05,
        "{id}: {} ms, {traced_ms} by the traces",
        booked.load.sojourn_ms_mean
    );
}

/// Clients and the name service are not called: nothing is inside of them.
fn is_called(component: &Component) -> bool {
    !matches!(component.kind, Kind::Clients(_) | Kind::Dns(_))
}

#[test]
fn the_number_inside_is_the_rate_times_the_time() {
    for step in LADDER {
        let steady = |seed| {
            let mut scenario = Scenario {
                seed,
                script: Vec::new(),
                ..step.scenario()
            };
            // So few that the cache is soon full: the law is one of steady states.
            scenario.traffic.keys.count = 1_000;
            scenario
        };
        // Of a finite stretch the law holds but for those inside at its ends: more runs would see them.
        let runs = each_seed(RUNS_MIN, |seed| ratios(&steady(seed)));
        for (number, component) in step.scenario().design.components.iter().enumerate() {
            if !is_called(component) {
                continue;
            }
            let ratio = Sample::new(runs.iter().map(|run| run[number]).collect());
            let what = format!("{}, {}: L / λW", step.name, component.id);
            ratio.assert_is(&what, 1.0);
            assert!(
                ratio.standard_error() < 0.005,
                "{what} is too inexact to prove anything"
            );
        }
    }
}
