//! A log-linear histogram of times: percentiles of every request, not of a sample.
//!
//! Each octave of nanoseconds is cut into [`SUB_BUCKETS`] buckets of equal width, so the middle of a
//! bucket is within 1/128 (0.8 %) of every time in it, from 1 µs up. Below that the buckets are
//! 16 ns wide. Count, sum and maximum are exact.

use std::ops::Range;

/// Buckets per octave.
pub const SUB_BUCKETS: usize = 1 << SUB_BITS;
const SUB_BITS: u32 = 6;
/// Below 2^10 ns the scale is linear, with the bucket width of the octave from there on.
const LINEAR_BITS: u32 = 10;
/// From 2^42 ns (73 minutes) on, all times share the last bucket.
const TOP_BITS: u32 = 42;
const BUCKETS: usize = (TOP_BITS - LINEAR_BITS + 1) as usize * SUB_BUCKETS;

/// Times in nanoseconds, counted by bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyHistogram {
    /// A bucket that is full stays full: its times weigh less from then on, nothing wraps.
    buckets: Box<[u32]>,
    count: u64,
    sum_ns: u128,
    /// `u64::MAX` when there are none.
    min_ns: u64,
    max_ns: u64,
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl LatencyHistogram {
    /// An empty histogram; the only allocation it ever makes, 8 KiB.
    pub fn new() -> Self {
        Self {
            buckets: vec![0; BUCKETS].into_boxed_slice(),
            count: 0,
            sum_ns: 0,
            min_ns: u64::MAX,
            max_ns: 0,
        }
    }

    /// Counts one time. O(1), without a branch.
    #[inline]
    pub fn record(&mut self, ns: u64) {
        let bucket = &mut self.buckets[bucket_of(ns)];
        *bucket = bucket.saturating_add(1);
        self.count += 1;
        self.sum_ns += u128::from(ns);
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
    }

    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their exact sum, in nanoseconds.
    pub fn sum(&self) -> u128 {
        self.sum_ns
    }

    /// Their exact maximum, in nanoseconds; 0 when there are none.
    pub fn max(&self) -> u64 {
        self.max_ns
    }

    /// Their mean, in nanoseconds; 0 when there are none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum_ns as f64 / self.count as f64
        }
    }

    /// The time that a share `q` of all times do not exceed, in nanoseconds: the middle of the bucket
    /// that holds it, but never above the maximum. 0 when there are none. O(buckets in use).
    pub fn quantile(&self, q: f64) -> u64 {
        let used = &self.buckets[self.used()];
        let total: u64 = used.iter().map(|&count| u64::from(count)).sum();
        let rank = ((q * total as f64).ceil() as u64).clamp(1, total.max(1));
        let mut seen = 0;
        for (index, &count) in (self.used().start..).zip(used) {
            seen += u64::from(count);
            if seen >= rank {
                return if index == BUCKETS - 1 {
                    self.max_ns
                } else {
                    middle_of(index).min(self.max_ns)
                };
            }
        }
        0
    }

    /// Adds all that another histogram has counted. O(buckets that it uses).
    pub fn merge(&mut self, other: &Self) {
        let used = other.used();
        let mine = self.buckets[used.clone()].iter_mut();
        for (mine, theirs) in mine.zip(&other.buckets[used]) {
            *mine = mine.saturating_add(*theirs);
        }
        self.count += other.count;
        self.sum_ns += other.sum_ns;
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
    }

    /// Forgets everything. O(buckets in use).
    pub fn clear(&mut self) {
        let used = self.used();
        self.buckets[used].fill(0);
        self.count = 0;
        self.sum_ns = 0;
        self.min_ns = u64::MAX;
        self.max_ns = 0;
    }

    /// The buckets that may hold something. Latencies of one run lie within a few octaves, and this is
    /// looked through at every tick.
    fn used(&self) -> Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        bucket_of(self.min_ns)..bucket_of(self.max_ns) + 1
    }
}

