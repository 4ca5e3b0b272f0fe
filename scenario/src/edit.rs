//! Changes of what a design consists of, and how one design becomes another by them.

use serde::{Deserialize, Serialize};

use crate::{Component, Design, Kind, Link};

/// A change of a design's parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// One more component. Its servers boot first.
    Add {
        /// What it is.
        component: Component,
    },
    /// A component is taken away, with all its links. It finishes what it has.
    Remove {
        /// Its id.
        component: String,
    },
    /// A component may call another from now on.
    Link {
        /// Between whom, and how.
        link: Link,
    },
    /// A component calls another no more. What is under way over the link is finished.
    Unlink {
        /// Id of the caller.
        from: String,
        /// Id of the called.
        to: String,
    },
    /// Replaces a component's parameters, as the action of that name does.
    Configure {
        /// Its id.
        component: String,
        /// The parameters from now on.
        kind: Kind,
    },
}

impl Change {
    /// The ids by which it names what it changes.
    pub fn ids_mut(&mut self) -> Vec<&mut String> {
        match self {
            Change::Add { component } => vec![&mut component.id],
            Change::Remove { component } | Change::Configure { component, .. } => vec![component],
            Change::Link { link } => vec![&mut link.from, &mut link.to],
            Change::Unlink { from, to } => vec![from, to],
        }
    }
}

impl Design {
    /// Carries a change out. What makes no sense in the design changes nothing: validation says so.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Add { component } => self.components.push(component.clone()),
            Change::Remove { component } => {
                let Some((place, _)) = self.component(component) else {
                    return;
                };
                self.components.remove(place);
                let has_it = |link: &Link| link.from == *component || link.to == *component;
                let ends = self.links.present().filter(|(_, link)| has_it(link));
                let ends: Vec<usize> = ends.map(|(place, _)| place).collect();
                ends.into_iter().for_each(|place| self.links.remove(place));
            }
            Change::Link { link } => {
                if self.number(&link.from).is_some() && self.number(&link.to).is_some() {
                    self.links.push(link.clone());
                }
            }
            Change::Unlink { from, to } => {
                if let Some(place) = self.link(from, to) {
                    self.links.remove(place);
                }
            }
            Change::Configure { component, kind } => {
                if let Some((place, _)) = self.component(component) {
                    self.components[place].kind = kind.clone();
                }
            }
        }
    }

    /// The design without the places of what is there no more.
    pub fn into_present(self) -> Self {
        Self {
            components: self.components.into_present().into(),
            links: self.links.into_present().into(),
            ..self
        }
    }

    /// What turns this design into another, short of how many instances its components have: what is called
    /// alike in both, and of the same kind, stays.
    pub fn changes_to(&self, other: &Design) -> Vec<Change> {
        let stays = |one: &Component, other: &Design| {
            let namesake = other.component(&one.id);
            namesake.is_some_and(|(_, namesake)| namesake.kind.tag() == one.kind.tag())
        };
        let gone = self.components.present().map(|(_, component)| component);
        let gone: Vec<&Component> = gone.filter(|one| !stays(one, other)).collect();
        let removed = gone.iter().map(|one| Change::Remove {
            component: one.id.clone(),
        });
        let is_gone = |id: &str| gone.iter().any(|one| one.id == id);
        let unlinked = self.links.present().filter(|(_, link)| {
            !is_gone(&link.from) && !is_gone(&link.to) && other.link(&link.from, &link.to).is_none()
        });
        let unlinked = unlinked.map(|(_, link)| Change::Unlink {
            from: link.from.clone(),
            to: link.to.clone(),
        });
        let come = other.components.present();
        let added = come.filter_map(|(_, one)| self.becomes(one, stays(one, self)));
        let linked = other.links.present().filter(|(_, link)| {
            is_gone(&link.from) || is_gone(&link.to) || self.link(&link.from, &link.to).is_none()
        });
        let linked = linked.map(|(_, link)| Change::Link { link: link.clone() });
        removed.chain(unlinked).chain(added).chain(linked).collect()
    }

    /// What of some changes makes a difference to this design, each after those before it.
    pub fn fitting(&self, changes: Vec<Change>) -> Vec<Change> {
        let mut design = self.clone();
        let fits = |change: Change| {
            let change = design.fitted(change)?;
            design.apply(&change);
            Some(change)
        };
        changes.into_iter().filter_map(fits).collect()
    }

    /// A change as it makes a difference to this design, if it does.
    fn fitted(&self, change: Change) -> Option<Change> {
        let is_there = |id: &str| self.component(id).is_some();
        let makes_sense = match &change {
            Change::Add { component } => !is_there(&component.id),
            Change::Remove { component } => is_there(component),
            Change::Link { link } => {
                let has_ends = is_there(&link.from) && is_there(&link.to);
                has_ends && self.link(&link.from, &link.to).is_none()
            }
            Change::Unlink { from, to } => self.link(from, to).is_some(),
            Change::Configure { component, kind } => {
                let (_, before) = self.component(component)?;
                let mut kind = kind.clone();
                kind.set_instances(before.kind.instances());
                let is_other = kind.tag() == before.kind.tag() && kind != before.kind;
                let component = component.clone();
                return is_other.then_some(Change::Configure { component, kind });
            }
        };
        makes_sense.then_some(change)
    }

    /// How a component of another design comes to be in this one, if it is not there like that.
    fn becomes(&self, other: &Component, stays: bool) -> Option<Change> {
        let (_, namesake) = match self.component(&other.id) {
            Some(found) if stays => found,
            _ => {
                return Some(Change::Add {
                    component: other.clone(),
                });
            }
        };
        let mut kind = other.kind.clone();
        kind.set_instances(namesake.kind.instances());
        (kind != namesake.kind).then(|| Change::Configure {
            component: other.id.clone(),
            kind,
        })
    }
}
