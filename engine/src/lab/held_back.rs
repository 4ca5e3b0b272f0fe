//! A run that has gone on for a while when its script begins: what it stores and what waits is that of a
//! design in service, and not of one just started.

use headroom_scenario::{Scenario, TimedAction, ValidScenario};

use crate::engine::Engine;

impl Engine {
    /// The run of a scenario that holds back what happens later than at its start: its curve stays where
    /// it starts, and of its script only the actions of the first nanosecond are done.
    pub(crate) fn held_back(scenario: &ValidScenario) -> Self {
        let mut engine = Self::new(scenario);
        for place in &mut engine.places {
            place.control.forget_after(0);
            place
                .run
                .clients(|clients, world| clients.count_curve_from(world, u64::MAX));
        }
        engine
    }

    /// What was held back begins: the scenario's curve, and the actions of its script, as long after this
    /// moment as they are after its start.
    pub(crate) fn let_go(&mut self, scenario: &Scenario) {
        let now_ns = self.now().0;
        let later = scenario.script.iter().filter(|timed| timed.at_ns > 0);
        let later = later.map(|timed| TimedAction {
            at_ns: now_ns + timed.at_ns,
            action: timed.action.clone(),
        });
        for place in &mut self.places {
            place.control.add(later.clone());
            place
                .run
                .clients(|clients, world| clients.count_curve_from(world, now_ns));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::part::Part;
    use crate::figures::snapshot::InstanceState;
    use crate::lab::queue::queue;
    use crate::time::SimTime;
    use headroom_scenario::{Action, Curve};

    #[test]
    fn the_script_and_the_curve_begin_when_they_are_let_go() {
        let mut scenario = queue(1, 1.0, 100.0);
        scenario.traffic.curve = Curve::Spike {
            factor: 5.0,
            start_s: 1.0,
            length_s: 10.0,
        };
        let kill = Action::Kill {
            component: "web".into(),
            instance: 0,
        };
        scenario.script.push(TimedAction {
            at_ns: 2_000_000_000,
            action: kill,
        });
        let mut engine = Engine::held_back(&scenario.clone().validate().expect("valid"));
        let arrived_until = |engine: &mut Engine, second: f64| {
            let before = engine.arrived();
            engine.run_until(SimTime::from_s(second), u64::MAX);
            engine.arrived() - before
        };
        let state = |engine: &Engine| engine.places[0].run.components[1].instances()[0].state;
        assert!((800..1_200).contains(&arrived_until(&mut engine, 10.0)));
        engine.let_go(&scenario);
        assert!((60..140).contains(&arrived_until(&mut engine, 11.0)));
        assert!((400..600).contains(&arrived_until(&mut engine, 12.0 - 1e-9)));
        assert_eq!(state(&engine), InstanceState::Up);
        assert!((400..600).contains(&arrived_until(&mut engine, 13.0)));
        assert_eq!(state(&engine), InstanceState::Down);
    }
}
