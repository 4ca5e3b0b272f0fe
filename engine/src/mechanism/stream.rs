//! Seeded streams of random numbers: one per component and purpose, so that a change in one place
//! leaves the draws of all others alone.

use std::hint::black_box;

use headroom_scenario::Distribution;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::mechanism::hash;
use crate::mechanism::ziggurat::{LAYERS, ZIGGURAT};
use crate::time::ns_from_ms;

/// A stream of random numbers: xoshiro256++, the same on every platform.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of a seed for one purpose of one component.
    pub fn new(seed: u64, component: &str, purpose: &str) -> Self {
        let place = hash::hash_text(component);
        let use_of_it = hash::hash_text(purpose);
        Self(Xoshiro256PlusPlus::seed_from_u64(hash::hash_u64(
            seed,
            hash::hash_u64(place, use_of_it),
        )))
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1), with 53 bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit(self.bits())
    }

    /// Uniform in 0..n.
    pub fn below(&mut self, n: u32) -> u32 {
        scaled(self.bits(), n)
    }

    /// Exponential with mean 1, by the [`Ziggurat`].
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let ziggurat = &*ZIGGURAT;
        loop {
            // The bits that choose the layer are not those of the place in it.
            let bits = self.bits();
            let layer = bits as usize % LAYERS;
            let x = unit(bits) * ziggurat.widths[layer];
            if x < ziggurat.widths[layer + 1] {
                return x;
            }
            if let Some(x) = ziggurat.decide(layer, x, || self.uniform()) {
                return x;
            }
        }
    }
}

/// 64 random bits as a number in [0, 1), by the upper 53 of them.
#[inline]
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// 64 random bits as a number in 0..n: the upper half of their product with n (Lemire, Fast Random Integer Generation in an Interval, 2019), whose
/// bias is below n / 2^64. In two parts, since WebAssembly has no product of 128 bits.
#[inline]
pub fn scaled(bits: u64, n: u32) -> u32 {
    let (upper, lower) = (bits >> 32, bits & u64::from(u32::MAX));
    let n = u64::from(n);
    ((upper * n + ((lower * n) >> 32)) >> 32) as u32
}

/// Draws that a [`StreamAhead`] makes at once.
const AHEAD: usize = 16;

/// A stream whose draws are made some time before they are needed, so that the memory they lead to is
/// fetched for all of them at once: the processor then waits for one.
#[derive(Clone, Debug)]
pub struct StreamAhead {
    stream: Stream,
    draws: [u64; AHEAD],
    taken: usize,
}

impl StreamAhead {
    /// The same draws as the stream's own.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            draws: [0; AHEAD],
            taken: AHEAD,
        }
    }

    /// 64 random bits; `peek` reads the memory that other bits lead to, and returns something of it.
    #[inline]
    pub fn bits(&mut self, peek: impl Fn(u64) -> u32) -> u64 {
        if self.taken == AHEAD {
            self.draws = std::array::from_fn(|_| self.stream.bits());
            self.taken = 0;
            let read = self.draws.iter().fold(0, |read, &bits| read ^ peek(bits));
            black_box(read);
        }
        self.taken += 1;
        self.draws[self.taken - 1]
    }
}

/// The law of a random time: a distribution with its mean.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    mean_ns: f64,
    distribution: Distribution,
}

impl Law {
    /// The law with a mean in milliseconds.
    pub fn new(mean_ms: f64, distribution: Distribution) -> Self {
        Self {
            mean_ns: ns_from_ms(mean_ms) as f64,
            distribution,
        }
    }

    /// Draws a time, `factor` times as long as the law says, in nanoseconds.
    #[inline]
    pub fn draw_ns(&self, stream: &mut Stream, factor: f64) -> u64 {
        let unit = match self.distribution {
            Distribution::Constant => 1.0,
            Distribution::Exponential => stream.exponential(),
            Distribution::Erlang { k } => {
                (0..k).map(|_| stream.exponential()).sum::<f64>() / f64::from(k)
            }
            Distribution::Hyperexponential { cs2 } => balanced_hyperexponential(stream, cs2),
        };
        (self.mean_ns * factor * unit + 0.5) as u64
    }
}

