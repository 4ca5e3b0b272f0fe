//! One design under another's conditions.

use headroom_scenario::{
    Action, Component, Design, Problem, Scenario, Target, TimedAction, ValidScenario,
    validate_action,
};
use serde::Serialize;

use crate::figures::report::Report;
use crate::time::NS_PER_S;

/// A design under another's conditions, and what had to be made of them.
#[derive(Clone, Debug)]
pub struct Faced {
    /// The design with the other's traffic, script, seed and objectives. Tiers that are the other's under
    /// another name have its name.
    pub scenario: ValidScenario,
    /// Tiers that both designs have, under another name.
    pub renamed: Vec<Renamed>,
    /// Actions that make no sense in this design, such as a fault of a component it has not got.
    pub left_out: Vec<LeftOut>,
    /// What the design itself calls each component.
    own_ids: Vec<String>,
}

/// A tier that stands for another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// What the design calls it.
    pub own: String,
    /// What the conditions call it.
    pub there: String,
}

/// An action that a design can't follow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// When it would have been done, and what.
    #[serde(flatten)]
    pub timed: TimedAction,
    /// Why it can't be.
    pub reason: String,
}

/// One scenario's design under another's conditions: its traffic, script, seed and objectives.
///
/// A tier is the other design's, whatever it is called, where there is no doubt: it is the only one of its
/// kind that has no namesake there, or the only one of them that is called by the same tiers. Then it has
/// the other's name for the run, and with it the same draws of chance.
///
/// # Errors
/// The problems of a design that can't face that traffic.
pub fn facing(design: &ValidScenario, conditions: &ValidScenario) -> Result<Faced, Vec<Problem>> {
    let mut changed: Scenario = design.clone().into_inner();
    let ids = changed.design.components.iter();
    let own_ids = ids.map(|component| component.id.clone()).collect();
    let renamed = namesakes(&changed.design, &conditions.design);
    rename(&mut changed.design, &renamed);
    changed.seed = conditions.seed;
    changed.traffic = conditions.traffic.clone();
    changed.objectives = conditions.objectives.clone();
    changed.script = Vec::new();
    let mut left_out = Vec::new();
    for timed in &conditions.script {
        // What comes before an action decides too: a server that joined may die.
        match validate_action(&changed, &timed.action) {
            Ok(()) => changed.script.push(timed.clone()),
            Err(problem) => {
                let problem =
                    in_own_names(&changed, &design.design, &timed.action).unwrap_or(problem);
                left_out.push(LeftOut {
                    timed: timed.clone(),
                    // What would be right instead is for who wrote the script, which is another design's.
                    reason: problem.what().to_owned(),
                });
            }
        }
    }
    Ok(Faced {
        scenario: changed.validate()?,
        renamed,
        left_out,
        own_ids,
    })
}

/// Why an action can't be done, by the names that a design itself has for its tiers; none where it is done to
/// what the design has not got.
fn in_own_names(changed: &Scenario, own: &Design, action: &Action) -> Option<Problem> {
    let rename = |action: &mut Action| -> Option<()> {
        for id in action.ids_mut() {
            let (place, _) = changed.design.component(id)?;
            id.clone_from(&own.components[place].id);
        }
        Some(())
    };
    let mut told = Scenario {
        design: own.clone(),
        ..changed.clone()
    };
    let mut action = action.clone();
    rename(&mut action)?;
    for timed in &mut told.script {
        rename(&mut timed.action)?;
    }
    validate_action(&told, &action).err()
}

/// Which tiers of a design are another's under another name.
fn namesakes(own: &Design, there: &Design) -> Vec<Renamed> {
    let mut renamed: Vec<Renamed> = Vec::new();
    loop {
        let found = pairs(own, there, &renamed, |_, _| true).or_else(|| {
            pairs(own, there, &renamed, |mine, theirs| {
                have_the_same(&callers(own, mine, &renamed), &callers(there, theirs, &[]))
            })
        });
        match found {
            Some(pair) => renamed.push(pair),
            None => return renamed,
        }
    }
}

/// A tier of either design without a counterpart as yet, where they alone fit each other.
fn pairs(
    own: &Design,
    there: &Design,
    renamed: &[Renamed],
    fits: impl Fn(&Component, &Component) -> bool,
) -> Option<Renamed> {
    let mine: Vec<&Component> = left(own, there, |id| renamed.iter().any(|pair| pair.own == id));
    let theirs: Vec<&Component> =
        left(there, own, |id| renamed.iter().any(|pair| pair.there == id));
    let fit = |a: &Component, b: &Component| a.kind.tag() == b.kind.tag() && fits(a, b);
    let only = |fitting: &[&Component]| fitting.len() == 1;
    mine.iter().find_map(|own| {
        let counterparts: Vec<&Component> = theirs
            .iter()
            .copied()
            .filter(|there| fit(own, there))
            .collect();
        let there = *counterparts.first()?;
        let rivals: Vec<&Component> = mine
            .iter()
            .copied()
            .filter(|rival| fit(rival, there))
            .collect();
        (only(&counterparts) && only(&rivals)).then(|| Renamed {
            own: own.id.clone(),
            there: there.id.clone(),
        })
    })
}

