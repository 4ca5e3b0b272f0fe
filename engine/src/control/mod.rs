//! What users and controllers do to a running design.

pub(crate) mod deploy;
pub(crate) mod edit;
pub(crate) mod intervention;
pub(crate) mod leaving;
pub(crate) mod scaling;

use std::sync::Arc;

use headroom_scenario::{Scenario, TimedAction};

use crate::calendar::{EventKind, What};
use crate::run::Run;
use deploy::Deploy;
use leaving::Leaving;
use scaling::Scaling;

/// What is being done to a run, and what is still to be done by its script.
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    /// What the run began with, without its script.
    start: Arc<Scenario>,
    /// In order of time; what is done has a place before `script_next`.
    script: Vec<TimedAction>,
    script_next: usize,
    deploys: Vec<Deploy>,
    scalings: Vec<Scaling>,
    leaving: Vec<Leaving>,
}

impl Control {
    /// Nothing done yet of the script of a run that begins with a scenario.
    pub fn of(start: Scenario, script: Vec<TimedAction>) -> Self {
        Self {
            start: Arc::new(start),
            script,
            ..Self::default()
        }
    }

    /// What the script does next, and when.
    #[inline]
    pub fn next_timed(&self) -> Option<&TimedAction> {
        self.script.get(self.script_next)
    }

    /// Forgets of the script all that it does later than at a moment.
    pub fn forget_after(&mut self, at_ns: u64) {
        self.script.retain(|timed| timed.at_ns <= at_ns);
    }

    /// More to do, all of it later than what there is.
    pub fn add(&mut self, later: impl Iterator<Item = TimedAction>) {
        self.script.extend(later);
    }
}

impl Run {
    /// A controller looks again after a wait how a component stands, or one of its instances.
    fn look_again(&mut self, kind: EventKind, component: u8, instance: u16, wait_ns: u64) {
        if !self.world.border.is_here(component) {
            return;
        }
        let what = What {
            request: 0,
            instance,
            place: component,
            kind,
        };
        let lane = self.world.calendar.lane(wait_ns);
        self.world.calendar.push_after(lane, what);
    }
}
