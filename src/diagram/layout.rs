//! Where everything stands: components in columns from the users to the data, wires between them.
//!
//! A wide box is filled from left to right, a narrow one (a phone) from top to bottom.

use std::ops::Range;

use headroom_engine::snapshot::{InstanceState, Snapshot};
use headroom_scenario::{Design, Kind};

use super::geometry::{Curve, Fit, Point, Rect};
use crate::order::{sort_by, sort_by_key};

/// Instances drawn one by one; more are drawn as a heat grid.
pub const CARDS_MAX: usize = 6;
/// The same where the box is narrow.
const CARDS_MAX_NARROW: usize = 3;
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

/// Between the directory and the users: room for what is written beside the wire.
const LOOKUP_GAP: f64 = 30.0;
/// From the badge down to the directory, the tab on whose top included.
const BELOW_BADGE: f64 = 24.0;
/// White space around the diagram.
const MARGIN: f64 = 30.0;
/// Room for the name of a tier above its instances, and between them for the badge of one.
pub const HEADING: f64 = 37.0;

/// Words below a component are no wider.
pub const WORDS_WIDTH: f64 = 130.0;

/// Which way requests flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Columns from left to right.
    Rightwards,
    /// Rows from top to bottom.
    Downwards,
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
    /// Every component, in the order of the design.
    pub places: Vec<Place>,
    /// Components in the order of reading: by column, then from the top.
    pub order: Vec<usize>,
    /// Every wire.
    pub wires: Vec<Wire>,
    /// Per link of the design: where its wires are.
    links: Vec<LinkWires>,
    /// The wire of name look-ups, if there is a directory.
    lookup: Option<usize>,
}

/// Where a component stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// All of it but its words above and below.
    pub frame: Rect,
    /// Its words below.
    pub words: Rect,
    /// How its instances are drawn.
    pub form: Form,
}

/// How the instances of a component are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// One thing.
    Single,
    /// A card each: instance number and place.
    Cards(Vec<(u16, Rect)>),
    /// A cell each.
    Grid(Grid),
}

/// A compact grid of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Corner of the first cell.
    pub corner: Point,
    /// Instance numbers, row by row.
    pub instances: Vec<u16>,
    /// Cells in a row.
    pub columns: usize,
    /// From one cell to the next.
    pub pitch: f64,
}

impl Grid {
    /// The cell of that number.
    pub fn cell(&self, number: usize) -> Rect {
        let size = self.pitch - (self.pitch * 0.18).clamp(1.0, 3.0);
        Rect::new(
            self.corner.x + (number % self.columns) as f64 * self.pitch,
            self.corner.y + (number / self.columns) as f64 * self.pitch,
            size,
            size,
        )
    }
}

/// A wire from instance to instance, or from whole to whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// Number of its link in the design; none for name look-ups.
    pub link: Option<usize>,
    /// Its course.
    pub curve: Curve,
}

/// The wires of one link: `first + slot of the caller * called slots + slot of the called`.
#[derive(Clone, Debug, PartialEq)]
struct LinkWires {
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
            Form::Cards(cards) => Slots::Each(cards.iter().map(|(number, _)| *number).collect()),
            Form::Single | Form::Grid(_) => Slots::One,
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

impl Layout {
    /// The wire that a trip takes; none when an end of it is no longer drawn.
    pub fn wire(&self, link: u16, from_instance: u16, to_instance: u16) -> Option<usize> {
        let Some(wires) = self.links.get(link as usize) else {
            return self.lookup;
        };
        let from = wires.from.slot(from_instance)?;
        let to = wires.to.slot(to_instance)?;
        Some(wires.first + from * wires.to.len() + to)
    }

    /// The numbers of a link's wires.
    pub fn wires_of(&self, link: usize) -> Range<usize> {
        self.links.get(link).map_or(0..0, |wires| {
            wires.first..wires.first + wires.from.len() * wires.to.len()
        })
    }

    /// Whether the name of a tier stands below it: where wires arrive from above and none leave.
    pub fn names_below(kind: &Kind, flow: Flow) -> bool {
        flow == Flow::Downwards && matches!(kind, Kind::Cache(_))
    }

