//! What one component takes of the drawing: its frame, its words, and its instances within it.

use super::super::geometry::{Point, Rect};
use super::Flow;

/// Instances drawn one by one; more are drawn as a heat grid.
pub const CARDS_MAX: usize = 6;
/// The same where the box is narrow.
const CARDS_MAX_NARROW: usize = 3;
/// Cells of a grid at most: of more instances, each cell stands for several.
const CELLS_MAX: usize = 400;
/// Room for the name of a tier above its instances, and between them for the badge of one.
pub const HEADING: f64 = 37.0;
/// Words below a component are no wider.
pub const WORDS_WIDTH: f64 = 130.0;
/// Between two cards of a row.
const CARD_GAP_NARROW: f64 = 12.0;
/// Around the cells of a grid, and room for the words above them.
const GRID_MARGIN: f64 = 12.0;
const GRID_WORDS: f64 = 22.0;
/// A heat grid has room for the words above its cells.
const GRID_WIDTH_MIN: f64 = 160.0;
/// A component of which little is told.
const COMPACT: (f64, f64) = (134.0, 50.0);

/// A component that has no place yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Extent across: to the right and downwards.
    pub width: f64,
    /// The same downwards.
    pub height: f64,
    /// Room kept above for its heading.
    pub above: f64,
    /// Room kept below for its words.
    pub below: f64,
    /// Its instances, as if its corner were at the origin.
    form: Form,
}

/// Where a component stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// All of it but its words above and below.
    pub frame: Rect,
    /// Its words below.
    pub words: Rect,
    /// Room above for its name.
    above: f64,
    /// How its instances are drawn.
    pub form: Form,
}

/// How the instances of a component are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Form {
    /// One thing.
    #[default]
    Single,
    /// A card each: instance number and place.
    Cards(Vec<(u16, Rect)>),
    /// A cell each, or one for several.
    Grid(Grid),
    /// None by itself: the numbers of all.
    Compact(Vec<u16>),
}

/// A compact grid of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Corner of the first cell.
    pub corner: Point,
    /// Instance numbers, row by row.
    pub instances: Vec<u16>,
    /// So many of them share a cell.
    pub per_cell: usize,
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

impl Place {
    /// Where the name of a tier stands, above its instances.
    pub fn heading(&self) -> Rect {
        let Rect { x, y, width, .. } = self.frame;
        Rect::new(x, y - self.above, width, self.above)
    }
}

impl Form {
    /// The numbers of the instances that are drawn; none of what is one thing.
    pub fn instances(&self) -> Vec<u16> {
        match self {
            Form::Single => Vec::new(),
            Form::Cards(cards) => cards.iter().map(|(number, _)| *number).collect(),
            Form::Grid(Grid { instances, .. }) | Form::Compact(instances) => instances.clone(),
        }
    }

    /// Whether it is drawn as one thing, which stands for its only instance.
    pub fn is_whole(&self) -> bool {
        match self {
            Form::Single => true,
            Form::Compact(instances) => instances.len() == 1,
            Form::Cards(_) | Form::Grid(_) => false,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Form::Single => 1,
            Form::Cards(cards) => cards.len(),
            Form::Grid(Grid { instances, .. }) | Form::Compact(instances) => instances.len(),
        }
    }

    /// Where an instance is drawn by itself.
    pub fn rect(&self, instance: u16) -> Option<Rect> {
        match self {
            Form::Single | Form::Compact(_) => None,
            Form::Cards(cards) => {
                let mut cards = cards.iter();
                let (_, rect) = cards.find(|(card, _)| *card == instance)?;
                Some(*rect)
            }
            Form::Grid(grid) => {
                let mut instances = grid.instances.iter();
                let place = instances.position(|cell| *cell == instance)?;
                Some(grid.cell(place / grid.per_cell))
            }
        }
    }

    fn shifted(mut self, by: Point) -> Self {
        match &mut self {
            Form::Single | Form::Compact(_) => {}
            Form::Cards(cards) => {
                for (_, rect) in cards {
                    rect.x += by.x;
                    rect.y += by.y;
                }
            }
            Form::Grid(grid) => {
                grid.corner.x += by.x;
                grid.corner.y += by.y;
            }
        }
        self
    }
}

impl Block {
    /// One thing with room for words below it.
    pub fn single(width: f64, height: f64, below: f64) -> Self {
        Self {
            width,
            height,
            below,
            ..Self::default()
        }
    }

    /// Little told of many instances, or of one thing.
    pub fn compact(instances: Vec<u16>) -> Self {
        let (width, height) = COMPACT;
        Self {
            width,
            height,
            form: Form::Compact(instances),
            ..Self::default()
        }
    }

    /// Cards that stand as they are given in a frame of that size, below their name.
    pub fn cards((width, height): (f64, f64), cards: Vec<(u16, Rect)>) -> Self {
        Self {
            width,
            height,
            above: HEADING,
            below: 0.0,
            form: Form::Cards(cards),
        }
    }

