//! Two designs under the same conditions, side by side.

use headroom_scenario::{Problem, ValidScenario};

use crate::figures::report::Report;
use crate::lab::facing::{Faced, facing};
use crate::lab::filling::Filling;
use crate::lab::load::Load;
use crate::lab::trial::Run;
use crate::lab::{Measurement, Window};

/// Two runs under way, one after the other: the same load, seed, script and window.
pub struct Comparison {
    faced: Faced,
    before: Side,
    after: Side,
    before_report: Option<Report>,
}

/// A design that is measured.
enum Side {
    /// From its start.
    Cold(Box<Measurement>),
    /// It is put into service first.
    Filling(Box<Filling>, Window),
    /// It is in service.
    InService(Box<Run>),
}

impl Comparison {
    /// Two runs from their start, under the conditions of the second.
    ///
    /// # Errors
    /// The problems of a first design that can't face the conditions of the second.
    pub fn new(
        before: &ValidScenario,
        after: &ValidScenario,
        window: Window,
    ) -> Result<Self, Vec<Problem>> {
        Self::of(before, after, |scenario| {
            Side::Cold(Box::new(Measurement::new(scenario, window)))
        })
    }

    /// The same of designs that are in service when the script begins.
    ///
    /// # Errors
    /// The problems of a first design that can't face the conditions of the second.
    pub fn in_service(
        before: &ValidScenario,
        after: &ValidScenario,
        window: Window,
    ) -> Result<Self, Vec<Problem>> {
        Self::of(before, after, |scenario| {
            let load = Load::of(&scenario.traffic);
            let filling = Filling::new(scenario, scenario.seed, load, window.warmup_s);
            Side::Filling(Box::new(filling), window)
        })
    }

    fn of(
        before: &ValidScenario,
        after: &ValidScenario,
        side: impl Fn(&ValidScenario) -> Side,
    ) -> Result<Self, Vec<Problem>> {
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
    fn advance(&mut self, events_budget: u64) -> Option<Report> {
        let mut events_left = events_budget;
        match self {
            Self::Cold(measurement) => measurement.advance(events_budget),
            Self::Filling(filling, window) => {
                let engine = filling.advance(&mut events_left)?;
                let run = Run::new(filling.scenario(), *window, engine);
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