    /// The instances at both ends of a wire; none at an end that is the whole component.
    pub fn ends(&self, wire: usize) -> (Option<u16>, Option<u16>) {
        let link = self.wires.get(wire).and_then(|wire| wire.link);
        let Some(wires) = link.and_then(|link| self.links.get(link)) else {
            return (None, None);
        };
        let (place, called) = (wire - wires.first, wires.to.len().max(1));
        (
            wires.from.instance(place / called),
            wires.to.instance(place % called),
        )
    }

    /// Where an instance is drawn, or its component when there is no such instance.
    pub fn rect(&self, component: usize, instance: Option<u16>) -> Option<Rect> {
        let place = self.places.get(component)?;
        let drawn = instance.and_then(|number| match &place.form {
            Form::Single => None,
            Form::Cards(cards) => cards
                .iter()
                .find(|(card, _)| *card == number)
                .map(|(_, rect)| *rect),
            Form::Grid(grid) => grid
                .instances
                .iter()
                .position(|cell| *cell == number)
                .map(|cell| grid.cell(cell)),
        });
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
        _ => {
            // What has no instances of its own is drawn as one.
            (0..design.components[component].kind.instances().max(1)).collect()
        }
    }
}

/// What a component needs of the drawing: nothing once it was taken away.
#[derive(Default)]
struct Need {
    /// Extent across: to the right and downwards.
    width: f64,
    height: f64,
    /// Room kept above for its heading, and below for its words.
    above: f64,
    below: f64,
    instances: Vec<u16>,
}

/// Lays a design out in a box of that size in pixels.
pub fn layout(design: &Design, snapshot: Option<&Snapshot>, sheet: impl Into<Sheet>) -> Layout {
    let sheet: Sheet = sheet.into();
    let box_size = sheet.size;
    let flow = if box_size.0 < NARROW_BELOW {
        Flow::Downwards
    } else {
        Flow::Rightwards
    };
    let needs: Vec<Need> = (0..design.components.len())
        .map(|component| match design.components.has(component) {
            true => need(
                &design.components[component].kind,
                present(design, snapshot, component),
                flow,
            ),
            false => Need::default(),
        })
        .collect();
    let ranks = ranks(design);
    let (fit, corners) = match flow {
        Flow::Rightwards => in_columns(&ranks, &needs, design, sheet),
        Flow::Downwards => in_rows(&ranks, &needs, design, box_size),
    };
    let places: Vec<Place> = needs
        .into_iter()
        .zip(&corners)
        .zip(&design.components)
        .map(|((need, corner), component)| {
            let corner = component
                .position
                .map_or(*corner, |position| Point::new(position.x, position.y));
            place(need, corner, &component.kind, flow)
        })
        .collect();
    let order: Vec<usize> = ranks.into_iter().flatten().collect();
    let mut layout = Layout {
        flow,
        fit,
        extent: (box_size.0 / fit.scale, box_size.1 / fit.scale),
        badge: Rect::new(
            0.0,
            0.0,
            sheet.badge.0 / fit.scale,
            sheet.badge.1 / fit.scale,
        ),
        places,
        order,
        wires: Vec::new(),
        links: Vec::new(),
        lookup: None,
    };
    wire_up(&mut layout, design);
    layout
}

/// Components by distance from the users: the longest way there is. What stores data stands in one
/// rank, the cache above the database it spares; the directory stands with the users.
fn ranks(design: &Design) -> Vec<Vec<usize>> {
    let count = design.components.len();
    let links: Vec<(usize, usize)> = design
        .wiring()
        .map(|(_, ends)| (ends.from.place(), ends.to.place()))
        .filter(|(from, to)| {
            let (from, to) = (&design.components[*from].kind, &design.components[*to].kind);
            !matches!(from, Kind::Cache(_)) && !matches!(to, Kind::Dns(_))
        })
        .collect();
    let mut rank = vec![0usize; count];
    for (component, rank) in design.components.iter().zip(&mut rank) {
        // What nothing leads to yet still stands where its kind belongs.
        *rank = match component.kind {
            Kind::Clients(_) | Kind::Dns(_) => 0,
            Kind::LoadBalancer(_) | Kind::Service(_) | Kind::Cache(_) | Kind::Database(_) => 1,
        };
    }
    // As many rounds as there are components: a circle of links ends there too.
    for _ in 0..count {
        for (from, to) in &links {
            if rank[*to] <= rank[*from] && rank[*from] < count {
                rank[*to] = rank[*from] + 1;
            }
        }
    }
    let stores = |component: &usize| design.components[*component].kind.facts().stores;
    let there: Vec<usize> = design
        .components
        .present()
        .map(|(number, _)| number)
        .collect();
    let stored: Vec<usize> = there.iter().copied().filter(stores).collect();
    if let Some(last) = stored.iter().map(|component| rank[*component]).max() {
        stored.iter().for_each(|component| rank[*component] = last);
    }
    let mut ranks: Vec<Vec<usize>> = Vec::new();
    for level in 0..=rank.iter().copied().max().unwrap_or(0) {
        let mut members: Vec<usize> = there
            .iter()
            .copied()
            .filter(|c| rank[*c] == level)
            .collect();
        sort_by_key(&mut members, |c| match design.components[*c].kind {
            Kind::Dns(_) | Kind::Cache(_) => 0,
            Kind::Clients(_) | Kind::LoadBalancer(_) | Kind::Service(_) | Kind::Database(_) => 1,
        });
        if !members.is_empty() {
            ranks.push(members);
        }
    }
    ranks
}

/// Sizes of the things drawn, by kind.
fn need(kind: &Kind, instances: Vec<u16>, flow: Flow) -> Need {
    let narrow = flow == Flow::Downwards;
    let single = |width: f64, height: f64, below: f64| Need {
        width,
        height,
        above: 0.0,
        below,
        instances: Vec::new(),
    };
    match kind {
        Kind::Clients(_) if narrow => single(176.0, 52.0, 0.0),
        Kind::Clients(_) => single(76.0, 96.0, 54.0),
        Kind::Dns(_) => single(88.0, 50.0, 0.0),
        Kind::LoadBalancer(_) if narrow => single(150.0, 64.0, 0.0),
        Kind::LoadBalancer(_) => single(136.0, 88.0, 0.0),
        Kind::Database(_) if narrow => single(112.0, 84.0, 52.0),
        Kind::Database(_) => single(112.0, 100.0, 52.0),
        Kind::Service(_) => many(instances, flow, card_size(kind, flow)),
        Kind::Cache(_) => {
            let mut need = many(instances, flow, card_size(kind, flow));
            if Layout::names_below(kind, flow) {
                (need.above, need.below) = (0.0, HEADING);
            }
            need
        }
    }
}

/// The size of one instance's card.
fn card_size(kind: &Kind, flow: Flow) -> (f64, f64) {
    match (kind, flow) {
        (Kind::Cache(_), Flow::Rightwards) => (148.0, 68.0),
        (Kind::Cache(_), Flow::Downwards) => (104.0, 64.0),
        (_, Flow::Rightwards) => (156.0, 86.0),
        (_, Flow::Downwards) => (112.0, 86.0),
    }
}

fn many(instances: Vec<u16>, flow: Flow, card: (f64, f64)) -> Need {
    let count = instances.len();
    let (width, height) = match flow {
        _ if count > most_cards(flow) => {
            let (columns, pitch) = grid_shape(count, flow);
            let rows = count.div_ceil(columns);
            (
                (columns as f64 * pitch + 24.0).max(GRID_WIDTH_MIN),
                rows as f64 * pitch + 24.0 + 22.0,
            )
        }
        Flow::Rightwards => {
            let gaps = count.saturating_sub(1) as f64;
            (
                card.0,
                count.max(1) as f64 * card.1 + gaps * card_gap(count),
            )
        }
        Flow::Downwards => {
            let gaps = count.saturating_sub(1) as f64;
            (count.max(1) as f64 * card.0 + gaps * 12.0, card.1)
        }
    };
    Need {
        width,
        height,
        above: HEADING,
        below: 0.0,
        instances,
    }
}

fn most_cards(flow: Flow) -> usize {
    match flow {
        Flow::Rightwards => CARDS_MAX,
        Flow::Downwards => CARDS_MAX_NARROW,
    }
}

/// Few cards stand well apart, many close together.
fn card_gap(count: usize) -> f64 {
    match count {
        0..=3 => 44.0,
        4 => 32.0,
        5 => 24.0,
        _ => 18.0,
    }
}

/// A heat grid has room for the words above its cells.
const GRID_WIDTH_MIN: f64 = 160.0;

/// Columns of a heat grid and the pitch of its cells: as large as still makes one picture.
fn grid_shape(count: usize, flow: Flow) -> (usize, f64) {
    let (wide, high): (f64, f64) = match flow {
        Flow::Rightwards => (168.0, 420.0),
        Flow::Downwards => (330.0, 150.0),
    };
    for pitch in [40.0, 34.0, 28.0, 24.0, 20.0, 16.0, 13.0, 11.0, 9.0, 8.0] {
        let columns = (wide / pitch).floor();
        if (count as f64 / columns).ceil() * pitch <= high {
            return (count.min(columns as usize), pitch);
        }
    }
    let pitch: f64 = 6.0;
    ((wide / pitch).floor() as usize, pitch)
}

/// How much to enlarge or shrink, given the room that is needed at least and the room that is
/// comfortable. Enlarged only a little: white space is calm.
fn scale(box_size: (f64, f64), least: (f64, f64), comfortable: (f64, f64)) -> f64 {
    let of = |room: (f64, f64)| (box_size.0 / room.0).min(box_size.1 / room.1);
    let grown = of(comfortable).min(1.25);
    if grown >= 1.0 {
        grown
    } else {
        of(least).clamp(0.4, 1.0)
    }
}

/// Sum of the extents plus the gaps between them.
fn extent(sizes: impl Iterator<Item = f64>, gap: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0usize);
    for size in sizes {
        sum += size;
        count += 1;
    }
    sum + count.saturating_sub(1) as f64 * gap
}

