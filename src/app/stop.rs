//! What stops requests: what is dead, what hangs, and links that are cut or impaired.

use headroom_engine::snapshot::{InstanceGauge, InstanceState, Snapshot};
use headroom_scenario::{Design, Impairment};

use crate::format;

/// Something that stops requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// An instance of that name is dead, or all those of a component.
    Down(String),
    /// What is not dead of it hangs.
    Hangs(String),
    /// A link is cut.
    Cut,
    /// A link is slow, lossy or narrow.
    Impaired,
}

impl Stop {
    /// What lets nothing through: the first component that nothing is left of which works, else a
    /// link that is cut.
    pub fn of_all(design: &Design, snapshot: &Snapshot) -> Option<Self> {
        let parts = design.components.beside(&snapshot.components);
        let mut stopped = parts.filter_map(|(component, gauge)| {
            let stop = of_tier(&gauge.instances)?;
            Some(stop(component.title().to_owned()))
        });
        let cut = || {
            is_on_a_link(snapshot, |impairment| {
                matches!(impairment, Impairment::Cut { .. })
            })
        };
        stopped.next().or_else(|| cut().then_some(Stop::Cut))
    }

    /// What is broken and may leave some of it through: the first instance that does not work, else a
    /// link.
    pub fn of_some(design: &Design, snapshot: &Snapshot) -> Option<Self> {
        let parts = design.components.beside(&snapshot.components);
        let mut stopped = parts.flat_map(|(component, gauge)| {
            let instances = gauge.instances.iter().zip(0..);
            instances.filter_map(|(gauge, instance)| {
                let stop = of_instance(gauge)?;
                Some(stop(component.instance_title(instance)))
            })
        });
        let impaired = || is_on_a_link(snapshot, |_| true);
        stopped
            .next()
            .or_else(|| impaired().then_some(Stop::Impaired))
    }

    /// What it is called, where it has a name.
    pub fn name(&self) -> Option<&String> {
        match self {
            Stop::Down(name) | Stop::Hangs(name) => Some(name),
            Stop::Cut | Stop::Impaired => None,
        }
    }

    /// `Web servers are down`, with its name as short as it has to be.
    pub fn words(&self, shortened: impl Fn(&str) -> String) -> String {
        let of = |name: &str, one: &str, many: &str| {
            format!("{} {}", shortened(name), format::verb(name, one, many))
        };
        match self {
            Stop::Down(name) => of(name, "is down", "are down"),
            Stop::Hangs(name) => of(name, "hangs", "hang"),
            Stop::Cut => "a link is cut".into(),
            Stop::Impaired => "a link is impaired".into(),
        }
    }
}

/// How an instance has stopped.
fn of_instance(gauge: &InstanceGauge) -> Option<fn(String) -> Stop> {
    let stop = if gauge.state == InstanceState::Down {
        Stop::Down
    } else {
        Stop::Hangs
    };
    gauge.is_stopped().then_some(stop)
}

/// How a component has stopped, where none of its instances work. One of which some hang hangs: who
/// calls those waits.
fn of_tier(instances: &[InstanceGauge]) -> Option<fn(String) -> Stop> {
    let there = instances
        .iter()
        .filter(|gauge| gauge.state != InstanceState::Gone);
    let is_stopped = there.clone().all(|gauge| of_instance(gauge).is_some());
    let stop = if there.clone().any(|gauge| gauge.hangs) {
        Stop::Hangs
    } else {
        Stop::Down
    };
    (is_stopped && there.count() > 0).then_some(stop)
}

fn is_on_a_link(snapshot: &Snapshot, wanted: impl Fn(&Impairment) -> bool) -> bool {
    let mut impairments = snapshot.links.iter().flat_map(|link| &link.impairments);
    impairments.any(wanted)
}
