//! What the inspector edits, and what a change of one of its fields asks for.

use headroom_scenario::parameter::{Parameters, Row, Value};
use headroom_scenario::{Action, Change, Kind, Link, Scenario, validate_action};

use crate::intent::Intent;

/// A thing with parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A component, by its id.
    Component(String),
    /// The traffic as a whole.
    Traffic,
    /// A class of the mix, by its place.
    Class(usize),
    /// A region, by its place.
    Region(usize),
    /// What the design must hold.
    Objectives,
    /// A link, by its ends.
    Link {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
    },
}

impl Subject {
    /// Its parameters that mean something now, with their values.
    pub fn rows(&self, live: &Scenario) -> Vec<Row> {
        let mut rows = self.all_rows(live).unwrap_or_default();
        rows.retain(|row| row.applies && row.value.is_some());
        rows
    }

    /// All its parameters, while it is there.
    fn all_rows(&self, live: &Scenario) -> Option<Vec<Row>> {
        let traffic = &live.traffic;
        Some(match self {
            Subject::Component(id) => live.design.component(id)?.1.kind.parameters(),
            Subject::Traffic => traffic.rows(),
            Subject::Class(place) => traffic.classes.get(*place)?.rows(),
            Subject::Region(place) => traffic.regions.get(*place)?.rows(),
            Subject::Objectives => live.objectives.rows(),
            Subject::Link { from, to } => {
                let mut rows = live.design.links[live.design.link(from, to)?].rows();
                // Users have a time-out of their own, for all that one attempt takes.
                let caller = live.design.component(from);
                if caller.is_some_and(|(_, caller)| matches!(caller.kind, Kind::Clients(_))) {
                    rows.retain(|row| row.parameter.key != "timeout_ms");
                }
                rows
            }
        })
    }

    /// What a change asks for: an action on the running design, or, of what holds from the start, a
    /// change of the document.
    ///
    /// # Errors
    /// Why the change can't be.
    pub fn change(
        &self,
        document: &Scenario,
        live: &Scenario,
        place: usize,
        value: &Value,
    ) -> Result<Intent, String> {
        const GONE: &str = "It is not there any more.";
        match self {
            Subject::Component(id) => {
                let (_, component) = live.design.component(id).ok_or(GONE)?;
                if starts_with(&component.kind, place) {
                    return rewrite(document, |scenario| {
                        change_kinds(scenario, id, |kind| {
                            kind.set_parameter(place, value);
                        });
                    });
                }
                let (component, mut kind) = (id.clone(), component.kind.clone());
                kind.set_parameter(place, value);
                apply(live, Action::Configure { component, kind })
            }
            Subject::Traffic => {
                let mut traffic = live.traffic.clone();
                traffic.set(place, value);
                apply(live, Action::SetTraffic { traffic })
            }
            Subject::Class(at) => {
                let mut traffic = live.traffic.clone();
                let class = traffic.classes.get_mut(*at);
                class.ok_or(GONE)?.set(place, value);
                apply(live, Action::SetTraffic { traffic })
            }
            Subject::Region(at) => {
                let mut traffic = live.traffic.clone();
                let region = traffic.regions.get_mut(*at);
                region.ok_or(GONE)?.set(place, value);
                apply(live, Action::SetTraffic { traffic })
            }
            Subject::Objectives => rewrite(document, |scenario| {
                scenario.objectives.set(place, value);
            }),
            Subject::Link { from, to } => {
                let number = live.design.link(from, to).ok_or(GONE)?;
                let before = &live.design.links[number];
                let mut after = before.clone();
                after.set(place, value);
                apply(live, of_link(before, after))
            }
        }
    }
}

/// An action, if it can be done.
///
/// # Errors
/// Why it can't be.
pub fn apply(live: &Scenario, action: Action) -> Result<Intent, String> {
    // The script as it stands says what may come; what the reader changes is judged by the design.
    let design = Scenario {
        script: Vec::new(),
        ..live.clone()
    };
    validate_action(&design, &action).map_err(|problem| problem.message)?;
    Ok(Intent::Apply(action))
}

/// Changes a component's parameters wherever a document says them: in its design, unless the component comes
/// later, and in actions, which say all of a kind and would bring the old start back.
fn change_kinds(scenario: &mut Scenario, id: &str, change_kind: impl Fn(&mut Kind)) {
    for component in &mut scenario.design.components {
        if component.id == id {
            change_kind(&mut component.kind);
        }
    }
    for timed in &mut scenario.script {
        if let Action::Configure { component, kind } = &mut timed.action
            && component == id
        {
            change_kind(kind);
        }
        if let Action::Edit { changes } = &mut timed.action {
            for change in changes {
                change_kind_of(change, id, &change_kind);
            }
        }
    }
}

fn change_kind_of(change: &mut Change, id: &str, change_kind: impl Fn(&mut Kind)) {
    if let Change::Add { component } = change
        && component.id == id
    {
        change_kind(&mut component.kind);
    }
    if let Change::Configure { component, kind } = change
        && component == id
    {
        change_kind(kind);
    }
}

