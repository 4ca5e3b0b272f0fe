//! How many requests one dot stands for: few enough dots to follow, more of them the higher the
//! load, and no more than a screen can draw.

use crate::protocol::Speed;

/// Requests a second drawn one to one.
const ONE_TO_ONE_RPS: f64 = 10.0;
/// Above it, dots grow with this power of the rate: ten times the load is twice the dots.
const GROWTH: f64 = 0.32;
/// Dots started per second of the wall clock that a screen can take.
const DOTS_MAX_PER_S: f64 = 4_000.0;

/// One request in so many is traced and drawn: 1, 2, 5, 10, 20 and so on.
pub fn sampling(rate_rps: f64, speed: Speed) -> u64 {
    let times = match speed {
        Speed::Times(times) => times,
        Speed::FlatOut => 10.0,
    };
    // In slow motion there is time to look at each request.
    let seen_rps = rate_rps * times.min(1.0);
    let calm_rps = ONE_TO_ONE_RPS * (seen_rps / ONE_TO_ONE_RPS).powf(GROWTH);
    let calm = if seen_rps <= ONE_TO_ONE_RPS {
        1.0
    } else {
        seen_rps / calm_rps
    };
    let bearable = rate_rps * times / DOTS_MAX_PER_S;
    round(calm.max(bearable).max(1.0))
}

/// The nearest of 1, 2, 5, 10, 20, 50 and so on, in proportion.
fn round(value: f64) -> u64 {
    let mut decade = 1;
    loop {
        for (step, next) in [(1, 2), (2, 5), (5, 10)] {
            let half_way = ((step * next) as f64).sqrt() * decade as f64;
            if value < half_way {
                return step * decade;
            }
        }
        decade *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_requests_are_drawn_one_to_one_and_many_as_a_round_sample() {
        assert_eq!(sampling(10.0, Speed::Times(1.0)), 1);
        assert_eq!(sampling(1_800.0, Speed::Times(1.0)), 50);
        assert_eq!(sampling(1_000_000.0, Speed::Times(1.0)), 2_000);
        assert_eq!(sampling(1_000.0, Speed::Times(0.001)), 1);
    }

    #[test]
    fn ten_times_the_load_is_more_dots() {
        let dots = |rate: f64| rate / sampling(rate, Speed::Times(1.0)) as f64;
        for rate in [10.0, 100.0, 1_000.0, 10_000.0, 100_000.0] {
            assert!(dots(rate * 10.0) > 1.2 * dots(rate));
        }
    }

    #[test]
    fn a_fast_run_draws_no_more_than_a_screen_takes() {
        for times in [10.0, 100.0] {
            let dots = 10_000.0 * times / sampling(10_000.0, Speed::Times(times)) as f64;
            assert!(dots < 2.0 * DOTS_MAX_PER_S);
        }
    }
}
