//! Headroom in words: what a design takes, against what is asked of it.

use serde::{Deserialize, Serialize};

use crate::lab::Load;

/// From this share of its capacity on, a design is close to it.
const CLOSE_FROM: f64 = 0.87;

/// How much of what a design can take is asked of it. It is told in one way everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Headroom {
    /// The largest load it holds, as a multiple of the load now.
    pub times: f64,
    /// It holds the largest load there is: nothing is known of the limit.
    pub is_unlimited: bool,
}

/// How a reader should take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strain {
    /// There is room.
    Roomy,
    /// Hardly any.
    Close,
    /// More is asked than it holds.
    Over,
}

impl Headroom {
    /// Of the largest load that holds, at a load now.
    pub fn new(holds: Load, now: Load, is_unlimited: bool) -> Self {
        Self {
            times: holds.amount() / now.amount(),
            is_unlimited,
        }
    }

    /// Share of the largest load it holds that is asked now; none where that is not known, or nothing.
    pub fn used_share(self) -> Option<f64> {
        (!self.is_unlimited && self.times > 0.0).then(|| 1.0 / self.times)
    }

    /// How a reader should take it.
    pub fn strain(self) -> Strain {
        match 1.0 / self.times {
            used if used > 1.0 => Strain::Over,
            used if used > CLOSE_FROM => Strain::Close,
            _ => Strain::Roomy,
        }
    }

    /// `takes 1.7 × this load`.
    pub fn figure(self) -> String {
        match self.times {
            0.0 => "holds at no load".into(),
            times if times < 0.001 => "takes less than 0.1 % of this load".into(),
            times if times < 0.095 => format!("takes {:.1} % of this load", 100.0 * times),
            times if times < 1.0 => format!("takes {:.2} × this load", times.min(0.99)),
            times if times < 9.95 => format!("takes {times:.1} × this load"),
            times => format!("takes {} × this load", grouped(times)),
        }
    }

    /// `59 % of its capacity used`; none where that is not known.
    pub fn share(self) -> Option<String> {
        let used = 100.0 * self.used_share()?;
        Some(if used >= 1_000.0 {
            format!("{} × its capacity asked", grouped(used / 100.0))
        } else if used > 100.0 {
            format!("{} % of its capacity asked", grouped(used.max(101.0)))
        } else if used < 1.0 {
            "less than 1 % of its capacity used".into()
        } else {
            format!("{used:.0} % of its capacity used")
        })
    }
}

/// A whole number, thousands apart.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(rate_rps: f64) -> Headroom {
        Headroom::new(Load::RateRps(1_380.0), Load::RateRps(rate_rps), false)
    }

    #[test]
    fn headroom_is_told_as_a_multiple_of_the_load_and_as_a_share_of_the_capacity() {
        for (rate_rps, figure, share, strain) in [
            (
                1.0,
                "takes 1,380 × this load",
                "less than 1 % of its capacity used",
                Strain::Roomy,
            ),
            (
                100.0,
                "takes 14 × this load",
                "7 % of its capacity used",
                Strain::Roomy,
            ),
            (
                800.0,
                "takes 1.7 × this load",
                "58 % of its capacity used",
                Strain::Roomy,
            ),
            (
                1_000_000.0,
                "takes 0.1 % of this load",
                "725 × its capacity asked",
                Strain::Over,
            ),
            (
                1_300.0,
                "takes 1.1 × this load",
                "94 % of its capacity used",
                Strain::Close,
            ),
            (
                1_381.0,
                "takes 0.99 × this load",
                "101 % of its capacity asked",
                Strain::Over,
            ),
            (
                2_760.0,
                "takes 0.50 × this load",
                "200 % of its capacity asked",
                Strain::Over,
            ),
        ] {
            let headroom = at(rate_rps);
            assert_eq!(headroom.figure(), figure);
            assert_eq!(headroom.share().as_deref(), Some(share));
            assert_eq!(headroom.strain(), strain, "{rate_rps}");
        }
    }

    #[test]
    fn without_a_limit_or_a_capacity_there_is_no_share() {
        let most = Load::Users(1_000_000);
        let unlimited = Headroom::new(most, Load::Users(20), true);
        assert_eq!(unlimited.figure(), "takes 50,000 × this load");
        assert_eq!(
            (unlimited.share(), unlimited.strain()),
            (None, Strain::Roomy)
        );
        let none = Headroom::new(Load::RateRps(0.0), Load::RateRps(20.0), false);
        assert_eq!(none.figure(), "holds at no load");
        assert_eq!((none.share(), none.strain()), (None, Strain::Over));
    }
}