/// Components that have no namesake of their kind in the other design, and are not in a pair either.
fn left<'a>(
    design: &'a Design,
    other: &Design,
    is_paired: impl Fn(&str) -> bool,
) -> Vec<&'a Component> {
    let has_namesake = |component: &Component| {
        let namesake = other.component(&component.id);
        namesake.is_some_and(|(_, namesake)| namesake.kind.tag() == component.kind.tag())
    };
    let components = design.components.iter();
    components
        .filter(|component| !has_namesake(component) && !is_paired(&component.id))
        .collect()
}

/// Who calls a component, by the other design's names.
fn callers<'a>(design: &'a Design, component: &Component, renamed: &'a [Renamed]) -> Vec<&'a str> {
    let calls = design.links.iter().filter(|link| link.to == component.id);
    calls.map(|link| name_there(&link.from, renamed)).collect()
}

/// Whether two lists have the same names equally often, in whatever order.
fn have_the_same(mine: &[&str], theirs: &[&str]) -> bool {
    let count = |list: &[&str], name: &str| list.iter().filter(|one| **one == name).count();
    let is_as_often = |name: &&str| count(mine, name) == count(theirs, name);
    mine.len() == theirs.len() && mine.iter().all(is_as_often)
}

fn name_there<'a>(id: &'a str, renamed: &'a [Renamed]) -> &'a str {
    let pair = renamed.iter().find(|pair| pair.own == id);
    pair.map_or(id, |pair| &pair.there)
}

/// Gives the tiers of a design their counterparts' names. One that has such a name already, without being
/// the tier that is meant, takes the name that this sets free: no two are called the same.
fn rename(design: &mut Design, renamed: &[Renamed]) {
    let new_name = |id: &str| -> String {
        if let Some(pair) = renamed.iter().find(|pair| pair.own == id) {
            return pair.there.clone();
        }
        let mut free = id;
        while let Some(pair) = renamed.iter().find(|pair| pair.there == free) {
            free = &pair.own;
        }
        free.to_owned()
    };
    for component in &mut design.components {
        component.id = new_name(&component.id);
    }
    for link in &mut design.links {
        link.from = new_name(&link.from);
        link.to = new_name(&link.to);
    }
}

impl Faced {
    /// The figures of a run of it, under the names that the design itself has.
    pub fn in_own_names(&self, report: Report) -> Report {
        let components = report.components.into_iter().map(|(id, component)| {
            let place = self.scenario.design.component(&id).map(|(place, _)| place);
            let own = place.and_then(|place| self.own_ids.get(place));
            (own.cloned().unwrap_or(id), component)
        });
        Report {
            components: components.collect(),
            ..report
        }
    }
}

impl LeftOut {
    /// `at 10 s, kill web/1: there is no component “web”`. The action is of the script of a scenario with this
    /// design.
    pub fn sentence(&self, conditions: &Design) -> String {
        let at_s = self.timed.at_ns as f64 / NS_PER_S as f64;
        format!(
            "at {at_s} s, {}: {}",
            words(&self.timed.action, conditions),
            self.reason
        )
    }
}

