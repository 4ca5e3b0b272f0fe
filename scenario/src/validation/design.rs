//! Rules for what the user draws: which links make sense, and whether the whole can serve.

use super::text::{self, quoted};
use super::{at_most, component, within};
use crate::limits;
use crate::problem::{Path, Problems};
use crate::{Component, Design, Kind, Link, ReadMode, WriteMode};

pub(super) fn check(problems: &mut Problems, at: &Path, design: &Design) {
    sites(problems, &at.field("sites"), design);
    components(problems, &at.field("components"), design);
    links(problems, &at.field("links"), design);
    let wiring = Wiring::of(design);
    for (index, component) in design.components.iter().enumerate() {
        problems.about(Some(&component.id));
        let at = &at.field("components");
        let callees = &wiring.callees[index];
        wired_well(
            problems,
            &at.index(index),
            design,
            &wiring,
            component,
            callees,
        );
    }
    problems.about(None);
    entry(problems, at, design, &wiring);
    visits(problems, &at.field("links"), design, &wiring);
}

fn sites(problems: &mut Problems, at: &Path, design: &Design) {
    at_most(problems, at, design.sites.len(), limits::SITES_MAX, "sites");
    text::unique(
        problems,
        at,
        design.sites.iter().map(|site| site.id.as_str()),
    );
    for (index, site) in design.sites.iter().enumerate() {
        let at = &at.index(index);
        text::id(problems, &at.field("id"), &site.id);
        text::id(problems, &at.field("region"), &site.region);
    }
}

fn components(problems: &mut Problems, at: &Path, design: &Design) {
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
        self::component(problems, &at.index(index), design, component);
    }
    problems.about(None);
    let instances = components
        .iter()
        .map(|component| usize::from(component.kind.instances()));
    at_most(
        problems,
        at,
        instances.sum(),
        limits::INSTANCES_TOTAL_MAX,
        "instances in all",
    );
}

fn component(problems: &mut Problems, at: &Path, design: &Design, component: &Component) {
    text::id(problems, &at.field("id"), &component.id);
    text::label(problems, &at.field("name"), &component.name);
    if let Some(site) = &component.site
        && !design.sites.iter().any(|known| known.id == *site)
    {
        let message = format!(
            "there is no site {}: name one of the design's sites",
            quoted(site)
        );
        problems.add(&at.field("site"), message);
    }
    component::check(problems, &at.field("kind"), &component.kind);
    if let Some(position) = component.position {
        let at = &at.field("position");
        within(problems, &at.field("x"), position.x, limits::POSITION);
        within(problems, &at.field("y"), position.y, limits::POSITION);
    }
}

