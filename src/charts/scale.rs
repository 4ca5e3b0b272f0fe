//! From figures to places on a drawing, and back to round figures for the axis.

use crate::mathematics::decade;
use crate::order::sort_by;

/// Maps a range of figures onto a range of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    law: Law,
    /// Smallest and largest figure.
    domain: (f64, f64),
    /// Where they are drawn.
    range: (f64, f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Law {
    Linear,
    Logarithmic,
}

impl Scale {
    /// Equal steps for equal differences.
    pub fn linear(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self {
            law: Law::Linear,
            domain: opened(domain),
            range,
        }
    }

    /// Equal steps for equal ratios; figures at or below zero are drawn at the bottom.
    pub fn logarithmic(domain: (f64, f64), range: (f64, f64)) -> Self {
        let low = domain.0.max(1e-6);
        Self {
            law: Law::Logarithmic,
            domain: opened((low, domain.1.max(low * 1.5))),
            range,
        }
    }

    /// Where a figure is drawn; figures outside the domain are drawn at its edge.
    pub fn place(&self, figure: f64) -> f64 {
        let (low, high) = self.domain;
        let figure = if figure.is_nan() {
            low
        } else {
            figure.clamp(low, high)
        };
        let part = match self.law {
            Law::Linear => (figure - low) / (high - low),
            Law::Logarithmic => (figure / low).ln() / (high / low).ln(),
        };
        self.range.0 + part * (self.range.1 - self.range.0)
    }

    /// The multiples of a figure within the domain, ascending.
    pub fn multiples(&self, of: f64) -> Vec<f64> {
        let first = (self.domain.0 / of - 1e-9).ceil() as i64;
        let last = (self.domain.1 / of + 1e-9).floor() as i64;
        (first..=last).map(|number| number as f64 * of).collect()
    }

    /// Round figures to label, `about` so many, ascending.
    pub fn ticks(&self, about: usize) -> Vec<f64> {
        match self.law {
            Law::Linear => linear_ticks(self.domain, about),
            Law::Logarithmic => logarithmic_ticks(self.domain, about),
        }
    }
}

/// A domain of no extent still has to be drawn somewhere.
fn opened((low, high): (f64, f64)) -> (f64, f64) {
    if high > low {
        (low, high)
    } else {
        (low, low + 1.0)
    }
}

/// The step of 1, 2 or 5 times a power of ten that is nearest.
fn step_near(wish: f64) -> f64 {
    let power = decade(wish);
    let factor = match wish / power {
        ..1.5 => 1.0,
        ..3.5 => 2.0,
        ..7.5 => 5.0,
        _ => 10.0,
    };
    factor * power
}

fn linear_ticks((low, high): (f64, f64), about: usize) -> Vec<f64> {
    let step = step_near((high - low) / about.max(1) as f64);
    Scale::linear((low, high), (0.0, 1.0)).multiples(step)
}

fn logarithmic_ticks((low, high): (f64, f64), about: usize) -> Vec<f64> {
    let first = low.log10().floor() as i32;
    let last = high.log10().ceil() as i32;
    let within = |mantissas: &[f64]| -> Vec<f64> {
        (first..=last)
            .flat_map(|power| mantissas.iter().map(move |part| part * 10f64.powi(power)))
            .filter(|tick| *tick >= low * 0.999_999 && *tick <= high * 1.000_001)
            .collect()
    };
    // The densest set that is not too many; over many decades, some of them.
    for mantissas in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
        let ticks = within(mantissas);
        if ticks.len() <= about + 1 && ticks.len() >= 2 {
            return ticks;
        }
    }
    let decades = within(&[1.0]);
    let every = decades.len().div_ceil(about.max(1)).max(1);
    decades.into_iter().step_by(every).collect()
}

/// Top and step of an axis from nothing that has room for `largest` and ends at a tick: the finest
/// round step with at most so many of them.
pub fn axis(largest: f64, steps_max: usize) -> (f64, f64) {
    if largest <= 0.0 || !largest.is_finite() {
        return (1.0, 1.0);
    }
    let most = steps_max.max(1) as f64;
    let power = decade(largest / most);
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let count = |step: f64| (largest / step - 1e-9).ceil();
    let step = steps
        .into_iter()
        .find(|step| count(*step) <= most)
        .unwrap_or(largest);
    (count(step) * step, step)
}

