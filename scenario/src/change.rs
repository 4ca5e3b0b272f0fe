//! What an edit changes, in words: `TTL 300 → 2 s`.

use crate::parameter::{Parameters, Row};
use crate::{Action, Change, Design, Kind, Link, Scenario, Traffic};

impl Action {
    /// What an edit of the document's parameters changes, each in a few words with its unit:
    /// `rate 800 → 1,200 requests/s`. Empty where it changes nothing, or is no such edit.
    pub fn changes(&self, before: &Scenario) -> Vec<String> {
        match self {
            Action::SetRate { rate_rps } => {
                let after = Traffic {
                    rate_rps: *rate_rps,
                    ..before.traffic.clone()
                };
                of_traffic(&before.traffic, &after)
            }
            Action::SetTraffic { traffic } => of_traffic(&before.traffic, traffic),
            Action::Configure { component, kind } => before
                .design
                .component(component)
                .map_or_else(Vec::new, |(_, row)| of_kind(&row.kind, kind)),
            Action::SetLatency {
                from,
                to,
                latency_ms,
            } => of_link(&before.design, from, to, |link| {
                link.latency_ms = *latency_ms;
            }),
            Action::SetTimeout {
                from,
                to,
                timeout_ms,
            } => of_link(&before.design, from, to, |link| {
                link.timeout_ms = *timeout_ms;
            }),
            Action::Edit { changes } => of_parts(changes, &before.design),
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
            | Action::RepairLink { .. } => Vec::new(),
        }
    }
}

/// What is set in a link; nothing where there is none.
fn of_link(design: &Design, from: &str, to: &str, set: impl FnOnce(&mut Link)) -> Vec<String> {
    let Some(place) = design.link(from, to) else {
        return Vec::new();
    };
    let mut after = design.links[place].clone();
    set(&mut after);
    between(design.links[place].rows(), after.rows())
}

/// Changes of what a design consists of. What comes or goes brings or takes its links, of which nothing need be
/// said.
fn of_parts(changes: &[Change], before: &Design) -> Vec<String> {
    let mut design = before.clone();
    let mut told = Vec::new();
    let mut is_moved = Vec::new();
    for change in changes {
        match change {
            Change::Add { component } => {
                told.push(format!("{} added", component.title()));
                is_moved.push(&*component.id);
            }
            Change::Remove { component } => {
                told.push(format!("{} taken out", design.title(component)));
                is_moved.push(component);
            }
            Change::Configure { component, kind } => {
                if let Some((_, row)) = design.component(component) {
                    let changes = of_kind(&row.kind, kind).join(", ");
                    if !changes.is_empty() {
                        told.push(format!("{}: {changes}", row.title()));
                    }
                }
            }
            Change::Link { .. } | Change::Unlink { .. } => {}
        }
        design.apply(change);
    }
    let mut between = |from: &str, to: &str, done: &str| {
        if ![from, to].iter().any(|end| is_moved.contains(end)) {
            let [from, to] = [from, to].map(|end| before.title(end));
            told.push(format!("{from} {done} {to}"));
        }
    };
    for change in changes {
        match change {
            Change::Link { link } => between(&link.from, &link.to, "linked to"),
            Change::Unlink { from, to } => between(from, to, "unlinked from"),
            Change::Add { .. } | Change::Remove { .. } | Change::Configure { .. } => {}
        }
    }
    told
}

/// How many instances there are at the start does not change in the middle of a run.
fn of_kind(before: &Kind, after: &Kind) -> Vec<String> {
    if before.tag() != after.tag() {
        return Vec::new();
    }
    let mut after = after.clone();
    after.set_instances(before.instances());
    between(before.parameters(), after.parameters())
}

fn of_traffic(before: &Traffic, after: &Traffic) -> Vec<String> {
    let mut told = between(before.rows(), after.rows());
    told.extend(of_list(&before.classes, &after.classes, |class| &class.id));
    told.extend(of_list(&before.regions, &after.regions, |region| {
        &region.id
    }));
    told
}

/// Classes and regions, told by their names.
fn of_list<T: Parameters>(before: &[T], after: &[T], id: fn(&T) -> &str) -> Vec<String> {
    let mut told = Vec::new();
    for row in after {
        let name = id(row);
        match before.iter().find(|was| id(was) == name) {
            Some(was) => {
                let changes = between(was.rows(), row.rows()).into_iter();
                told.extend(changes.map(|change| format!("{name} {change}")));
            }
            None => told.push(format!("{name} added")),
        }
    }
    let gone = before
        .iter()
        .filter(|was| !after.iter().any(|row| id(row) == id(was)));
    told.extend(gone.map(|was| format!("{} taken out", id(was))));
    told
}

/// What changes between the rows of one table.
fn between(before: Vec<Row>, after: Vec<Row>) -> Vec<String> {
    let mut told = Vec::new();
    for (before, after) in before.iter().zip(&after) {
        if before.value != after.value {
            told.extend(before.parameter.change(&before.value, &after.value));
        }
    }
    told
}
