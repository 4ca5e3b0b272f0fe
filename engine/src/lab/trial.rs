//! Whether a design in service holds a load.

use headroom_scenario::ValidScenario;

use crate::Engine;
use crate::figures::report::Report;
use crate::lab::filling::{Filling, run_on};
use crate::lab::load::{Load, at_load};
use crate::lab::{Stretch, Verdict, Window};
use crate::time::SimTime;

/// Runs of each load, every one with a seed of its own: all must hold it.
pub(super) const RUNS: usize = 3;
/// After a change of the load, nothing is measured until so many requests have come.
const SETTLING_REQUESTS: f64 = 20_000.0;
/// Nor for less than this, in seconds.
const SETTLING_MIN_S: f64 = 0.25;
/// But for no longer than this, in seconds.
const SETTLING_MAX_S: f64 = 30.0;
/// Time between two looks at how many have come, in seconds.
const LOOK_S: f64 = 0.25;
/// Moments of the measured stretch at which a run may be cut short, once nothing can save it any more.
const MARKS: u32 = 16;
/// A run is measured after so many events, if not sooner, and stops after so many more: it is judged by what it has
/// seen.
const EVENTS_MAX: u64 = 30_000_000;

/// One that is given time to come up is measured after so many events, if not sooner.
const COMING_UP_EVENTS_MAX: u64 = 60_000_000;

/// The scenario at a load, or as it is where a document may not ask for that.
pub(super) fn loaded(scenario: &ValidScenario, load: Load) -> ValidScenario {
    at_load(scenario, load).unwrap_or_else(|| scenario.clone())
}

impl Stretch {
    /// The number of the last event that a run may have before something comes of it.
    fn events_max(self, engine: &Engine) -> u64 {
        match self {
            Self::AsAsked(_) | Self::Fitted(_) => u64::MAX,
            Self::UntilKnown(_) => engine.events() + EVENTS_MAX,
        }
    }
}

/// The seed of a run of several.
pub(super) fn seed_of(scenario: &ValidScenario, run: usize) -> u64 {
    let seeds = headroom_scenario::INTEGER_MAX + 1;
    (scenario.seed % seeds + run as u64) % seeds
}

/// One run of a design in service at a load: what the load has changed settles, then the script and the
/// curve begin, and the window is measured.
pub(super) struct Run {
    scenario: ValidScenario,
    stretch: Stretch,
    engine: Engine,
    phase: Phase,
    events_max: u64,
    /// The run as it was before its script, to go on from at another load.
    in_service: Option<Engine>,
    /// It had so many events before it was measured that it is measured sooner than it was to be.
    is_hurried: bool,
}

enum Phase {
    Settling {
        from_s: f64,
        arrived_before: u64,
        look_at: SimTime,
    },
    Warming {
        until: SimTime,
        duration_s: f64,
    },
    Measuring {
        from_s: f64,
        duration_s: f64,
        marks_passed: u32,
    },
}

impl Run {
    /// A run in service goes on as a scenario says, under its load.
    pub(super) fn new(scenario: &ValidScenario, stretch: Stretch, mut engine: Engine) -> Self {
        let load = Load::of(&scenario.traffic);
        let action = load.action(&engine.scenario().traffic);
        // What is refused is a load that no document may ask for: the run goes on as it is.
        let _ = engine.apply(&action);
        Self {
            scenario: scenario.clone(),
            stretch,
            phase: Phase::Settling {
                from_s: engine.now().as_s(),
                arrived_before: engine.arrived(),
                look_at: engine.now().after_s(LOOK_S),
            },
            events_max: stretch.events_max(&engine),
            engine,
            in_service: None,
            is_hurried: false,
        }
    }

    /// The same with the script and the curve at once, and measured so much later.
    pub(super) fn at_once(
        scenario: &ValidScenario,
        window: Window,
        rate_rps: f64,
        engine: Engine,
        wait_s: f64,
    ) -> Self {
        let stretch = Stretch::UntilKnown(window);
        let mut run = Self::new(scenario, stretch, engine);
        run.engine.let_go(&run.scenario);
        run.events_max = run.engine.events() + COMING_UP_EVENTS_MAX;
        run.phase = Phase::Warming {
            until: run.engine.now().after_s(wait_s),
            duration_s: stretch.at(scenario, rate_rps).duration_s,
        };
        run
    }

    /// Runs on for at most so many events, which are taken from the budget; the report by which the
    /// load is judged.
    pub(super) fn advance(&mut self, events_budget: &mut u64) -> Option<Report> {
        loop {
            let until = match self.phase {
                Phase::Settling { look_at, .. } => look_at,
                Phase::Warming { until, .. } => until,
                Phase::Measuring {
                    from_s,
                    duration_s,
                    marks_passed,
                } => SimTime::from_s(from_s + duration_s * passed_share(marks_passed + 1)),
            };
            let is_reached = run_on(&mut self.engine, until, self.events_max, events_budget)?;
            if let Some(report) = self.go_on(!is_reached) {
                return Some(report);
            }
        }
    }

    /// Whether it was measured sooner than it was to be, as it had so many events before.
    pub(super) fn is_hurried(&self) -> bool {
        self.is_hurried
    }

    /// The share of the stretch that has been measured.
    pub(super) fn measured_share(&self) -> f64 {
        match self.phase {
            Phase::Settling { .. } | Phase::Warming { .. } => 0.0,
            Phase::Measuring {
                from_s, duration_s, ..
            } => ((self.engine.now().as_s() - from_s) / duration_s).clamp(0.0, 1.0),
        }
    }