fn links(problems: &mut Problems, at: &Path, design: &Design) {
    at_most(problems, at, design.links.len(), limits::LINKS_MAX, "links");
    for (index, link) in design.links.iter().enumerate() {
        let at = &at.index(index);
        problems.about(Some(&link.from));
        for (field, end) in [("from", &link.from), ("to", &link.to)] {
            if design.component(end).is_none() {
                problems.about(None);
                problems.add(&at.field(field), unknown_component(end, design));
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
        within(
            problems,
            &at.field("latency_ms"),
            link.latency_ms,
            limits::LATENCY_MS,
        );
    }
    problems.about(None);
}

/// That there is no such component, and which ones there are.
pub(super) fn unknown_component(id: &str, design: &Design) -> String {
    const SHOWN: usize = 8;
    let known: Vec<String> = design
        .components
        .iter()
        .take(SHOWN)
        .map(|component| quoted(&component.id))
        .collect();
    let more = if design.components.len() > SHOWN {
        " and others"
    } else {
        ""
    };
    match known.as_slice() {
        [] => format!("there is no component {}: the design has none", quoted(id)),
        _ => format!(
            "there is no component {}: there are {}{more}",
            quoted(id),
            known.join(", ")
        ),
    }
}

/// Why a link makes no sense and what would, if it makes none.
fn nonsense(from: &Component, to: &Component) -> Option<String> {
    if from.id == to.id {
        return Some(format!(
            "{} can't call itself: link two different components",
            quoted(&from.id)
        ));
    }
    let sense = may_call(&from.kind);
    if sense.contains(&to.kind.name()) {
        return None;
    }
    let (caller, callee) = (from.kind.title(), to.kind.title());
    let instead = match &from.kind {
        Kind::Clients(_) => "link clients to a name service, a load balancer or a service",
        Kind::Dns(_) => {
            "it only tells clients an address; link the clients themselves to what serves them"
        }
        Kind::LoadBalancer(_) => "link it to the service whose instances it spreads requests over",
        Kind::Service(_) => "link it to a cache, a database or another service",
        Kind::Cache(_) => "link it to the database that it fetches from",
        Kind::Database(_) => "it only answers; link those that ask to it",
    };
    Some(format!("a {caller} can't call a {callee}: {instead}"))
}

/// The kinds that a kind may call, by name.
fn may_call(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Clients(_) => &["dns", "load_balancer", "service"],
        Kind::Dns(_) => &[],
        Kind::LoadBalancer(_) => &["service"],
        Kind::Service(_) => &["cache", "database", "service"],
        Kind::Cache(_) => &["database"],
        Kind::Database(_) => &[],
    }
}

/// The links that have two ends, by place in the list of components.
struct Wiring {
    callees: Vec<Vec<usize>>,
}

impl Wiring {
    fn of(design: &Design) -> Self {
        let mut callees = vec![Vec::new(); design.components.len()];
        for Link { from, to, .. } in &design.links {
            if let (Some((from, _)), Some((to, _))) = (design.component(from), design.component(to))
            {
                callees[from].push(to);
            }
        }
        Self { callees }
    }
}

/// A component has the links that its kind and parameters need, and not more than it can use.
fn wired_well(
    problems: &mut Problems,
    at: &Path,
    design: &Design,
    wiring: &Wiring,
    component: &Component,
    callees: &[usize],
) {
    let of_kind = |name: &str| -> Vec<&Component> {
        let callees = callees.iter().map(|callee| &design.components[*callee]);
        callees
            .filter(|callee| callee.kind.name() == name)
            .collect()
    };
    match &component.kind {
        Kind::LoadBalancer(balancer) => match of_kind("service").as_slice() {
            [] => problems.add(
                at,
                "no service stands behind this load balancer: link it to one",
            ),
            [service] if component::has_ring(balancer) => {
                let at = &at.field("kind");
                let at = &at.field("load_balancer");
                let points = &at.field("virtual_nodes");
                component::ring_points(
                    problems,
                    points,
                    service.kind.instances(),
                    balancer.virtual_nodes,
                );
            }
            [_] => {}
            _ => problems.add(
                at,
                "a load balancer has one service behind it: remove the other links",
            ),
        },
        Kind::Service(_) => {
            for name in ["cache", "database"] {
                if of_kind(name).len() > 1 {
                    problems.add(
                        at,
                        format!("a service uses one {name}: remove the other links"),
                    );
                }
            }
            if let ([cache], [database]) =
                (of_kind("cache").as_slice(), of_kind("database").as_slice())
            {
                same_database(problems, at, design, wiring, cache, database);
            }
        }
        Kind::Cache(cache) => {
            let databases = of_kind("database").len();
            let at_mode = |mode| format!("kind.cache.{mode}");
            if databases > 1 {
                problems.add(
                    at,
                    "a cache fetches from one database: remove the other links",
                );
            } else if databases == 0 && cache.read_mode == ReadMode::ReadThrough {
                let message = "a read-through cache fetches by itself: link it to the database";
                problems.add(&at.field(&at_mode("read_mode")), message);
            } else if databases == 0 && cache.write_mode == WriteMode::Back {
                let message = "a write-back cache writes by itself: link it to the database";
                problems.add(&at.field(&at_mode("write_mode")), message);
            }
        }
        Kind::Clients(_) | Kind::Dns(_) | Kind::Database(_) => {}
    }
}

/// A cache keeps copies of the data that its service asks for, so both speak of one database.
fn same_database(
    problems: &mut Problems,
    at: &Path,
    design: &Design,
    wiring: &Wiring,
    cache: &Component,
    database: &Component,
) {
    let Some((cache_index, _)) = design.component(&cache.id) else {
        return;
    };
    let behind = wiring.callees[cache_index]
        .first()
        .map(|callee| &design.components[*callee]);
    if let Some(other) = behind
        && other.id != database.id
    {
        let message = format!(
            "its cache fetches from {}, but it asks {} itself: link both to the same database",
            quoted(&other.id),
            quoted(&database.id)
        );
        problems.add(at, message);
    }
}

/// Requests have exactly one place to come from and one to go to.
fn entry(problems: &mut Problems, at: &Path, design: &Design, wiring: &Wiring) {
    let components = &at.field("components");
    let is_clients = |component: &Component| matches!(component.kind, Kind::Clients(_));
    let clients: Vec<usize> = (0..design.components.len())
        .filter(|index| is_clients(&design.components[*index]))
        .collect();
    let [clients, others @ ..] = clients.as_slice() else {
        problems.add(
            components,
            "nobody sends requests: add clients and link them to what serves them",
        );
        return;
    };
    for other in others {
        problems.about(Some(&design.components[*other].id));
        problems.add(
            &components.index(*other),
            "one component stands for all clients: remove this one",
        );
    }
    problems.about(Some(&design.components[*clients].id));
    let at = &components.index(*clients);
    let callees = wiring.callees[*clients]
        .iter()
        .map(|callee| &design.components[*callee].kind);
    let (directories, entries): (Vec<&Kind>, Vec<&Kind>) =
        callees.partition(|kind| matches!(kind, Kind::Dns(_)));
    match entries.len() {
        0 => problems.add(
            at,
            "requests have nowhere to go: link the clients to a load balancer or a service",
        ),
        1 => {}
        _ => problems.add(
            at,
            "requests enter at one place: keep one link to a load balancer or a service",
        ),
    }
    if directories.len() > 1 {
        problems.add(at, "clients ask one name service: remove the other links");
    }
    problems.about(None);
}

/// No request goes in a circle, and none becomes a crowd on its way.
fn visits(problems: &mut Problems, at: &Path, design: &Design, wiring: &Wiring) {
    let Some(order) = callers_first(wiring) else {
        let message =
            "the links form a circle, in which a request would never end: remove one of them";
        problems.add(at, message);
        return;
    };
    // How often one request comes by each component, from those who send it on to those they call.
    let mut ways: Vec<u64> = design
        .components
        .iter()
        .map(|component| u64::from(matches!(component.kind, Kind::Clients(_))))
        .collect();
    for caller in order {
        for callee in &wiring.callees[caller] {
            ways[*callee] = ways[*callee].saturating_add(ways[caller]);
        }
    }
    let services = design.components.iter().zip(ways);
    let visits = services
        .filter(|(component, _)| matches!(component.kind, Kind::Service(_)))
        .fold(0_u64, |sum, (_, ways)| sum.saturating_add(ways));
    if visits > limits::VISITS_MAX {
        let message = format!(
            "one request would visit services {visits} times: at most {}; remove some links between services",
            limits::VISITS_MAX
        );
        problems.add(at, message);
    }
}

/// All components, each after those who call it; nothing if the links form a circle.
fn callers_first(wiring: &Wiring) -> Option<Vec<usize>> {
    let mut callers = vec![0_usize; wiring.callees.len()];
    for callee in wiring.callees.iter().flatten() {
        callers[*callee] += 1;
    }
    let mut order: Vec<usize> = (0..callers.len())
        .filter(|index| callers[*index] == 0)
        .collect();
    let mut done = 0;
    while done < order.len() {
        for callee in &wiring.callees[order[done]] {
            callers[*callee] -= 1;
            if callers[*callee] == 0 {
                order.push(*callee);
            }
        }
        done += 1;
    }
    (order.len() == callers.len()).then_some(order)
}
