//! The load from which a change of the design pays off.

use headroom_scenario::{Problem, ValidScenario};
use serde::{Deserialize, Serialize};

use crate::lab::load::Load;
use crate::lab::top::with_top_in;
use crate::lab::trial::{Found, Opening, Trial};
use crate::lab::{Capacity, CapacitySearch, Window, facing};

/// The design after the change must hold so many times the load that breaks the one before: two equal
/// designs differ by chance, and a search ends within 2 %.
const MARGIN: f64 = 1.05;

/// From which load on a change pays off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payoff {
    /// Lowest load at which the design before the change breaks its objectives and the one after it
    /// holds them; none if there is no such load.
    pub load: Option<Load>,
    /// What the design before the change can take under the conditions of the one after it.
    pub before: Capacity,
}

/// A search for the [`Payoff`] of a change under way.
///
/// Both designs face the traffic, script, seed and objectives of the one after the change, and have been
/// in service when that script begins. Just past the capacity of the design before, the other one either
/// holds or the change does not pay.
pub struct PayoffSearch {
    after: ValidScenario,
    window: Window,
    stage: Stage,
}

enum Stage {
    /// Looks for the load at which the design before the change breaks.
    Before(Box<CapacitySearch>),
    /// Puts the design after it into service.
    Opening(Box<Opening>, Known),
    /// Looks whether it holds that load.
    After(Box<Trial>, Known),
}

/// What is known of the design before, and the load at which it breaks.
#[derive(Clone)]
struct Known {
    before: Capacity,
    load: Load,
}

impl PayoffSearch {
    /// A search over two designs.
    ///
    /// # Errors
    /// The problems of a design before the change that can't face the conditions of the one after it.
    pub fn new(
        before: &ValidScenario,
        after: &ValidScenario,
        window: Window,
    ) -> Result<Self, Vec<Problem>> {
        let search = CapacitySearch::new(&facing(before, after)?.scenario, window);
        Ok(Self {
            after: with_top_in(after, window),
            window,
            stage: Stage::Before(Box::new(search)),
        })
    }

    /// The load that is being tried.
    pub fn load(&self) -> Load {
        match &self.stage {
            Stage::Before(search) => search.load(),
            Stage::Opening(_, known) | Stage::After(_, known) => known.load,
        }
    }

    /// Searches on for about so many events; the pay-off when it is known.
    pub fn advance(&mut self, events_budget: u64) -> Option<Payoff> {
        let mut events_left = events_budget;
        match &mut self.stage {
            Stage::Before(search) => {
                let before = search.advance(events_left)?;
                let Some(load) = before.breaks.as_ref().map(|breaks| breaks.load) else {
                    return Some(Payoff { load: None, before });
                };
                let opening = Opening::new(&self.after, load, self.window);
                self.stage = Stage::Opening(Box::new(opening), Known { before, load });
                None
            }
            Stage::Opening(opening, known) => {
                let in_service = opening.advance(&mut events_left)?;
                let known = known.clone();
                let more = known.load.with_amount(known.load.amount() * MARGIN);
                let trial = Trial::new(&self.after, more, self.window, &in_service);
                self.stage = Stage::After(Box::new(trial), known);
                None
            }
            Stage::After(trial, known) => {
                let found = trial.advance(&mut events_left)?;
                let holds = matches!(found, Found::Holds { .. });
                Some(Payoff {
                    load: holds.then_some(known.load),
                    before: known.before.clone(),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;

    fn servers(workers: u16) -> ValidScenario {
        let mut scenario = queue(workers, 10.0, 50.0);
        scenario.objectives.latency_p99_ms = 200.0;
        scenario.validate().expect("a valid scenario")
    }

    fn pay_off(before: &ValidScenario, after: &ValidScenario) -> Payoff {
        let window = Window::default();
        let mut search = PayoffSearch::new(before, after, window).expect("the same conditions");
        loop {
            if let Some(payoff) = search.advance(10_000) {
                return payoff;
            }
        }
    }

    #[test]
    fn a_second_server_pays_off_where_the_first_gives_way() {
        let payoff = pay_off(&servers(1), &servers(2));
        let load = payoff.load.expect("it pays off");
        assert_eq!(payoff.before.breaks.map(|breaks| breaks.load), Some(load));
        // M/M/1 breaks at mu - ln(100) / 0.2 s = 77 a second.
        assert!((70.0..84.0).contains(&load.amount()), "{load:?}");
    }

    #[test]
    fn a_change_for_the_worse_never_pays_off() {
        assert_eq!(pay_off(&servers(2), &servers(1)).load, None);
        assert_eq!(pay_off(&servers(1), &servers(1)).load, None);
    }
}