/// Between the things of one row, and where a link runs from one to the next.
const ROW_GAP: f64 = 28.0;
const ROW_GAP_LINKED: f64 = 60.0;

/// Between the things of one column.
const STACK_GAP: f64 = 46.0;

/// Gaps between columns that have so much room together: the more wires cross one, the wider.
fn gaps(ranks: &[Vec<usize>], needs: &[Need], free: f64) -> Vec<f64> {
    let ends = |column: &Vec<usize>| {
        let drawn = |c: &usize| match needs[*c].instances.len() {
            0 => 1,
            many if many > CARDS_MAX => 1,
            some => some,
        };
        column.iter().map(drawn).sum::<usize>()
    };
    let weights: Vec<f64> = ranks
        .windows(2)
        .map(|pair| match ends(&pair[0]) * ends(&pair[1]) {
            0..=2 => 1.2,
            3..=6 => 1.5,
            _ => 2.0,
        })
        .collect();
    let all: f64 = weights.iter().sum();
    weights
        .iter()
        .map(|weight| (free * weight / all).clamp(44.0, 220.0))
        .collect()
}

fn in_columns(
    ranks: &[Vec<usize>],
    needs: &[Need],
    design: &Design,
    sheet: Sheet,
) -> (Fit, Vec<Point>) {
    let box_size = sheet.size;
    let width = |column: &Vec<usize>| column.iter().map(|c| needs[*c].width).fold(0.0, f64::max);
    let tall = |c: &usize| needs[*c].above + needs[*c].height + needs[*c].below;
    let height = |column: &Vec<usize>| extent(column.iter().map(tall), STACK_GAP);
    let tallest = ranks.iter().map(height).fold(0.0, f64::max) + 2.0 * MARGIN;
    let room = |gap: f64| extent(ranks.iter().map(width), gap) + 2.0 * MARGIN;
    let scale = scale(
        box_size,
        (room(48.0), tallest),
        (room(76.0), tallest + 60.0),
    );
    let (wide, high) = (box_size.0 / scale, box_size.1 / scale);

    let gaps = gaps(ranks, needs, wide - room(0.0));
    let spare = wide - room(0.0) - gaps.iter().sum::<f64>();
    let mut x = (spare / 2.0).max(0.0) + MARGIN;
    let mut gaps = gaps.into_iter();
    let mut corners = vec![Point::default(); needs.len()];
    for column in ranks {
        let column_width = width(column);
        // The directory is company for the users: they stay on the middle line.
        let stacked: Vec<usize> = column
            .iter()
            .copied()
            .filter(|c| !matches!(design.components[*c].kind, Kind::Dns(_)))
            .collect();
        // Words above and below hang on what is drawn: that is what stands in the middle.
        let words_above = stacked.first().map_or(0.0, |c| needs[*c].above);
        let words_below = stacked.last().map_or(0.0, |c| needs[*c].below);
        let mut y = (high - height(&stacked) + words_below - words_above) / 2.0;
        let mut above = y;
        for c in stacked {
            y += needs[c].above;
            corners[c] = Point::new(x + (column_width - needs[c].width) / 2.0, y);
            above = above.min(y - needs[c].above);
            y += needs[c].height + needs[c].below + STACK_GAP;
        }
        for c in column {
            if matches!(design.components[*c].kind, Kind::Dns(_)) {
                // Below the badge if it can be, but never on the users.
                let lowest = above - needs[*c].height - LOOKUP_GAP;
                let y = (lowest - STACK_GAP)
                    .max((sheet.badge.1 + BELOW_BADGE) / scale)
                    .min(lowest);
                corners[*c] = Point::new(x + (column_width - needs[*c].width) / 2.0, y);
            }
        }
        x += column_width + gaps.next().unwrap_or(0.0);
    }
    (
        Fit {
            scale,
            x: 0.0,
            y: 0.0,
        },
        corners,
    )
}

