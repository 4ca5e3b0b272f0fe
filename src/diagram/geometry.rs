//! Points, boxes and curves, in the diagram's own units: pixels before it is scaled to its box.

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

impl Point {
    /// The place at these distances.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Square of the distance to another place.
    pub fn distance_squared(self, other: Point) -> f64 {
        (self.x - other.x).powi(2) + (self.y - other.y).powi(2)
    }
}

/// An upright box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Extent to the right.
    pub width: f64,
    /// Extent downwards.
    pub height: f64,
}

impl Rect {
    /// The box of that corner and size.
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// The box that reaches so far from a place.
    pub fn around(place: Point, reach: f64) -> Self {
        let wide = 2.0 * reach;
        Self::new(place.x - reach, place.y - reach, wide, wide)
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Bottom edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// How much of it another box covers, as an area.
    pub fn overlap(&self, other: &Rect) -> f64 {
        let wide = self.right().min(other.right()) - self.x.max(other.x);
        let high = self.bottom().min(other.bottom()) - self.y.max(other.y);
        wide.max(0.0) * high.max(0.0)
    }

    /// Square of the distance from its edge to a place outside; 0 inside.
    pub fn distance_squared(&self, place: Point) -> f64 {
        let nearest = Point::new(
            place.x.max(self.x).min(self.right()),
            place.y.max(self.y).min(self.bottom()),
        );
        nearest.distance_squared(place)
    }

    /// The middle.
    pub fn center(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// A cubic Bezier curve: a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Curve {
    /// Start, first handle, second handle, end.
    pub points: [Point; 4],
}

impl Curve {
    /// Leaves and arrives to the right.
    pub fn rightwards(start: Point, end: Point) -> Self {
        let reach = ((end.x - start.x).abs() * 0.5).max(18.0);
        Self {
            points: [
                start,
                Point::new(start.x + reach, start.y),
                Point::new(end.x - reach, end.y),
                end,
            ],
        }
    }

    /// Leaves and arrives downwards, or upwards when the end is above.
    pub fn upright(start: Point, end: Point) -> Self {
        let reach = (end.y - start.y) * 0.5;
        Self {
            points: [
                start,
                Point::new(start.x, start.y + reach),
                Point::new(end.x, end.y - reach),
                end,
            ],
        }
    }

    /// The place at `part` of the way, 0 to 1.
    pub fn at(&self, part: f64) -> Point {
        let rest = 1.0 - part;
        let weights = [
            rest * rest * rest,
            3.0 * rest * rest * part,
            3.0 * rest * part * part,
            part * part * part,
        ];
        self.points
            .iter()
            .zip(weights)
            .fold(Point::default(), |sum, (point, weight)| {
                Point::new(sum.x + point.x * weight, sum.y + point.y * weight)
            })
    }

    /// About how long it is: between its chord and the lines of its handles.
    pub fn length(&self) -> f64 {
        let [a, b, c, d] = self.points;
        let leg = |from: Point, to: Point| from.distance_squared(to).sqrt();
        (leg(a, d) + leg(a, b) + leg(b, c) + leg(c, d)) / 2.0
    }

    /// The place at `part` of the way, but beside it, to the right hand: where the way goes rightwards that
    /// is below. First by `lane` at a right angle to the way; then by `spread` at one to its ends, so that
    /// however broad a crowd is, none of it is before the start or past the end.
    pub fn beside(&self, part: f64, lane: f64, spread: f64) -> Point {
        let [a, b, c, d] = self.points;
        let rest = 1.0 - part;
        let weights = [rest * rest, 2.0 * rest * part, part * part];
        let legs = [(a, b), (b, c), (c, d)];
        let ahead = legs
            .iter()
            .zip(weights)
            .fold(Point::default(), |sum, ((from, to), weight)| {
                Point::new(
                    sum.x + (to.x - from.x) * weight,
                    sum.y + (to.y - from.y) * weight,
                )
            });
        let right_hand = |ahead: Point, aside: f64| {
            let length = ahead.distance_squared(Point::default()).sqrt().max(1e-9);
            Point::new(-ahead.y / length * aside, ahead.x / length * aside)
        };
        let leaving = Point::new(b.x - a.x, b.y - a.y);
        let (place, lane) = (self.at(part), right_hand(ahead, lane));
        let spread = right_hand(leaving, spread);
        Point::new(place.x + lane.x + spread.x, place.y + lane.y + spread.y)
    }

    /// As the `d` of an SVG path.
    pub fn path(&self) -> String {
        let [a, b, c, d] = self.points;
        format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y
        )
    }
}

/// How the diagram is placed in its box: `pixels = units * scale + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Pixels a unit.
    pub scale: f64,
    /// Pixels from the left.
    pub x: f64,
    /// Pixels from the top.
    pub y: f64,
}

