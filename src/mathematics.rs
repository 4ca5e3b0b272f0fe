//! Functions of numbers. The browser has most of them anyway; ours would weigh 5 KB.

/// The power of ten with which a number above zero begins: 100 for 250.
pub fn decade(number: f64) -> f64 {
    10f64.powi(number.log10().floor() as i32)
}

#[cfg(target_arch = "wasm32")]
mod platform {
    pub use js_sys::Math::pow as power;

    /// Sine and cosine of an angle.
    pub fn sin_cos(angle: f64) -> (f64, f64) {
        (js_sys::Math::sin(angle), js_sys::Math::cos(angle))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    /// A number above zero to the power of another.
    pub fn power(base: f64, exponent: f64) -> f64 {
        base.powf(exponent)
    }

    /// Sine and cosine of an angle.
    pub fn sin_cos(angle: f64) -> (f64, f64) {
        angle.sin_cos()
    }
}

pub use platform::{power, sin_cos};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decade_is_exact_on_both_sides_of_one() {
        for (number, begins) in [(250.0, 100.0), (1e3, 1e3), (9.99, 1.0), (0.025, 0.01)] {
            assert_eq!(decade(number), begins, "{number}");
        }
    }
}
