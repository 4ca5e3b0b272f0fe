//! The exponential law by the ziggurat of Marsaglia and Tsang (The Ziggurat Method for Generating Random
//! Variables, 2000): the area below the density is covered by layers of equal area, so that a random
//! layer and a random place in it are, in 99 of 100 draws, a multiplication and a comparison. The
//! logarithm that inversion takes for every draw costs several times that.

use std::sync::LazyLock;

/// Layers, the lowest with the tail: a power of two, so that bits of a draw choose one.
pub const LAYERS: usize = 256;
/// Where the tail begins.
const TAIL: f64 = 7.697_117_470_131_05;
/// Area of each layer.
const AREA: f64 = 3.949_659_822_581_557e-3;

/// The layers, worked out once.
pub static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(Ziggurat::new);

/// The layers under the density exp(-x), from the widest up.
pub struct Ziggurat {
    /// Width of each layer; whatever is within the width of the one above lies below the density. The
    /// lowest has the width that a rectangle of its area would have.
    pub widths: [f64; LAYERS + 1],
    /// The density at these widths.
    heights: [f64; LAYERS + 1],
}

impl Ziggurat {
    fn new() -> Self {
        let mut widths = [0.0; LAYERS + 1];
        widths[0] = AREA / libm::exp(-TAIL);
        widths[1] = TAIL;
        for layer in 2..LAYERS {
            let below = widths[layer - 1];
            widths[layer] = -libm::log(AREA / below + libm::exp(-below));
        }
        let heights = widths.map(|width| libm::exp(-width));
        Self { widths, heights }
    }

    /// Decides on a place that is not within the layer above: in the tail, which is the law itself from
    /// where it begins, or beside the density's slope. None means to draw anew.
    #[cold]
    pub fn decide(&self, layer: usize, x: f64, mut uniform: impl FnMut() -> f64) -> Option<f64> {
        if layer == 0 {
            return Some(TAIL - libm::log(1.0 - uniform()));
        }
        let (low, high) = (self.heights[layer], self.heights[layer + 1]);
        (low + (high - low) * uniform() < libm::exp(-x)).then_some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_layers_have_the_same_area() {
        let ziggurat = Ziggurat::new();
        for layer in 1..LAYERS {
            let height = ziggurat.heights[layer + 1] - ziggurat.heights[layer];
            let area = ziggurat.widths[layer] * height;
            assert!((area / AREA - 1.0).abs() < 1e-9, "layer {layer}: {area}");
        }
        // The lowest: a rectangle up to the tail, and the tail.
        let lowest = TAIL * ziggurat.heights[1] + ziggurat.heights[1];
        assert!((lowest / AREA - 1.0).abs() < 1e-9);
    }
}
