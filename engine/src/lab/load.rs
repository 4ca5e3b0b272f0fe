//! What a search turns up and down.

use headroom_scenario::{
    Action, Change, Component, Kind, LoopModel, RATE_MAX_RPS, RATE_MIN_RPS, TimedAction, Traffic,
    USERS_MAX, ValidScenario,
};
use serde::{Deserialize, Serialize};

/// The load on a design. In an open loop it is a rate; users of a closed loop ask as fast as they are
/// answered, so there it is their number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// Requests a second at factor 1 of the curve.
    RateRps(f64),
    /// Users at work.
    Users(u32),
}

impl Load {
    /// The load of a traffic.
    pub fn of(traffic: &Traffic) -> Self {
        match traffic.client.loop_model {
            LoopModel::Open => Self::RateRps(traffic.rate_rps),
            LoopModel::Closed { users, .. } => Self::Users(users),
        }
    }

    /// How much it is, in its own unit.
    pub fn amount(self) -> f64 {
        match self {
            Self::RateRps(rate_rps) => rate_rps,
            Self::Users(users) => f64::from(users),
        }
    }

    /// Another amount of the same, within what a document may ask for; users are whole.
    pub fn with_amount(self, amount: f64) -> Self {
        let (least, most) = self.bounds();
        match self {
            Self::RateRps(_) => Self::RateRps(amount.clamp(least, most)),
            Self::Users(_) => Self::Users((amount + 0.5).clamp(least, most) as u32),
        }
    }

    /// The smallest load there is.
    pub fn least(self) -> Self {
        self.with_amount(self.bounds().0)
    }

    /// The largest load there is.
    pub fn most(self) -> Self {
        self.with_amount(self.bounds().1)
    }

    fn bounds(self) -> (f64, f64) {
        match self {
            Self::RateRps(_) => (RATE_MIN_RPS, RATE_MAX_RPS),
            Self::Users(_) => (1.0, f64::from(USERS_MAX)),
        }
    }

    /// None of the same.
    pub(super) fn none(self) -> Self {
        match self {
            Self::RateRps(_) => Self::RateRps(0.0),
            Self::Users(_) => Self::Users(0),
        }
    }

    /// Puts a traffic under this load, where its loop is of the same kind.
    pub fn set(self, traffic: &mut Traffic) {
        match (self, &mut traffic.client.loop_model) {
            (Self::RateRps(rate_rps), LoopModel::Open) => traffic.rate_rps = rate_rps,
            (Self::Users(wanted), LoopModel::Closed { users, .. }) => *users = wanted,
            (Self::RateRps(_), LoopModel::Closed { .. }) | (Self::Users(_), LoopModel::Open) => {}
        }
    }

    /// What puts a running design of that traffic under this load.
    pub fn action(self, traffic: &Traffic) -> Action {
        match self {
            Self::RateRps(rate_rps) => Action::SetRate { rate_rps },
            Self::Users(_) => {
                let mut traffic = traffic.clone();
                self.set(&mut traffic);
                Action::SetTraffic { traffic }
            }
        }
    }
}

/// The scenario at another load.
///
/// Actions that set the rate during the run are left out, for they would undo it; one that replaces
/// the traffic keeps all but its load.
///
/// An autoscaler is given the time it needs beforehand: its service has as many servers as it may have.
///
/// None where that is more than a document may ask for, as the peak of its curve can be.
pub fn at_load(scenario: &ValidScenario, load: Load) -> Option<ValidScenario> {
    let mut changed = scenario.clone().into_inner();
    load.set(&mut changed.traffic);
    changed
        .script
        .retain(|timed| !matches!(timed.action, Action::SetRate { .. }));
    for timed in &mut changed.script {
        match &mut timed.action {
            Action::SetTraffic { traffic } => load.set(traffic),
            Action::Edit { changes } => changes.iter_mut().for_each(come_with_most),
            Action::SetRate { .. }
            | Action::Configure { .. }
            | Action::Kill { .. }
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
            | Action::RepairLink { .. } => {}
        }
    }
    for component in &mut changed.design.components {
        scale_to_most(component, &mut changed.script);
    }
    changed.validate().ok()
}

/// As many servers as the autoscaler may have, and nobody who takes one away in a calm moment; other
/// parameters that the script gives the component later go with that.
fn scale_to_most(component: &mut Component, script: &mut [TimedAction]) {
    let most = component.kind.instances_max();
    fix_instances(&mut component.kind, most);
    for timed in script {
        if let Action::Configure {
            component: id,
            kind,
        } = &mut timed.action
            && *id == component.id
        {
            fix_instances(kind, most);
        }
    }
}

/// A component that comes later has as many servers as it may have too.
fn come_with_most(change: &mut Change) {
    if let Change::Add { component } = change {
        let most = component.kind.instances_max();
        fix_instances(&mut component.kind, most);
    }
}

fn fix_instances(kind: &mut Kind, instances: u16) {
    kind.set_instances(instances);
    if let Kind::Service(service) = kind {
        service.autoscaling = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;

    #[test]
    fn users_are_whole_and_at_least_one() {
        let users = Load::Users(20);
        assert_eq!(users.with_amount(0.3), Load::Users(1));
        assert_eq!(users.with_amount(28.6), Load::Users(29));
        assert_eq!(users.with_amount(1e9), users.most());
        assert_eq!(Load::RateRps(5.0).with_amount(0.3), Load::RateRps(1.0));
    }

    #[test]
    fn a_load_sets_only_what_its_loop_has() {
        let mut traffic = queue(1, 10.0, 50.0).traffic;
        assert_eq!(Load::of(&traffic), Load::RateRps(50.0));
        Load::Users(7).set(&mut traffic);
        assert_eq!(Load::of(&traffic), Load::RateRps(50.0));

        traffic.client.loop_model = LoopModel::Closed {
            users: 3,
            think_time_ms: 0.0,
        };
        Load::RateRps(9.0).set(&mut traffic);
        assert_eq!(
            (traffic.rate_rps, Load::of(&traffic)),
            (50.0, Load::Users(3))
        );
        Load::Users(7).set(&mut traffic);
        assert_eq!(Load::of(&traffic), Load::Users(7));
    }
}