    /// A card of that size for each instance, below their name; more than a few are cells of a grid.
    pub fn tier(instances: Vec<u16>, flow: Flow, card: (f64, f64)) -> Self {
        let count = instances.len();
        if Self::folds(count, flow) {
            return Self::grid(instances, flow);
        }
        let gap = card_gap(count, flow);
        let gaps = count.saturating_sub(1) as f64 * gap;
        let (width, height) = match flow {
            Flow::Rightwards => (card.0, count.max(1) as f64 * card.1 + gaps),
            Flow::Downwards => (count.max(1) as f64 * card.0 + gaps, card.1),
        };
        let cards = instances.into_iter().zip(0u16..).map(|(number, place)| {
            let place = f64::from(place);
            let corner = match flow {
                Flow::Rightwards => Point::new(0.0, place * (card.1 + gap)),
                Flow::Downwards => Point::new(place * (card.0 + gap), 0.0),
            };
            (number, Rect::new(corner.x, corner.y, card.0, card.1))
        });
        Self::cards((width, height), cards.collect())
    }

    /// Whether so many instances are more than a card each has room for.
    pub fn folds(count: usize, flow: Flow) -> bool {
        count > most_cards(flow)
    }

    /// A cell for each instance, or for several of very many.
    pub fn grid(instances: Vec<u16>, flow: Flow) -> Self {
        let per_cell = instances.len().div_ceil(CELLS_MAX).max(1);
        let cells = instances.len().div_ceil(per_cell);
        let (columns, pitch) = grid_shape(cells, flow);
        let rows = cells.div_ceil(columns);
        let corner = Point::new(GRID_MARGIN, GRID_MARGIN + GRID_WORDS);
        Self {
            width: (columns as f64 * pitch + 2.0 * GRID_MARGIN).max(GRID_WIDTH_MIN),
            height: rows as f64 * pitch + 2.0 * GRID_MARGIN + GRID_WORDS,
            above: HEADING,
            below: 0.0,
            form: Form::Grid(Grid {
                corner,
                instances,
                per_cell,
                columns,
                pitch,
            }),
        }
    }

    /// The same with a cell for each instance in place of a card.
    pub fn gridded(self, flow: Flow) -> Self {
        match self.form {
            Form::Cards(_) => Self {
                above: self.above,
                below: self.below,
                ..Self::grid(self.form.instances(), flow)
            },
            Form::Single | Form::Grid(_) | Form::Compact(_) => self,
        }
    }

    /// The same with its name below it in place of above.
    pub fn named_below(self) -> Self {
        Self {
            above: self.below,
            below: self.above,
            ..self
        }
    }

    /// All its room downwards.
    pub fn tall(&self) -> f64 {
        self.above + self.height + self.below
    }

    /// How many things wires may end at.
    pub fn ends(&self) -> usize {
        match &self.form {
            Form::Cards(cards) => cards.len().max(1),
            Form::Single | Form::Grid(_) | Form::Compact(_) => 1,
        }
    }

    /// The block with its corner there.
    pub fn at(self, corner: Point) -> Place {
        let frame = Rect::new(corner.x, corner.y, self.width, self.height);
        // The name of a tier has a place of its own.
        let below = match self.form {
            Form::Single => self.below,
            Form::Cards(_) | Form::Grid(_) | Form::Compact(_) => 0.0,
        };
        let left = frame.center().x - WORDS_WIDTH / 2.0;
        Place {
            frame,
            words: Rect::new(left, frame.bottom(), WORDS_WIDTH, below),
            above: self.above,
            form: self.form.shifted(corner),
        }
    }
}

fn most_cards(flow: Flow) -> usize {
    match flow {
        Flow::Rightwards => CARDS_MAX,
        Flow::Downwards => CARDS_MAX_NARROW,
    }
}

/// Few cards stand well apart, many close together.
fn card_gap(count: usize, flow: Flow) -> f64 {
    match (flow, count) {
        (Flow::Downwards, _) => CARD_GAP_NARROW,
        (Flow::Rightwards, 0..=3) => 44.0,
        (Flow::Rightwards, 4) => 32.0,
        (Flow::Rightwards, 5) => 24.0,
        (Flow::Rightwards, _) => 18.0,
    }
}

/// Columns of a heat grid and the pitch of its cells: as large as still makes one picture.
fn grid_shape(count: usize, flow: Flow) -> (usize, f64) {
    let (wide, high): (f64, f64) = match flow {
        Flow::Rightwards => (168.0, 420.0),
        Flow::Downwards => (330.0, 150.0),
    };
    for pitch in [40.0, 34.0, 28.0, 24.0, 20.0, 16.0, 13.0, 11.0, 9.0, 8.0] {
        let columns = (wide / pitch).floor();
        if (count as f64 / columns).ceil() * pitch <= high {
            return (count.clamp(1, columns as usize), pitch);
        }
    }
    let pitch: f64 = 6.0;
    ((wide / pitch).floor() as usize, pitch)
}
