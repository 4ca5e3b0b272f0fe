//! What the user draws: components and the links between them, grouped in sites.

use serde::{Deserialize, Serialize};

use crate::{Kind, Roster};

/// Components and the links between them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Design {
    /// Data centers; empty means one unnamed site. They change no figure yet: every link takes the time it
    /// says, wherever its ends are. A link between two takes 0.1 ms or more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub sites: Vec<Site>,
    /// The tiers.
    pub components: Roster<Component>,
    /// Who may call whom.
    pub links: Roster<Link>,
}

impl Design {
    /// The place that a component stands in: the number of its site, and the first one where it names none.
    pub fn place_of(&self, component: usize) -> usize {
        let site = self.components[component].site.as_ref();
        let mut sites = self.sites.iter();
        let place = site.and_then(|id| sites.position(|site| site.id == *id));
        place.unwrap_or(0)
    }

    /// What people call the component of that id; the id itself where there is none.
    pub fn title<'a>(&'a self, id: &'a str) -> &'a str {
        self.component(id)
            .map_or(id, |(_, component)| component.title())
    }

    /// The same, with the id behind where that is another.
    pub fn title_with_id(&self, id: &str) -> String {
        let found = self.component(id);
        found.map_or(id.to_owned(), |(_, component)| component.title_with_id())
    }

    /// What people call an instance of the component of that id; `web/1` where there is none.
    pub fn instance_title(&self, id: &str, instance: u16) -> String {
        match self.component(id) {
            Some((_, component)) => component.instance_title(instance),
            None => numbered(id, instance),
        }
    }

    /// What the component in a place is called in a run, as nothing else is: its id, or `web#2` where it is the
    /// second to bear that.
    pub fn name_in_run(&self, place: usize) -> String {
        let id = &self.components[place].id;
        let earlier = self.components[..place].iter();
        match earlier.filter(|component| component.id == *id).count() {
            0 => id.clone(),
            lives => format!("{id}#{}", lives + 1),
        }
    }

    /// The place in the list of the link between two components.
    pub fn link(&self, from: &str, to: &str) -> Option<usize> {
        let mut links = self.links.present();
        let found = links.find(|(_, link)| link.from == from && link.to == to);
        found.map(|(place, _)| place)
    }

    /// The component of that id, with its place in the list.
    pub fn component(&self, id: &str) -> Option<(usize, &Component)> {
        self.components
            .present()
            .find(|(_, component)| component.id == id)
    }
}

/// A data center.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Unique name.
    pub id: String,
    /// The region it stands in.
    pub region: String,
}

/// A tier drawn as one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Unique short name, such as `web`; its instances are `web/1`, `web/2` and so on.
    pub id: String,
    /// What the diagram calls it; empty means the id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub name: String,
    /// The site it stands in; left out, the first one of the design, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub site: Option<String>,
    /// What it is, with its parameters.
    pub kind: Kind,
    /// Where the diagram draws it; left out, the page lays it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub position: Option<Position>,
}

impl Component {
    /// What people call it: its name, or else its id.
    pub fn title(&self) -> &str {
        match self.name.as_str() {
            "" => &self.id,
            name => name,
        }
    }

    /// What people call it, with the id behind where that is another: `Web tier (web)`. For where the id
    /// must be typed, or tells what is called alike.
    pub fn title_with_id(&self) -> String {
        match self.name.as_str() {
            "" => self.id.clone(),
            name => format!("{name} ({})", self.id),
        }
    }

    /// What people call one of its instances: `web/1`, and what is one machine at the start as the whole.
    pub fn instance_title(&self, instance: u16) -> String {
        match self.is_whole(instance) {
            true => self.title().to_owned(),
            false => numbered(&self.id, instance),
        }
    }

    /// What one of its instances is to tests and tools: `web/1` is number 0, and one machine is the whole.
    pub fn instance_name(&self, instance: u16) -> String {
        match self.is_whole(instance) {
            true => self.id.clone(),
            false => numbered(&self.id, instance),
        }
    }

    /// Whether one of its instances is all of it, at the start, and bears its name.
    fn is_whole(&self, instance: u16) -> bool {
        let facts = self.kind.facts();
        !facts.is_scalable || facts.is_one_machine && self.kind.instances() == 1 && instance == 0
    }
}

/// `web/1` is number 0.
fn numbered(id: &str, instance: u16) -> String {
    format!("{id}/{}", u32::from(instance) + 1)
}

/// A place on the diagram, in its own units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A directed connection: `from` may call `to`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Id of the caller.
    pub from: String,
    /// Id of the called.
    pub to: String,
    /// Time one way, in milliseconds. Links from clients add half their region's round trip.
    #[serde(default)]
    pub latency_ms: f64,
    /// How long the caller waits for the answer to a call, in milliseconds; 0 waits for ever. What the called
    /// does for it goes on. Clients have a time-out of their own, for all that one attempt takes.
    #[serde(default, skip_serializing_if = "Link::waits_for_ever")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub timeout_ms: f64,
}

impl Link {
    fn waits_for_ever(timeout_ms: &f64) -> bool {
        *timeout_ms == 0.0
    }
}
