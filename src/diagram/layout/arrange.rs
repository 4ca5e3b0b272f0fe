//! Blocks brought to their places: columns in a wide box, rows in a narrow one.

use headroom_scenario::Design;

use super::super::geometry::{Fit, Point, Rect};
use super::block::{Block, Place};
use super::tree::{SiteTree, Tree, columns_of};
use super::{Detail, Flow, Sheet, SiteFrame, Stand};

/// Between the directory and the users: room for what is written beside the wire.
const LOOKUP_GAP: f64 = 30.0;
/// From the badge down to the directory, the tab on whose top included.
const BELOW_BADGE: f64 = 24.0;
/// White space around the diagram.
const MARGIN: f64 = 30.0;
const MARGIN_NARROW: f64 = 12.0;
/// Above the first row.
const TOP: f64 = 22.0;
/// Between the things of one row, and where a link runs from one to the next.
const ROW_GAP: f64 = 28.0;
const ROW_GAP_LINKED: f64 = 60.0;
/// Between the things of one column, and of compact ones.
const STACK_GAP: f64 = 46.0;
const STACK_GAP_COMPACT: f64 = 24.0;
/// Between two places, the name of one included, and around what stands in one.
const SITE_GAP: f64 = 64.0;
const SITE_MARGIN: f64 = 14.0;
const SITE_NAME: f64 = 22.0;
/// A design that would have to be made smaller than this is told of in less detail.
const SCALE_LEGIBLE: f64 = 0.4;
/// The least that anything is made.
const SCALE_LEAST: f64 = 0.05;

/// Where each block's corner is, and how the whole is placed in its box.
pub struct Arrangement {
    /// How the whole is placed.
    pub fit: Fit,
    /// Per component of the design.
    pub corners: Vec<Point>,
}

impl Arrangement {
    /// Whether all that its blocks say can be read.
    pub fn is_legible(&self) -> bool {
        self.fit.scale >= SCALE_LEGIBLE
    }

    /// The same, so many pixels to the right and further down.
    fn shifted(mut self, by: (f64, f64)) -> Self {
        for corner in &mut self.corners {
            corner.x += by.0 / self.fit.scale;
            corner.y += by.1 / self.fit.scale;
        }
        self
    }

    fn larger(self, other: Self) -> Self {
        match self.fit.scale < other.fit.scale {
            true => other,
            false => self,
        }
    }
}

/// How a design is to be arranged.
struct Way<'a> {
    blocks: &'a [Block],
    stands: &'a [Stand],
    sheet: Sheet,
    detail: Detail,
}

impl Way<'_> {
    fn stack_gap(&self) -> f64 {
        match self.detail {
            Detail::Full => STACK_GAP,
            Detail::Compact => STACK_GAP_COMPACT,
        }
    }

    fn is_aside(&self, number: &usize) -> bool {
        self.stands[*number] == Stand::Aside && self.detail == Detail::Full
    }

    fn widest(&self, tier: &[usize]) -> f64 {
        let widths = tier.iter().map(|number| self.blocks[*number].width);
        widths.fold(0.0, f64::max)
    }

    fn tallest(&self, tier: &[usize]) -> f64 {
        let heights = tier.iter().map(|number| self.blocks[*number].tall());
        heights.fold(0.0, f64::max)
    }

    /// All of a tier from top to bottom.
    fn stacked(&self, tier: &[usize]) -> f64 {
        let heights = tier.iter().map(|number| self.blocks[*number].tall());
        extent(heights, self.stack_gap())
    }

    /// Whether the badge lies over what is arranged so. The directory keeps clear of it by itself, where it can.
    fn is_covered(&self, Arrangement { fit, corners }: &Arrangement) -> bool {
        let (right, bottom) = self.sheet.badge;
        let (right, bottom) = (right / fit.scale, bottom / fit.scale);
        self.blocks
            .iter()
            .zip(corners)
            .enumerate()
            .any(|(number, (block, corner))| {
                let is_there = block.width > 0.0 && !self.is_aside(&number);
                is_there && corner.x < right && corner.y - block.above < bottom
            })
    }

    fn fit(&self, scale: f64) -> Fit {
        Fit {
            scale,
            x: 0.0,
            y: 0.0,
        }
    }
}

/// Arranges blocks: on the whole sheet, or on what is left of it beside or below the badge, where that would lie
/// over one of them.
pub fn arrange(
    tree: &Tree,
    blocks: &[Block],
    flow: Flow,
    sheet: Sheet,
    detail: Detail,
) -> Arrangement {
    let way = |sheet: Sheet| Way {
        blocks,
        stands: &tree.stands,
        sheet,
        detail,
    };
    let on = |sheet: Sheet| match flow {
        Flow::Rightwards => in_columns(&tree.sites, &way(sheet)),
        Flow::Downwards => in_rows(&tree.sites, &way(sheet)),
    };
    let whole = on(sheet);
    if !way(sheet).is_covered(&whole) {
        return whole;
    }
    let ((wide, high), (right, bottom)) = (sheet.size, sheet.badge);
    let beside = on(Sheet::new((wide - right, high), false)).shifted((right, 0.0));
    let below = on(Sheet::new((wide, high - bottom), false)).shifted((0.0, bottom));
    beside.larger(below)
}

