//! The next step, built in the design that runs.

use std::rc::Rc;

use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_scenario::step::LADDER;
use headroom_scenario::{Action, Change, Design, Scenario, TimedAction};

/// What may be built in the running design.
#[derive(Clone, Debug, PartialEq)]
pub enum Building {
    /// What the next step adds is not there yet: what adds it.
    Ahead(Vec<Action>),
    /// It is there: what takes it out again.
    Back(Vec<Action>),
}

/// The design that runs, with what was and will be done to it: what may be built follows from nothing else, and is
/// found anew when this changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Place of its step.
    pub step: usize,
    /// The design as it stands.
    pub live: Rc<Scenario>,
    /// The document, with its script.
    pub document: Rc<Scenario>,
    /// How many actions of that were done by now.
    pub done: usize,
    /// The numbers of the instances that each component has and keeps.
    pub instances: Vec<Vec<u16>>,
}

impl Building {
    /// What may be built at a step. None after the last step, or where the reader has made something of the design
    /// that the next step does not go with.
    pub fn at(site: &Site) -> Option<Self> {
        let own = LADDER[site.step].scenario();
        let next = LADDER.get(site.step + 1)?.scenario();
        let (done, ahead_of_it) = site.document.script.split_at_checked(site.done)?;
        let live = &site.live.design;
        let [ahead, back] = [(&own, &next), (&next, &own)]
            .map(|(from, to)| live.fitting(from.design.changes_to(&to.design)));
        let is_built = ahead.is_empty() || has_parts(&back) && !has_parts(&ahead);
        let numbers = |id: &str| {
            let there = live.component(id);
            let numbers = there.and_then(|(place, _)| site.instances.get(place));
            numbers.cloned().unwrap_or_default()
        };
        let actions = if is_built {
            let theirs = |timed: &&TimedAction| own.script.contains(*timed);
            let grown = resized(&own.design, done.iter().filter(theirs), 1);
            live.actions_between(&next.design, &grown, numbers)
        } else {
            let left = resized(&next.design, ahead_of_it.iter(), -1);
            live.actions_between(&own.design, &left, numbers)
        };
        // What is done to instances the engine refuses where it must.
        let is_possible = actions.iter().all(|action| {
            let Action::Edit { changes } = action else {
                return true;
            };
            site.live.allows(changes)
        });
        is_possible.then_some(if is_built {
            Self::Back(actions)
        } else {
            Self::Ahead(actions)
        })
    }

    /// What is done to the design.
    pub fn actions(&self) -> &[Action] {
        let (Self::Ahead(actions) | Self::Back(actions)) = self;
        actions
    }
}

/// A design with as many instances more, or fewer, as a script adds and removes.
fn resized<'a>(
    design: &Design,
    script: impl Iterator<Item = &'a TimedAction>,
    sign: i16,
) -> Design {
    let mut resized = design.clone();
    for timed in script {
        if let Some((id, more)) = timed.action.resizes()
            && let Some((place, _)) = resized.component(id)
        {
            let kind = &mut resized.components[place].kind;
            let instances = kind.instances().saturating_add_signed(sign * more);
            kind.set_instances(instances.max(1));
        }
    }
    resized
}

/// Whether components or links come or go, and not only parameters.
pub(super) fn has_parts(changes: &[Change]) -> bool {
    let is_part = |change: &Change| !matches!(change, Change::Configure { .. });
    changes.iter().any(is_part)
}

