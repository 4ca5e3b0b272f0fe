//! What there is to break, and what mends all that is broken.

use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_scenario::{Action, Design, Kind, Link};

use crate::deed;

/// What mends all that is broken at a moment.
pub(super) fn repairs(snapshot: &Snapshot, links: &[Link]) -> Vec<Action> {
    let instances = snapshot.components.iter().flat_map(|component| {
        let instances = component.instances.iter().zip(0..);
        let broken = instances.filter(|(instance, _)| instance.is_broken());
        broken.map(|(_, instance)| Action::Repair {
            component: component.id.clone(),
            instance,
        })
    });
    let links = links.iter().zip(&snapshot.links);
    let links = links
        .filter(|(_, gauge)| !gauge.impairments.is_empty())
        .map(|(link, _)| deed::repair(&link.from, &link.to));
    instances.chain(links).collect()
}

/// The busiest server that is up: its component's id, and its number.
pub(super) fn busiest(design: &Design, snapshot: &Snapshot) -> Option<(String, u16)> {
    let parts = design.components.beside(&snapshot.components);
    let services = parts.filter(|(component, _)| matches!(component.kind, Kind::Service(_)));
    let servers = services.flat_map(|(component, gauge)| {
        let instances = gauge.instances.iter().zip(0..);
        instances.map(move |(gauge, number)| (component, gauge, number))
    });
    servers
        .filter(|(_, gauge, _)| gauge.state == InstanceState::Up)
        .max_by(|(_, a, _), (_, b, _)| a.utilisation.total_cmp(&b.utilisation))
        .map(|(component, _, number)| (component.id.clone(), number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::snapshot::{ComponentGauge, InstanceGauge, LinkGauge};
    use headroom_scenario::Impairment;

    #[test]
    fn whatever_is_broken_can_be_mended_at_once() {
        let well = crate::diagram::idle();
        let with = |change: fn(&mut InstanceGauge)| {
            let mut gauge = well.clone();
            change(&mut gauge);
            gauge
        };
        let instances = vec![
            well.clone(),
            with(|gauge| gauge.state = InstanceState::Down),
            with(|gauge| gauge.hangs = true),
            with(|gauge| gauge.slow_factor = 3.0),
            with(|gauge| (gauge.state, gauge.slow_factor) = (InstanceState::Gone, 3.0)),
        ];
        let web = ComponentGauge {
            id: "web".into(),
            instances,
            ..ComponentGauge::default()
        };
        let lossy = LinkGauge {
            impairments: vec![Impairment::Loss { share: 0.05 }],
            ..LinkGauge::default()
        };
        let snapshot = Snapshot {
            components: vec![web],
            links: vec![LinkGauge::default(), lossy],
            ..Snapshot::default()
        };
        let link = |to: &str| Link {
            from: "web".into(),
            to: to.into(),
            ..Link::default()
        };
        let found = repairs(&snapshot, &[link("cache"), link("db")]);
        let repair = |instance| Action::Repair {
            component: "web".into(),
            instance,
        };
        let expected = [repair(1), repair(2), repair(3), deed::repair("web", "db")];
        assert_eq!(found, expected);
    }
}
