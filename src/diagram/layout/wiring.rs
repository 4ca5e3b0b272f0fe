//! The wires: a link's components are found by their ids once, here; what is drawn knows them by number.

use std::ops::Range;

use headroom_scenario::Design;

use super::super::geometry::{Curve, Point, Rect};
use super::super::node;
use super::block::{Form, Place};
use super::{Flow, Stand};
use crate::order::sort_by;

/// A link of so many instances on either side at most has a wire for each pair: more could not be told apart.
const WIRES_MAX: usize = 18;

/// A wire from instance to instance, or from whole to whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// Number of its link in the design; none for name look-ups.
    pub link: Option<usize>,
    /// Its course.
    pub curve: Curve,
}

/// A link: its components, and its wires, `first + slot of the caller * called slots + slot of the called`.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Numbers of the caller and of the called; none where it was taken away, or leads nowhere.
    pub components: Option<(usize, usize)>,
    first: usize,
    from: Slots,
    to: Slots,
}

/// Which end of a wire an instance holds.
#[derive(Clone, Debug, PartialEq)]
enum Slots {
    /// All the same one.
    One,
    /// Each its own, by place in this list.
    Each(Vec<u16>),
}

impl Slots {
    fn of(form: &Form) -> Slots {
        match form {
            Form::Cards(_) => Slots::Each(form.instances()),
            Form::Single | Form::Grid(_) | Form::Compact(_) => Slots::One,
        }
    }

    fn len(&self) -> usize {
        match self {
            Slots::One => 1,
            Slots::Each(numbers) => numbers.len(),
        }
    }

    /// The instance at a slot; none where all hold the same end.
    fn instance(&self, slot: usize) -> Option<u16> {
        match self {
            Slots::One => None,
            Slots::Each(numbers) => numbers.get(slot).copied(),
        }
    }

    fn slot(&self, instance: u16) -> Option<usize> {
        match self {
            Slots::One => Some(0),
            Slots::Each(numbers) => numbers.iter().position(|number| *number == instance),
        }
    }
}

impl Link {
    /// The wire between two instances.
    pub fn wire(&self, from_instance: u16, to_instance: u16) -> Option<usize> {
        let from = self.from.slot(from_instance)?;
        let to = self.to.slot(to_instance)?;
        Some(self.first + from * self.to.len() + to)
    }

    /// The numbers of its wires.
    pub fn wires(&self) -> Range<usize> {
        self.first..self.first + self.from.len() * self.to.len()
    }

    /// The instances at both ends of one of its wires.
    pub fn ends(&self, wire: usize) -> (Option<u16>, Option<u16>) {
        let (place, called) = (wire - self.first, self.to.len().max(1));
        (
            self.from.instance(place / called),
            self.to.instance(place % called),
        )
    }
}

/// Components whose instances have one end of a wire together, since there are too many pairs at a link: the more
/// numerous end of it, or both where they are as many.
pub fn crowded(design: &Design, instances: &[Vec<u16>]) -> Vec<bool> {
    let mut crowded = vec![false; instances.len()];
    for (_, ends) in design.wiring() {
        let (from, to) = (ends.from.place(), ends.to.place());
        let (callers, called) = (instances[from].len(), instances[to].len());
        if callers * called > WIRES_MAX {
            crowded[from] |= callers >= called;
            crowded[to] |= called >= callers;
        }
    }
    crowded
}

/// All wires of a design.
#[derive(Default)]
pub struct Wiring {
    /// One after the other, link by link.
    pub wires: Vec<Wire>,
    /// Per link of the design.
    pub links: Vec<Link>,
    /// The wire of name look-ups, if there is a directory.
    pub lookup: Option<usize>,
}

impl Wiring {
    /// Wires the design up, given where its components stand.
    pub fn of(design: &Design, places: &[Place], flow: Flow) -> Self {
        let mut wiring = Self::default();
        for number in 0..design.links.len() {
            let ends = design.ends(number);
            let components = ends.map(|ends| (ends.from.place(), ends.to.place()));
            wiring.add(number, components, places, flow);
            let called = components.map(|(_, to)| node::stand(&design.components[to].kind));
            if called == Some(Stand::Aside) {
                wiring.lookup = wiring.links.last().map(|link| link.first);
            }
        }
        fan(&mut wiring.wires, flow);
        wiring
    }

