//! The load from which a change of the design pays off.

use headroom_scenario::{Problem, ValidScenario};
use serde::{Deserialize, Serialize};

use crate::lab::capacity::Probe;
use crate::lab::{Capacity, CapacitySearch, Verdict, Window, facing};

/// From which load on a change pays off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Payoff {
    /// Lowest load, in requests a second, at which the design before the change breaks its
    /// objectives and the one after it holds them; none if there is no such load.
    pub rate_rps: Option<f64>,
    /// What the design before the change can take under the conditions of the one after it.
    pub before: Capacity,
}

/// A search for the [`Payoff`] of a change under way.
///
/// Both designs face the traffic, script, seed and objectives of the one after the change. Just
/// past the capacity of the design before, the other one either holds or the change does not pay.
pub struct PayoffSearch {
    after: ValidScenario,
    window: Window,
    /// Looks for the load at which the design before the change breaks.
    search: CapacitySearch,
    /// Looks whether the design after it holds that load.
    trial: Option<Trial>,
}

struct Trial {
    before: Capacity,
    rate_rps: f64,
    probe: Probe,
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
        let search = CapacitySearch::new(&facing(before, after)?, window);
        Ok(Self {
            after: after.clone(),
            window,
            search,
            trial: None,
        })
    }

    /// Searches on for about so many events; the pay-off when it is known.
    pub fn advance(&mut self, events_budget: u64) -> Option<Payoff> {
        if let Some(Trial {
            before,
            rate_rps,
            probe,
        }) = &mut self.trial
        {
            let report = probe.advance(events_budget)?;
            let holds = Verdict::of(&report, &self.after.objectives).holds();
            return Some(Payoff {
                rate_rps: holds.then_some(*rate_rps),
                before: before.clone(),
            });
        }
        let before = self.search.advance(events_budget)?;
        let Some(rate_rps) = before.breaks.as_ref().map(|breaks| breaks.rate_rps) else {
            return Some(Payoff {
                rate_rps: None,
                before,
            });
        };
        let probe = Probe::new(&self.after, rate_rps, self.window);
        self.trial = Some(Trial {
            before,
            rate_rps,
            probe,
        });
        None
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
        let rate_rps = payoff.rate_rps.expect("it pays off");
        assert_eq!(
            payoff.before.breaks.map(|breaks| breaks.rate_rps),
            Some(rate_rps)
        );
        // M/M/1 breaks at mu - ln(100) / 0.2 s = 77 a second.
        assert!((70.0..84.0).contains(&rate_rps), "{rate_rps}");
    }

    #[test]
    fn a_change_for_the_worse_never_pays_off() {
        assert_eq!(pay_off(&servers(2), &servers(1)).rate_rps, None);
        assert_eq!(pay_off(&servers(1), &servers(1)).rate_rps, None);
    }
}
