//! The largest load at which a design holds its objectives.

use headroom_scenario::{Scenario, ValidScenario};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::figures::report::Report;
use crate::lab::bottleneck::{Bottleneck, bottleneck};
use crate::lab::filling::under;
use crate::lab::load::{Load, at_load};
use crate::lab::top::with_top_in;
use crate::lab::trial::{Found, Opening, RUNS, Run, Trial, loaded, seed_of};
use crate::lab::verdict::Breach;
use crate::lab::window::detection_s;
use crate::lab::{Headroom, Verdict, Window};
use crate::time::SimTime;

/// A search ends when the load that holds and the load that breaks are this close together.
const TOLERANCE: f64 = 1.02;
/// Each further load until both are known is this many times the one before, or its inverse.
const BRACKET_STEP: f64 = 2.0;

/// Time that a design has to come up from a cold start, in simulated seconds.
pub const COMING_UP_S: f64 = 120.0;

/// What a design can take, once it is in service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// Largest load at which all objectives hold, to 2 % or one user: at most the largest there is, less
    /// where a curve's peak would pass the limits, and 0 when not even the smallest holds.
    #[serde(flatten)]
    pub load: Load,
    /// Requests answered a second at that load.
    pub reached_rps: f64,
    /// Whether it also comes up under that load when all that it stores is empty: whether what piles up
    /// behind the cold start is gone after [`COMING_UP_S`] for some seed, or the design in service has broken by then
    /// too.
    pub holds_from_cold: bool,
    /// What gives way first; none where the design takes all there is.
    pub limited: Option<Bottleneck>,
    /// Smallest load at which one broke, and which; none where the design takes all there is.
    pub breaks: Option<Break>,
}

/// How a design breaks just past its capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// The load.
    #[serde(flatten)]
    pub load: Load,
    /// The objectives that broke.
    pub broken: Vec<Breach>,
    /// Seconds measured until that was certain: the figures are of these.
    pub measured_s: f64,
}

impl Capacity {
    /// What is left of it at a load.
    pub fn headroom(&self, now: Load) -> Headroom {
        Headroom::new(self.load, now, self.breaks.is_none())
    }
}

/// A search for a design's [`Capacity`] under way: puts it into service, doubles or halves the load until
/// one that holds and one that breaks are known, then halves the distance between them. Each load is tried
/// from the design as it goes on at the largest load that has held, so that what a cold start piles up is
/// no part of it.
///
/// It takes a design to hold every load below one that it holds. The script begins anew at every load: it
/// stays as it is, but for what it says about the load. Ask for the capacity of a
/// [`settled`](crate::lab::settled) scenario where that is not wanted.
pub struct CapacitySearch {
    scenario: ValidScenario,
    window: Window,
    held: Option<(Load, f64)>,
    broke: Option<(Break, Option<Bottleneck>)>,
    load_max: Load,
    in_service: Vec<Engine>,
    stage: Stage,
}

enum Stage {
    Opening(Box<Opening>, Load),
    Trying(Box<Trial>),
    /// Enough is known of the design in service: does it come up by itself, with the seed of that run?
    ComingUp(Box<Run>, usize),
    /// It does not: is that for the cold start?
    InService(Box<Run>),
}

impl CapacitySearch {
    /// A search that starts at the scenario's own load.
    pub fn new(scenario: &ValidScenario, window: Window) -> Self {
        let scenario = with_top_in(scenario, window);
        let own = Load::of(&scenario.traffic);
        let load_max = load_max(&scenario);
        let load = own.with_amount(own.amount().min(load_max.amount()));
        let opening = Opening::new(&scenario, load, window);
        Self {
            scenario,
            window,
            held: None,
            broke: None,
            load_max,
            in_service: Vec::new(),
            stage: Stage::Opening(Box::new(opening), load),
        }
    }

    /// Searches on for about so many events; the capacity when it is found.
    pub fn advance(&mut self, events_budget: u64) -> Option<Capacity> {
        let mut events_left = events_budget;
        loop {
            self.stage = match &mut self.stage {
                Stage::Opening(opening, load) => {
                    self.in_service = opening.advance(&mut events_left)?;
                    let load = *load;
                    self.trying(load)
                }
                Stage::Trying(trial) => {
                    let found = trial.advance(&mut events_left)?;
                    let load = trial.load();
                    self.learn(load, found);
                    match (self.next_load(), self.held) {
                        (Some(load), _) => self.trying(load),
                        (None, Some(_)) => self.coming_up(0),
                        (None, None) => return Some(self.capacity(false)),
                    }
                }
                Stage::ComingUp(run, number) => {
                    let report = run.advance(&mut events_left)?;
                    // What has had less time may still come up.
                    let (may_come_up, next) = (run.is_hurried(), *number + 1);
                    if may_come_up || self.holds(&report) {
                        return Some(self.capacity(true));
                    }
                    match self.in_service.first() {
                        Some(warm) if next == RUNS => {
                            let run = self.long_after(warm.clone());
                            Stage::InService(Box::new(run))
                        }
                        _ => self.coming_up(next),
                    }
                }
                Stage::InService(run) => {
                    let report = run.advance(&mut events_left)?;
                    let holds = self.holds(&report);
                    return Some(self.capacity(!holds));
                }
            };
        }
    }

