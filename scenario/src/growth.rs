//! What a design may be given, and what it may do without, while it runs: each with all the links that this
//! takes, so that the design can run afterwards.

use crate::step::LADDER;
use crate::{Action, Change, Component, Design, KindTag, Link, Scenario, validate_action};

/// Time one way between two machines of a site, in milliseconds: some half a millisecond there and back.
pub const NEAR_MS: f64 = 0.25;

/// Something that a design may be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Addition {
    /// What it is, as one would order it: `Load balancer before Web tier`.
    pub words: String,
    /// The edit that adds it.
    pub changes: Vec<Change>,
}

impl Scenario {
    /// Whether the design as it stands can run after an edit, whatever its script has made of it before.
    pub fn allows(&self, changes: &[Change]) -> bool {
        let standing = Scenario {
            script: Vec::new(),
            ..self.clone()
        };
        let changes = changes.to_vec();
        validate_action(&standing, &Action::Edit { changes }).is_ok()
    }
}

impl Design {
    /// What the design may be given, in the order in which designs grow.
    pub fn additions(&self) -> Vec<Addition> {
        let services = || self.present_of(KindTag::Service);
        let mut additions: Vec<Addition> = Vec::new();
        additions.extend(services().filter_map(|service| self.database_for(service)));
        additions.extend(services().filter_map(|service| self.balancer_before(service)));
        additions.extend(services().filter_map(|service| self.cache_for(service)));
        additions.extend(self.directory());
        additions
    }

    /// The edit that takes a component out: who called it calls what stood behind it.
    pub fn without(&self, id: &str) -> Vec<Change> {
        let links = || self.links.present().map(|(_, link)| link);
        let mut changes = vec![Change::Remove {
            component: id.into(),
        }];
        for came in links().filter(|link| link.to == id) {
            for went in links().filter(|link| link.from == id) {
                let ends = self.component(&came.from).zip(self.component(&went.to));
                let makes_sense = ends.is_some_and(|((_, from), (_, to))| {
                    from.kind.facts().calls.contains(&to.kind.tag())
                });
                if makes_sense && self.link(&came.from, &went.to).is_none() {
                    let link = Link {
                        to: went.to.clone(),
                        ..came.clone()
                    };
                    changes.push(Change::Link { link });
                }
            }
        }
        changes
    }

    /// What is done to this design while it runs to change in it what is another in one design than in another:
    /// instances come or go, and an edit. `numbers` are those of the instances that a component has by now.
    pub fn actions_between(
        &self,
        one: &Design,
        other: &Design,
        numbers: impl Fn(&str) -> Vec<u16>,
    ) -> Vec<Action> {
        let changes = self.fitting(one.changes_to(other));
        let comes = |id: &str| {
            let is_it =
                |change: &Change| matches!(change, Change::Add { component } if component.id == id);
            changes.iter().any(is_it)
        };
        let mut resized = Vec::new();
        for (_, wanted) in other.components.present() {
            let component = &wanted.id;
            let is_resized = wanted.kind.facts().is_scalable && wanted.kind.autoscaling().is_none();
            if !is_resized || comes(component) || self.component(component).is_none() {
                continue;
            }
            let there = numbers(component);
            let count = usize::from(wanted.kind.instances());
            let missing = count.saturating_sub(there.len());
            resized.extend((0..missing).map(|_| Action::AddInstance {
                component: component.clone(),
            }));
            let surplus = there.iter().skip(count).rev();
            resized.extend(surplus.map(|instance| Action::RemoveInstance {
                component: component.clone(),
                instance: *instance,
            }));
        }
        let edit = (!changes.is_empty()).then_some(Action::Edit { changes });
        resized.into_iter().chain(edit).collect()
    }

    fn present_of(&self, tag: KindTag) -> impl Iterator<Item = &Component> {
        let components = self.components.present().map(|(_, component)| component);
        components.filter(move |component| component.kind.tag() == tag)
    }

    fn calls(&self, caller: &Component, tag: KindTag) -> Option<&Component> {
        let mut called = self.present_of(tag);
        called.find(|called| self.link(&caller.id, &called.id).is_some())
    }