    fn add(
        &mut self,
        number: usize,
        components: Option<(usize, usize)>,
        places: &[Place],
        flow: Flow,
    ) {
        let first = self.wires.len();
        let Some((from, to)) = components else {
            // It was taken away. A link to nowhere is one of the document's problems, told elsewhere.
            let none = || Slots::Each(Vec::new());
            self.links.push(Link {
                components,
                first,
                from: none(),
                to: none(),
            });
            return;
        };
        let (here, there) = (&places[from], &places[to]);
        let (slots, curves): (_, Vec<Curve>) = if flows_on(&here.frame, &there.frame, flow) {
            let ends = ends(there);
            let from_each = ends_of(here, &ends, flow);
            ((Slots::of(&here.form), Slots::of(&there.form)), from_each)
        } else {
            let (from, to) = (facing(here, &there.frame), facing(there, &here.frame));
            let across = across(&from, &to, flow);
            ((Slots::One, Slots::One), vec![across])
        };
        self.wires.extend(curves.into_iter().map(|curve| Wire {
            link: Some(number),
            curve,
        }));
        self.links.push(Link {
            components,
            first,
            from: slots.0,
            to: slots.1,
        });
    }
}

/// The boxes at one end of a link's wires.
pub fn ends(place: &Place) -> Vec<Rect> {
    match &place.form {
        Form::Cards(cards) => cards.iter().map(|(_, rect)| *rect).collect(),
        Form::Single | Form::Grid(_) | Form::Compact(_) => vec![place.frame],
    }
}

/// The box of a place that is nearest to another place.
fn facing(place: &Place, other: &Rect) -> Rect {
    let far = |end: &Rect| end.center().distance_squared(other.center());
    let nearest = ends(place)
        .into_iter()
        .min_by(|a, b| far(a).total_cmp(&far(b)));
    nearest.unwrap_or(place.frame)
}

fn ends_of(place: &Place, to: &[Rect], flow: Flow) -> Vec<Curve> {
    let starts = ends(place);
    let curves = starts
        .iter()
        .flat_map(|start| to.iter().map(move |end| along(start, end, flow)));
    curves.collect()
}

/// Whether the called stands further along than the caller.
fn flows_on(from: &Rect, to: &Rect, flow: Flow) -> bool {
    match flow {
        Flow::Rightwards => to.x >= from.right() - 1.0,
        Flow::Downwards => to.y >= from.bottom() - 1.0,
    }
}

fn along(from: &Rect, to: &Rect, flow: Flow) -> Curve {
    match flow {
        Flow::Rightwards => Curve::rightwards(
            Point::new(from.right(), from.center().y),
            Point::new(to.x, to.center().y),
        ),
        Flow::Downwards => Curve::upright(
            Point::new(from.center().x, from.bottom()),
            Point::new(to.center().x, to.y),
        ),
    }
}

/// A wire between two that stand in one rank.
fn across(from: &Rect, to: &Rect, flow: Flow) -> Curve {
    match flow {
        Flow::Rightwards if to.y >= from.bottom() => Curve::upright(
            Point::new(from.center().x, from.bottom()),
            Point::new(to.center().x, to.y),
        ),
        Flow::Rightwards => Curve::upright(
            Point::new(from.center().x, from.y),
            Point::new(to.center().x, to.bottom()),
        ),
        Flow::Downwards if to.x >= from.right() => Curve::rightwards(
            Point::new(from.right(), from.center().y),
            Point::new(to.x, to.center().y),
        ),
        Flow::Downwards => Curve::rightwards(
            Point::new(from.x, from.center().y),
            Point::new(to.right(), to.center().y),
        ),
    }
}

/// Where several wires meet at one side, they arrive beside each other in the order of where they
/// come from, so that none hides another.
fn fan(wires: &mut [Wire], flow: Flow) {
    let sideways = flow == Flow::Rightwards;
    for (end, other) in [(0usize, 3usize), (3, 0)] {
        let meets = |a: &Point, b: &Point| a.distance_squared(*b) < 0.25;
        let mut done = vec![false; wires.len()];
        for first in 0..wires.len() {
            if done[first] {
                continue;
            }
            let here = wires[first].curve.points[end];
            let mut group: Vec<usize> = (first..wires.len())
                .filter(|wire| meets(&wires[*wire].curve.points[end], &here))
                .collect();
            let along_side = |wire: &usize| {
                let point = wires[*wire].curve.points[other];
                if sideways { point.y } else { point.x }
            };
            sort_by(&mut group, |a, b| along_side(a).total_cmp(&along_side(b)));
            let apart = (44.0 / group.len() as f64).min(11.0);
            let middle = (group.len() - 1) as f64 / 2.0;
            for (place, wire) in group.iter().enumerate() {
                done[*wire] = true;
                let shift = (place as f64 - middle) * apart;
                let points = &mut wires[*wire].curve.points;
                let handle = if end == 0 { 1 } else { 2 };
                for point in [end, handle] {
                    if sideways {
                        points[point].y += shift;
                    } else {
                        points[point].x += shift;
                    }
                }
            }
        }
    }
}
