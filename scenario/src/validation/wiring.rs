//! Rules for a design as a whole: every component has the links that it needs and can use, and
//! requests find a way in and an end.

use super::component::{balancer_ring, without_database};
use super::design::nonsense;
use super::text::named;
use crate::limits;
use crate::problem::{Path, Problems};
use crate::{Cache, Component, Design, Kind, KindTag, LoadBalancer};

/// The links that make sense, by the places of their ends in the list of components.
pub(super) struct Wiring<'a> {
    design: &'a Design,
    callees: Vec<Vec<usize>>,
    /// Some links make no sense, which has been told: mended, they may be all that is lacking.
    has_broken_links: bool,
}

impl<'a> Wiring<'a> {
    pub(super) fn of(design: &'a Design) -> Self {
        let mut callees = vec![Vec::new(); design.components.len()];
        let mut has_broken_links = false;
        for link in 0..design.links.len() {
            let ends = design.ends(link);
            let ends = ends.map(|ends| (ends.from.place(), ends.to.place()));
            let makes_sense = |(from, to): &(usize, usize)| {
                nonsense(&design.components[*from], &design.components[*to]).is_none()
            };
            match ends.filter(makes_sense) {
                Some((from, to)) if callees[from].contains(&to) => {}
                Some((from, to)) => callees[from].push(to),
                None => has_broken_links = true,
            }
        }
        Self {
            design,
            callees,
            has_broken_links,
        }
    }

    pub(super) fn check(&self, problems: &mut Problems, at: &Path) {
        let components = &at.field("components");
        for (index, component) in self.design.components.iter().enumerate() {
            problems.about(Some(&component.id));
            let at = &components.index(index);
            match &component.kind {
                Kind::LoadBalancer(balancer) => self.load_balancer(problems, at, index, balancer),
                Kind::Service(_) => self.service(problems, at, index),
                Kind::Cache(cache) => self.cache(problems, at, index, cache),
                Kind::Clients(_) | Kind::Dns(_) | Kind::Database(_) => {}
            }
        }
        problems.about(None);
        self.entry(problems, components);
        self.ways(problems, &at.field("links"));
    }

    /// The callees of one kind.
    fn callees_of(&self, caller: usize, kind: KindTag) -> Vec<&'a Component> {
        let callees = self.callees[caller].iter();
        let callees = callees.map(|callee| &self.design.components[*callee]);
        callees.filter(|callee| callee.kind.tag() == kind).collect()
    }

    fn load_balancer(
        &self,
        problems: &mut Problems,
        at: &Path,
        index: usize,
        balancer: &LoadBalancer,
    ) {
        match self.callees_of(index, KindTag::Service).as_slice() {
            [] if self.has_broken_links => {}
            [] => {
                problems.add(
                    at,
                    "no service stands behind this load balancer: link it to one",
                );
            }
            [service] => {
                if let Some(message) = balancer_ring(balancer, service.kind.instances_max()) {
                    let at = &at.field("kind");
                    let at = &at.field("load_balancer");
                    problems.add(&at.field("virtual_nodes"), message);
                }
            }
            _ => {
                let message = "a load balancer has one service behind it: remove the other links";
                problems.add(at, message);
            }
        }
    }

    fn service(&self, problems: &mut Problems, at: &Path, index: usize) {
        for kind in KindTag::Service.facts().calls {
            if self.callees_of(index, *kind).len() > 1 {
                problems.add(
                    at,
                    format!(
                        "a service calls one {}: remove the other links",
                        kind.facts().title
                    ),
                );
            }
        }
        let caches = self.callees_of(index, KindTag::Cache);
        let databases = self.callees_of(index, KindTag::Database);
        if let ([cache], [database]) = (caches.as_slice(), databases.as_slice())
            && let Some((cache_index, _)) = self.design.component(&cache.id)
            && let [other] = self.callees_of(cache_index, KindTag::Database).as_slice()
            && other.id != database.id
        {
            // A cache keeps copies of the data that its service asks for.
            let message = format!(
                "its cache fetches from {}, but it asks {} itself: link both to the same database",
                named(other),
                named(database)
            );
            problems.add(at, message);
        }
    }

    fn cache(&self, problems: &mut Problems, at: &Path, index: usize, cache: &Cache) {
        match self.callees_of(index, KindTag::Database).len() {
            0 if self.has_broken_links => {}
            0 => {
                if let Some((field, message)) = without_database(cache) {
                    let kind = &at.field("kind");
                    let mode = &kind.field("cache");
                    problems.add(&mode.field(field), message);
                }
            }
            1 => {}
            _ => problems.add(
                at,
                "a cache fetches from one database: remove the other links",
            ),
        }
    }

    /// Requests have exactly one place to come from and one to go to.
    fn entry(&self, problems: &mut Problems, at: &Path) {
        let is_clients = |component: &Component| matches!(component.kind, Kind::Clients(_));
        let components = self.design.components.iter().enumerate();
        let mut clients = components.filter(|(_, component)| is_clients(component));
        let Some((first, component)) = clients.next() else {
            let message = "nobody sends requests: add clients and link them to what serves them";
            problems.add(at, message);
            return;
        };
        for (other, component) in clients {
            problems.about(Some(&component.id));
            let message = "one component stands for all clients: remove this one";
            problems.add(&at.index(other), message);
        }
        problems.about(Some(&component.id));
        let at = &at.index(first);
        let entries = [KindTag::LoadBalancer, KindTag::Service]
            .map(|kind| self.callees_of(first, kind).len());
        match entries.iter().sum() {
            0 if self.has_broken_links => {}
            0 => {
                let message =
                    "requests have nowhere to go: link the clients to a load balancer or a service";
                problems.add(at, message);
            }
            1 => {}
            2.. => {
                let message =
                    "requests enter at one place: keep one link to a load balancer or a service";
                problems.add(at, message);
            }
        }
        if self.callees_of(first, KindTag::Dns).len() > 1 {
            problems.add(at, "clients ask one name service: remove the other links");
        }
        problems.about(None);
    }

    /// No request goes in a circle, or inside of more components than its record has room for.
    fn ways(&self, problems: &mut Problems, at: &Path) {
        let order = self.callers_first();
        if order.len() < self.callees.len() {
            let message =
                "the links form a circle, in which a request would never end: remove one of them";
            problems.add(at, message);
            return;
        }
        let mut depths = vec![0_usize; order.len()];
        for caller in order {
            for callee in &self.callees[caller] {
                depths[*callee] = depths[*callee].max(depths[caller] + 1);
            }
        }
        let deepest = depths.into_iter().max().unwrap_or_default();
        if deepest > limits::DEPTH_MAX {
            let message = format!(
                "a request would be inside of {deepest} components at once, each calling the next: at \
                 most {} are possible, so let one service do the work of several",
                limits::DEPTH_MAX
            );
            problems.add(at, message);
        }
    }

    /// Components in an order in which each comes after all that call it; those in a circle, and those
    /// behind one, are left out.
    fn callers_first(&self) -> Vec<usize> {
        let mut callers = vec![0_usize; self.callees.len()];
        for callee in self.callees.iter().flatten() {
            callers[*callee] += 1;
        }
        let mut order: Vec<usize> = (0..callers.len())
            .filter(|index| callers[*index] == 0)
            .collect();
        let mut next = 0;
        while let Some(caller) = order.get(next).copied() {
            next += 1;
            for callee in &self.callees[caller] {
                callers[*callee] -= 1;
                if callers[*callee] == 0 {
                    order.push(*callee);
                }
            }
        }
        order
    }
}