impl Default for Fit {
    fn default() -> Self {
        Self {
            scale: 1.0,
            x: 0.0,
            y: 0.0,
        }
    }
}

impl Fit {
    /// Units to pixels.
    pub fn pixels(&self, point: Point) -> Point {
        Point::new(point.x * self.scale + self.x, point.y * self.scale + self.y)
    }

    /// The same of a box.
    pub fn pixels_of(&self, rect: &Rect) -> Rect {
        let corner = self.pixels(Point::new(rect.x, rect.y));
        let (wide, high) = (rect.width * self.scale, rect.height * self.scale);
        Rect::new(corner.x, corner.y, wide, high)
    }

    /// Pixels to units.
    pub fn units(&self, pixels: Point) -> Point {
        Point::new(
            (pixels.x - self.x) / self.scale,
            (pixels.y - self.y) / self.scale,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wire_starts_and_ends_where_it_says() {
        let curve = Curve::rightwards(Point::new(10.0, 20.0), Point::new(110.0, 80.0));
        assert_eq!(curve.at(0.0), Point::new(10.0, 20.0));
        assert_eq!(curve.at(1.0), Point::new(110.0, 80.0));
        let middle = curve.at(0.5);
        assert!((middle.x - 60.0).abs() < 1e-9 && (middle.y - 50.0).abs() < 1e-9);
        assert_eq!(curve.path(), "M10.0 20.0C60.0 20.0 60.0 80.0 110.0 80.0");
    }

    #[test]
    fn a_straight_wire_is_as_long_as_its_ends_are_apart() {
        let curve = Curve::rightwards(Point::new(0.0, 50.0), Point::new(100.0, 50.0));
        assert!((curve.length() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn beside_a_level_wire_is_above_or_below_it() {
        let curve = Curve::rightwards(Point::new(0.0, 50.0), Point::new(100.0, 50.0));
        let (above, below) = (curve.beside(0.5, -3.0, 0.0), curve.beside(0.5, 1.0, 2.0));
        assert!((above.y - 47.0).abs() < 1e-9 && (below.y - 53.0).abs() < 1e-9);
        assert!((above.x - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_crowd_however_broad_stays_between_the_ends_of_its_wire() {
        let start = Point::new(10.0, 20.0);
        let wires = [
            Curve::rightwards(start, Point::new(60.0, 180.0)),
            Curve::rightwards(start, Point::new(60.0, -180.0)),
            Curve::upright(start, Point::new(160.0, 50.0)),
        ];
        for curve in wires {
            let [from, .., to] = curve.points;
            let flows_right = curve.points[1].y == from.y;
            for number in 0..=100 {
                for spread in [-30.0, -10.0, 0.0, 10.0, 30.0] {
                    let place = curve.beside(f64::from(number) / 100.0, 0.0, spread);
                    let (at, ends) = if flows_right {
                        (place.x, from.x..=to.x)
                    } else {
                        (place.y, from.y..=to.y)
                    };
                    assert!(ends.contains(&at), "{place:?} beside {curve:?}");
                }
            }
        }
    }

    #[test]
    fn a_fit_can_be_undone() {
        let fit = Fit {
            scale: 1.25,
            x: 12.0,
            y: -7.0,
        };
        let point = Point::new(33.0, 44.0);
        let back = fit.units(fit.pixels(point));
        assert!(back.distance_squared(point) < 1e-18);
    }
}