    fn trying(&self, load: Load) -> Stage {
        let trial = Trial::new(&self.scenario, load, self.window, &self.in_service);
        Stage::Trying(Box::new(trial))
    }

    /// A cold start under the load that is held.
    fn coming_up(&self, number: usize) -> Stage {
        let (load, _) = self.most();
        let scenario = loaded(&self.scenario, load);
        let cold = Engine::held_back(&under(&scenario, seed_of(&scenario, number), load));
        Stage::ComingUp(Box::new(self.long_after(cold)), number)
    }

    /// A run under the load that is held, with the script and the curve from now on, that is measured when it must
    /// have come up.
    fn long_after(&self, mut engine: Engine) -> Run {
        engine.sample_every(0);
        let (load, rate_rps) = self.most();
        let scenario = loaded(&self.scenario, load);
        let wait_s = COMING_UP_S
            .max(self.window.warmup_s)
            .max(detection_s(&scenario));
        Run::at_once(&scenario, self.window, rate_rps, engine, wait_s)
    }

    /// The largest load that has held, and the requests answered a second there.
    fn most(&self) -> (Load, f64) {
        self.held.unwrap_or((self.load_max.none(), 0.0))
    }

    fn holds(&self, report: &Report) -> bool {
        Verdict::of(report, &self.scenario.objectives).holds()
    }

    /// The load that is being tried.
    pub fn load(&self) -> Load {
        match &self.stage {
            Stage::Opening(_, load) => *load,
            Stage::Trying(trial) => trial.load(),
            Stage::ComingUp(..) | Stage::InService(_) => self.most().0,
        }
    }

    fn learn(&mut self, load: Load, found: Found) {
        match found {
            Found::Holds {
                reached_rps,
                in_service,
            } => {
                self.held = Some((load, reached_rps));
                self.in_service = in_service;
            }
            Found::Breaks(report, verdict) => {
                let played_s = self.window.warmup_s + report.simulated_s;
                let played = as_far_as_played(&self.scenario, played_s);
                let limited = bottleneck(&played, &report, load == load.least());
                let broken = verdict.broken;
                let measured_s = report.simulated_s;
                let broke = Break {
                    load,
                    broken,
                    measured_s,
                };
                self.broke = Some((broke, limited));
            }
        }
    }

    /// The next load to try; none when enough is known.
    fn next_load(&self) -> Option<Load> {
        let held = self.held.map(|(load, _)| load);
        let broke = self.broke.as_ref().map(|(broke, _)| broke.load);
        let load = held.or(broke)?;
        let (amount, most) = (load.amount(), self.load_max.amount());
        let next = match (held, broke) {
            (Some(_), Some(broke)) if broke.amount() <= amount * TOLERANCE => return None,
            (Some(_), Some(broke)) => (amount * broke.amount()).sqrt(),
            (Some(_), None) => (amount * BRACKET_STEP).min(most),
            (None, _) => amount / BRACKET_STEP,
        };
        // Between two neighbouring numbers of users there is none.
        Some(load.with_amount(next)).filter(|next| Some(*next) != held && Some(*next) != broke)
    }

    fn capacity(&self, holds_from_cold: bool) -> Capacity {
        let (breaks, limited) = self.broke.clone().unzip();
        let (load, reached_rps) = self.most();
        Capacity {
            load,
            reached_rps,
            holds_from_cold,
            limited: limited.flatten(),
            breaks,
        }
    }
}

/// The scenario without what the script has in store for later.
fn as_far_as_played(scenario: &Scenario, played_s: f64) -> Scenario {
    let mut played = scenario.clone();
    let end_ns = SimTime::from_s(played_s).0;
    played.script.retain(|timed| timed.at_ns <= end_ns);
    played
}