/// Two exponentials with balanced means: probability p of rate 2p, else rate 2(1-p), with
/// p = (1 + sqrt((c - 1) / (c + 1))) / 2 for a squared coefficient of variation c
/// (Allen, Probability, Statistics and Queueing Theory, section 3.2.9).
fn balanced_hyperexponential(stream: &mut Stream, cs2: f64) -> f64 {
    let p = 0.5 * (1.0 + ((cs2 - 1.0) / (cs2 + 1.0)).sqrt());
    let chosen = if stream.uniform() < p { p } else { 1.0 - p };
    stream.exponential() / (2.0 * chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and squared coefficient of variation of many draws.
    fn moments(distribution: Distribution) -> (f64, f64) {
        const DRAWS: u32 = 400_000;
        let mut stream = Stream::new(42, "web", "service");
        let law = Law::new(10.0, distribution);
        let draws: Vec<f64> = (0..DRAWS)
            .map(|_| law.draw_ns(&mut stream, 1.0) as f64 / 1e7)
            .collect();
        let mean = draws.iter().sum::<f64>() / f64::from(DRAWS);
        let square = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
        (mean, square / f64::from(DRAWS) / (mean * mean))
    }

    #[test]
    fn each_law_has_its_mean_and_its_variation() {
        let laws = [
            (Distribution::Constant, 0.0),
            (Distribution::Exponential, 1.0),
            (Distribution::Erlang { k: 4 }, 0.25),
            (Distribution::Hyperexponential { cs2: 4.0 }, 4.0),
        ];
        for (distribution, cs2_expected) in laws {
            let (mean, cs2) = moments(distribution);
            assert!((mean - 1.0).abs() < 0.015, "{distribution:?}: mean {mean}");
            assert!(
                (cs2 - cs2_expected).abs() < 0.1,
                "{distribution:?}: cs2 {cs2}"
            );
        }
    }

    #[test]
    fn exponential_draws_follow_the_law() {
        const DRAWS: u32 = 4_000_000;
        const CELLS: usize = 256;
        let mut stream = Stream::new(1, "exponential", "test");
        let mut counts = [0_u32; CELLS];
        let mut beyond_ten = 0;
        for _ in 0..DRAWS {
            let x = stream.exponential();
            // Cells of equal probability, by the distribution function.
            counts[((1.0 - libm::exp(-x)) * CELLS as f64) as usize] += 1;
            beyond_ten += u32::from(x > 10.0);
        }
        let expected = f64::from(DRAWS) / CELLS as f64;
        let chi2: f64 = counts
            .iter()
            .map(|&count| {
                let excess = f64::from(count) - expected;
                excess * excess / expected
            })
            .sum();
        // 255 degrees of freedom: mean 255, standard deviation 22.6.
        assert!((chi2 - 255.0).abs() < 4.0 * 22.6, "chi-square {chi2}");
        // exp(-10) of all: 181.6, standard deviation 13.5.
        assert!(
            (128..=236).contains(&beyond_ten),
            "{beyond_ten} in the far tail"
        );
    }

    #[test]
    fn scaling_is_the_upper_half_of_the_product() {
        let mut stream = Stream::new(1, "scaled", "test");
        for _ in 0..10_000 {
            let (bits, n) = (stream.bits(), stream.bits() as u32);
            let product = u128::from(bits) * u128::from(n);
            assert_eq!(u128::from(scaled(bits, n)), product >> 64);
        }
        assert_eq!(scaled(u64::MAX, u32::MAX), u32::MAX - 1);
    }

    #[test]
    fn a_stream_ahead_draws_the_same() {
        let mut stream = Stream::new(1, "ahead", "test");
        let mut ahead = StreamAhead::new(stream.clone());
        for _ in 0..100 {
            assert_eq!(ahead.bits(|_| 0), stream.bits());
        }
    }

    #[test]
    fn streams_of_one_seed_differ_by_component_and_purpose() {
        let first = |component, purpose| Stream::new(1, component, purpose).bits();
        let all = [
            first("a", "x"),
            first("a", "y"),
            first("b", "x"),
            first("x", "a"),
        ];
        for (number, bits) in all.iter().enumerate() {
            assert!(
                !all[..number].contains(bits),
                "stream {number} repeats another"
            );
        }
        assert_eq!(first("a", "x"), first("a", "x"));
    }
}