fn in_rows(
    ranks: &[Vec<usize>],
    needs: &[Need],
    design: &Design,
    box_size: (f64, f64),
) -> (Fit, Vec<Point>) {
    let margin = 12.0;
    // The directory is linked to the users beside it: what passes between them has room.
    let is_directory = |c: &usize| matches!(design.components[*c].kind, Kind::Dns(_));
    let aside = |row: &Vec<usize>| {
        if row.iter().any(is_directory) {
            ROW_GAP_LINKED
        } else {
            ROW_GAP
        }
    };
    let tall = |c: &usize| needs[*c].above + needs[*c].height + needs[*c].below;
    let height = |row: &Vec<usize>| row.iter().map(tall).fold(0.0, f64::max);
    let width = |row: &Vec<usize>| extent(row.iter().map(|c| needs[*c].width), aside(row));
    let widest = ranks.iter().map(width).fold(0.0, f64::max) + 2.0 * margin;
    let top = 22.0;
    let room = |gap: f64| extent(ranks.iter().map(height), gap) + top + margin;
    let scale = scale(box_size, (widest, room(30.0)), (widest, room(44.0)));
    let (wide, high) = (box_size.0 / scale, box_size.1 / scale);
    let gap = ((high - room(0.0)) / ranks.len().saturating_sub(1).max(1) as f64).clamp(30.0, 64.0);
    let mut corners = vec![Point::default(); needs.len()];
    // A short design stands in the middle, a little above it.
    let mut y = top + ((high - room(gap)) * 0.4).max(0.0);
    for row in ranks {
        let mut x = (wide - width(row)) / 2.0;
        for c in row {
            corners[*c] = Point::new(x, y + needs[*c].above);
            x += needs[*c].width + aside(row);
        }
        y += height(row) + gap;
    }
    (
        Fit {
            scale,
            x: 0.0,
            y: 0.0,
        },
        corners,
    )
}

