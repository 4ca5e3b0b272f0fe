//! Where everything stands: a tree of blocks, from the places of the design over their tiers to the components
//! and their instances, and wires between them.
//!
//! A wide box is filled from left to right, a narrow one (a phone) from top to bottom. Each kind says itself how
//! much room it takes and how its instances stand in it (`super::node`); what is here only places blocks.

mod arrange;
mod block;
mod tree;
mod wiring;

use std::ops::Range;

use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_scenario::Design;

use super::geometry::{Fit, Point, Rect};
use super::node;
use arrange::Arrangement;
pub use block::{Block, Form, Grid, HEADING, Place, WORDS_WIDTH};
pub use tree::Stand;
use tree::Tree;
use wiring::Wiring;
pub use wiring::{Link, Wire};

/// A box narrower than this is filled from top to bottom.
const NARROW_BELOW: f64 = 560.0;
/// The headroom badge, which a wide page lays over the diagram at the top left, in pixels.
const BADGE: (f64, f64) = (324.0, 134.0);

/// What a design is drawn on, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sheet {
    /// Width and height.
    pub size: (f64, f64),
    /// Width and height of what lies over it at the top left.
    badge: (f64, f64),
}

impl Sheet {
    /// One of that size, all of which is seen, or under a badge.
    pub const fn new(size: (f64, f64), is_under_badge: bool) -> Self {
        let badge = if is_under_badge { BADGE } else { (0.0, 0.0) };
        Self { size, badge }
    }
}

impl From<(f64, f64)> for Sheet {
    /// One of that size as pages that have so much room lay it out.
    fn from(size: (f64, f64)) -> Self {
        Self::new(size, size.0 >= NARROW_BELOW)
    }
}

/// Which way requests flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Columns from left to right.
    Rightwards,
    /// Rows from top to bottom.
    Downwards,
}

/// How much is told of each component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// All that its kind tells, its instances one by one.
    Full,
    /// Its name and how busy it is: of very many, more could not be read.
    Compact,
}

/// A place of the design that is drawn, where there are several.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteFrame {
    /// What it is called.
    pub name: String,
    /// All that stands there.
    pub frame: Rect,
}

/// The whole drawing, laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Which way requests flow.
    pub flow: Flow,
    /// How it is placed in its box.
    pub fit: Fit,
    /// Width and height of its sheet.
    pub extent: (f64, f64),
    /// What lies over it.
    pub badge: Rect,
    /// The places of the design, where there are several.
    pub sites: Vec<SiteFrame>,
    /// Every component, in the order of the design.
    pub places: Vec<Place>,
    /// Components in the order of reading: by column, then from the top.
    pub order: Vec<usize>,
    /// Every wire.
    pub wires: Vec<Wire>,
    /// Per link of the design: between whom it is, and where its wires are.
    links: Vec<Link>,
    /// The wire of name look-ups, if there is a directory.
    lookup: Option<usize>,
}

impl Layout {
    /// The wire that a trip takes; none when an end of it is no longer drawn.
    pub fn wire(&self, link: u16, from_instance: u16, to_instance: u16) -> Option<usize> {
        match self.links.get(link as usize) {
            Some(link) => link.wire(from_instance, to_instance),
            None => self.lookup,
        }
    }

    /// The numbers of a link's wires.
    pub fn wires_of(&self, link: usize) -> Range<usize> {
        self.links.get(link).map_or(0..0, Link::wires)
    }

    /// The numbers of the components at the ends of a link; none where it was taken away.
    pub fn components_of(&self, link: usize) -> Option<(usize, usize)> {
        self.links.get(link)?.components
    }

    /// The instances at both ends of a wire; none at an end that is the whole component.
    pub fn ends(&self, wire: usize) -> (Option<u16>, Option<u16>) {
        let link = self.wires.get(wire).and_then(|wire| wire.link);
        let link = link.and_then(|link| self.links.get(link));
        link.map_or((None, None), |link| link.ends(wire))
    }

    /// Where an instance is drawn, or its component when there is no such instance.
    pub fn rect(&self, component: usize, instance: Option<u16>) -> Option<Rect> {
        let place = self.places.get(component)?;
        let drawn = instance.and_then(|instance| place.form.rect(instance));
        Some(drawn.unwrap_or(place.frame))
    }
}

