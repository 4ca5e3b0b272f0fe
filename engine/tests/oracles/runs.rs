//! Independent runs of whole scenarios, spread over the processors.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use headroom_engine::report::Report;
use headroom_engine::time::SimTime;
use headroom_engine::{Engine, Progress};
use headroom_scenario::Scenario;

/// What is measured of a run.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Time before the figures count, in simulated seconds.
    pub warmup_s: f64,
    /// Time that they stand for, in simulated seconds.
    pub measured_s: f64,
}

/// Runs a scenario, and reports what came after its warm-up.
pub fn run(scenario: Scenario, stretch: Stretch) -> Report {
    let valid = scenario.validate().expect("the test's scenario is valid");
    let mut engine = Engine::new(&valid);
    engine.sample_every(0);
    reach(&mut engine, stretch.warmup_s);
    engine.begin_measurement();
    reach(&mut engine, stretch.warmup_s + stretch.measured_s);
    engine.report()
}

/// Runs an engine up to a moment.
pub fn reach(engine: &mut Engine, until_s: f64) {
    let progress = engine.run_until(SimTime::from_s(until_s), u64::MAX);
    assert_eq!(progress, Progress::Reached);
}

/// What `run` gives for each seed from 0 on, in order of the seeds.
pub fn each_seed<Figure: Send>(seeds: usize, run: impl Fn(u64) -> Figure + Sync) -> Vec<Figure> {
    let next = AtomicU64::new(0);
    let work = || {
        let seeds_left = std::iter::from_fn(|| {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            (seed < seeds as u64).then_some(seed)
        });
        seeds_left.map(|seed| (seed, run(seed))).collect::<Vec<_>>()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut figures = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("the run ends"))
            .collect::<Vec<_>>()
    });
    figures.sort_by_key(|&(seed, _)| seed);
    figures.into_iter().map(|(_, figure)| figure).collect()
}
