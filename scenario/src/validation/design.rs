//! Rules for what the user draws: its components, and which links make sense.

use super::text::{self, named, quoted};
use super::wiring::Wiring;
use super::{Part, at_most, component, parameters, sites};
use crate::limits;
use crate::parameter::Parameters;
use crate::problem::{Path, Problems};
use crate::{Component, Design, Keys, Kind, Link, Target, nearest};

/// Rules for each part by itself.
pub(super) fn parts(problems: &mut Problems, at: &Path, design: &Design, keys: &Keys) {
    sites::check(problems, &at.field("sites"), design);
    components(problems, &at.field("components"), design, keys);
    latencies(problems, &at.field("links"), design);
}

/// Whether no two components have the same id.
pub(super) fn are_told_apart(design: &Design) -> bool {
    let components = design.components.present();
    let ids = components.map(|(_, component)| &component.id);
    text::repeated(ids).next().is_none()
}

/// Whether nobody knows what an action is done to: two components have its id, or it is missing for one of
/// them.
pub(super) fn is_in_doubt(target: Target<'_>, design: &Design) -> bool {
    let ids = || {
        let components = design.components.present();
        components.map(|(_, component)| component.id.as_str())
    };
    let in_doubt =
        |id: &str| is_hidden(id, design) || text::repeated(ids()).any(|(_, twice)| twice == id);
    match target {
        Target::Traffic | Target::Design => false,
        Target::Instance(id, _) | Target::Component(id) => in_doubt(id),
        Target::Link(from, to) => in_doubt(from) || in_doubt(to),
    }
}

/// Whether links name a component that is missing because its id was given to another.
fn is_hidden(id: &str, design: &Design) -> bool {
    let mut links = design.links.present();
    let is_named = links.any(|(_, link)| link.from == id || link.to == id);
    is_named && design.component(id).is_none() && !are_told_apart(design)
}

/// Rules for what the parts are to each other.
pub(super) fn whole(problems: &mut Problems, at: &Path, design: &Design) {
    sites::stands(problems, &at.field("components"), design);
    // A link of an id that two have may be either's, and another id is missing for it.
    if are_told_apart(design) {
        links(problems, &at.field("links"), design);
        Wiring::of(design).check(problems, at);
    }
}

fn components(problems: &mut Problems, at: &Path, design: &Design, keys: &Keys) {
    let components = &design.components;
    at_most(
        problems,
        at,
        components.len(),
        limits::COMPONENTS_MAX,
        "components",
    );
    text::unique(
        problems,
        at,
        components.iter().map(|component| component.id.as_str()),
    );
    for (index, component) in components.iter().enumerate() {
        problems.about(Some(&component.id));
        self::component(problems, &at.index(index), component, keys);
    }
    problems.about(None);
    let instances = components
        .iter()
        .map(|component| usize::from(component.kind.instances_max()));
    at_most(
        problems,
        at,
        instances.sum(),
        limits::INSTANCES_TOTAL_MAX,
        "instances in all",
    );
}

pub(super) fn component(problems: &mut Problems, at: &Path, component: &Component, keys: &Keys) {
    text::id(problems, &at.field("id"), &component.id);
    text::label(problems, &at.field("name"), &component.name);
    component::check(problems, &at.field("kind"), &component.kind, keys);
    if let Some(position) = component.position {
        let at = &at.field("position");
        Part::of(problems, at)
            .within("x", position.x, limits::POSITION)
            .within("y", position.y, limits::POSITION);
    }
}

fn latencies(problems: &mut Problems, at: &Path, design: &Design) {
    at_most(problems, at, design.links.len(), limits::LINKS_MAX, "links");
    for (index, link) in design.links.iter().enumerate() {
        problems.about(Some(&link.from));
        let at = &at.index(index);
        times(problems, at, design, link);
    }
    problems.about(None);
}

/// How long a link takes, and how long who calls over it waits.
pub(super) fn times(problems: &mut Problems, at: &Path, design: &Design, link: &Link) {
    parameters(problems, at, &link.rows());
    timeout(problems, at, design, &link.from, link.timeout_ms);
    sites::between(
        problems,
        at,
        design,
        [&link.from, &link.to],
        link.latency_ms,
    );
}

/// Whether the caller of a link has such a time-out at all.
pub(super) fn timeout(
    problems: &mut Problems,
    at: &Path,
    design: &Design,
    from: &str,
    timeout_ms: f64,
) {
    let caller = design.component(from);
    if caller.is_some_and(|(_, caller)| matches!(caller.kind, Kind::Clients(_))) && timeout_ms > 0.0
    {
        let message =
            "clients wait as long as their own time-out says: set it in traffic.client, and 0 here";
        problems.add(&at.field("timeout_ms"), message);
    }
}

fn links(problems: &mut Problems, at: &Path, design: &Design) {
    for (index, link) in design.links.iter().enumerate() {
        let at = &at.index(index);
        problems.about(Some(&link.from));
        for (field, end) in [("from", &link.from), ("to", &link.to)] {
            if design.component(end).is_none() {
                problems.about(None);
                unknown_component(problems, &at.field(field), end, design);
            }
        }
        if let (Some((_, from)), Some((_, to))) =
            (design.component(&link.from), design.component(&link.to))
            && let Some(message) = nonsense(from, to)
        {
            problems.add(at, message);
        }
        let earlier = &design.links[..index];
        if earlier
            .iter()
            .any(|other| other.from == link.from && other.to == link.to)
        {
            problems.add(at, "this link is there already: one is enough");
        }
    }
    problems.about(None);
}

/// The place of the component that an unknown id most likely means.
pub(super) fn meant(id: &str, design: &Design) -> Option<usize> {
    let known = design.components.present();
    let known = known.map(|(_, component)| &*component.id);
    let (index, _) = design.component(nearest(id, known)?)?;
    Some(index)
}

/// There is no such component: which one was meant, or which ones there are.
pub(super) fn unknown_component(problems: &mut Problems, at: &Path, id: &str, design: &Design) {
    const SHOWN: usize = 8;
    if is_hidden(id, design) {
        return;
    }
    let known = design.components.present();
    let known: Vec<&Component> = known.map(|(_, component)| component).collect();
    let advice = match (meant(id, design), known.len()) {
        (Some(meant), _) => format!("did you mean {}?", named(&design.components[meant])),
        (None, 0) => "the design has none".to_owned(),
        (None, count) => {
            let shown = known.iter().take(SHOWN).map(|component| named(component));
            let shown: Vec<String> = shown.collect();
            let more = if count > SHOWN { " and others" } else { "" };
            format!("there are {}{more}", shown.join(", "))
        }
    };
    let what = format!("there is no component {}", quoted(id));
    problems.miss(at, what, &advice);
}

/// Why a link makes no sense and what would, if it makes none.
pub(super) fn nonsense(from: &Component, to: &Component) -> Option<String> {
    if from.id == to.id {
        return Some(format!(
            "{} can't call itself: link two different components",
            named(from)
        ));
    }
    let facts = from.kind.facts();
    if facts.calls.contains(&to.kind.tag()) {
        return None;
    }
    let (caller, callee, instead) = (facts.title, to.kind.facts().title, facts.calls_advice);
    Some(format!("a {caller} can't call a {callee}: {instead}"))
}