/// Arranges compact blocks, tiers of many in several columns or rows: in as many as leave them largest.
pub fn compact(tree: &Tree, blocks: &[Block], flow: Flow, sheet: Sheet) -> Arrangement {
    let lengths = tree.sites.iter().flat_map(|site| &site.tiers).map(Vec::len);
    let longest = lengths.max().unwrap_or(1).max(1);
    let lanes = |length| {
        arrange(
            &in_lanes(tree, length),
            blocks,
            flow,
            sheet,
            Detail::Compact,
        )
    };
    (2..=longest).map(lanes).fold(lanes(1), Arrangement::larger)
}

/// The tree with tiers of no more than so many components each, longer ones cut into several.
fn in_lanes(tree: &Tree, length: usize) -> Tree {
    let mut sites: Vec<SiteTree> = tree.sites.clone();
    for site in &mut sites {
        site.tiers.clear();
    }
    for tier in 0..tree.sites.first().map_or(0, |site| site.tiers.len()) {
        let members = |site: &SiteTree| site.tiers[tier].len();
        let most = tree.sites.iter().map(members).max().unwrap_or(0);
        for lane in 0..most.div_ceil(length) {
            for (site, whole) in sites.iter_mut().zip(&tree.sites) {
                let members = whole.tiers[tier].iter().copied();
                let members = members.skip(lane * length).take(length);
                site.tiers.push(members.collect());
            }
        }
    }
    Tree {
        sites,
        stands: tree.stands.clone(),
    }
}

