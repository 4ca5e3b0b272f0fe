//! The design that stands there now.

use headroom_scenario::{Action, Change, Design, Kind, ValidScenario};

/// The design as its script leaves it, under the curve of its traffic: what is searched when the question
/// is how much the design that stands there *now* can take.
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
            Action::Edit { changes } => {
                for change in changes {
                    if let Change::Add { component } = change {
                        boot_at_once(&mut component.kind);
                    }
                }
                return true;
            }
            Action::Kill { .. }
            | Action::Hang { .. }
            | Action::Destroy { .. }
            | Action::CutOff { .. }
            | Action::Promote { .. }
            | Action::Repair { .. }
            | Action::Slow { .. }
            | Action::AddInstance { .. }
            | Action::RemoveInstance { .. }
            | Action::Deploy { .. }
            | Action::SetLatency { .. }
            | Action::SetTimeout { .. }
            | Action::ImpairLink { .. }
            | Action::RepairLink { .. } => return true,
        }
        false
    });
    changed.script = script;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::load::{Load, at_load};
    use crate::lab::queue::queue;
    use headroom_scenario::{Autoscaling, TimedAction, Traffic};

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
        let loaded = at_load(&scenario, Load::RateRps(33.0)).expect("within the limits");
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
        let loaded = at_load(&settled(&scenario), Load::RateRps(50.0)).expect("within the limits");
        assert_eq!(loaded.design.components[1].kind.instances(), 6);
        let as_it_was = at_load(&scenario, Load::RateRps(50.0)).expect("within the limits");
        assert_eq!(as_it_was.design.components[1].kind.instances(), 1);
    }
}
