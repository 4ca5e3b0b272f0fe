//! Consistent hashing: nodes on a circle of 64 bits.
//!
//! Each node has points on the circle, `virtual nodes × weight` of them at hashed positions. A key
//! belongs to the first point at or clockwise after its own position. A node that joins takes keys
//! only for itself, and one that leaves gives away only its own.

use headroom_scenario::HashFunction;

use crate::mechanism::hash_function::{Placed, position};

/// Marks a part of the circle that one node owns as a whole.
const WHOLE: u32 = 1 << 31;
/// Parts of the circle per point, so that most hold none: an owner is then one memory access away.
const PARTS_PER_POINT: usize = 4;
/// The whole circle.
const TURN: f64 = 18_446_744_073_709_551_616.0;

/// A circle with the points of its nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ring {
    virtual_nodes: u16,
    hash_function: HashFunction,
    /// Positions ascending, and the node at each.
    points: Vec<(u64, u16)>,
    /// For each equal part of the circle, who owns it: [`WHOLE`] and a node where no point divides the
    /// part, as in four of five, else the place of the first point in it.
    parts: Vec<u32>,
    /// A position shifted right by so much is the number of its part.
    part_shift: u32,
}

impl Ring {
    /// An empty ring whose nodes will have so many points each for every unit of weight.
    pub fn new(virtual_nodes: u16) -> Self {
        Self::hashed(virtual_nodes, HashFunction::default())
    }

    /// The same, with another hash function to place points and keys.
    pub fn hashed(virtual_nodes: u16, hash_function: HashFunction) -> Self {
        Self {
            virtual_nodes,
            hash_function,
            ..Self::default()
        }
    }

    /// A ring with points made elsewhere, by another hash for instance. Where two points share a
    /// position, the lower node has it.
    pub fn from_points(points: Vec<(u64, u16)>) -> Self {
        let mut ring = Self {
            points,
            ..Self::default()
        };
        ring.arrange();
        ring
    }

    /// A node joins, or takes a new weight. O(points).
    pub fn add(&mut self, node: u16, weight: u16) {
        self.points.retain(|&(_, owner)| owner != node);
        self.add_all([(node, weight)]);
    }

    /// Nodes that are not on the ring yet join, each with its weight, at the cost of one.
    pub fn add_all(&mut self, nodes: impl IntoIterator<Item = (u16, u16)>) {
        for (node, weight) in nodes {
            let hash_function = self.hash_function;
            let count = u32::from(self.virtual_nodes) * u32::from(weight);
            let points = (0..count).map(|number| Placed::Point { node, number });
            self.points
                .extend(points.map(|point| (position(hash_function, point), node)));
        }
        self.arrange();
    }

    /// A node leaves. O(points).
    pub fn remove(&mut self, node: u16) {
        self.points.retain(|&(_, owner)| owner != node);
        self.arrange();
    }

    /// All points, ascending by position.
    pub fn points(&self) -> &[(u64, u16)] {
        &self.points
    }

    /// Points that a node has for every unit of weight.
    pub fn virtual_nodes(&self) -> u16 {
        self.virtual_nodes
    }

    /// Whether a node has the same points on both.
    pub fn is_placed_like(&self, other: &Ring) -> bool {
        (self.virtual_nodes, self.hash_function) == (other.virtual_nodes, other.hash_function)
    }

    /// Where a key lies.
    #[inline]
    pub fn key_position(&self, key: u32) -> u64 {
        position(self.hash_function, Placed::Key(key))
    }

    /// Where a user lies.
    #[inline]
    pub fn user_position(&self, user: u32) -> u64 {
        position(self.hash_function, Placed::User(user))
    }

    /// The node that a position belongs to; none on an empty ring. O(1) expected.
    #[inline]
    pub fn owner(&self, position: u64) -> Option<u16> {
        let part = *self.parts.get((position >> self.part_shift) as usize)?;
        if part & WHOLE != 0 {
            return Some(part as u16);
        }
        let within = self.points[part as usize..].iter();
        let ahead = within.copied().find(|&(point, _)| point >= position);
        ahead.or(self.points.first().copied()).map(|(_, node)| node)
    }

    /// Reads what the search for an owner begins with, and returns something of it.
    #[inline]
    pub fn peek(&self, position: u64) -> u32 {
        let part = (position >> self.part_shift) as usize;
        self.parts.get(part).copied().unwrap_or(0)
    }

    /// The first node clockwise from a position that will do; none if no node does. O(1) expected when
    /// the owner will do, else O(log points) and O(1) for each point passed over.
    pub fn owner_where(&self, position: u64, mut will_do: impl FnMut(u16) -> bool) -> Option<u16> {
        let owner = self.owner(position)?;
        if will_do(owner) {
            return Some(owner);
        }
        let first = self.points.partition_point(|&(point, _)| point < position);
        let (passed, ahead) = self.points.split_at(first);
        let mut refused = owner;
        ahead
            .iter()
            .chain(passed)
            .map(|&(_, node)| node)
            .find(|&node| {
                // Neighbouring points of one node need no second question.
                if node == refused {
                    return false;
                }
                refused = node;
                will_do(node)
            })
    }

