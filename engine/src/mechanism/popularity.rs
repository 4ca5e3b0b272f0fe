//! How popular each key is: exact Zipf, drawn in constant time.
//!
//! Vose's alias method: the keys are dealt into as many equal slots, each shared by at most two keys,
//! so that a draw is one slot, one comparison and one cache line. No rejection and no approximation
//! of the tail, however flat or steep the law is.

use std::sync::Arc;

/// Most keys a law may have; the slot number and the place within it then share 64 bits exactly.
pub const COUNT_MAX: u32 = 1_000_000;

/// Bits of a draw that choose slot and place; the rest of a 64-bit product holds the slot number.
const FRACTION_BITS: u32 = 44;

/// The law of Zipf: rank `r` (from 1) has probability proportional to `r^-exponent`. Ranks are
/// numbered from 0 here, the most popular first. Clones share one table.
#[derive(Clone, Debug)]
pub struct Popularity {
    slots: Arc<[Slot]>,
    exponent: f64,
    /// Sum of all weights.
    total: f64,
}

/// A slot's own key is the slot's number; the alias gets what the key leaves over.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Share of the slot that is the key's own, in 2^-32.
    own: u32,
    alias: u32,
}

impl Popularity {
    /// The law over `count` keys, which is brought into 1 to [`COUNT_MAX`]. O(count).
    pub fn zipf(count: u32, exponent: f64) -> Self {
        let count = count.clamp(1, COUNT_MAX);
        let weights: Vec<f64> = (0..count).map(|rank| weight(rank, exponent)).collect();
        // Smallest first, so that the tail is not lost in the rounding of the head.
        let total = weights.iter().rev().sum();
        Self {
            slots: alias_table(weights, total),
            exponent,
            total,
        }
    }

    /// Number of keys.
    pub fn count(&self) -> u32 {
        self.slots.len() as u32
    }

    /// The key, 0 the most popular, that 64 random bits stand for. O(1).
    #[inline]
    pub fn draw(&self, bits: u64) -> u32 {
        let product = self.product(bits);
        let slot = (product >> FRACTION_BITS) as u32;
        let place = (product >> (FRACTION_BITS - 32)) as u32;
        let Slot { own, alias } = self.slots[slot as usize];
        if place < own { slot } else { alias }
    }

    /// Reads the slot that these bits will lead to, and returns something of it.
    #[inline]
    pub fn peek(&self, bits: u64) -> u32 {
        self.slots[(self.product(bits) >> FRACTION_BITS) as usize].own
    }

    /// The slot's number, and [`FRACTION_BITS`] of the place within it.
    #[inline]
    fn product(&self, bits: u64) -> u64 {
        (bits >> (64 - FRACTION_BITS)) * self.slots.len() as u64
    }

    /// The exact probability of a key; 0 for one that is not there.
    pub fn probability(&self, rank: u32) -> f64 {
        if rank < self.count() {
            weight(rank, self.exponent) / self.total
        } else {
            0.0
        }
    }
}

fn weight(rank: u32, exponent: f64) -> f64 {
    libm::pow(f64::from(rank) + 1.0, -exponent)
}

/// Pairs every key that has less than a slot with one that has more, until all slots are full.
fn alias_table(mut weights: Vec<f64>, total: f64) -> Arc<[Slot]> {
    let count = weights.len();
    let scale = count as f64 / total;
    weights.iter_mut().for_each(|weight| *weight *= scale);
    let (mut less, mut more): (Vec<u32>, Vec<u32>) =
        (0..count as u32).partition(|&key| weights[key as usize] < 1.0);
    // A key that finds no partner differs from a full slot by rounding only: it keeps its slot.
    let mut slots: Vec<Slot> = (0..count as u32)
        .map(|key| Slot {
            own: u32::MAX,
            alias: key,
        })
        .collect();
    while let (Some(&giver), Some(key)) = (more.last(), less.pop()) {
        let own = weights[key as usize];
        slots[key as usize] = Slot {
            own: (own * 4_294_967_296.0) as u32,
            alias: giver,
        };
        let left = &mut weights[giver as usize];
        *left -= 1.0 - own;
        if *left < 1.0 {
            more.pop();
            less.push(giver);
        }
    }
    slots.into()
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own arithmetic may be the platform's"
)]
mod tests {
    use super::*;
    use crate::mechanism::hash::hash_u64;

    /// The probability of each key as the table would draw it.
    fn table_probabilities(popularity: &Popularity) -> Vec<f64> {
        let mut probabilities = vec![0.0; popularity.slots.len()];
        for (key, slot) in popularity.slots.iter().enumerate() {
            let own = if slot.alias as usize == key {
                1.0
            } else {
                f64::from(slot.own) / 4_294_967_296.0
            };
            probabilities[key] += own;
            probabilities[slot.alias as usize] += 1.0 - own;
        }
        let count = probabilities.len() as f64;
        probabilities.into_iter().map(|p| p / count).collect()
    }

    #[test]
    fn the_table_holds_the_exact_law() {
        for (count, exponent) in [
            (1, 1.0),
            (2, 0.0),
            (3, 0.5),
            (1_000, 1.0),
            (100_000, 0.9),
            (10_000, 2.5),
        ] {
            let popularity = Popularity::zipf(count, exponent);
            let total: f64 = (1..=count)
                .map(|rank| f64::from(rank).powf(-exponent))
                .sum();
            for (rank, p) in table_probabilities(&popularity).into_iter().enumerate() {
                let exact = (rank as f64 + 1.0).powf(-exponent) / total;
                assert!(
                    (p - exact).abs() < 1e-9,
                    "{count} keys, exponent {exponent}, rank {rank}: {p}, not {exact}"
                );
                assert!((popularity.probability(rank as u32) - exact).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn draws_follow_the_law() {
        let popularity = Popularity::zipf(1_000, 0.9);
        let draws = 2_000_000;
        let mut counts = vec![0_u32; 1_000];
        (0..draws).for_each(|number| counts[popularity.draw(hash_u64(9, number)) as usize] += 1);
        let chi2: f64 = (0..1_000)
            .map(|rank| {
                let expected = popularity.probability(rank) * draws as f64;
                (f64::from(counts[rank as usize]) - expected).powi(2) / expected
            })
            .sum();
        // 999 degrees of freedom: mean 999, standard deviation 44.7.
        assert!((chi2 - 999.0).abs() < 4.0 * 44.7, "chi-square {chi2}");
    }

    #[test]
    fn every_bit_pattern_is_a_key() {
        for count in [1, 7, COUNT_MAX, COUNT_MAX + 1] {
            let popularity = Popularity::zipf(count, 1.1);
            assert!(popularity.draw(0) < popularity.count());
            assert!(popularity.draw(u64::MAX) < popularity.count());
        }
        assert_eq!(Popularity::zipf(0, 1.0).count(), 1);
        assert_eq!(Popularity::zipf(COUNT_MAX + 1, 1.0).count(), COUNT_MAX);
        assert_eq!(Popularity::zipf(5, 1.0).probability(5), 0.0);
    }
}
