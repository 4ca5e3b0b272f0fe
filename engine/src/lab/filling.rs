//! A design is put into service: what it stores fills, before anything about it is measured.

use headroom_scenario::{Action, ValidScenario};

use crate::figures::reason::Reason;
use crate::figures::report::Report;
use crate::lab::load::Load;
use crate::lab::verdict::backlog_share;
use crate::lab::window::{detection_s, requests_to_fill};
use crate::time::SimTime;
use crate::{Engine, Progress};

/// Time between two looks at how full it is, in seconds.
const LOOK_S: f64 = 0.5;
/// Whoever hardly ever asks has filled nothing after this, and never will, in seconds.
const FILLING_MAX_S: f64 = 20_000.0;
/// Events after which a design is taken as full.
const FILLING_EVENTS_MAX: u64 = 10_000_000;
/// It is filled gently, at this share of the load it is meant for: a cold cache lets everything through,
/// and what piles up behind it says nothing of the design in service.
const GENTLE_SHARE: f64 = 0.5;
/// From so much of what it has room for on it is watched whether requests pile up.
const WATCHED_FROM: f64 = 0.5;
/// Where so many of the requests fail that could not be coped with, even that was too much: those who try
/// again keep a design down that a lower load would not have brought there.
const OVERLOADED_SHARE: f64 = 0.01;
/// Where even that was too much, it starts anew at this share of the load before.
const GENTLER_SHARE: f64 = 0.25;

/// A run up to where its design is in service. What a script does at the start is done; the rest of it
/// is held back.
pub(super) struct Filling {
    scenario: ValidScenario,
    seed: u64,
    warmup_s: f64,
    load: Load,
    requests: u64,
    engine: Engine,
    look_at: SimTime,
    is_watched: bool,
}

impl Filling {
    /// For a load that the design is meant for.
    pub(super) fn new(scenario: &ValidScenario, seed: u64, load: Load, warmup_s: f64) -> Self {
        let gentle = load.with_amount(GENTLE_SHARE * load.amount());
        Self::at(scenario, seed, gentle, warmup_s)
    }

    fn at(scenario: &ValidScenario, seed: u64, load: Load, warmup_s: f64) -> Self {
        let mut engine = Engine::held_back(&under(scenario, seed, load));
        // Nobody watches: figures come from every request, traces from none.
        engine.sample_every(0);
        Self {
            scenario: scenario.clone(),
            seed,
            warmup_s: warmup_s.max(detection_s(scenario)),
            load,
            requests: requests_to_fill(scenario),
            engine,
            look_at: SimTime::from_s(LOOK_S),
            is_watched: false,
        }
    }

    /// Runs on for at most so many events, which are taken from the budget; the run in service.
    pub(super) fn advance(&mut self, events_budget: &mut u64) -> Option<Engine> {
        loop {
            let (engine, look_at) = (&mut self.engine, self.look_at);
            let is_reached = run_on(engine, look_at, FILLING_EVENTS_MAX, events_budget)?;
            self.look_at = look_at.after_s(LOOK_S);
            let full = self.full_share();
            if full >= WATCHED_FROM && !self.is_watched {
                self.is_watched = true;
                self.engine.begin_measurement();
            }
            if is_reached && full < 1.0 {
                continue;
            }
            let report = self.engine.report();
            match self.gentler(&report) {
                Some(load) => *self = Self::at(&self.scenario, self.seed, load, self.warmup_s),
                None => return Some(self.engine.clone()),
            }
        }
    }

    /// What is put into service.
    pub(super) fn scenario(&self) -> &ValidScenario {
        &self.scenario
    }

    fn full_share(&self) -> f64 {
        let now_s = self.engine.now().as_s();
        let requests = self.engine.arrived() as f64 / self.requests as f64;
        let warm = requests.min(now_s / self.warmup_s);
        warm.max(now_s / FILLING_MAX_S)
    }

    /// The load at which to start anew, where this one was too much.
    fn gentler(&self, report: &Report) -> Option<Load> {
        let gentler = self.load.with_amount(self.load.amount() * GENTLER_SHARE);
        let is_too_much =
            backlog_share(report).is_some() || overloaded_share(report) > OVERLOADED_SHARE;
        (is_too_much && gentler != self.load).then_some(gentler)
    }
}

/// The share of the requests that ended which failed because there was too much to do. A way that is full lets no
/// health check through in time either: then no server is left.
fn overloaded_share(report: &Report) -> f64 {
    let may_be_of_load =
        |reason: &Reason| reason.is_of_load() || *reason == Reason::NoHealthyInstance;
    let of_load = Reason::ALL.into_iter().filter(may_be_of_load);
    let failed = of_load.filter_map(|reason| report.requests.failed.get(reason.name()));
    failed.sum::<u64>() as f64 / report.requests.ended().max(1) as f64
}

/// The scenario with a seed and under a load from its start on; as it is where a document may not ask for
/// that.
pub(super) fn under(scenario: &ValidScenario, seed: u64, load: Load) -> ValidScenario {
    let mut changed = scenario.clone().into_inner();
    changed.seed = seed;
    load.set(&mut changed.traffic);
    for timed in &mut changed.script {
        if let Action::SetTraffic { traffic } = &mut timed.action {
            load.set(traffic);
        }
    }
    changed.validate().unwrap_or_else(|_| scenario.clone())
}

/// Runs on to a moment, by a budget of events that is charged; none when that is spent. Whether it got
/// there: not where the run has had `events_max` before, as one in which time stands still.
pub(super) fn run_on(
    engine: &mut Engine,
    until: SimTime,
    events_max: u64,
    events_budget: &mut u64,
) -> Option<bool> {
    let before = engine.events();
    let left = events_max.saturating_sub(before);
    let progress = engine.run_until(until, left.min(*events_budget));
    // A run in several places looks at its budget between two windows, and may have had more by then.
    *events_budget = events_budget.saturating_sub(engine.events() - before);
    match progress {
        Progress::Reached => Some(true),
        Progress::BudgetSpent => (engine.events() >= events_max).then_some(false),
    }
}
