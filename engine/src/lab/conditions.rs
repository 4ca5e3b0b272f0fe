//! The conditions a design is put under: its load, and another design's traffic and script.

use headroom_scenario::{
    Action, Component, Curve, Design, Kind, LoopModel, Problem, Scenario, TimedAction, Traffic,
    USERS_MAX, ValidScenario, validate_action,
};

/// The scenario at another load, in requests a second at factor 1 of its curve.
///
/// Actions that set the rate during the run are left out, for they would undo it; one that replaces
/// the traffic keeps all but its rate. In a closed loop the load is the rate that its users would
/// reach if answers took no time: `users / think_time`.
///
/// An autoscaler is given the time it needs beforehand: its service starts with as many servers as it
/// may have.
///
/// None where that is more than a document may ask for, as the peak of its curve can be.
pub fn at_rate(scenario: &ValidScenario, rate_rps: f64) -> Option<ValidScenario> {
    let mut changed = scenario.clone().into_inner();
    set_rate(&mut changed.traffic, rate_rps);
    changed
        .script
        .retain(|timed| !matches!(timed.action, Action::SetRate { .. }));
    for timed in &mut changed.script {
        if let Action::SetTraffic { traffic } = &mut timed.action {
            set_rate(traffic, rate_rps);
        }
    }
    for component in &mut changed.design.components {
        start_with_most(component, &mut changed.script);
    }
    changed.validate().ok()
}

/// A component starts with as many instances as it may have; its other parameters that the script gives
/// it later go with that.
fn start_with_most(component: &mut Component, script: &mut [TimedAction]) {
    let most = component.kind.instances_max();
    component.kind.set_instances(most);
    for timed in script {
        if let Action::Configure {
            component: id,
            kind,
        } = &mut timed.action
            && *id == component.id
        {
            kind.set_instances(most);
        }
    }
}

fn set_rate(traffic: &mut Traffic, rate_rps: f64) {
    traffic.rate_rps = rate_rps;
    if let LoopModel::Closed {
        users,
        think_time_ms,
    } = &mut traffic.client.loop_model
    {
        let needed = rate_rps * *think_time_ms / 1_000.0;
        *users = (needed as u32).clamp(1, USERS_MAX);
    }
}

/// The design as its script leaves it, under a steady load: what is searched when the question is
/// how much the design that stands there *now* can take.
///
/// Every action takes effect at the start, new instances have booted, and the rate is the last one
/// the script set. A script that can only be followed in its own time is left as it is.
pub fn settled(scenario: &ValidScenario) -> ValidScenario {
    let mut changed = scenario.clone().into_inner();
    for component in &mut changed.design.components {
        boot_at_once(&mut component.kind);
    }
    let mut script = std::mem::take(&mut changed.script);
    script.retain_mut(|timed| {
        timed.at_ns = 0;
        match &mut timed.action {
            Action::SetRate { rate_rps } => changed.traffic.rate_rps = *rate_rps,
            Action::SetTraffic { traffic } => changed.traffic = traffic.clone(),
            Action::Configure { component, kind } => {
                boot_at_once(kind);
                scale_from_start(&mut changed.design, component, kind);
                return true;
            }
            _ => return true,
        }
        false
    });
    changed.script = script;
    changed.traffic.curve = Curve::Steady;
    changed.validate().unwrap_or_else(|_| scenario.clone())
}

fn boot_at_once(kind: &mut Kind) {
    if let Kind::Service(service) = kind {
        service.boot_s = 0.0;
    }
}

/// The component has from the start the autoscaler that it is given later, or none.
fn scale_from_start(design: &mut Design, id: &str, later: &Kind) {
    let found = design
        .components
        .iter_mut()
        .find(|component| component.id == id);
    if let Some(component) = found
        && let (Kind::Service(service), Kind::Service(later)) = (&mut component.kind, later)
    {
        service.autoscaling = later.autoscaling.clone();
    }
}