fn place(need: Need, corner: Point, kind: &Kind, flow: Flow) -> Place {
    let frame = Rect::new(corner.x, corner.y, need.width, need.height);
    let words = Rect::new(
        frame.center().x - WORDS_WIDTH / 2.0,
        frame.bottom(),
        WORDS_WIDTH,
        // The name of a tier has a place of its own.
        if need.instances.is_empty() {
            need.below
        } else {
            0.0
        },
    );
    let form = if kind.facts().is_scalable {
        spread(need.instances, frame, kind, flow)
    } else {
        Form::Single
    };
    Place { frame, words, form }
}

fn spread(instances: Vec<u16>, frame: Rect, kind: &Kind, flow: Flow) -> Form {
    let count = instances.len();
    if count > most_cards(flow) {
        let (columns, pitch) = grid_shape(count, flow);
        return Form::Grid(Grid {
            corner: Point::new(frame.x + 12.0, frame.y + 34.0),
            instances,
            columns,
            pitch,
        });
    }
    let (width, height) = card_size(kind, flow);
    let cards = instances
        .into_iter()
        .enumerate()
        .map(|(place, number)| {
            let place = place as f64;
            let rect = match flow {
                Flow::Rightwards => {
                    let y = frame.y + place * (height + card_gap(count));
                    Rect::new(frame.x, y, width, height)
                }
                Flow::Downwards => {
                    Rect::new(frame.x + place * (width + 12.0), frame.y, width, height)
                }
            };
            (number, rect)
        })
        .collect();
    Form::Cards(cards)
}

