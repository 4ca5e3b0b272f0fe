//! The geometry of the ring: positions are fractions of a turn, clockwise from the top.

use std::f64::consts::TAU;

use crate::mathematics::sin_cos;

/// Most stretches the circle is cut into: about one for each of its pixels.
const STRETCHES_MAX: usize = 720;

/// A stretch of the circle that one node owns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Where it starts; may be below zero for the one that crosses the top.
    pub start: f64,
    /// Where it ends: at a point of its owner.
    pub end: f64,
    /// Instance number of its owner.
    pub owner: u16,
}

/// The place at a fraction of a turn, at a distance from the middle.
pub fn at(middle: (f64, f64), radius: f64, turn: f64) -> (f64, f64) {
    let (sine, cosine) = sin_cos(turn * TAU);
    (middle.0 + radius * sine, middle.1 - radius * cosine)
}

/// Who owns what: a key belongs to the first point at or after it. Neighbours of one owner are one
/// arc; where there are more points than pixels, each pixel goes to its last point's owner.
pub fn arcs(points: &[(f64, u16)]) -> Vec<Arc> {
    let Some(last) = points.last() else {
        return Vec::new();
    };
    let mut arcs: Vec<Arc> = Vec::new();
    let shortest = if points.len() > STRETCHES_MAX {
        1.0 / STRETCHES_MAX as f64
    } else {
        0.0
    };
    let mut start = last.0 - 1.0;
    for (number, (position, owner)) in points.iter().enumerate() {
        if position - start < shortest && number + 1 < points.len() {
            continue;
        }
        match arcs.last_mut() {
            Some(arc) if arc.owner == *owner => arc.end = *position,
            _ => arcs.push(Arc {
                start,
                end: *position,
                owner: *owner,
            }),
        }
        start = *position;
    }
    arcs
}

/// The point that a key belongs to, clockwise: its position, from the key's on, so possibly past 1.
pub fn owner_ahead(points: &[(f64, u16)], key: f64) -> Option<(f64, u16)> {
    let next = points.partition_point(|(position, _)| *position < key);
    match points.get(next) {
        Some(point) => Some(*point),
        None => points
            .first()
            .map(|(position, owner)| (position + 1.0, *owner)),
    }
}

/// An arc as part of an SVG path. A full circle is drawn as nearly full: SVG draws none else.
pub fn path(middle: (f64, f64), radius: f64, start: f64, end: f64) -> String {
    let length = (end - start).min(0.999_9);
    let (from, to) = (
        at(middle, radius, start),
        at(middle, radius, start + length),
    );
    let long = u8::from(length > 0.5);
    format!(
        "M{:.2} {:.2}A{radius} {radius} 0 {long} 1 {:.2} {:.2}",
        from.0, from.1, to.0, to.1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [(f64, u16); 4] = [(0.1, 0), (0.3, 1), (0.6, 1), (0.9, 0)];

    #[test]
    fn arcs_end_at_their_owners_points_and_make_a_full_turn() {
        let arcs = arcs(&POINTS);
        assert_eq!(arcs.len(), 3, "neighbours of one owner are one arc");
        assert_eq!((arcs[0].owner, arcs[1].owner, arcs[2].owner), (0, 1, 0));
        assert!((arcs[0].start + 0.1).abs() < 1e-12);
        let turn: f64 = arcs.iter().map(|arc| arc.end - arc.start).sum();
        assert!((turn - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_key_walks_clockwise_to_the_first_point() {
        assert_eq!(owner_ahead(&POINTS, 0.2), Some((0.3, 1)));
        assert_eq!(
            owner_ahead(&POINTS, 0.3),
            Some((0.3, 1)),
            "a point owns its own position"
        );
        assert_eq!(
            owner_ahead(&POINTS, 0.95),
            Some((1.1, 0)),
            "past the top to the first"
        );
        assert_eq!(owner_ahead(&[], 0.5), None);
    }

    #[test]
    fn a_hundred_thousand_points_are_still_one_picture() {
        let points: Vec<(f64, u16)> = (0..100_000u32)
            .map(|n| (f64::from(n) / 100_000.0, (n % 1_000) as u16))
            .collect();
        let arcs = arcs(&points);
        assert!(arcs.len() <= STRETCHES_MAX + 1, "{}", arcs.len());
        let turn: f64 = arcs.iter().map(|arc| arc.end - arc.start).sum();
        assert!((turn - 1.0).abs() < 1e-9);
    }

    #[test]
    fn turns_start_at_the_top_and_go_clockwise() {
        let (x, y) = at((0.0, 0.0), 10.0, 0.25);
        assert!((x - 10.0).abs() < 1e-9 && y.abs() < 1e-9);
        assert!(
            path((0.0, 0.0), 10.0, 0.0, 1.0).contains(" 0 1 1 "),
            "a whole turn is drawn"
        );
    }
}