    /// The share of the circle that each node owns, exact up to the rounding of the result, by
    /// ascending node. O(points log nodes).
    pub fn shares(&self) -> Vec<(u16, f64)> {
        let mut lengths: Vec<(u16, u128)> = Vec::new();
        let mut behind = self.points.last().map_or(0, |&(position, _)| position);
        for &(position, node) in &self.points {
            let arc = match self.points.len() {
                1 => 1 << 64,
                _ => u128::from(position.wrapping_sub(behind)),
            };
            behind = position;
            match lengths.binary_search_by_key(&node, |&(other, _)| other) {
                Ok(place) => lengths[place].1 += arc,
                Err(place) => lengths.insert(place, (node, arc)),
            }
        }
        lengths
            .into_iter()
            .map(|(node, length)| (node, length as f64 / TURN))
            .collect()
    }

    /// Sorts the points, and finds the owner of each part of the circle or the first point in it.
    fn arrange(&mut self) {
        self.points.sort_unstable();
        self.points.dedup_by_key(|&mut (position, _)| position);
        self.parts.clear();
        let Some(&(_, past_the_top)) = self.points.first() else {
            return;
        };
        let part_bits = (PARTS_PER_POINT * self.points.len())
            .next_power_of_two()
            .trailing_zeros();
        self.part_shift = 64 - part_bits;
        let mut first = 0;
        for part in 0..1_u64 << part_bits {
            let start = part << self.part_shift;
            let end = start | ((1 << self.part_shift) - 1);
            while self
                .points
                .get(first)
                .is_some_and(|&(position, _)| position < start)
            {
                first += 1;
            }
            self.parts.push(match self.points.get(first) {
                Some(&(position, _)) if position <= end => first as u32,
                Some(&(_, node)) => WHOLE | u32::from(node),
                None => WHOLE | u32::from(past_the_top),
            });
        }
    }
}

/// The share of all keys that have another owner on the second ring than on the first, exact up to
/// the rounding of the result: the two circles are walked as one. 1 when only one of them is empty.
/// O(points of both).
pub fn moved_share(before: &Ring, after: &Ring) -> f64 {
    let (olds, news) = (before.points(), after.points());
    if olds.is_empty() || news.is_empty() {
        return if olds.is_empty() && news.is_empty() {
            0.0
        } else {
            1.0
        };
    }
    let (mut old, mut new) = (0, 0);
    let (mut behind, mut moved) = (0_u64, 0_u128);
    // Up to each next point of either circle the owner is the next point of each.
    while old < olds.len() || new < news.len() {
        let (old_point, new_point) = (olds.get(old), news.get(new));
        let position = old_point
            .into_iter()
            .chain(new_point)
            .map(|&(position, _)| position)
            .min();
        let position = position.unwrap_or(u64::MAX);
        if old_point.unwrap_or(&olds[0]).1 != new_point.unwrap_or(&news[0]).1 {
            moved += u128::from(position - behind);
        }
        behind = position;
        old += usize::from(old_point.is_some_and(|point| point.0 == position));
        new += usize::from(new_point.is_some_and(|point| point.0 == position));
    }
    // Past the last point of both, the first of each owns the way round to the top.
    if olds[0].1 != news[0].1 {
        moved += (1_u128 << 64) - u128::from(behind);
    }
    moved as f64 / TURN
}