/// The numbers of a component's instances that are still there.
fn present(design: &Design, snapshot: Option<&Snapshot>, component: usize) -> Vec<u16> {
    let gauges = snapshot.and_then(|snapshot| snapshot.components.get(component));
    match gauges {
        Some(gauge) if !gauge.instances.is_empty() => (0u16..)
            .zip(&gauge.instances)
            .filter(|(_, instance)| instance.state != InstanceState::Gone)
            .map(|(number, _)| number)
            .collect(),
        _ => (0..design.components[component].kind.instances()).collect(),
    }
}

/// Lays a design out in a box of that size in pixels.
pub fn layout(design: &Design, snapshot: Option<&Snapshot>, sheet: impl Into<Sheet>) -> Layout {
    let sheet: Sheet = sheet.into();
    let flow = if sheet.size.0 < NARROW_BELOW {
        Flow::Downwards
    } else {
        Flow::Rightwards
    };
    let instances: Vec<Vec<u16>> = (0..design.components.len())
        .map(|component| match design.components.has(component) {
            true => present(design, snapshot, component),
            false => Vec::new(),
        })
        .collect();
    let tree = Tree::of(design);
    let grids = wiring::crowded(design, &instances);
    let blocks = |detail: Detail| -> Vec<Block> {
        let components = design.components.iter().enumerate();
        let blocks = components.map(|(number, component)| {
            if !design.components.has(number) {
                return Block::default();
            }
            let (kind, own) = (&component.kind, instances[number].clone());
            let block = node::block(kind, own, flow, detail);
            if grids[number] {
                block.gridded(flow)
            } else {
                block
            }
        });
        blocks.collect()
    };
    let full = blocks(Detail::Full);
    let arrangement = arrange::arrange(&tree, &full, flow, sheet, Detail::Full);
    if arrangement.is_legible() {
        return laid_out(design, &tree, full, arrangement, flow, sheet);
    }
    let compact = blocks(Detail::Compact);
    let arrangement = arrange::compact(&tree, &compact, flow, sheet);
    laid_out(design, &tree, compact, arrangement, flow, sheet)
}