fn rewrite(document: &Scenario, change: impl FnOnce(&mut Scenario)) -> Result<Intent, String> {
    let mut scenario = document.clone();
    change(&mut scenario);
    match scenario.clone().validate() {
        Ok(_) => Ok(Intent::Rewrite(Box::new(scenario))),
        Err(problems) => {
            // Many actions of the script may have the same to say.
            let mut messages: Vec<&str> = Vec::new();
            for problem in &problems {
                if !messages.contains(&problem.message.as_str()) {
                    messages.push(&problem.message);
                }
            }
            Err(messages.join(" "))
        }
    }
}

/// What makes one link of another: one of its times is set.
fn of_link(before: &Link, after: Link) -> Action {
    let Link {
        from,
        to,
        latency_ms,
        timeout_ms,
    } = after;
    if timeout_ms == before.timeout_ms {
        Action::SetLatency {
            from,
            to,
            latency_ms,
        }
    } else {
        Action::SetTimeout {
            from,
            to,
            timeout_ms,
        }
    }
}

/// Whether a parameter says how a run starts.
fn starts_with(kind: &Kind, place: usize) -> bool {
    let rows = kind.parameters();
    rows.get(place).is_some_and(|row| row.parameter.is_at_start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::TimedAction;
    use headroom_scenario::step::{self, LADDER};

    fn place_of(subject: &Subject, live: &Scenario, key: &str) -> usize {
        let rows = subject.rows(live);
        rows.iter()
            .find(|row| row.parameter.key == key)
            .map(|row| row.place)
            .expect("the field is there")
    }

    #[test]
    fn the_start_of_a_component_that_came_while_the_design_ran_is_that_of_its_coming() {
        let cache = step::find("cache").expect("it is one").scenario();
        let (_, added) = cache.design.component("cache").unwrap();
        let mut document = LADDER[6].scenario();
        let action = Action::Edit {
            changes: vec![Change::Add {
                component: added.clone(),
            }],
        };
        let mut live = document.clone();
        action.carry_out(&mut live);
        document.script = vec![TimedAction { at_ns: 9, action }];
        let subject = Subject::Component("cache".into());
        let place = place_of(&subject, &live, "nodes");
        let changed = subject.change(&document, &live, place, &Value::Number(5.0));
        let Ok(Intent::Rewrite(changed)) = changed else {
            panic!("{changed:?}");
        };
        let Action::Edit { changes } = &changed.script[0].action else {
            panic!("it comes still");
        };
        let [Change::Add { component }] = &changes[..] else {
            panic!("it comes still");
        };
        assert_eq!(component.kind.instances(), 5);
    }

    #[test]
    fn a_change_is_an_action_on_the_running_design() {
        let live = LADDER[3].scenario();
        let subject = Subject::Component("web".into());
        let place = place_of(&subject, &live, "workers");
        let intent = subject
            .change(&live, &live, place, &Value::Number(16.0))
            .unwrap();
        match intent {
            Intent::Apply(Action::Configure {
                component,
                kind: Kind::Service(service),
            }) => {
                assert_eq!((component.as_str(), service.workers), ("web", 16));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_holds_from_the_start_is_a_change_of_the_document() {
        let live = LADDER[3].scenario();
        let subject = Subject::Component("web".into());
        let place = place_of(&subject, &live, "instances");
        match subject
            .change(&live, &live, place, &Value::Number(5.0))
            .unwrap()
        {
            Intent::Rewrite(scenario) => {
                let (_, web) = scenario.design.component("web").unwrap();
                assert!(matches!(&web.kind, Kind::Service(service) if service.instances == 5));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn another_start_stands_after_edits_of_the_same_part() {
        let mut document = LADDER[3].scenario();
        let subject = Subject::Component("web".into());
        let change = |document: &Scenario, live: &Scenario, key, number| {
            let place = place_of(&subject, live, key);
            let intent = subject.change(document, live, place, &Value::Number(number));
            intent.expect("it is in range")
        };
        let Intent::Apply(action) = change(&document, &document, "workers", 16.0) else {
            panic!("an action");
        };
        document.script.insert(0, TimedAction { at_ns: 1, action });
        let Intent::Rewrite(rewritten) = change(&document, &document, "instances", 5.0) else {
            panic!("another document");
        };
        match &rewritten.script[0].action {
            Action::Configure {
                kind: Kind::Service(web),
                ..
            } => assert_eq!((web.instances, web.workers), (5, 16)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_part_of_every_step_can_be_inspected() {
        for step in LADDER {
            let live = step.scenario();
            for component in &live.design.components {
                let rows = Subject::Component(component.id.clone()).rows(&live);
                assert_eq!(rows.is_empty(), matches!(component.kind, Kind::Clients(_)));
            }
            for link in &live.design.links {
                let subject = Subject::Link {
                    from: link.from.clone(),
                    to: link.to.clone(),
                };
                let from_users = link.from == "users";
                assert_eq!(subject.rows(&live).len(), if from_users { 1 } else { 2 });
            }
        }
    }
}