/// The share of all keys that change owner under `hash % n` when the list of nodes changes, exact: a
/// key stays if its remainders by both lengths name the same node. 1 when only one list is empty.
pub fn modulo_moved_share(before: &[u16], after: &[u16]) -> f64 {
    if before.is_empty() || after.is_empty() {
        return if before.is_empty() && after.is_empty() {
            0.0
        } else {
            1.0
        };
    }
    let divisor = greatest_common_divisor(before.len(), after.len());
    let period = before.len() / divisor * after.len();
    // By the Chinese remainder theorem a pair of remainders meets once in a period, if at all.
    let stay = before
        .iter()
        .enumerate()
        .filter_map(|(old, node)| Some((old, after.iter().position(|other| other == node)?)))
        .filter(|(old, new)| old % divisor == new % divisor)
        .count();
    1.0 - stay as f64 / period as f64
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::hash::{bucket, key_position};

    fn ring(nodes: u16, virtual_nodes: u16) -> Ring {
        let mut ring = Ring::new(virtual_nodes);
        (0..nodes).for_each(|node| ring.add(node, 1));
        ring
    }

    #[test]
    fn a_key_belongs_to_the_first_point_at_or_after_it() {
        let ring = Ring::from_points(vec![(300, 3), (100, 1), (u64::MAX - 5, 9)]);
        for (position, owner) in [
            (0, 1),
            (100, 1),
            (101, 3),
            (300, 3),
            (301, 9),
            (u64::MAX - 5, 9),
            (u64::MAX, 1),
        ] {
            assert_eq!(ring.owner(position), Some(owner), "position {position}");
        }
        assert_eq!(Ring::new(10).owner(5), None);
        assert_eq!(Ring::new(10).owner_where(5, |_| true), None);
    }

    #[test]
    fn the_index_finds_what_a_binary_search_finds() {
        for nodes in [1, 2, 3, 128] {
            let ring = ring(nodes, 100);
            for key in 0..20_000 {
                let position = key_position(key);
                let place = ring
                    .points()
                    .partition_point(|&(point, _)| point < position);
                let expected = ring.points()[place % ring.points().len()].1;
                assert_eq!(ring.owner(position), Some(expected));
            }
        }
    }

    #[test]
    fn walking_on_passes_over_nodes_that_will_not_do() {
        let ring = ring(10, 50);
        for key in 0..2_000 {
            let position = key_position(key);
            let owner = ring.owner(position);
            let mut without = ring.clone();
            without.remove(owner.unwrap());
            assert_eq!(
                ring.owner_where(position, |node| Some(node) != owner),
                without.owner(position)
            );
        }
        assert_eq!(ring.owner_where(7, |_| false), None);
    }

    #[test]
    fn shares_are_the_lengths_of_the_arcs() {
        let ring = Ring::from_points(vec![(0, 7), (1 << 62, 2), (1 << 63, 7)]);
        assert_eq!(ring.shares(), [(2, 0.25), (7, 0.75)]);
        assert_eq!(Ring::from_points(vec![(5, 1)]).shares(), [(1, 1.0)]);
        assert!(Ring::new(1).shares().is_empty());
    }

    #[test]
    fn weight_gives_points() {
        let mut ring = ring(2, 1_000);
        ring.add(0, 3);
        assert_eq!(ring.points().len(), 4_000);
        // The spread of a share with 1,000 points a unit of weight is about 1.2 %.
        assert!((ring.shares()[0].1 - 0.75).abs() < 0.05);
        ring.add(0, 1);
        assert_eq!(ring, tests::ring(2, 1_000));
    }

    #[test]
    fn the_order_of_joining_does_not_matter() {
        let mut ring = Ring::new(20);
        [3, 1, 0, 2].into_iter().for_each(|node| ring.add(node, 1));
        assert_eq!(ring, tests::ring(4, 20));
    }

    #[test]
    fn a_node_that_joins_takes_keys_only_for_itself() {
        let (before, after) = (ring(10, 100), ring(11, 100));
        let keys = 200_000;
        let moved = (0..keys)
            .map(key_position)
            .filter(|&position| before.owner(position) != after.owner(position))
            .inspect(|&position| assert_eq!(after.owner(position), Some(10)))
            .count();
        let exact = moved_share(&before, &after);
        let newcomer = after.shares()[10].1;
        assert!(
            (exact - newcomer).abs() < 1e-12,
            "{exact} moved, the newcomer owns {newcomer}"
        );
        // Standard error of a share of about 1/11 over 200,000 keys: 0.00064.
        assert!((moved as f64 / f64::from(keys) - exact).abs() < 4.0 * 0.00064);
        assert_eq!(moved_share(&after, &before), exact);
        assert_eq!(moved_share(&before, &before), 0.0);
        assert_eq!(moved_share(&before, &Ring::new(1)), 1.0);
    }

    #[test]
    fn the_moved_share_of_small_circles_is_the_length_of_the_changed_arcs() {
        let quarter = 1 << 62;
        let before = Ring::from_points(vec![(quarter, 0), (2 * quarter, 1)]);
        let after = Ring::from_points(vec![(quarter, 0), (2 * quarter, 1), (3 * quarter, 2)]);
        assert_eq!(moved_share(&before, &after), 0.25);
        let other = Ring::from_points(vec![(quarter, 1), (2 * quarter, 0)]);
        assert_eq!(moved_share(&before, &other), 1.0);
    }

    #[test]
    fn the_modulo_formula_counts_what_counting_counts() {
        let lists: [(&[u16], &[u16]); 5] = [
            (&[0, 1, 2], &[0, 1, 2, 3]),
            (&[0, 1, 2, 3], &[0, 1, 3]),
            (&[0, 1, 2, 3], &[0, 1]),
            (&[4, 5, 6, 7, 8, 9], &[4, 6, 8, 9]),
            (&[1, 2], &[1, 2]),
        ];
        for (before, after) in lists {
            let period = before.len() * after.len();
            let moved = (0..period as u64)
                .filter(|&key| before[bucket(key, before.len())] != after[bucket(key, after.len())])
                .count();
            let share = modulo_moved_share(before, after);
            assert!(
                (share - moved as f64 / period as f64).abs() < 1e-12,
                "{before:?} to {after:?}: {share}"
            );
        }
        assert_eq!(modulo_moved_share(&[], &[]), 0.0);
        assert_eq!(modulo_moved_share(&[], &[1]), 1.0);
    }
}