fn laid_out(
    design: &Design,
    tree: &Tree,
    blocks: Vec<Block>,
    arrangement: Arrangement,
    flow: Flow,
    sheet: Sheet,
) -> Layout {
    let Arrangement { fit, corners } = arrangement;
    let places: Vec<Place> = blocks
        .into_iter()
        .zip(&corners)
        .zip(&design.components)
        .map(|((block, corner), component)| {
            let position = component.position;
            block.at(position.map_or(*corner, |position| Point::new(position.x, position.y)))
        })
        .collect();
    let Wiring {
        wires,
        links,
        lookup,
    } = Wiring::of(design, &places, flow);
    Layout {
        flow,
        fit,
        extent: (sheet.size.0 / fit.scale, sheet.size.1 / fit.scale),
        badge: Rect::new(
            0.0,
            0.0,
            sheet.badge.0 / fit.scale,
            sheet.badge.1 / fit.scale,
        ),
        sites: arrange::site_frames(design, tree, &places),
        places,
        order: tree.order(),
        wires,
        links,
        lookup,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::Link;
    use headroom_scenario::{
        Cache, Clients, Component, Database, Dns, Kind, LoadBalancer, Service,
    };

    fn component(id: &str, kind: Kind) -> Component {
        Component {
            id: id.to_string(),
            name: String::new(),
            site: None,
            kind,
            position: None,
        }
    }

    fn full(instances: u16, nodes: u16) -> Design {
        let service = Service {
            instances,
            ..Service::default()
        };
        let cache = Cache {
            nodes,
            ..Cache::default()
        };
        let link = |from: &str, to: &str| Link {
            from: from.to_string(),
            to: to.to_string(),
            latency_ms: 0.5,
            ..Default::default()
        };
        Design {
            sites: Vec::new(),
            components: vec![
                component("db", Kind::Database(Database::default())),
                component("users", Kind::Clients(Clients::default())),
                component("dns", Kind::Dns(Dns::default())),
                component("balancer", Kind::LoadBalancer(LoadBalancer::default())),
                component("web", Kind::Service(service)),
                component("cache", Kind::Cache(cache)),
            ]
            .into(),
            links: vec![
                link("users", "dns"),
                link("users", "balancer"),
                link("balancer", "web"),
                link("web", "db"),
                link("web", "cache"),
            ]
            .into(),
        }
    }

    const BOXES: [(f64, f64); 4] = [
        (772.0, 732.0),
        (390.0, 560.0),
        (1_100.0, 500.0),
        (580.0, 400.0),
    ];

    fn drawn(layout: &Layout) -> Vec<Rect> {
        layout.places.iter().flat_map(wiring::ends).collect()
    }

    #[test]
    fn below_the_badge_the_directory_has_the_room_that_the_badge_would_take() {
        let design = headroom_scenario::step::LADDER[0].scenario().design;
        let directory = |is_under_badge| {
            let sheet = Sheet::new((768.0, 400.0), is_under_badge);
            let layout = layout(&design, None, sheet);
            let (number, _) = design.component("dns").expect("there is one");
            layout.places[number].frame.y
        };
        assert!(directory(false) < directory(true));
    }

    #[test]
    fn requests_flow_from_the_users_to_the_data_whatever_the_order_of_the_document() {
        let layout = layout(&full(3, 2), None, (772.0, 732.0));
        let x = |component: usize| layout.places[component].frame.x;
        assert!(
            x(1) < x(3) && x(3) < x(4) && x(4) < x(5),
            "users, balancer, web, cache"
        );
        assert!(
            layout.places[5].frame.bottom() < layout.places[0].frame.y,
            "cache above database"
        );
        assert!(
            layout.places[2].frame.bottom() < layout.places[1].frame.y,
            "directory above users"
        );
        assert_eq!(layout.order, [2, 1, 3, 4, 5, 0]);
    }

    #[test]
    fn nothing_covers_anything_and_all_is_within_the_box() {
        for box_size in BOXES {
            for (instances, nodes) in [(1, 1), (3, 2), (6, 6), (7, 3), (40, 12), (1_000, 1)] {
                let layout = layout(&full(instances, nodes), None, box_size);
                let rects = drawn(&layout);
                for (number, a) in rects.iter().enumerate() {
                    let from = layout.fit.pixels(Point::new(a.x, a.y));
                    let to = layout.fit.pixels(Point::new(a.right(), a.bottom()));
                    assert!(
                        from.x >= 0.0
                            && from.y >= 0.0
                            && to.x <= box_size.0 + 1.0
                            && to.y <= box_size.1 + 1.0,
                        "{instances} and {nodes} in {box_size:?}: {a:?} at {}",
                        layout.fit.scale
                    );
                    for b in &rects[..number] {
                        assert!(
                            a.right() <= b.x
                                || b.right() <= a.x
                                || a.bottom() <= b.y
                                || b.bottom() <= a.y,
                            "{instances} and {nodes} in {box_size:?}: {a:?} covers {b:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_trip_has_the_wire_between_its_ends() {
        let layout = layout(&full(3, 2), None, (772.0, 732.0));
        assert_eq!(layout.wires.len(), 1 + 1 + 3 + 3 + 6);
        let wire = &layout.wires[layout.wire(2, 0, 1).expect("balancer to web/2")];
        let card = layout.rect(4, Some(1)).expect("web/2 is drawn");
        assert_eq!(wire.curve.points[3].x, card.x);
        assert!((wire.curve.points[3].y - card.center().y).abs() < 1e-9);
        let wire = &layout.wires[layout.wire(4, 2, 1).expect("web/3 to cache/2")];
        let (start, end) = (
            layout.rect(4, Some(2)).unwrap(),
            layout.rect(5, Some(1)).unwrap(),
        );
        assert_eq!(wire.curve.points[0].x, start.right());
        assert_eq!(wire.curve.points[3].x, end.x);
        assert_eq!(
            layout.wire(2, 0, 9),
            None,
            "an instance that is not drawn has no wire"
        );
        assert_eq!(
            layout.wire(u16::MAX, 0, 0),
            Some(0),
            "a name look-up goes to the directory"
        );
    }

    #[test]
    fn a_thousand_instances_are_one_grid_with_one_wire() {
        let layout = layout(&full(1_000, 1), None, (772.0, 732.0));
        let Form::Grid(grid) = &layout.places[4].form else {
            panic!("a thousand cards would be no picture");
        };
        assert_eq!(grid.instances.len(), 1_000);
        assert_eq!(layout.wire(2, 0, 999), layout.wire(2, 0, 0));
    }

    #[test]
    fn instances_that_are_gone_are_not_drawn_and_keep_their_numbers() {
        use crate::diagram::node::idle;
        use headroom_engine::snapshot::{ComponentGauge, InstanceGauge};
        let instance = |state| InstanceGauge { state, ..idle() };
        let mut snapshot = Snapshot {
            components: vec![ComponentGauge::default(); 6],
            ..Snapshot::default()
        };
        snapshot.components[4].instances = vec![
            instance(InstanceState::Up),
            instance(InstanceState::Gone),
            instance(InstanceState::Down),
        ];
        let layout = layout(&full(3, 1), Some(&snapshot), (772.0, 732.0));
        let Form::Cards(cards) = &layout.places[4].form else {
            panic!("two instances are two cards");
        };
        assert_eq!(cards.iter().map(|card| card.0).collect::<Vec<_>>(), [0, 2]);
    }

    /// As many components as a design may have, in four tiers.
    fn widest() -> Design {
        let mut design = full(1, 1);
        let service = Service {
            instances: 60,
            ..Service::default()
        };
        let link = design.links[3].clone();
        while design.components.len() < headroom_scenario::limits::COMPONENTS_MAX {
            let number = design.components.len();
            let id = format!("service-{number}");
            let from = match number < 30 {
                true => "balancer".to_string(),
                false => format!("service-{}", number - 24),
            };
            let kind = Kind::Service(service.clone());
            design.components.push(component(&id, kind));
            design.links.push(Link {
                from,
                to: id,
                ..link.clone()
            });
        }
        design
    }

    #[test]
    fn a_design_at_the_limits_is_drawn_within_its_box_with_names_that_can_be_read() {
        for (box_size, legible) in [((772.0, 732.0), 0.59), ((390.0, 420.0), 0.25)] {
            let design = widest();
            let layout = layout(&design, None, box_size);
            assert!(layout.fit.scale > legible, "{}", layout.fit.scale);
            let is_compact = |place: &Place| matches!(place.form, Form::Compact(_));
            assert!(layout.places.iter().all(is_compact));
            assert_eq!(layout.wires.len(), design.links.len());
            for (number, place) in layout.places.iter().enumerate() {
                let (a, scale) = (place.frame, layout.fit.scale);
                assert!(a.x >= 0.0 && a.right() * scale <= box_size.0 + 1.0);
                assert!(a.y >= 0.0 && a.bottom() * scale <= box_size.1 + 1.0);
                assert_eq!(a.overlap(&layout.badge), 0.0, "{number} in {box_size:?}");
                for other in &layout.places[..number] {
                    assert_eq!(a.overlap(&other.frame), 0.0, "{number} in {box_size:?}");
                }
            }
        }
    }

    #[test]
    fn the_instances_of_a_link_have_one_wire_where_pairs_would_be_too_many() {
        let wires = |instances, nodes| {
            let layout = layout(&full(instances, nodes), None, (772.0, 732.0));
            layout.wires_of(4).len()
        };
        assert_eq!(wires(4, 3), 12);
        assert_eq!(wires(6, 3), 18);
        assert_eq!(wires(6, 4), 4, "the servers have one end together");
        assert_eq!(wires(6, 6), 1);
    }

    #[test]
    fn of_very_many_instances_several_share_a_cell() {
        let layout = layout(&full(1_000, 1), None, (772.0, 732.0));
        let Form::Grid(grid) = &layout.places[4].form else {
            panic!("a thousand cards would be no picture");
        };
        assert_eq!(grid.per_cell, 3);
        assert_eq!(layout.rect(4, Some(0)), layout.rect(4, Some(2)));
        assert_ne!(layout.rect(4, Some(2)), layout.rect(4, Some(3)));
    }

    #[test]
    fn places_of_a_design_are_framed_apart() {
        let mut design = full(2, 1);
        let site = |id: &str| headroom_scenario::Site {
            id: id.into(),
            region: "us-east".into(),
        };
        design.sites = vec![site("east"), site("west")];
        for (number, component) in design.components.iter_mut().enumerate() {
            component.site = match number {
                1 | 2 => None,
                0 | 5 => Some("west".into()),
                _ => Some("east".into()),
            };
        }
        for box_size in BOXES {
            let layout = layout(&design, None, box_size);
            let [east, west] = &layout.sites[..] else {
                panic!("two places");
            };
            assert_eq!(east.frame.overlap(&west.frame), 0.0, "{box_size:?}");
            assert!(east.frame.overlap(&layout.places[4].frame) > 0.0);
            assert_eq!(east.frame.overlap(&layout.places[0].frame), 0.0);
        }
    }

    #[test]
    fn a_place_of_the_document_is_kept() {
        let mut design = full(1, 1);
        design.components[0].position = Some(headroom_scenario::Position { x: 5.0, y: 6.0 });
        let layout = layout(&design, None, (772.0, 732.0));
        assert_eq!(
            (layout.places[0].frame.x, layout.places[0].frame.y),
            (5.0, 6.0)
        );
    }

    #[test]
    fn a_design_without_anything_lays_out_to_nothing() {
        assert!(
            layout(&Design::default(), None, (772.0, 732.0))
                .wires
                .is_empty()
        );
    }
}
