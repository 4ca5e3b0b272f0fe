//! The largest load at which a design holds its objectives.

use headroom_scenario::{Objectives, RATE_MAX_RPS, RATE_MIN_RPS, ValidScenario};
use serde::{Deserialize, Serialize};

use crate::lab::bottleneck::bottleneck;
use crate::lab::verdict::Breach;
use crate::lab::{Measurement, Verdict, Window, at_rate};
use crate::report::Report;

/// A search ends when the load that holds and the load that breaks are this close together.
const TOLERANCE: f64 = 1.02;
/// Each further load until both are known is this many times the one before, or its inverse.
const BRACKET_STEP: f64 = 2.0;
/// A probe stops after so many events and is judged by what it has seen.
const PROBE_EVENTS_MAX: u64 = 30_000_000;
/// Moments of a probe at which it may be cut short: where it stops must not depend on budgets.
const PROBE_MARKS: u32 = 16;

/// What a design can take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// Largest load at which all objectives hold, in requests a second, to 2 %: at most
    /// [`RATE_MAX_RPS`], less where a curve's peak would pass the limits, and 0 when not even [`RATE_MIN_RPS`] holds.
    pub rate_rps: f64,
    /// Id of the component that gives way first; none where the design takes all there is.
    pub limited: Option<String>,
    /// Smallest load at which one broke, and which; none where the design takes all there is.
    pub breaks: Option<Break>,
}

/// How a design breaks just past its capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// The load, in requests a second.
    pub rate_rps: f64,
    /// The objectives that broke.
    pub broken: Vec<Breach>,
}

impl Capacity {
    /// The load the design can still take, as a share of what it takes now.
    pub fn headroom(&self, rate_now_rps: f64) -> f64 {
        self.rate_rps / rate_now_rps - 1.0
    }
}

/// A search for a design's [`Capacity`] under way: doubles or halves the load until one that holds
/// and one that breaks are known, then halves the distance between them.
///
/// It takes a design to hold every load below one that it holds. The script stays as it is, but for
/// what it says about the rate: ask for the capacity of a [`settled`](crate::lab::settled) scenario
/// where that is not wanted.
pub struct CapacitySearch {
    scenario: ValidScenario,
    window: Window,
    held_rps: Option<f64>,
    broke: Option<(Break, Option<String>)>,
    rate_rps: f64,
    rate_max_rps: f64,
    probe: Probe,
}

impl CapacitySearch {
    /// A search that starts at the scenario's own load.
    pub fn new(scenario: &ValidScenario, window: Window) -> Self {
        let rate_max_rps = rate_max_rps(scenario);
        let rate_rps = scenario.traffic.rate_rps.min(rate_max_rps);
        Self {
            scenario: scenario.clone(),
            window,
            held_rps: None,
            broke: None,
            rate_rps,
            rate_max_rps,
            probe: Probe::new(scenario, rate_rps, window),
        }
    }

    /// Searches on for about so many events; the capacity when it is found.
    pub fn advance(&mut self, events_budget: u64) -> Option<Capacity> {
        let mut events_left = events_budget;
        loop {
            let events_before = self.probe.events();
            let report = self.probe.advance(events_left)?;
            events_left = events_left.saturating_sub(self.probe.events() - events_before);

            let verdict = Verdict::of(&report, &self.scenario.objectives);
            if verdict.holds() {
                self.held_rps = Some(self.rate_rps);
            } else {
                let limited = bottleneck(&self.scenario.design, &report);
                let broke = Break {
                    rate_rps: self.rate_rps,
                    broken: verdict.broken,
                };
                self.broke = Some((broke, limited));
            }
            match self.next_rate_rps() {
                Some(rate_rps) => {
                    self.rate_rps = rate_rps;
                    self.probe = Probe::new(&self.scenario, rate_rps, self.window);
                }
                None => return Some(self.capacity()),
            }
        }
    }

    /// The load that is being tried, in requests a second.
    pub fn rate_rps(&self) -> f64 {
        self.rate_rps
    }