/// The numbers of the instances that each component has and keeps, first the one that stays in any case.
pub(super) fn kept_instances(design: &Design, snapshot: Option<&Snapshot>) -> Vec<Vec<u16>> {
    let gauge = |place: usize| snapshot?.components.get(place);
    let components = design.components.iter().enumerate();
    let numbers = components.map(|(place, component)| match gauge(place) {
        Some(gauge) => {
            let instances = (0..).zip(&gauge.instances);
            let kept = instances.filter(|(_, gauge)| {
                !matches!(gauge.state, InstanceState::Gone | InstanceState::Draining)
            });
            let mut numbers: Vec<u16> = kept.map(|(number, _)| number).collect();
            let primary = gauge.replication().map(|of| of.primary);
            if let Some(place) = numbers.iter().position(|number| Some(*number) == primary) {
                numbers[..=place].rotate_right(1);
            }
            numbers
        }
        None => (0..component.kind.instances()).collect(),
    });
    numbers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::snapshot::ComponentGauge;

    fn at(step: usize, live: &Scenario, snapshot: Option<&Snapshot>) -> Option<Building> {
        scripted(step, live, &[], 0, snapshot)
    }

    fn scripted(
        step: usize,
        live: &Scenario,
        script: &[TimedAction],
        done: usize,
        snapshot: Option<&Snapshot>,
    ) -> Option<Building> {
        let document = Scenario {
            script: script.to_vec(),
            ..live.clone()
        };
        Building::at(&Site {
            step,
            live: Rc::new(live.clone()),
            document: Rc::new(document),
            done,
            instances: kept_instances(&live.design, snapshot),
        })
    }

    fn place(name: &str) -> usize {
        let place = LADDER.iter().position(|step| step.name == name);
        place.expect("it is a step")
    }

    fn added(building: Option<&Building>) -> usize {
        let adds = |action: &&Action| matches!(action, Action::AddInstance { component } if component == "web");
        let actions = building.expect("there is a next step").actions();
        actions.iter().filter(adds).count()
    }

    fn removed(building: Option<&Building>) -> Vec<u16> {
        let actions = building.expect("there is a next step").actions();
        let gone = actions.iter().filter_map(|action| match action {
            Action::RemoveInstance {
                component,
                instance,
            } if component == "web" => Some(*instance),
            _ => None,
        });
        gone.collect()
    }

    fn with_servers(scenario: &Scenario, count: usize) -> Snapshot {
        let gauges = scenario.design.components.iter().map(|component| {
            let count = if component.id == "web" { count } else { 1 };
            ComponentGauge {
                instances: vec![crate::diagram::idle(); count],
                ..Default::default()
            }
        });
        Snapshot {
            components: gauges.collect(),
            ..Default::default()
        }
    }

    #[test]
    fn every_step_can_be_built_in_the_one_before_and_taken_back() {
        let last = LADDER.len() - 1;
        for (place, step) in LADDER[..last].iter().enumerate() {
            let mut scenario = step.scenario();
            let ahead = at(place, &scenario, None).expect("there is a next step");
            assert!(matches!(ahead, Building::Ahead(_)), "{}", step.name);
            assert!(!ahead.actions().is_empty());
            let carry_out = |actions: &[Action], scenario: &mut _| {
                actions.iter().for_each(|action| action.carry_out(scenario));
            };
            carry_out(ahead.actions(), &mut scenario);
            let back = at(place, &scenario, None).expect("there is a next step");
            assert!(matches!(back, Building::Back(_)), "{}", step.name);
            carry_out(back.actions(), &mut scenario);
            let again = at(place, &scenario, None);
            assert!(matches!(again, Some(Building::Ahead(_))), "{}", step.name);
        }
        assert_eq!(at(last, &LADDER[last].scenario(), None), None);
    }

    #[test]
    fn servers_that_the_next_step_has_come_too_and_go_again() {
        let place = place("bigger-server");
        let mut scenario = LADDER[place].scenario();
        let ahead = at(place, &scenario, None);
        assert_eq!(added(ahead.as_ref()), 2, "one of three is there");
        for action in ahead.expect("it is there").actions() {
            action.carry_out(&mut scenario);
        }
        let snapshot = with_servers(&scenario, 3);
        let back = at(place, &scenario, Some(&snapshot));
        assert_eq!(removed(back.as_ref()), [2, 1], "the last comes off first");
    }

    #[test]
    fn a_server_that_the_script_adds_is_not_added_twice_nor_taken_back() {
        let place = place("hash-ring");
        let mut scenario = LADDER[place].scenario();
        let snapshot = with_servers(&scenario, 3);
        let script = scenario.script.clone();
        let ahead = scripted(place, &scenario, &script, 0, Some(&snapshot));
        assert_eq!(added(ahead.as_ref()), 0, "the script adds the fourth");
        for action in ahead.expect("it is there").actions() {
            action.carry_out(&mut scenario);
        }
        let snapshot = with_servers(&scenario, 4);
        let back = scripted(place, &scenario, &script, script.len(), Some(&snapshot));
        assert!(matches!(back, Some(Building::Back(_))));
        assert_eq!(removed(back.as_ref()), [] as [u16; 0]);
    }
}