/// How much to enlarge or shrink, given the room that is needed at least and the room that is
/// comfortable. Enlarged only a little: white space is calm.
fn scale(box_size: (f64, f64), least: (f64, f64), comfortable: (f64, f64)) -> f64 {
    let of = |room: (f64, f64)| (box_size.0 / room.0).min(box_size.1 / room.1);
    let grown = of(comfortable).min(1.25);
    if grown >= 1.0 {
        grown
    } else {
        of(least).clamp(SCALE_LEAST, 1.0)
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

/// Gaps between columns that have so much room together: the more wires cross one, the wider.
fn gaps(columns: &[Vec<usize>], blocks: &[Block], free: f64) -> Vec<f64> {
    let ends = |column: &Vec<usize>| {
        let ends = column.iter().map(|number| blocks[*number].ends());
        ends.sum::<usize>()
    };
    let weights: Vec<f64> = columns
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

/// A stretch from top to bottom that the columns of a place have.
struct Band<'a> {
    site: &'a SiteTree,
    y: f64,
    height: f64,
}

/// The bands of the places, one below the other.
fn bands<'a>(sites: &'a [SiteTree], way: &Way<'_>, high: f64) -> Vec<Band<'a>> {
    let spare = high - below_each_other(sites, way) - 2.0 * MARGIN;
    let share = spare / sites.len().max(1) as f64;
    let mut y = MARGIN;
    let mut bands: Vec<Band<'a>> = Vec::new();
    for site in sites {
        let height = tallest(site, way) + share;
        bands.push(Band { site, y, height });
        y += height + SITE_GAP;
    }
    bands
}

fn below_each_other(sites: &[SiteTree], way: &Way<'_>) -> f64 {
    extent(sites.iter().map(|site| tallest(site, way)), SITE_GAP)
}

fn tallest(site: &SiteTree, way: &Way<'_>) -> f64 {
    let heights = site.tiers.iter().map(|tier| way.stacked(tier));
    heights.fold(0.0, f64::max)
}

fn in_columns(sites: &[SiteTree], way: &Way<'_>) -> Arrangement {
    let (blocks, box_size) = (way.blocks, way.sheet.size);
    let columns = columns_of(sites);
    let width = |column: &Vec<usize>| way.widest(column);
    let tall = below_each_other(sites, way) + 2.0 * MARGIN;
    let room = |gap: f64| extent(columns.iter().map(width), gap) + 2.0 * MARGIN;
    let scale = scale(box_size, (room(48.0), tall), (room(76.0), tall + 60.0));
    let (wide, high) = (box_size.0 / scale, box_size.1 / scale);

    let gaps = gaps(&columns, blocks, wide - room(0.0));
    let spare = wide - room(0.0) - gaps.iter().sum::<f64>();
    let bands = bands(sites, way, high);
    let mut x = (spare / 2.0).max(0.0) + MARGIN;
    let mut gaps = gaps.into_iter();
    let mut corners = vec![Point::default(); blocks.len()];
    for (number, column) in columns.iter().enumerate() {
        let column_width = width(column);
        for band in &bands {
            let tier = &band.site.tiers[number];
            stack(tier, (x, column_width), band, scale, way, &mut corners);
        }
        x += column_width + gaps.next().unwrap_or(0.0);
    }
    Arrangement {
        fit: way.fit(scale),
        corners,
    }
}

/// Stacks a tier in the middle of its band.
fn stack(
    tier: &[usize],
    (x, column_width): (f64, f64),
    band: &Band<'_>,
    scale: f64,
    way: &Way<'_>,
    corners: &mut [Point],
) {
    let blocks = way.blocks;
    let left = |number: usize| x + (column_width - blocks[number].width) / 2.0;
    // The directory is company for the users: they stay on the middle line.
    let (aside, stacked): (Vec<usize>, Vec<usize>) = tier
        .iter()
        .copied()
        .partition(|number| way.is_aside(number));
    // Words above and below hang on what is drawn: that is what stands in the middle.
    let words_above = stacked.first().map_or(0.0, |number| blocks[*number].above);
    let words_below = stacked.last().map_or(0.0, |number| blocks[*number].below);
    let free = band.height - way.stacked(&stacked) + words_below - words_above;
    let mut y = band.y + free / 2.0;
    let above = y;
    for number in stacked {
        y += blocks[number].above;
        corners[number] = Point::new(left(number), y);
        y += blocks[number].height + blocks[number].below + way.stack_gap();
    }
    for number in aside {
        // Below the badge if it can be, but never on the users.
        let lowest = above - blocks[number].height - LOOKUP_GAP;
        let y = (lowest - STACK_GAP)
            .max((way.sheet.badge.1 + BELOW_BADGE) / scale)
            .min(lowest);
        corners[number] = Point::new(left(number), y);
    }
}

fn in_rows(sites: &[SiteTree], way: &Way<'_>) -> Arrangement {
    let (blocks, box_size) = (way.blocks, way.sheet.size);
    let rows: Vec<&Vec<usize>> = sites
        .iter()
        .flat_map(|site| &site.tiers)
        .filter(|tier| !tier.is_empty())
        .collect();
    // The directory is linked to the users beside it: what passes between them has room.
    let aside = |row: &[usize]| {
        if row.iter().any(|number| way.is_aside(number)) {
            ROW_GAP_LINKED
        } else {
            ROW_GAP
        }
    };
    let width = |row: &[usize]| {
        let widths = row.iter().map(|number| blocks[*number].width);
        extent(widths, aside(row))
    };
    let widths = rows.iter().map(|row| width(row));
    let widest = widths.fold(0.0, f64::max) + 2.0 * MARGIN_NARROW;
    let names = sites.len().saturating_sub(1) as f64 * SITE_NAME;
    let room = |gap: f64| {
        extent(rows.iter().map(|row| way.tallest(row)), gap) + names + TOP + MARGIN_NARROW
    };
    let scale = scale(box_size, (widest, room(30.0)), (widest, room(44.0)));
    let (wide, high) = (box_size.0 / scale, box_size.1 / scale);
    let gap = ((high - room(0.0)) / rows.len().saturating_sub(1).max(1) as f64).clamp(30.0, 64.0);
    let mut corners = vec![Point::default(); blocks.len()];
    // A short design stands in the middle, a little above it.
    let mut y = TOP + ((high - room(gap)) * 0.4).max(0.0);
    for site in sites {
        for row in site.tiers.iter().filter(|tier| !tier.is_empty()) {
            let mut x = (wide - width(row)) / 2.0;
            for number in row {
                corners[*number] = Point::new(x, y + blocks[*number].above);
                x += blocks[*number].width + aside(row);
            }
            y += way.tallest(row) + gap;
        }
        y += SITE_NAME;
    }
    Arrangement {
        fit: way.fit(scale),
        corners,
    }
}

/// A frame around all that stands in each place, where there are several.
pub fn site_frames(design: &Design, tree: &Tree, places: &[Place]) -> Vec<SiteFrame> {
    let named = tree
        .sites
        .iter()
        .filter_map(|tree| Some((tree, tree.site?)));
    let frames: Vec<SiteFrame> = named
        .map(|(tree, site)| {
            let members = tree.tiers.iter().flatten();
            let boxes = members.map(|number| &places[*number]);
            let boxes = boxes.flat_map(|place| [place.frame, place.words, place.heading()]);
            SiteFrame {
                name: format!("{} · {}", design.sites[site].id, design.sites[site].region),
                frame: around(boxes),
            }
        })
        .collect();
    match frames.len() {
        0 | 1 => Vec::new(),
        _ => frames,
    }
}

/// The box around boxes, with room for a name at its top.
fn around(boxes: impl Iterator<Item = Rect>) -> Rect {
    let (mut x, mut y) = (f64::INFINITY, f64::INFINITY);
    let (mut right, mut bottom) = (0.0f64, 0.0f64);
    for rect in boxes.filter(|rect| rect.height > 0.0) {
        (x, y) = (x.min(rect.x), y.min(rect.y));
        (right, bottom) = (right.max(rect.right()), bottom.max(rect.bottom()));
    }
    Rect::new(
        x - SITE_MARGIN,
        y - SITE_MARGIN - SITE_NAME,
        right - x + 2.0 * SITE_MARGIN,
        bottom - y + 2.0 * SITE_MARGIN + SITE_NAME,
    )
}