    /// The next load to try; none when enough is known.
    fn next_rate_rps(&self) -> Option<f64> {
        match (
            self.held_rps,
            self.broke.as_ref().map(|(broke, _)| broke.rate_rps),
        ) {
            (Some(held), Some(broke)) => (broke > held * TOLERANCE).then(|| (held * broke).sqrt()),
            (Some(held), None) => {
                (held < self.rate_max_rps).then(|| (held * BRACKET_STEP).min(self.rate_max_rps))
            }
            (None, Some(broke)) => {
                (broke > RATE_MIN_RPS).then(|| (broke / BRACKET_STEP).max(RATE_MIN_RPS))
            }
            (None, None) => Some(self.rate_rps),
        }
    }

    fn capacity(&self) -> Capacity {
        let (breaks, limited) = self.broke.clone().unzip();
        Capacity {
            rate_rps: self.held_rps.unwrap_or(0.0),
            limited: limited.flatten(),
            breaks,
        }
    }
}

/// The largest load a search tries: where a curve makes the peak of the slider's top more than a
/// document may ask for, half of that, and so on.
fn rate_max_rps(scenario: &ValidScenario) -> f64 {
    let fits = |rate_rps: &f64| at_rate(scenario, *rate_rps).is_some();
    let halves = std::iter::successors(Some(RATE_MAX_RPS), |rate_rps| Some(rate_rps / 2.0));
    let mut within_bounds = halves.take_while(|rate_rps| *rate_rps > RATE_MIN_RPS);
    let fitting = within_bounds.find(fits).unwrap_or(RATE_MIN_RPS);
    Some(scenario.traffic.rate_rps)
        .filter(fits)
        .map_or(fitting, |rate_rps| rate_rps.max(fitting))
}

/// One run of a search at one load: it ends early when its verdict is sealed.
pub(super) struct Probe {
    measurement: Measurement,
    objectives: Objectives,
    marks_passed: u32,
}

impl Probe {
    pub(super) fn new(scenario: &ValidScenario, rate_rps: f64, window: Window) -> Self {
        let loaded = at_rate(scenario, rate_rps).expect("a search stays within the limits");
        Self {
            measurement: Measurement::new(&loaded, window.fitted(&loaded)),
            objectives: scenario.objectives.clone(),
            marks_passed: 0,
        }
    }

    /// Events handled so far.
    pub(super) fn events(&self) -> u64 {
        self.measurement.engine().events()
    }

    /// Runs on for at most so many events; the report by which the load is judged.
    pub(super) fn advance(&mut self, events_budget: u64) -> Option<Report> {
        let stop_after = self.events().saturating_add(events_budget);
        loop {
            let passed = f64::from(self.marks_passed + 1) / f64::from(PROBE_MARKS);
            let mark = self.measurement.moment(passed);
            if !self
                .measurement
                .advance_to(mark, stop_after.saturating_sub(self.events()))
            {
                return None;
            }
            self.marks_passed += 1;
            let report = self.measurement.report();
            if self.marks_passed == PROBE_MARKS
                || self.events() >= PROBE_EVENTS_MAX
                || Verdict::is_sealed(&report, &self.objectives, passed)
            {
                return Some(report);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;
    use headroom_scenario::{Action, Curve, TimedAction, Traffic};

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
            let error = capacity.rate_rps / expected - 1.0;
            assert!(
                error.abs() < 0.04,
                "{} instead of {expected}",
                capacity.rate_rps
            );
            assert_eq!(capacity.limited.as_deref(), Some("web"));
            let breaks = capacity.breaks.expect("an M/M/1 breaks");
            assert!(breaks.rate_rps > capacity.rate_rps);
            assert!(breaks.rate_rps <= capacity.rate_rps * TOLERANCE);
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
        assert_eq!(capacity.rate_rps, 0.0);
        assert_eq!(
            capacity.breaks.map(|breaks| breaks.rate_rps),
            Some(RATE_MIN_RPS)
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
        assert_eq!(
            capacity,
            Capacity {
                rate_rps: RATE_MAX_RPS,
                limited: None,
                breaks: None
            }
        );
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
        let rate_max_rps = rate_max_rps(&calm);
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
        let found = search(&busy, window, u64::MAX).rate_rps;
        assert!(
            found < busy.traffic.rate_rps,
            "{found}, found without a panic"
        );
    }

    #[test]
    fn headroom_is_what_is_left_as_a_share_of_what_it_takes_now() {
        let capacity = Capacity {
            rate_rps: 138.0,
            ..Capacity::default()
        };
        assert!((capacity.headroom(100.0) - 0.38).abs() < 1e-12);
    }
}
