//! Rules for changes of what a design consists of.

use super::at_most;
use super::design::{self, unknown_component};
use super::text::named;
use crate::limits;
use crate::problem::{Path, Problems};
use crate::{Change, Component, Design, Keys, Kind, Link};

/// Whether each change makes sense after those before it.
pub(super) fn steps(
    problems: &mut Problems,
    at: &Path,
    before: &Design,
    keys: &Keys,
    changes: &[Change],
) {
    let most = limits::CHANGES_MAX;
    at_most(problems, at, changes.len(), most, "changes");
    if changes.is_empty() {
        problems.add(
            at,
            "an edit without changes does nothing: name at least one",
        );
    }
    let mut design = before.clone();
    for (index, change) in changes.iter().enumerate().take(most) {
        step(problems, &at.index(index), &design, keys, change);
        design.apply(change);
    }
    let numbers = [
        (
            design.components.len(),
            limits::COMPONENTS_EVER_MAX,
            "components",
        ),
        (design.links.len(), limits::LINKS_EVER_MAX, "links"),
    ];
    for (count, most, what) in numbers.into_iter().filter(|(count, most, _)| count > most) {
        let message = format!(
            "{count} {what} would have been there by then, those taken away included: a run has \
             numbers for {most}, so begin a new one"
        );
        problems.add(at, message);
    }
}

fn step(problems: &mut Problems, at: &Path, design: &Design, keys: &Keys, change: &Change) {
    match change {
        Change::Add { component } => {
            let at = &at.field("add");
            let at = &at.field("component");
            design::component(problems, at, component, keys);
            if let Some((_, other)) = design.component(&component.id) {
                let message = format!(
                    "{} is there already: give the new component another id",
                    named(other)
                );
                problems.add(&at.field("id"), message);
            } else if let Kind::Clients(_) = component.kind {
                let message =
                    "one component stands for all clients, and is there: leave this one out";
                problems.add(&at.field("kind"), message);
            }
        }
        Change::Remove { component } => {
            let at = &at.field("remove");
            let at = &at.field("component");
            match design.component(component) {
                None => unknown_component(problems, at, component, design),
                Some((_, found)) if matches!(found.kind, Kind::Clients(_)) => {
                    let message = format!(
                        "{} send the requests and stay as long as the run: remove another component",
                        named(found)
                    );
                    problems.add(at, message);
                }
                Some(_) => {}
            }
        }
        Change::Link { link } => {
            let at = &at.field("link");
            new_link(problems, &at.field("link"), design, link);
        }
        Change::Unlink { from, to } => ends(problems, &at.field("unlink"), design, from, to),
        Change::Configure { component, .. } => {
            if design.component(component).is_none() {
                let at = &at.field("configure");
                unknown_component(problems, &at.field("component"), component, design);
            }
        }
    }
}

/// Both ends are there by then. Whether one may call the other is told with the design as a whole.
fn new_link(problems: &mut Problems, at: &Path, design: &Design, link: &Link) {
    for (field, end) in [("from", &link.from), ("to", &link.to)] {
        if design.component(end).is_none() {
            unknown_component(problems, &at.field(field), end, design);
        }
    }
    design::times(problems, at, design, link);
    if design.link(&link.from, &link.to).is_some() {
        problems.add(at, "this link is there already: one is enough");
    }
}

/// A link leads from one component to another.
pub(super) fn ends(problems: &mut Problems, at: &Path, design: &Design, from: &str, to: &str) {
    let ends = [("from", from), ("to", to)].map(|(field, end)| {
        let found = design.component(end);
        if found.is_none() {
            unknown_component(problems, &at.field(field), end, design);
        }
        found
    });
    if let [Some((_, from)), Some((_, to))] = ends
        && design.link(&from.id, &to.id).is_none()
    {
        let message = format!("no link leads from {} to {}", named(from), named(to));
        problems.add(
            at,
            format!("{message}: {}", links_instead(design, from, to)),
        );
    }
}

/// Which link was meant, where none leads from one component to another.
fn links_instead(design: &Design, from: &Component, to: &Component) -> String {
    if design.link(&to.id, &from.id).is_some() {
        return "one leads the other way, so swap its ends".into();
    }
    let place = design.component(&from.id).map(|(place, _)| place);
    let called = place.into_iter().flat_map(|caller| design.callees(caller));
    let called: Vec<String> = called.map(|(_, callee)| named(callee)).collect();
    match called.as_slice() {
        [] => format!("none leads from {} at all", named(from)),
        called => format!("from there it leads to {}", called.join(", ")),
    }
}

/// Whether the design that an edit leaves can run.
pub(super) fn whole(problems: &mut Problems, at: &Path, after: &Design, keys: &Keys) {
    let mut found = Problems::default();
    let present = after.clone().into_present();
    design::parts(&mut found, &Path::Root, &present, keys);
    design::whole(&mut found, &Path::Root, &present);
    let Some(problem) = found.into_list().into_iter().next() else {
        return;
    };
    let whose = problem
        .component
        .as_deref()
        .and_then(|id| present.component(id));
    let whose = whose.map_or_else(String::new, |(_, component)| {
        format!("{}: ", named(component))
    });
    problems.about(problem.component.as_deref());
    problems.add(
        at,
        format!(
            "the design that it leaves can't run: {whose}{}",
            problem.message
        ),
    );
    problems.about(None);
}
