//! What an action does to the document.

use crate::{Action, Scenario};

impl Action {
    /// Carries the action out on a scenario's traffic and design. What instances do (die, come, go) is
    /// not in the document: the engine tells it.
    pub fn carry_out(&self, scenario: &mut Scenario) {
        match self {
            Action::SetRate { rate_rps } => scenario.traffic.rate_rps = *rate_rps,
            Action::SetTraffic { traffic } => scenario.traffic = traffic.clone(),
            Action::Configure { component, kind } => {
                let design = &mut scenario.design;
                if let Some((place, _)) = design.component(component) {
                    design.components[place].kind = kind.clone();
                }
            }
            Action::Edit { changes } => {
                for change in changes {
                    scenario.design.apply(change);
                }
            }
            Action::SetLatency {
                from,
                to,
                latency_ms,
            } => {
                if let Some(place) = scenario.design.link(from, to) {
                    scenario.design.links[place].latency_ms = *latency_ms;
                }
            }
            Action::SetTimeout {
                from,
                to,
                timeout_ms,
            } => {
                if let Some(place) = scenario.design.link(from, to) {
                    scenario.design.links[place].timeout_ms = *timeout_ms;
                }
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
            | Action::ImpairLink { .. }
            | Action::RepairLink { .. } => {}
        }
    }
}
