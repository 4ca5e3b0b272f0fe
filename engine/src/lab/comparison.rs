//! Two designs under the same conditions, side by side.

use headroom_scenario::{Problem, ValidScenario};

use crate::figures::report::Report;
use crate::lab::Stretch;
use crate::lab::facing::{Faced, facing};
use crate::lab::filling::Filling;
use crate::lab::load::Load;
use crate::lab::trial::Run;

/// Two runs under way, one after the other: the same load, seed, script and window.
pub struct Comparison {
    faced: Faced,
    before: Side,
    after: Side,
    before_report: Option<Report>,
}

/// A design that is measured.
enum Side {
    /// It is put into service first.
    Filling(Box<Filling>, Stretch),
    /// It is in service.
    InService(Box<Run>),
}

impl Comparison {
    /// Two runs of designs that are in service when the script begins, under the conditions of the second.
    ///
    /// # Errors
    /// The problems of a first design that can't face the conditions of the second.
    pub fn new(
        before: &ValidScenario,
        after: &ValidScenario,
        stretch: Stretch,
    ) -> Result<Self, Vec<Problem>> {
        let side = |scenario: &ValidScenario| {
            let load = Load::of(&scenario.traffic);
            let warmup_s = stretch.window().warmup_s;
            let filling = Filling::new(scenario, scenario.seed, load, warmup_s);
            Side::Filling(Box::new(filling), stretch)
        };
        let faced = facing(before, after)?;
        Ok(Self {
            before: side(&faced.scenario),
            after: side(after),
            faced,
            before_report: None,
        })
    }

    /// What had to be made of the conditions, for the first design to face them.
    pub fn faced(&self) -> &Faced {
        &self.faced
    }

    /// The share of both runs that has been measured.
    pub fn progress(&self) -> f64 {
        let before = match self.before_report {
            Some(_) => 1.0,
            None => self.before.measured_share(),
        };
        (before + self.after.measured_share()) / 2.0
    }

    /// Runs on for about so many events; both reports when both runs have ended.
    pub fn advance(&mut self, events_budget: u64) -> Option<(Report, Report)> {
        match &self.before_report {
            None => {
                let report = self.before.advance(events_budget)?;
                self.before_report = Some(self.faced.in_own_names(report));
                None
            }
            Some(before) => {
                let after = self.after.advance(events_budget)?;
                Some((before.clone(), after))
            }
        }
    }
}

impl Side {
    fn measured_share(&self) -> f64 {
        match self {
            Self::Filling(..) => 0.0,
            Self::InService(run) => run.measured_share(),
        }
    }

    fn advance(&mut self, events_budget: u64) -> Option<Report> {
        let mut events_left = events_budget;
        match self {
            Self::Filling(filling, stretch) => {
                let engine = filling.advance(&mut events_left)?;
                let run = Run::new(filling.scenario(), *stretch, engine);
                *self = Self::InService(Box::new(run));
                None
            }
            Self::InService(run) => run.advance(&mut events_left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Window, queue::queue};

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
        let compared = |budget: u64| {
            let stretch = Stretch::AsAsked(window);
            let mut comparison =
                Comparison::new(&before, &after, stretch).expect("they can be compared");
            let mut progress = 0.0;
            loop {
                if let Some(reports) = comparison.advance(budget) {
                    break reports;
                }
                assert!((progress..=1.0).contains(&comparison.progress()));
                progress = comparison.progress();
            }
        };
        let (slow, fast) = compared(777);
        assert_eq!(slow.seed, 7);
        assert_eq!(
            slow.requests.arrived, fast.requests.arrived,
            "the same arrivals, one by one"
        );
        assert!(slow.latency_ms.mean > fast.latency_ms.mean);
        assert_eq!(fast.simulated_s, 100.0, "as long as asked");
        assert_eq!(
            compared(u64::MAX),
            (slow, fast),
            "slices do not change the run"
        );
    }
}
