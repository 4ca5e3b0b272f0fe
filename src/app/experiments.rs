//! What the lab is asked about the design on screen.

use headroom_scenario::step::LADDER;
use headroom_scenario::{Action, Scenario, TimedAction, View};

use super::document::Document;
use crate::lab::Question;

/// The questions about a document, as far as they make sense for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiments {
    /// What the design as it stands now can take.
    pub capacity: Option<Question>,
    /// From which load on its step pays off.
    pub payoff: Option<Question>,
    /// What its step changed, at the load now.
    pub comparison: Option<Question>,
}

impl Experiments {
    /// About a document, which came from a step or did not.
    pub fn of(document: &Document, step: Option<usize>) -> Self {
        if !document.problems.is_empty() {
            return Self::default();
        }
        let capacity = Some(Question::Capacity {
            scenario: standing(document).to_json(),
        });
        let Some((step, before)) =
            step.and_then(|place| Some((&LADDER[place], LADDER[place].before()?)))
        else {
            return Self {
                capacity,
                ..Self::default()
            };
        };
        let seed = document.scenario.seed;
        let original = Scenario {
            seed,
            ..step.scenario()
        };
        // The step's own trouble, and not what the reader did on the way: that is seen live.
        let after = Scenario {
            script: original.script.clone(),
            view: View::default(),
            ..Scenario::clone(&document.live)
        };
        let before = Scenario { seed, ..before }.to_json();
        Self {
            capacity,
            payoff: Some(Question::Payoff {
                before: before.clone(),
                after: original.to_json(),
            }),
            comparison: Some(Question::Comparison {
                before,
                after: after.to_json(),
            }),
        }
    }

    /// All of them, the most urgent first.
    pub fn questions(&self) -> impl Iterator<Item = Question> + use<> {
        [&self.capacity, &self.comparison, &self.payoff]
            .map(Clone::clone)
            .into_iter()
            .flatten()
    }
}

/// The design as it stands now: what was configured, and which instances died, slowed, came or went.
/// The load is left as the document has it, for the capacity does not depend on it: the same design
/// is one question at every load.
fn standing(document: &Document) -> Scenario {
    let mut standing = Scenario::clone(&document.live);
    standing.traffic.rate_rps = document.scenario.traffic.rate_rps;
    standing.view = View::default();
    standing.script = Vec::new();
    for timed in document.done() {
        match &timed.action {
            Action::Repair { component, instance } => standing.script.retain(|earlier| {
                !matches!(&earlier.action, Action::Kill { component: c, instance: i } | Action::Slow { component: c, instance: i, .. }
                    if c == component && i == instance)
            }),
            Action::Kill { .. } | Action::Slow { .. } | Action::AddInstance { .. } | Action::RemoveInstance { .. } => {
                standing.script.push(TimedAction { at_ns: 0, action: timed.action.clone() });
            }
            // A deploy passes.
            Action::Deploy { .. } => {}
            // These stand in the live design already.
            Action::SetRate { .. } | Action::SetTraffic { .. } | Action::Configure { .. } | Action::SetLatency { .. } => {}
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::Edit;

    fn capacity_after(actions: &[Action]) -> Option<Question> {
        let mut document = Document::new(LADDER[3].scenario());
        for (at_ns, action) in (1..).zip(actions) {
            let action = action.clone();
            document.append(TimedAction { at_ns, action }, Edit::New);
        }
        Experiments::of(&document, Some(3)).capacity
    }

    #[test]
    fn a_design_is_one_question_at_every_load_and_after_every_repair() {
        let untouched = capacity_after(&[]);
        assert_eq!(
            capacity_after(&[Action::SetRate { rate_rps: 777.0 }]),
            untouched
        );
        let kill = Action::Kill {
            component: "web".into(),
            instance: 1,
        };
        assert_ne!(capacity_after(std::slice::from_ref(&kill)), untouched);
        let repair = Action::Repair {
            component: "web".into(),
            instance: 1,
        };
        assert_eq!(capacity_after(&[kill, repair]), untouched);
    }

    #[test]
    fn the_first_step_has_nothing_to_be_compared_with() {
        let experiments = Experiments::of(&Document::new(LADDER[0].scenario()), Some(0));
        assert_eq!(experiments.questions().count(), 1);
    }
}
