//! The next step, built in the design that runs.

use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_scenario::step::LADDER;
use headroom_scenario::{Action, Change, Design};

/// What may be built in the running design.
#[derive(Clone, Debug, PartialEq)]
pub enum Building {
    /// What the next step adds is not there yet: what makes this design that of the step.
    Ahead(Vec<Action>),
    /// It is there: what makes it this step's design again.
    Back(Vec<Action>),
}

impl Building {
    /// What may be built at a step, while the design stands so. None after the last step.
    pub fn at(place: usize, live: &Design, snapshot: Option<&Snapshot>) -> Option<Self> {
        let next = LADDER.get(place + 1)?.scenario().design;
        let own = LADDER[place].scenario().design;
        let [ahead, back] = [&next, &own].map(|design| live.changes_to(design));
        let is_built = ahead.is_empty() || has_parts(&back) && !has_parts(&ahead);
        let numbers = |id: &str| numbers(live, snapshot, id);
        Some(if is_built {
            Self::Back(live.actions_to(&own, numbers))
        } else {
            Self::Ahead(live.actions_to(&next, numbers))
        })
    }

    /// What is done to the design.
    pub fn actions(&self) -> &[Action] {
        let (Self::Ahead(actions) | Self::Back(actions)) = self;
        actions
    }
}

/// Whether components or links come or go, and not only parameters.
fn has_parts(changes: &[Change]) -> bool {
    let is_part = |change: &Change| !matches!(change, Change::Configure { .. });
    changes.iter().any(is_part)
}

/// The numbers of the instances that a component has.
fn numbers(design: &Design, snapshot: Option<&Snapshot>, id: &str) -> Vec<u16> {
    let Some((place, component)) = design.component(id) else {
        return Vec::new();
    };
    match snapshot.and_then(|snapshot| snapshot.components.get(place)) {
        Some(gauge) => (0..)
            .zip(&gauge.instances)
            .filter(|(_, gauge)| gauge.state != InstanceState::Gone)
            .map(|(number, _)| number)
            .collect(),
        None => (0..component.kind.instances()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_can_be_built_in_the_one_before_and_taken_back() {
        let last = LADDER.len() - 1;
        for (place, step) in LADDER[..last].iter().enumerate() {
            let mut scenario = step.scenario();
            let ahead = Building::at(place, &scenario.design, None).expect("there is a next step");
            assert!(matches!(ahead, Building::Ahead(_)), "{}", step.name);
            assert!(!ahead.actions().is_empty());
            let carry_out = |actions: &[Action], scenario: &mut _| {
                actions.iter().for_each(|action| action.carry_out(scenario));
            };
            carry_out(ahead.actions(), &mut scenario);
            let back = Building::at(place, &scenario.design, None).expect("there is a next step");
            assert!(matches!(back, Building::Back(_)), "{}", step.name);
            carry_out(back.actions(), &mut scenario);
            let again = Building::at(place, &scenario.design, None);
            assert!(matches!(again, Some(Building::Ahead(_))), "{}", step.name);
        }
        assert_eq!(
            Building::at(last, &LADDER[last].scenario().design, None),
            None
        );
    }

    #[test]
    fn servers_that_the_next_step_has_come_too_and_go_again() {
        let place = LADDER.iter().position(|step| step.name == "bigger-server");
        let place = place.expect("it is a step");
        let mut scenario = LADDER[place].scenario();
        let ahead = Building::at(place, &scenario.design, None).expect("there is a next step");
        let added = |actions: &[Action]| {
            let adds = |action: &&Action| matches!(action, Action::AddInstance { .. });
            actions.iter().filter(adds).count()
        };
        assert_eq!(added(ahead.actions()), 2, "one of three is there");
        ahead
            .actions()
            .iter()
            .for_each(|action| action.carry_out(&mut scenario));
        let mut snapshot = Snapshot::default();
        for component in &scenario.design.components {
            let count = if component.id == "web" { 3 } else { 1 };
            snapshot
                .components
                .push(headroom_engine::snapshot::ComponentGauge {
                    instances: vec![crate::diagram::idle(); count],
                    ..Default::default()
                });
        }
        let back = Building::at(place, &scenario.design, Some(&snapshot));
        let gone: Vec<u16> = back
            .expect("there is a next step")
            .actions()
            .iter()
            .filter_map(|action| match action {
                Action::RemoveInstance { instance, .. } => Some(*instance),
                _ => None,
            })
            .collect();
        assert_eq!(gone, [2, 1], "the last comes off first");
    }
}