/// Moves labels apart so that none covers another: each at least `apart` from its neighbour and all
/// within `bounds`, as near to where they want to be as the order allows. Gives the places in the
/// order of the wishes.
pub fn nudged(wishes: &[f64], apart: f64, bounds: (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    sort_by(&mut order, |a, b| wishes[*a].total_cmp(&wishes[*b]));
    // Neighbours that touch form a block, placed so that its labels are nearest to their wishes.
    struct Block {
        start: f64,
        size: usize,
        wish: f64,
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(order.len());
    let held = |wish: f64, size: usize| {
        let longest = (size - 1) as f64 * apart;
        wish.min(bounds.1 - longest).max(bounds.0)
    };
    for index in &order {
        let mut block = Block {
            start: 0.0,
            size: 1,
            wish: wishes[*index],
        };
        block.start = held(block.wish, 1);
        while let Some(last) = blocks.last() {
            if last.start + last.size as f64 * apart <= block.start {
                break;
            }
            let before = last.size as f64;
            let sizes = before + block.size as f64;
            let wish =
                (last.wish * before + (block.wish - before * apart) * block.size as f64) / sizes;
            let size = last.size + block.size;
            block = Block {
                start: held(wish, size),
                size,
                wish,
            };
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut places = vec![0.0; wishes.len()];
    let mut next = order.into_iter();
    for block in blocks {
        for number in 0..block.size {
            if let Some(index) = next.next() {
                places[index] = block.start + number as f64 * apart;
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_scale_puts_the_middle_in_the_middle() {
        let scale = Scale::linear((0.0, 10.0), (100.0, 0.0));
        assert_eq!(scale.place(5.0), 50.0);
        assert_eq!(scale.place(20.0), 0.0);
        assert_eq!(scale.place(f64::NAN), 100.0);
    }

    #[test]
    fn a_logarithmic_scale_gives_every_decade_the_same_room() {
        let scale = Scale::logarithmic((1.0, 1_000.0), (0.0, 300.0));
        assert!((scale.place(10.0) - 100.0).abs() < 1e-9);
        assert!((scale.place(100.0) - 200.0).abs() < 1e-9);
        assert_eq!(scale.place(0.0), 0.0);
        assert_eq!(scale.ticks(4), [1.0, 10.0, 100.0, 1_000.0]);
        assert_eq!(
            Scale::logarithmic((20.0, 110.0), (0.0, 1.0)).ticks(3),
            [20.0, 50.0, 100.0]
        );
    }

    #[test]
    fn ticks_are_round_and_about_as_many_as_asked_for() {
        assert_eq!(
            Scale::linear((0.0, 100.0), (0.0, 1.0)).ticks(5),
            [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
        );
        for top in [0.3, 1.0, 7.0, 42.0, 999.0, 1e6] {
            let ticks = Scale::linear((0.0, top), (0.0, 1.0)).ticks(4);
            assert!((3..=6).contains(&ticks.len()), "{top}: {ticks:?}");
        }
    }

    #[test]
    fn an_axis_ends_at_a_tick_and_holds_the_largest() {
        assert_eq!(axis(0.0, 4), (1.0, 1.0));
        assert_eq!(axis(f64::NAN, 4), (1.0, 1.0));
        assert_eq!(axis(270.0, 4), (300.0, 100.0));
        assert_eq!(axis(815.0, 4), (1_000.0, 500.0));
        assert_eq!(axis(1_836.0, 4), (2_000.0, 500.0));
        for number in 1..2_000 {
            let largest = f64::from(number) * 0.37;
            let (top, step) = axis(largest, 4);
            assert!(
                top >= largest * 0.999 && top <= largest * 2.0,
                "{largest} {top}"
            );
            assert!(
                (1.0..=4.0).contains(&(top / step).round()),
                "{largest}: {top} by {step}"
            );
        }
    }

    #[test]
    fn labels_never_cover_each_other_and_stay_within_bounds() {
        let wishes = [50.0, 52.0, 51.0, 10.0, 99.0, 98.0];
        let places = nudged(&wishes, 12.0, (6.0, 100.0));
        let mut sorted = places.clone();
        sorted.sort_by(f64::total_cmp);
        for pair in sorted.windows(2) {
            assert!(pair[1] - pair[0] >= 12.0 - 1e-9, "{sorted:?}");
        }
        assert!(sorted[0] >= 6.0 && sorted[5] <= 100.0);
        assert_eq!(places[3], 10.0);
        assert!(
            places[0] < places[2] && places[2] < places[1],
            "the order of the lines is kept"
        );
    }

    #[test]
    fn labels_far_apart_stay_where_they_are() {
        assert_eq!(
            nudged(&[10.0, 40.0, 80.0], 12.0, (0.0, 100.0)),
            [10.0, 40.0, 80.0]
        );
        assert!(nudged(&[], 12.0, (0.0, 1.0)).is_empty());
    }
}