/// What an action does to a design, as one would order it.
fn words(action: &Action, design: &Design) -> String {
    let target = match action.target() {
        Target::Instance(id, instance) => design.instance_title(id, instance),
        Target::Component(id) => design.title(id).to_owned(),
        Target::Link(from, to) => format!("{} → {}", design.title(from), design.title(to)),
        Target::Traffic | Target::Design => String::new(),
    };
    match action {
        Action::SetRate { rate_rps } => format!("set the rate to {rate_rps}/s"),
        Action::SetTraffic { .. } => "change the traffic".into(),
        Action::Edit { .. } => "change the design".into(),
        Action::Kill { .. } => format!("kill {target}"),
        Action::Hang { .. } => format!("let {target} hang"),
        Action::Destroy { .. } => format!("destroy {target}"),
        Action::CutOff { .. } => format!("cut {target} off"),
        Action::Promote { .. } => format!("promote {target}"),
        Action::Repair { .. } | Action::RepairLink { .. } => format!("repair {target}"),
        Action::Slow { factor, .. } => format!("slow {target} {factor} ×"),
        Action::AddInstance { .. } => format!("add one to {target}"),
        Action::RemoveInstance { .. } => format!("remove {target}"),
        Action::Deploy { .. } => format!("deploy {target}"),
        Action::Configure { .. } => format!("configure {target}"),
        Action::SetLatency { .. } => format!("set the latency of {target}"),
        Action::SetTimeout { .. } => format!("set the time-out of {target}"),
        Action::ImpairLink { impairment, .. } => {
            format!("impair {target}: {}", impairment.words())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::queue::queue;

    fn action(kill: &str, instance: u16) -> Action {
        Action::Kill {
            component: kill.into(),
            instance,
        }
    }

    fn with_script(actions: impl IntoIterator<Item = Action>) -> ValidScenario {
        let mut scenario = queue(1, 10.0, 50.0);
        let timed = |(second, action)| TimedAction {
            at_ns: second * NS_PER_S,
            action,
        };
        scenario.script = (1u64..).zip(actions).map(timed).collect();
        scenario.validate().expect("a valid scenario")
    }

    fn other(ids: &[(&str, &str)]) -> ValidScenario {
        let mut other = queue(2, 10.0, 5.0);
        other.seed = 9;
        for (id, new) in ids {
            for component in &mut other.design.components {
                if component.id == *id {
                    component.id = (*new).into();
                }
            }
            for link in &mut other.design.links {
                for end in [&mut link.from, &mut link.to] {
                    if end == id {
                        *end = (*new).into();
                    }
                }
            }
        }
        other.validate().expect("a valid scenario")
    }

    #[test]
    fn a_newcomer_may_die() {
        let joins = Action::AddInstance {
            component: "web".into(),
        };
        let conditions = with_script([joins, action("web", 1)]);
        let faced = facing(&other(&[]), &conditions).expect("the same traffic");
        assert_eq!(
            (faced.scenario.seed, faced.scenario.traffic.rate_rps),
            (1, 50.0)
        );
        assert_eq!(faced.scenario.script, conditions.script);
        assert_eq!((faced.renamed, faced.left_out), (vec![], vec![]));
    }

    #[test]
    fn a_tier_is_the_others_whatever_it_is_called() {
        let conditions = with_script([action("web", 0)]);
        for renamed in [
            &[("web", "app")][..],
            &[("users", "people"), ("web", "app")],
            // What was called one is called the other.
            &[("users", "x"), ("web", "users"), ("x", "web")],
        ] {
            let design = other(renamed);
            let faced = facing(&design, &conditions).expect("the same traffic");
            assert_eq!(faced.scenario.script, conditions.script);
            assert_eq!(
                faced.scenario.design,
                other(&[]).design.clone(),
                "{renamed:?}"
            );
            assert_eq!(faced.left_out, []);
            let report = Report {
                components: [("web".to_owned(), Default::default())].into(),
                ..Report::default()
            };
            let own = design.design.components[1].id.clone();
            let told = faced.in_own_names(report);
            assert_eq!(told.components.into_keys().collect::<Vec<_>>(), [own]);
        }
    }

    #[test]
    fn who_calls_a_tier_tells_it_from_others_of_its_kind() {
        let two = |front: &str, back: &str| {
            let mut scenario = queue(1, 10.0, 5.0);
            let mut behind = scenario.design.components[1].clone();
            behind.id = back.into();
            scenario.design.components[1].id = front.into();
            scenario.design.links[0].to = front.into();
            scenario.design.components.push(behind);
            scenario.design.components.rotate_right(1);
            scenario.design.links.push(headroom_scenario::Link {
                from: front.into(),
                to: back.into(),
                latency_ms: 0.0,
                ..Default::default()
            });
            scenario.validate().expect("a valid scenario")
        };
        let faced = facing(&two("web", "orders"), &two("app", "stock")).expect("the same traffic");
        let renamed = |own: &str, there: &str| Renamed {
            own: own.into(),
            there: there.into(),
        };
        assert_eq!(
            faced.renamed,
            [renamed("web", "app"), renamed("orders", "stock")]
        );
    }

    #[test]
    fn why_something_is_left_out_is_told_by_the_names_of_the_design_spoken_of() {
        let mut conditions = queue(1, 10.0, 5.0);
        if let headroom_scenario::Kind::Service(web) = &mut conditions.design.components[1].kind {
            web.instances = 3;
        }
        conditions.script = vec![TimedAction {
            at_ns: NS_PER_S,
            action: action("web", 2),
        }];
        let conditions = conditions.validate().expect("a valid scenario");
        // What was called one is called the other.
        for renamed in [
            &[("web", "app")][..],
            &[("users", "x"), ("web", "users"), ("x", "web")],
        ] {
            let design = other(renamed);
            let faced = facing(&design, &conditions).expect("the same traffic");
            let own = &design.design.components[1].id;
            let reason = &faced.left_out[0].reason;
            assert!(
                reason.contains(&format!("“{own}”")),
                "{renamed:?}: {reason}"
            );
        }
    }

    #[test]
    fn what_makes_no_sense_is_left_out_and_told() {
        let conditions = with_script([action("web", 0)]);
        let mut other = queue(1, 10.0, 5.0);
        other.design.components[1].id = "data".into();
        other.design.components[1].kind = headroom_scenario::Kind::Database(Default::default());
        other.design.links[0].to = "data".into();
        // No service is there to be killed.
        let Ok(other) = other.validate() else {
            return;
        };
        let faced = facing(&other, &conditions).expect("the same traffic");
        assert_eq!(faced.scenario.script, []);
        let left_out = faced.left_out.iter();
        let told: Vec<String> = left_out
            .map(|left_out| left_out.sentence(&conditions.design))
            .collect();
        assert!(told[0].starts_with("at 1 s, kill web/1: "), "{told:?}");
    }
}