/// The bucket of a time. Widths double with every octave above the linear part.
fn bucket_of(ns: u64) -> usize {
    let ns = ns.min((1 << TOP_BITS) - 1);
    let octave = 63 - (ns | 1 << LINEAR_BITS).leading_zeros();
    let within = ns >> (octave - SUB_BITS);
    (((octave - LINEAR_BITS) << SUB_BITS) as u64 + within) as usize
}

/// The time in the middle of a bucket.
fn middle_of(index: usize) -> u64 {
    let octave = (index >> SUB_BITS).saturating_sub(1) as u32;
    let within = (index - ((octave as usize) << SUB_BITS)) as u64;
    let width = 1 << (LINEAR_BITS - SUB_BITS + octave);
    within * width + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::hash::hash_u64;

    /// A time spread evenly over the octaves from 1 ns to 2^42 ns.
    fn some_time(number: u64) -> u64 {
        let bits = hash_u64(1, number);
        bits >> (22 + (hash_u64(2, number) % 42))
    }

    #[test]
    fn the_reported_middle_is_within_one_per_cent_from_a_microsecond_up() {
        for number in 0..200_000 {
            let ns = some_time(number);
            let middle = middle_of(bucket_of(ns));
            let error_ns = middle.abs_diff(ns) as f64;
            assert!(
                error_ns <= (ns as f64 / 128.0).max(8.0),
                "{ns} ns was reported as {middle} ns"
            );
        }
    }

    #[test]
    fn buckets_ascend_without_gap() {
        for index in 0..BUCKETS {
            assert_eq!(bucket_of(middle_of(index)), index);
        }
        let mut last = 0;
        for ns in 0..100_000 {
            let bucket = bucket_of(ns);
            assert!(bucket == last || bucket == last + 1, "gap at {ns} ns");
            last = bucket;
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let mut histogram = LatencyHistogram::new();
        let mut times: Vec<u64> = (0..10_001)
            .map(|number| 1_000 + some_time(number))
            .collect();
        times.iter().for_each(|&ns| histogram.record(ns));
        times.sort_unstable();
        for q in [0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
            let rank = ((q * times.len() as f64).ceil() as usize).max(1);
            let (exact, reported) = (times[rank - 1] as f64, histogram.quantile(q) as f64);
            assert!(
                (reported / exact - 1.0).abs() < 0.01,
                "q {q}: {exact} ns was reported as {reported}"
            );
        }
    }

    #[test]
    fn count_sum_mean_and_maximum_are_exact() {
        let mut histogram = LatencyHistogram::new();
        for ns in [3, 1_000_003, u64::MAX, u64::MAX] {
            histogram.record(ns);
        }
        assert_eq!(histogram.count(), 4);
        assert_eq!(histogram.sum(), 1_000_006 + 2 * u128::from(u64::MAX));
        assert_eq!(histogram.max(), u64::MAX);
        assert_eq!(histogram.quantile(1.0), u64::MAX);
        assert_eq!(histogram.mean(), histogram.sum() as f64 / 4.0);
    }

    #[test]
    fn merging_is_recording_into_one() {
        let (mut left, mut right, mut both) = (
            LatencyHistogram::new(),
            LatencyHistogram::new(),
            LatencyHistogram::new(),
        );
        for number in 0..1_000 {
            let ns = some_time(number);
            if number % 3 == 0 {
                left.record(ns)
            } else {
                right.record(ns)
            }
            both.record(ns);
        }
        left.merge(&right);
        assert_eq!(left, both);
        left.clear();
        assert_eq!(left, LatencyHistogram::new());
    }

    #[test]
    fn an_empty_histogram_reports_zeroes() {
        let histogram = LatencyHistogram::new();
        assert_eq!(
            (histogram.quantile(0.5), histogram.max(), histogram.mean()),
            (0, 0, 0.0)
        );
    }

    #[test]
    fn a_full_bucket_stays_full() {
        let mut histogram = LatencyHistogram::new();
        histogram.buckets[bucket_of(5_000)] = u32::MAX;
        histogram.record(5_000);
        histogram.merge(&histogram.clone());
        assert_eq!(histogram.buckets[bucket_of(5_000)], u32::MAX);
        assert!(histogram.quantile(0.5).abs_diff(5_000) < 50);
    }
}
