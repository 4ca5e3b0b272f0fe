//! Seeded streams of random numbers: one per component and purpose, so that a change in one place
//! leaves the draws of all others alone.

use headroom_scenario::Distribution;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::hash;
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
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in 0..n, by multiplication (Lemire); its bias is below n / 2^64.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// Exponential with mean 1, by inversion.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.uniform())
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
