//! Two designs under the same conditions, side by side.

use headroom_scenario::{Problem, ValidScenario};

use crate::lab::{Measurement, Window, facing};
use crate::report::Report;

/// Two runs under way, one after the other: the same load, seed, script and window.
pub struct Comparison {
    before: Measurement,
    after: Measurement,
    before_report: Option<Report>,
}

impl Comparison {
    /// Two runs under the conditions of the second.
    ///
    /// # Errors
    /// The problems of a first design that can't face the conditions of the second.
    pub fn new(
        before: &ValidScenario,
        after: &ValidScenario,
        window: Window,
    ) -> Result<Self, Vec<Problem>> {
        Ok(Self {
            before: Measurement::new(&facing(before, after)?, window),
            after: Measurement::new(after, window),
            before_report: None,
        })
    }

    /// Runs on for about so many events; both reports when both runs have ended.
    pub fn advance(&mut self, events_budget: u64) -> Option<(Report, Report)> {
        match &self.before_report {
            None => {
                self.before_report = Some(self.before.advance(events_budget)?);
                None
            }
            Some(before) => self
                .after
                .advance(events_budget)
                .map(|after| (before.clone(), after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{measure, queue::queue};

    #[test]
    fn both_designs_face_the_conditions_of_the_second() {
        let window = Window {
            warmup_s: 5.0,
            duration_s: 100.0,
        };
        let mut after = queue(2, 10.0, 80.0);
        after.seed = 7;
        let after = after.validate().expect("a valid scenario");
        let before = queue(1, 10.0, 20.0).validate().expect("a valid scenario");
        let mut comparison =
            Comparison::new(&before, &after, window).expect("they can be compared");
        let (slow, fast) = loop {
            if let Some(reports) = comparison.advance(777) {
                break reports;
            }
        };
        assert_eq!(slow.seed, 7);
        assert_eq!(
            slow.requests.arrived, fast.requests.arrived,
            "the same arrivals, one by one"
        );
        assert!(slow.latency_ms.mean > fast.latency_ms.mean);
        assert_eq!(
            fast,
            measure(&after, window),
            "slices do not change the run"
        );
    }
}