    fn database_for(&self, service: &Component) -> Option<Addition> {
        let asks = [KindTag::Database, KindTag::Service].map(|tag| self.calls(service, tag));
        if asks.iter().any(Option::is_some) {
            return None;
        }
        let database = self.part("db", "Database", KindTag::Database)?;
        let mut links = vec![near(&service.id, &database.id)];
        // What stands between them asks it too.
        if let Some(cache) = self.calls(service, KindTag::Cache) {
            links.push(near(&cache.id, &database.id));
        }
        Some(addition(
            format!("Database for {}", service.title()),
            database,
            links,
        ))
    }

    /// Before what the users call, or another service does.
    fn balancer_before(&self, service: &Component) -> Option<Addition> {
        let calls = || {
            self.links
                .present()
                .filter(|(_, link)| link.to == service.id)
        };
        let is_balanced = calls().any(|(_, link)| {
            let caller = self.component(&link.from);
            caller.is_some_and(|(_, caller)| caller.kind.tag() != KindTag::Clients)
        });
        let (_, call) = calls().next()?;
        if is_balanced {
            return None;
        }
        let balancer = self.part("lb", "Load balancer", KindTag::LoadBalancer)?;
        let inward = Link {
            to: balancer.id.clone(),
            ..call.clone()
        };
        let links = vec![inward, near(&balancer.id, &service.id)];
        let words = format!("Load balancer before {}", service.title());
        let mut added = addition(words, balancer, links);
        let direct = Change::Unlink {
            from: call.from.clone(),
            to: call.to.clone(),
        };
        added.changes.insert(0, direct);
        Some(added)
    }

    fn cache_for(&self, service: &Component) -> Option<Addition> {
        let database = self.calls(service, KindTag::Database)?;
        if self.calls(service, KindTag::Cache).is_some() {
            return None;
        }
        let cache = self.part("cache", "Cache", KindTag::Cache)?;
        let links = vec![near(&service.id, &cache.id), near(&cache.id, &database.id)];
        Some(addition(
            format!("Cache for {}", service.title()),
            cache,
            links,
        ))
    }

    fn directory(&self) -> Option<Addition> {
        let users = self.present_of(KindTag::Clients).next()?;
        if self.calls(users, KindTag::Dns).is_some() {
            return None;
        }
        let directory = self.part("dns", "DNS", KindTag::Dns)?;
        let asked = Link {
            latency_ms: DIRECTORY_MS,
            ..near(&users.id, &directory.id)
        };
        let words = format!("DNS for {}", users.title());
        Some(addition(words, directory, vec![asked]))
    }

    /// A new component under an id that nothing in the design has or has had, as the ladder first has one.
    fn part(&self, id: &str, name: &str, tag: KindTag) -> Option<Component> {
        let is_free = |id: &String| self.components.iter().all(|component| component.id != *id);
        let numbered = (2..).map(|number| format!("{id}-{number}"));
        let mut ids = std::iter::once(id.to_owned()).chain(numbered);
        let has_name = |component: &Component| component.name == name;
        let is_named = self
            .components
            .present()
            .any(|(_, component)| has_name(component));
        let id = ids.find(is_free)?;
        let mut steps = LADDER.iter().map(|step| step.scenario().design);
        let kind = steps.find_map(|design| Some(design.present_of(tag).next()?.kind.clone()))?;
        Some(Component {
            name: if is_named {
                String::new()
            } else {
                name.to_owned()
            },
            id,
            site: None,
            kind,
            position: None,
        })
    }
}

/// Time one way to a directory near the user.
const DIRECTORY_MS: f64 = 5.0;

fn near(from: &str, to: &str) -> Link {
    Link {
        from: from.into(),
        to: to.into(),
        latency_ms: NEAR_MS,
        ..Link::default()
    }
}

fn addition(words: String, component: Component, links: Vec<Link>) -> Addition {
    let links = links.into_iter().map(|link| Change::Link { link });
    let added = [Change::Add { component }];
    Addition {
        words,
        changes: added.into_iter().chain(links).collect(),
    }
}
