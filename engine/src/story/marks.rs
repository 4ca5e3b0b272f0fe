//! The marks of a run's time line: what users do to it and what follows, in a few words each.

use headroom_scenario::{Action, Change, Impairment, Kind, Scenario, Target, TimedAction};

use crate::limits::MARKS_MAX;
use crate::story::happening::{Mark, Tone};
use crate::time::NS_PER_S;

/// Changes that a mark names; of more it says how many.
const CHANGES_NAMED_MAX: usize = 2;

/// Rates set within less than so long of each other are one turn of the load, and one mark: sooner than anybody
/// types two.
const TURN_NS: u64 = NS_PER_S / 2;

/// Marks in order of time, the oldest gone when there are too many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    kept: Vec<Mark>,
    /// The last mark is of a turn of the load that began at this rate.
    turned_from_rps: Option<f64>,
}

impl Marks {
    /// Those from a moment on, as far as they are kept.
    pub fn since(&self, at_ns: u64) -> &[Mark] {
        &self.kept[self.kept.partition_point(|mark| mark.at_ns < at_ns)..]
    }

    /// One more.
    pub fn add(&mut self, mark: Mark) {
        if self.kept.len() == MARKS_MAX {
            self.kept.remove(0);
        }
        self.kept.push(mark);
        self.turned_from_rps = None;
    }

    /// An edit, with all that it changes, of the component of that number. What changes nothing leaves
    /// no mark.
    pub fn add_edit(&mut self, at_ns: u64, action: &Action, before: &Scenario) {
        let mut from = before;
        let turned;
        let last = self.kept.last().map_or(0, |mark| mark.at_ns);
        let is_turn = |_: &f64| matches!(action, Action::SetRate { .. }) && at_ns - last < TURN_NS;
        let began_at_rps = self.turned_from_rps.filter(is_turn);
        if let Some(rate_rps) = began_at_rps {
            self.kept.pop();
            turned = at_rate(before, rate_rps);
            from = &turned;
        }
        self.turned_from_rps = None;
        let changes = action.changes(from);
        if changes.is_empty() {
            return;
        }
        let (subject, component) = subject(action, before);
        let named = changes.len().min(CHANGES_NAMED_MAX);
        let rest = match changes.len() - named {
            0 => String::new(),
            rest => format!(", +{rest} more"),
        };
        self.add(Mark {
            at_ns,
            tone: Tone::Neutral,
            words: format!("{subject}{}{rest}", changes[..named].join(", ")),
            details: if rest.is_empty() {
                String::new()
            } else {
                format!("{subject}{}", changes.join(", "))
            },
            component,
            instance: None,
        });
        if let Action::SetRate { .. } = action {
            self.turned_from_rps = Some(from.traffic.rate_rps);
        }
    }
}

fn at_rate(scenario: &Scenario, rate_rps: f64) -> Scenario {
    let mut turned = scenario.clone();
    Action::SetRate { rate_rps }.carry_out(&mut turned);
    turned
}