/// The boxes at one end of a link's wires.
fn ends(place: &Place) -> Vec<Rect> {
    match &place.form {
        Form::Cards(cards) => cards.iter().map(|(_, rect)| *rect).collect(),
        Form::Single | Form::Grid(_) => vec![place.frame],
    }
}

fn wire_up(layout: &mut Layout, design: &Design) {
    let flow = layout.flow;
    for number in 0..design.links.len() {
        let first = layout.wires.len();
        let Some(link_ends) = design.ends(number) else {
            // It was taken away. A link to nowhere is one of the document's problems, told elsewhere.
            layout.links.push(LinkWires {
                first,
                from: Slots::Each(Vec::new()),
                to: Slots::Each(Vec::new()),
            });
            continue;
        };
        let (from, to) = (link_ends.from.place(), link_ends.to.place());
        let (here, there) = (&layout.places[from], &layout.places[to]);
        let whole = !flows_on(&here.frame, &there.frame, flow);
        let (from_slots, to_slots) = if whole {
            (Slots::One, Slots::One)
        } else {
            (Slots::of(&here.form), Slots::of(&there.form))
        };
        let curves: Vec<Curve> = if whole {
            vec![across(&here.frame, &there.frame, flow)]
        } else {
            let (starts, ends) = (ends(here), ends(there));
            starts
                .iter()
                .flat_map(|start| ends.iter().map(move |end| along(start, end, flow)))
                .collect()
        };
        if matches!(design.components[to].kind, Kind::Dns(_)) {
            layout.lookup = Some(first);
        }
        layout.wires.extend(curves.into_iter().map(|curve| Wire {
            link: Some(number),
            curve,
        }));
        layout.links.push(LinkWires {
            first,
            from: from_slots,
            to: to_slots,
        });
    }
    fan(layout);
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
fn fan(layout: &mut Layout) {
    let sideways = layout.flow == Flow::Rightwards;
    for (end, other) in [(0usize, 3usize), (3, 0)] {
        let meets = |a: &Point, b: &Point| a.distance_squared(*b) < 0.25;
        let mut done = vec![false; layout.wires.len()];
        for first in 0..layout.wires.len() {
            if done[first] {
                continue;
            }
            let here = layout.wires[first].curve.points[end];
            let mut group: Vec<usize> = (first..layout.wires.len())
                .filter(|wire| meets(&layout.wires[*wire].curve.points[end], &here))
                .collect();
            let along_side = |wire: &usize| {
                let point = layout.wires[*wire].curve.points[other];
                if sideways { point.y } else { point.x }
            };
            sort_by(&mut group, |a, b| along_side(a).total_cmp(&along_side(b)));
            let apart = (44.0 / group.len() as f64).min(11.0);
            let middle = (group.len() - 1) as f64 / 2.0;
            for (place, wire) in group.iter().enumerate() {
                done[*wire] = true;
                let shift = (place as f64 - middle) * apart;
                let points = &mut layout.wires[*wire].curve.points;
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

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::{
        Cache, Clients, Component, Database, Dns, Link, LoadBalancer, Service,
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
        layout.places.iter().flat_map(ends).collect()
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
