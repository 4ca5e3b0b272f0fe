//! One run, measured after its warm-up.

use headroom_scenario::ValidScenario;

use crate::figures::report::Report;
use crate::lab::Window;
use crate::time::SimTime;
use crate::{Crew, Engine, InTurn, Progress};

/// Runs a scenario and measures it in one go.
pub fn measure(scenario: &ValidScenario, window: Window) -> Report {
    let mut measurement = Measurement::new(scenario, window);
    loop {
        if let Some(report) = measurement.advance(u64::MAX) {
            return report;
        }
    }
}

/// A run under way that ends in a report.
pub struct Measurement {
    engine: Engine,
    warm_at: SimTime,
    end_at: SimTime,
    is_warm: bool,
}

impl Measurement {
    /// A run of the scenario from its start.
    pub fn new(scenario: &ValidScenario, window: Window) -> Self {
        let mut engine = Engine::new(scenario);
        // Nobody watches: figures come from every request, traces from none.
        engine.sample_every(0);
        Self {
            engine,
            warm_at: SimTime::from_s(window.warmup_s),
            end_at: SimTime::from_s(window.warmup_s + window.duration_s),
            is_warm: false,
        }
    }

    /// Runs on for at most so many events; the report when the window has passed.
    pub fn advance(&mut self, events_budget: u64) -> Option<Report> {
        self.advance_to(&mut InTurn, self.end_at, events_budget)
            .then(|| self.engine.report())
    }

    /// The same by a crew, and for no longer than a stretch of simulated time, in seconds.
    pub fn advance_by(
        &mut self,
        crew: &mut impl Crew,
        stretch_s: f64,
        events_budget: u64,
    ) -> Option<Report> {
        let stretch_end = self.engine.now().0 + SimTime::from_s(stretch_s).0;
        let until = SimTime(stretch_end).min(self.end_at);
        let is_over = self.advance_to(crew, until, events_budget) && until == self.end_at;
        is_over.then(|| self.engine.report())
    }

    /// The run itself.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Share of the simulated time that has passed, warm-up included.
    pub fn progress(&self) -> f64 {
        match self.end_at {
            SimTime::ZERO => 1.0,
            end_at => self.engine.now().as_s() / end_at.as_s(),
        }
    }

    /// Runs on to a moment of the window; whether it got there within the budget.
    fn advance_to(&mut self, crew: &mut impl Crew, until: SimTime, events_budget: u64) -> bool {
        let stop_after = self.engine.events().saturating_add(events_budget);
        if !self.is_warm {
            if until < self.warm_at {
                let progress = self.engine.run_until_by(crew, until, events_budget);
                return progress == Progress::Reached;
            }
            // What happens at the end of the warm-up is measured.
            let warming = self.engine.run_before_by(crew, self.warm_at, events_budget);
            if warming == Progress::BudgetSpent {
                return false;
            }
            self.engine.begin_measurement();
            self.is_warm = true;
        }
        let events_left = stop_after.saturating_sub(self.engine.events());
        self.engine.run_until_by(crew, until, events_left) == Progress::Reached
    }
}