/// One scenario's design under another's conditions: its traffic, script, seed and objectives.
///
/// Actions that make no sense in this design, such as a fault of a component it has not got, are
/// left out.
///
/// # Errors
/// The problems of a design that can't face that traffic.
pub fn facing(
    design: &ValidScenario,
    conditions: &ValidScenario,
) -> Result<ValidScenario, Vec<Problem>> {
    let mut changed: Scenario = design.clone().into_inner();
    changed.seed = conditions.seed;
    changed.traffic = conditions.traffic.clone();
    changed.objectives = conditions.objectives.clone();
    changed.script = Vec::new();
    for timed in &conditions.script {
        // What comes before an action decides too: a server that joined may die.
        if validate_action(&changed, &timed.action).is_ok() {
            changed.script.push(timed.clone());
        }
    }
    changed.validate()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;
    use headroom_scenario::Autoscaling;

    fn with_script(actions: impl IntoIterator<Item = Action>) -> ValidScenario {
        let mut scenario = queue(1, 10.0, 50.0);
        let timed = |(second, action)| TimedAction {
            at_ns: (second + 1) * 1_000_000_000,
            action,
        };
        scenario.script = (0u64..).zip(actions).map(timed).collect();
        scenario.validate().expect("a valid scenario")
    }

    fn kill(component: &str) -> Action {
        Action::Kill {
            component: component.into(),
            instance: 0,
        }
    }

    #[test]
    fn a_rate_that_is_asked_for_is_not_undone_by_the_script() {
        let busier = Traffic {
            rate_rps: 90.0,
            users: 5,
            ..Traffic::default()
        };
        let scenario = with_script([
            Action::SetRate { rate_rps: 70.0 },
            Action::SetTraffic { traffic: busier },
            kill("web"),
        ]);
        let loaded = at_rate(&scenario, 33.0).expect("within the limits");
        assert_eq!(loaded.traffic.rate_rps, 33.0);
        let [traffic, fault] = &loaded.script[..] else {
            panic!("{:?}", loaded.script)
        };
        let Action::SetTraffic { traffic } = &traffic.action else {
            panic!("{traffic:?}")
        };
        assert_eq!((traffic.rate_rps, traffic.users), (33.0, 5));
        assert_eq!(fault.action, kill("web"));
    }

    #[test]
    fn in_a_closed_loop_the_load_is_a_number_of_users() {
        let mut scenario = queue(1, 10.0, 50.0);
        scenario.traffic.client.loop_model = LoopModel::Closed {
            users: 3,
            think_time_ms: 2_000.0,
        };
        let scenario = scenario.validate().expect("a valid scenario");
        let loaded = at_rate(&scenario, 40.0).expect("within the limits");
        let LoopModel::Closed { users, .. } = loaded.traffic.client.loop_model else {
            panic!("still a closed loop")
        };
        assert_eq!(users, 80);
    }

    #[test]
    fn a_settled_design_is_as_its_script_leaves_it() {
        let scenario = with_script([
            Action::AddInstance {
                component: "web".into(),
            },
            Action::SetRate { rate_rps: 70.0 },
            kill("web"),
        ]);
        let settled = settled(&scenario);
        assert_eq!(settled.traffic.rate_rps, 70.0);
        assert_eq!(settled.script.len(), 2);
        assert!(settled.script.iter().all(|timed| timed.at_ns == 0));
        let Kind::Service(web) = &settled.design.components[1].kind else {
            panic!("a service")
        };
        assert_eq!(web.boot_s, 0.0);
    }

    #[test]
    fn an_autoscaler_has_had_its_time() {
        let mut later = queue(1, 10.0, 50.0).design.components[1].kind.clone();
        let Kind::Service(service) = &mut later else {
            panic!("a service")
        };
        service.autoscaling = Some(Autoscaling {
            instances_max: 6,
            ..Autoscaling::default()
        });
        let scenario = with_script([Action::Configure {
            component: "web".into(),
            kind: later,
        }]);
        let loaded = at_rate(&settled(&scenario), 50.0).expect("within the limits");
        assert_eq!(loaded.design.components[1].kind.instances(), 6);
        let as_it_was = at_rate(&scenario, 50.0).expect("within the limits");
        assert_eq!(as_it_was.design.components[1].kind.instances(), 1);
    }

    #[test]
    fn faults_of_components_that_a_design_has_not_got_are_left_out() {
        let conditions = with_script([kill("web")]);
        let mut other = queue(2, 10.0, 5.0);
        other.seed = 9;
        let facing_both = facing(&other.clone().validate().expect("valid"), &conditions);
        let faced = facing_both.expect("the same traffic");
        assert_eq!((faced.seed, faced.traffic.rate_rps), (1, 50.0));
        assert_eq!(faced.script, conditions.script);

        let joins = Action::AddInstance {
            component: "web".into(),
        };
        let newcomer_dies = Action::Kill {
            component: "web".into(),
            instance: 1,
        };
        let conditions = with_script([joins, newcomer_dies]);
        let faced = facing(&other.clone().validate().expect("valid"), &conditions);
        assert_eq!(faced.expect("it joins first").script, conditions.script);

        other.design.components[1].id = "app".into();
        other.design.links[0].to = "app".into();
        let faced = facing(&other.validate().expect("valid"), &conditions).expect("valid");
        assert_eq!(faced.script, []);
    }
}