/// Whom an edit is about, as its mark begins, and the number of the component.
fn subject(action: &Action, scenario: &Scenario) -> (String, Option<u8>) {
    let number = |id: &str| {
        scenario
            .design
            .component(id)
            .map(|(number, _)| number as u8)
    };
    match action {
        Action::Configure { component, .. } => {
            let title = scenario.design.title(component);
            (format!("{title}: "), number(component))
        }
        Action::SetLatency { from, to, .. } | Action::SetTimeout { from, to, .. } => {
            let [from, end] = [from, to].map(|id| scenario.design.title(id));
            (format!("{from} to {end}: "), number(to))
        }
        Action::Edit { changes } => {
            let first = changes.iter().find_map(|change| match change {
                Change::Add { .. } => Some(scenario.design.components.len() as u8),
                Change::Remove { component } | Change::Configure { component, .. } => {
                    number(component)
                }
                Change::Link { .. } | Change::Unlink { .. } => None,
            });
            (String::new(), first)
        }
        Action::SetRate { .. } | Action::SetTraffic { .. } => {
            let mut components = scenario.design.components.iter();
            let clients = components.position(|row| matches!(row.kind, Kind::Clients(_)));
            (String::new(), clients.map(|number| number as u8))
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
        | Action::RepairLink { .. } => (String::new(), None),
    }
}

/// `Load balancer is not there any more`.
pub(crate) fn passed_over(title: &str) -> String {
    format!("{title} is not there any more")
}

/// `db/1 is cut off from the other copies`.
pub(crate) fn cut_off(name: &str) -> String {
    format!("{name} is cut off from the other copies")
}

/// `db/2 is promoted`.
pub(crate) fn promoted(name: &str) -> String {
    format!("{name} is promoted")
}

/// `web/1 dies`.
pub(crate) fn dies(name: &str) -> String {
    format!("{name} dies")
}

/// `web/1 hangs`.
pub(crate) fn hangs(name: &str) -> String {
    format!("{name} hangs")
}

/// `db is destroyed`.
pub(crate) fn destroyed(name: &str) -> String {
    format!("{name} is destroyed")
}

/// `web to cache: loses 5 %`.
pub(crate) fn impaired(from: &str, to: &str, impairment: Impairment) -> String {
    format!("{from} to {to}: {}", impairment.words())
}

/// `web to cache: works again`.
pub(crate) fn carries_again(from: &str, to: &str) -> String {
    format!("{from} to {to}: works again")
}

/// `web/1 works again`.
pub(crate) fn works_again(name: &str) -> String {
    format!("{name} works again")
}

/// `web/1 3 times slower`.
pub(crate) fn slower(name: &str, factor: f64) -> String {
    format!("{name} {factor} times slower")
}

/// `web/4 starts`; what has nothing to boot is there at once.
pub(crate) fn joins(name: &str, boots: bool) -> String {
    format!("{name} {}", if boots { "starts" } else { "added" })
}

/// `web/1 taken out`.
pub(crate) fn taken_out(name: &str) -> String {
    format!("{name} taken out")
}

/// `deploy of web, 2 at a time`.
pub(crate) fn deploy(title: &str, batch: u16) -> String {
    format!("deploy of {title}, {batch} at a time")
}

/// The marks that the actions of a script will make as far as one can tell before the run: what follows
/// from them is not there yet.
pub fn scheduled(scenario: &Scenario) -> Vec<Mark> {
    let mut so_far = Scenario {
        script: Vec::new(),
        ..scenario.clone()
    };
    let components = &scenario.design.components;
    let mut cast: Vec<u16> = components.iter().map(|row| row.kind.instances()).collect();
    let mut marks = Marks::default();
    for TimedAction { at_ns, action } in &scenario.script {
        match of_target(action, &so_far, &mut cast) {
            Some((tone, words, component, instance)) => marks.add(Mark {
                at_ns: *at_ns,
                tone,
                words,
                details: String::new(),
                component: Some(component),
                instance,
            }),
            None => marks.add_edit(*at_ns, action, &so_far),
        }
        action.carry_out(&mut so_far);
        let come = so_far.design.components[cast.len()..].iter();
        cast.extend(come.map(|row| row.kind.instances()));
    }
    marks.kept
}

/// What is done to an instance or a link, with how many instances there have been of each component.
fn of_target(
    action: &Action,
    scenario: &Scenario,
    cast: &mut [u16],
) -> Option<(Tone, String, u8, Option<u16>)> {
    let (id, mut instance) = match action.target() {
        Target::Instance(id, instance) => (id, Some(instance)),
        Target::Component(id) | Target::Link(_, id) => (id, None),
        Target::Traffic | Target::Design => return None,
    };
    let (number, row) = scenario.design.component(id)?;
    if let Action::AddInstance { .. } = action {
        instance = Some(cast[number]);
    }
    let name = instance.map_or_else(String::new, |instance| {
        cast[number] = cast[number].max(instance + 1);
        row.instance_title(instance)
    });
    let (tone, words) = match action {
        Action::Kill { .. } => (Tone::Bad, dies(&name)),
        Action::Hang { .. } => (Tone::Bad, hangs(&name)),
        Action::Destroy { .. } => (Tone::Bad, destroyed(&name)),
        Action::CutOff { .. } => (Tone::Bad, cut_off(&name)),
        Action::Promote { .. } => (Tone::Neutral, promoted(&name)),
        Action::Repair { .. } => (Tone::Good, works_again(&name)),
        Action::Slow { factor, .. } => (Tone::Bad, slower(&name, *factor)),
        Action::AddInstance { .. } => {
            let boots = matches!(row.kind, Kind::Service(_));
            (Tone::Neutral, joins(&name, boots))
        }
        Action::RemoveInstance { .. } => (Tone::Neutral, taken_out(&name)),
        Action::ImpairLink {
            from,
            to,
            impairment,
        } => {
            let [from, to] = [from, to].map(|id| scenario.design.title(id));
            (Tone::Bad, impaired(from, to, *impairment))
        }
        Action::RepairLink { from, to } => {
            let [from, to] = [from, to].map(|id| scenario.design.title(id));
            (Tone::Good, carries_again(from, to))
        }
        Action::Deploy { batch, .. } => (Tone::Neutral, deploy(row.title(), *batch)),
        Action::SetRate { .. }
        | Action::SetTraffic { .. }
        | Action::Configure { .. }
        | Action::Edit { .. }
        | Action::SetLatency { .. }
        | Action::SetTimeout { .. } => return None,
    };
    Some((tone, words, number as u8, instance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_marks_go_when_there_are_too_many() {
        let mut marks = Marks::default();
        for number in 0..MARKS_MAX as u64 + 5 {
            marks.add(Mark {
                at_ns: number,
                tone: Tone::Bad,
                words: String::new(),
                details: String::new(),
                component: None,
                instance: None,
            });
        }
        assert_eq!(marks.since(0).len(), MARKS_MAX);
        assert_eq!(marks.since(0)[0].at_ns, 5);
    }
}