    /// What comes next, at a moment that was waited for; the report when nothing does.
    fn go_on(&mut self, is_cut_short: bool) -> Option<Report> {
        match self.phase {
            Phase::Settling {
                from_s,
                arrived_before,
                ref mut look_at,
            } => {
                *look_at = look_at.after_s(LOOK_S);
                let passed_s = self.engine.now().as_s() - from_s;
                let arrived = (self.engine.arrived() - arrived_before) as f64;
                let is_settled = (passed_s >= SETTLING_MIN_S && arrived >= SETTLING_REQUESTS)
                    || passed_s >= SETTLING_MAX_S;
                if is_settled || is_cut_short {
                    self.begin_window(arrived / passed_s.max(f64::MIN_POSITIVE));
                }
                None
            }
            Phase::Warming { duration_s, .. } => {
                self.engine.begin_measurement();
                self.is_hurried = is_cut_short;
                self.events_max = self.stretch.events_max(&self.engine);
                self.phase = Phase::Measuring {
                    from_s: self.engine.now().as_s(),
                    duration_s,
                    marks_passed: 0,
                };
                None
            }
            Phase::Measuring {
                ref mut marks_passed,
                ..
            } => {
                *marks_passed += 1;
                let passed = passed_share(*marks_passed);
                let report = self.engine.report();
                let is_known = match self.stretch {
                    Stretch::AsAsked(_) | Stretch::Fitted(_) => false,
                    Stretch::UntilKnown(_) => {
                        Verdict::is_sealed(&report, &self.scenario.objectives, passed)
                    }
                };
                let is_over = passed >= 1.0 || is_cut_short || is_known;
                is_over.then_some(report)
            }
        }
    }

    fn begin_window(&mut self, arrived_rps: f64) {
        let Window {
            warmup_s,
            duration_s,
        } = self.stretch.at(&self.scenario, arrived_rps);
        self.in_service = Some(self.engine.clone());
        self.engine.let_go(&self.scenario);
        self.phase = Phase::Warming {
            until: self.engine.now().after_s(warmup_s),
            duration_s,
        };
    }
}

fn passed_share(marks: u32) -> f64 {
    f64::from(marks) / f64::from(MARKS)
}

/// Several runs at a load, one after the other, until one breaks or all have held.
pub(super) struct Trial {
    load: Load,
    run: Run,
    /// Runs in service from which those to come go on, the next one last.
    to_come: Vec<Engine>,
    /// Those that have held, as they were before their scripts.
    held: Vec<Engine>,
    reached_rps: f64,
}

/// What a trial found.
pub(super) enum Found {
    /// Every run held its objectives.
    Holds {
        /// Requests answered a second.
        reached_rps: f64,
        /// The runs in service at this load.
        in_service: Vec<Engine>,
    },
    /// One did not.
    Breaks(Box<Report>, Verdict),
}

impl Trial {
    /// A trial that goes on from runs in service.
    pub(super) fn new(
        scenario: &ValidScenario,
        load: Load,
        window: Window,
        in_service: &[Engine],
    ) -> Self {
        let mut to_come: Vec<Engine> = in_service.iter().rev().cloned().collect();
        let first = to_come.pop().expect("a trial has runs");
        Self {
            load,
            run: Run::new(&loaded(scenario, load), Stretch::UntilKnown(window), first),
            to_come,
            held: Vec::new(),
            reached_rps: 0.0,
        }
    }

    /// The load that is tried.
    pub(super) fn load(&self) -> Load {
        self.load
    }

    /// Runs on for at most so many events, which are taken from the budget; the verdict.
    pub(super) fn advance(&mut self, events_budget: &mut u64) -> Option<Found> {
        loop {
            let report = self.run.advance(events_budget)?;
            let verdict = Verdict::of(&report, &self.run.scenario.objectives);
            if !verdict.holds() {
                return Some(Found::Breaks(Box::new(report), verdict));
            }
            self.reached_rps += report.completed_rps() / RUNS as f64;
            self.held.extend(self.run.in_service.take());
            let Some(next) = self.to_come.pop() else {
                return Some(Found::Holds {
                    reached_rps: self.reached_rps,
                    in_service: std::mem::take(&mut self.held),
                });
            };
            self.run = Run::new(&self.run.scenario, self.run.stretch, next);
        }
    }
}

/// The runs of a design being put into service, one after the other.
pub(super) struct Opening {
    scenario: ValidScenario,
    load: Load,
    warmup_s: f64,
    filling: Filling,
    in_service: Vec<Engine>,
}

impl Opening {
    /// For trials at loads about this one.
    pub(super) fn new(scenario: &ValidScenario, load: Load, window: Window) -> Self {
        // Filled by requests, whoever hardly ever asks fills it as well, and sooner.
        let load = match load {
            Load::RateRps(rate_rps) => Load::RateRps(rate_rps.max(FILLING_MIN_RPS)),
            Load::Users(_) => load,
        };
        let (scenario, warmup_s) = (loaded(scenario, load), window.warmup_s);
        Self {
            load,
            warmup_s,
            filling: Filling::new(&scenario, seed_of(&scenario, 0), load, warmup_s),
            scenario,
            in_service: Vec::new(),
        }
    }

    /// Runs on for at most so many events, which are taken from the budget; the runs in service.
    pub(super) fn advance(&mut self, events_budget: &mut u64) -> Option<Vec<Engine>> {
        loop {
            let full = self.filling.advance(events_budget)?;
            self.in_service.push(full);
            let run = self.in_service.len();
            if run == RUNS {
                return Some(std::mem::take(&mut self.in_service));
            }
            let seed = seed_of(&self.scenario, run);
            self.filling = Filling::new(&self.scenario, seed, self.load, self.warmup_s);
        }
    }
}

/// No design is filled for fewer requests a second than this.
const FILLING_MIN_RPS: f64 = 400.0;