/// The largest load a search tries: where a curve makes the peak of the slider's top more than a
/// document may ask for, half of that, and so on.
fn load_max(scenario: &ValidScenario) -> Load {
    let own = Load::of(&scenario.traffic);
    let fits = |load: &Load| at_load(scenario, *load).is_some();
    let halves = std::iter::successors(Some(own.most()), |load| {
        let half = load.with_amount(load.amount() / 2.0);
        (half != *load).then_some(half)
    });
    let fitting = halves.into_iter().find(fits).unwrap_or(own.least());
    if fits(&own) && own.amount() > fitting.amount() {
        own
    } else {
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;
    use headroom_scenario::{Action, Curve, RATE_MAX_RPS, RATE_MIN_RPS, TimedAction, Traffic};

    /// As many requests in each probe as a search allows: the least noise.
    const LONG: Window = Window {
        warmup_s: 60.0,
        duration_s: 100_000.0,
    };

    fn mm1(rate_rps: f64, latency_p99_ms: f64) -> ValidScenario {
        let mut scenario = queue(1, 10.0, rate_rps);
        scenario.objectives.latency_p99_ms = latency_p99_ms;
        scenario.validate().expect("a valid scenario")
    }

    fn search(scenario: &ValidScenario, window: Window, events_budget: u64) -> Capacity {
        let mut search = CapacitySearch::new(scenario, window);
        loop {
            if let Some(capacity) = search.advance(events_budget) {
                return capacity;
            }
        }
    }

    #[test]
    fn the_capacity_of_mm1_is_the_load_at_which_theory_breaks_its_objective() {
        // Time in system is exponential with rate mu - lambda, so p99 = ln(100) / (mu - lambda).
        let lambda = |p99_s: f64| 100.0 - libm::log(100.0) / p99_s;
        for (p99_ms, start_rps) in [(200.0, 10.0), (100.0, 500.0)] {
            let capacity = search(&mm1(start_rps, p99_ms), LONG, u64::MAX);
            let expected = lambda(p99_ms / 1_000.0);
            let found = capacity.load.amount();
            let error = found / expected - 1.0;
            assert!(error.abs() < 0.04, "{found} instead of {expected}");
            assert_eq!(capacity.limited, Some(Bottleneck::Component("web".into())));
            let breaks = capacity.breaks.expect("an M/M/1 breaks");
            assert!(breaks.load.amount() > found);
            assert!(breaks.load.amount() <= found * TOLERANCE);
        }
    }

    #[test]
    fn slices_do_not_change_what_is_found() {
        let scenario = mm1(40.0, 150.0);
        let at_once = search(&scenario, Window::default(), u64::MAX);
        assert_eq!(search(&scenario, Window::default(), 1_009), at_once);
    }

    #[test]
    fn what_no_load_holds_has_no_capacity() {
        let capacity = search(&mm1(40.0, 1.0), Window::default(), u64::MAX);
        assert_eq!(capacity.load, Load::RateRps(0.0));
        assert_eq!(
            capacity.breaks.map(|breaks| breaks.load),
            Some(Load::RateRps(RATE_MIN_RPS))
        );
    }

    #[test]
    fn what_holds_the_largest_load_has_no_limit() {
        let mut scenario = queue(1_024, 0.001, 500_000.0);
        scenario.objectives.latency_p99_ms = 1.0;
        let scenario = scenario.validate().expect("a valid scenario");
        let capacity = search(
            &scenario,
            Window {
                warmup_s: 0.0,
                duration_s: 1.0,
            },
            u64::MAX,
        );
        assert_eq!(capacity.load, Load::RateRps(RATE_MAX_RPS));
        assert_eq!((capacity.limited, capacity.breaks), (None, None));
    }

    #[test]
    fn a_curve_that_peaks_high_is_searched_only_as_far_as_a_document_may_ask() {
        let mut scenario = queue(1, 10.0, 10.0);
        let spike = Curve::Spike {
            factor: 100.0,
            start_s: 1.0,
            length_s: 1.0,
        };
        scenario.traffic.curve = spike.clone();
        let calm = scenario.clone().validate().expect("a valid scenario");
        let rate_max_rps = load_max(&calm).amount();
        assert!(
            (20_000.0..=40_000.0).contains(&rate_max_rps),
            "{rate_max_rps}"
        );

        scenario.traffic = Traffic {
            rate_rps: RATE_MAX_RPS,
            ..Traffic::default()
        };
        let traffic = Traffic {
            curve: spike,
            rate_rps: 1.0,
            ..Traffic::default()
        };
        let action = Action::SetTraffic { traffic };
        scenario.script = vec![TimedAction {
            at_ns: 2_000_000_000,
            action,
        }];
        let busy = scenario.validate().expect("a valid scenario");
        let window = Window {
            warmup_s: 0.5,
            duration_s: 0.5,
        };
        let found = search(&busy, window, u64::MAX).load.amount();
        assert!(
            found < busy.traffic.rate_rps,
            "{found}, found without a panic"
        );
    }
}
