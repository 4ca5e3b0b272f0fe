//! What the lab is asked about the design on screen.

use headroom_engine::lab::Load;
use headroom_scenario::step::{LADDER, Step};
use headroom_scenario::{
    Action, Change, Scenario, Sort, Target, TimedAction, View, validate_action,
};

use super::building::has_parts;
use super::document::Document;
use crate::lab::Question;

/// The questions about a document, as far as they make sense for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiments {
    /// What the design as it stands now can take.
    pub capacity: Option<Question>,
    /// From which load on its step pays off, as the reader has changed it.
    pub payoff: Option<Question>,
    /// What its step changed, as the reader has changed it, at the load now.
    pub comparison: Option<Question>,
    /// The script has faults besides the step's own, standing, mended or still to come, which the last two
    /// leave out.
    pub leaves_out_faults: bool,
    /// What the design can take is also where what pays off ends: both are of one design under one script.
    pub is_bounded: bool,
    /// The reader has added or removed instances, which are there, or not, from the start after the step's change.
    pub resizes: bool,
    /// Components or links have come or gone since: before and after are of the step as it was opened.
    pub is_built_on: bool,
}

impl Experiments {
    /// About a document, which came from a step or did not.
    pub fn of(document: &Document, step: Option<usize>) -> Self {
        if !document.problems.is_empty() {
            return Self::default();
        }
        let standing = standing(document);
        let capacity = Some(Question::Capacity {
            scenario: Box::new(standing.clone()),
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
        let before = Box::new(Scenario { seed, ..before });
        let original = Scenario {
            seed,
            traffic: document.live.traffic.clone(),
            objectives: document.live.objectives.clone(),
            ..step.scenario()
        };
        let is_built_on = has_parts(&document.live.design.changes_to(&original.design));
        let after = if is_built_on {
            original
        } else {
            edited(document, step)
        };
        let counts = |scenario: &Scenario| -> Vec<u16> {
            let components = scenario.design.components.present();
            components
                .map(|(_, component)| component.kind.instances())
                .collect()
        };
        let resizes = !is_built_on && counts(&after) != counts(&document.live);
        let paying = at_first_load(document, after.clone());
        let opened = step.scenario();
        Self {
            capacity,
            is_bounded: paying.script == standing.script && paying.design == standing.design,
            payoff: Some(Question::Payoff {
                before: before.clone(),
                after: Box::new(paying),
            }),
            comparison: Some(Question::Comparison {
                before,
                after: Box::new(after),
            }),
            leaves_out_faults: by_hand(&document.scenario.script, &opened)
                .any(|timed| timed.action.sort() == Sort::Fault),
            resizes,
            is_built_on,
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

/// The design as it stands now: what was configured, what is broken, and which instances came or went.
fn standing(document: &Document) -> Scenario {
    let standing = at_first_load(document, Scenario::clone(&document.live));
    let mut script: Vec<TimedAction> = Vec::new();
    for timed in document.done() {
        let action = &timed.action;
        match action.sort() {
            Sort::Repair => script.retain(|earlier| {
                let is_mended = earlier.action.target() == action.target();
                earlier.action.sort() != Sort::Fault || !is_mended
            }),
            Sort::Fault | Sort::Resize => script.push(TimedAction {
                at_ns: 0,
                action: action.clone(),
            }),
            // A deploy passes; edits stand in the live design already, and what they took out is past.
            Sort::Deploy | Sort::Edit => {
                script.retain(|earlier| !is_taken_out(action, earlier.action.target()));
            }
        }
    }
    with_script(standing, &script)
}

/// Whether an action takes out what another was done to.
fn is_taken_out(action: &Action, target: Target<'_>) -> bool {
    let Action::Edit { changes } = action else {
        return false;
    };
    changes.iter().any(|change| match (change, target) {
        (Change::Remove { component }, Target::Component(id) | Target::Instance(id, _)) => {
            component == id
        }
        (Change::Remove { component }, Target::Link(from, to)) => {
            [from, to].contains(&component.as_str())
        }
        (Change::Unlink { from, to }, Target::Link(one, other)) => (&**from, &**to) == (one, other),
        (Change::Remove { .. }, Target::Traffic | Target::Design)
        | (
            Change::Unlink { .. },
            Target::Traffic | Target::Design | Target::Component(_) | Target::Instance(..),
        )
        | (Change::Add { .. } | Change::Link { .. } | Change::Configure { .. }, _) => false,
    })
}

/// A design as it stands, with what of a script makes sense in it.
fn with_script(mut standing: Scenario, script: &[TimedAction]) -> Scenario {
    standing.design = standing.design.into_present();
    standing.view = View::default();
    standing.script = Vec::new();
    for timed in script {
        if validate_action(&standing, &timed.action).is_ok() {
            standing.script.push(timed.clone());
        }
    }
    standing
}

/// The load is left as the document has it, for what is searched does not depend on it: the same design
/// is one question at every load.
fn at_first_load(document: &Document, mut scenario: Scenario) -> Scenario {
    Load::of(&document.scenario.traffic).set(&mut scenario.traffic);
    scenario
}

/// The design as the reader has changed it, with the step's own trouble. What they broke on the way is
/// seen live; servers that they added or removed are there from the start.
fn edited(document: &Document, step: &Step) -> Scenario {
    let original = step.scenario();
    let mut edited = with_script(Scenario::clone(&document.live), &original.script);
    for timed in by_hand(document.done(), &original) {
        let Some((id, more)) = timed.action.resizes() else {
            continue;
        };
        let mut resized = edited.clone();
        let components = &mut resized.design.components;
        if let Some(found) = components.iter_mut().find(|found| found.id == id) {
            let instances = found.kind.instances().saturating_add_signed(more);
            found.kind.set_instances(instances);
        }
        // Where the step's trouble is about a server that is no more, there is no such design.
        if resized.clone().validate().is_ok() {
            edited = resized;
        }
    }
    edited
}

/// Actions that are not the step's own, or not at their time.
fn by_hand<'a>(
    script: &'a [TimedAction],
    original: &Scenario,
) -> impl Iterator<Item = &'a TimedAction> {
    let is_own = |timed: &&TimedAction| original.script.contains(timed);
    script.iter().filter(move |timed| !is_own(timed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::Edit;
    use crate::deed;
    use headroom_scenario::{Direction, Impairment};

    fn after(actions: &[Action]) -> Experiments {
        let mut document = Document::new(LADDER[3].scenario());
        for (at_ns, action) in (1..).zip(actions) {
            let action = action.clone();
            document.append(TimedAction { at_ns, action }, Edit::New);
        }
        Experiments::of(&document, Some(3))
    }

    fn capacity_after(actions: &[Action]) -> Option<Question> {
        after(actions).capacity
    }

    #[test]
    fn what_is_built_on_a_step_is_no_part_of_what_the_step_changed() {
        let untouched = after(&[]);
        let changes = LADDER[3].scenario().design.without("lb");
        let built = after(&[Action::Edit { changes }]);
        assert!(built.is_built_on && !untouched.is_built_on);
        assert_eq!(built.comparison, untouched.comparison);
        assert_eq!(built.payoff, untouched.payoff);
        assert_ne!(built.capacity, untouched.capacity, "that is of what stands");
    }

    #[test]
    fn what_was_broken_in_a_part_that_is_gone_is_past() {
        let kill = Action::Kill {
            component: "lb".into(),
            instance: 0,
        };
        let changes = LADDER[3].scenario().design.without("lb");
        let gone = Action::Edit { changes };
        assert_eq!(
            capacity_after(&[kill, gone.clone()]),
            capacity_after(&[gone])
        );
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
    fn what_hangs_and_what_is_cut_is_the_design_that_stands_there_until_it_is_mended() {
        let untouched = capacity_after(&[]);
        let (component, instance) = (String::from("web"), 1);
        let hang = Action::Hang {
            component: component.clone(),
            instance,
        };
        let repair = Action::Repair {
            component,
            instance,
        };
        let cut = Impairment::Cut {
            direction: Direction::Both,
        };
        let [cut, mend] = [deed::impair("lb", "web", cut), deed::repair("lb", "web")];
        for (fault, mending) in [(hang, repair), (cut, mend)] {
            let broken = after(std::slice::from_ref(&fault));
            assert_ne!(broken.capacity, untouched);
            assert!(broken.leaves_out_faults, "before and after are without it");
            let mended = after(&[fault, mending]);
            assert_eq!(mended.capacity, untouched);
            assert!(mended.leaves_out_faults, "they are still without it");
        }
    }

    #[test]
    fn killed_added_and_removed_servers_are_the_design_that_stands_there() {
        let untouched = capacity_after(&[]);
        for action in [
            Action::AddInstance {
                component: "web".into(),
            },
            Action::RemoveInstance {
                component: "web".into(),
                instance: 2,
            },
        ] {
            assert_ne!(capacity_after(&[action]), untouched);
        }
    }

    #[test]
    fn before_after_and_pay_off_are_measured_anew_after_an_edit() {
        let untouched = after(&[]);
        let added = after(&[Action::AddInstance {
            component: "web".into(),
        }]);
        assert_ne!(added.comparison, untouched.comparison);
        assert_ne!(added.payoff, untouched.payoff);

        let mut kind = LADDER[3].scenario().design.components[2].kind.clone();
        kind.set_instances(3);
        if let headroom_scenario::Kind::Service(service) = &mut kind {
            service.workers += 1;
        }
        let configured = after(&[Action::Configure {
            component: "web".into(),
            kind,
        }]);
        assert_ne!(configured.comparison, untouched.comparison);
        assert_ne!(configured.payoff, untouched.payoff);

        // The load is no edit of the design, though before and after are told at it.
        let turned_up = after(&[Action::SetRate { rate_rps: 777.0 }]);
        assert_ne!(turned_up.comparison, untouched.comparison);
        assert_eq!(turned_up.payoff, untouched.payoff);
    }

    #[test]
    fn faults_of_a_link_are_left_out_and_said_so_be_they_past_or_ahead() {
        let step = LADDER[3].scenario();
        let opened = |at_s: &[u64]| {
            let mut scenario = step.clone();
            for at_s in at_s {
                scenario.script.push(TimedAction {
                    at_ns: at_s * 1_000_000_000,
                    action: Action::Kill {
                        component: "web".into(),
                        instance: 1,
                    },
                });
            }
            scenario.script.sort_by_key(|timed| timed.at_ns);
            let mut document = Document::new(scenario);
            document.advance_to(30_000_000_000);
            Experiments::of(&document, Some(3)).leaves_out_faults
        };
        assert!(!opened(&[]), "the step's own are played");
        assert!(opened(&[20]), "past");
        assert!(opened(&[300]), "ahead");
    }

    #[test]
    fn a_pay_off_is_bounded_by_what_the_design_takes_under_the_same_script_only() {
        let scripted = after(&[]);
        assert!(!scripted.is_bounded, "the script of the step is not in it");
        let place = LADDER
            .iter()
            .position(|step| step.name == "sticky-sessions");
        let place = place.expect("there is one");
        let mut document = Document::new(LADDER[place].scenario());
        assert!(LADDER[place].scenario().script.is_empty());
        assert!(Experiments::of(&document, Some(place)).is_bounded);
        let action = Action::Kill {
            component: "web".into(),
            instance: 0,
        };
        document.append(TimedAction { at_ns: 1, action }, Edit::New);
        assert!(!Experiments::of(&document, Some(place)).is_bounded);
    }

    #[test]
    fn what_the_design_takes_and_where_it_pays_off_are_under_the_same_curve() {
        let traffic = headroom_scenario::Traffic {
            curve: headroom_scenario::Curve::Spike {
                factor: 3.0,
                start_s: 10.0,
                length_s: 20.0,
            },
            ..LADDER[3].scenario().traffic
        };
        let curved = after(&[Action::SetTraffic {
            traffic: traffic.clone(),
        }]);
        let (Some(Question::Capacity { scenario }), Some(Question::Payoff { after, .. })) =
            (curved.capacity, curved.payoff)
        else {
            panic!("both are asked");
        };
        assert_eq!(scenario.traffic, traffic);
        assert_eq!(after.traffic, traffic);
    }

    #[test]
    fn what_the_reader_broke_is_left_out_and_said_so() {
        let kill = Action::Kill {
            component: "web".into(),
            instance: 1,
        };
        let broken = after(std::slice::from_ref(&kill));
        assert!(broken.leaves_out_faults);
        assert_eq!(broken.comparison, after(&[]).comparison);
        let repair = Action::Repair {
            component: "web".into(),
            instance: 1,
        };
        assert!(after(&[kill, repair]).leaves_out_faults);
        assert!(!after(&[]).leaves_out_faults);
    }

    #[test]
    fn the_first_step_has_nothing_to_be_compared_with() {
        let experiments = Experiments::of(&Document::new(LADDER[0].scenario()), Some(0));
        assert_eq!(experiments.questions().count(), 1);
    }
}
