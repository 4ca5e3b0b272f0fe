//! Keeps simulated time in step with the wall clock, without ever catching up.
//!
//! Each turn is granted the simulated time that the wall has given since the last one. What could
//! not be run stays as credit, up to a tenth of a second, so that a hiccup leaves no trace; what is
//! older is dropped, so that a slow machine runs slower instead of falling ever further behind.

use std::collections::VecDeque;

use crate::speed::Speed;

/// Credit kept, in milliseconds of wall time.
const CREDIT_MAX_MS: f64 = 100.0;
/// The speed reached is measured over the last so many milliseconds.
const WINDOW_MS: f64 = 1_500.0;
/// It is known once the window covers so many.
const WINDOW_MIN_MS: f64 = 600.0;
/// A turn flat out may go so far, in simulated nanoseconds; the wall ends it earlier.
const FLAT_OUT_TURN_NS: f64 = 1e9;
/// Below this share of the speed asked for, the machine counts as behind.
const KEPT_SHARE: f64 = 0.95;

/// Turns wall time into simulated time.
#[derive(Debug)]
pub struct Pace {
    speed: Speed,
    wall_ms: f64,
    credit_ns: f64,
    window: VecDeque<(f64, f64)>,
}

impl Pace {
    /// Starts at a moment of the wall clock.
    pub fn new(speed: Speed, wall_ms: f64) -> Self {
        Self {
            speed,
            wall_ms,
            credit_ns: 0.0,
            window: VecDeque::new(),
        }
    }

    /// Starts anew, owing nothing: after a pause, another speed, or a page that nobody saw.
    pub fn restart(&mut self, speed: Speed, wall_ms: f64) {
        *self = Self::new(speed, wall_ms);
    }

    /// Simulated nanoseconds that this turn may advance.
    pub fn grant_ns(&mut self, wall_ms: f64) -> f64 {
        let elapsed_ms = (wall_ms - self.wall_ms).max(0.0);
        self.wall_ms = wall_ms;
        match self.speed {
            Speed::FlatOut => FLAT_OUT_TURN_NS,
            Speed::Times(times) => {
                let per_ms = times * 1e6;
                self.credit_ns = (self.credit_ns + elapsed_ms * per_ms).min(CREDIT_MAX_MS * per_ms);
                self.credit_ns
            }
        }
    }

    /// Takes note of what the turn did advance.
    pub fn advanced(&mut self, from_ns: u64, to_ns: u64, wall_ms: f64) {
        self.credit_ns = (self.credit_ns - (to_ns - from_ns) as f64).max(0.0);
        self.window.push_back((wall_ms, to_ns as f64));
        while self
            .window
            .front()
            .is_some_and(|&(at, _)| wall_ms - at > WINDOW_MS)
        {
            self.window.pop_front();
        }
    }

    /// Simulated seconds per second of late, once enough has been seen.
    pub fn reached(&self) -> Option<f64> {
        let (&(from_ms, from_ns), &(to_ms, to_ns)) = self.window.front().zip(self.window.back())?;
        let wall_ms = to_ms - from_ms;
        (wall_ms >= WINDOW_MIN_MS).then(|| (to_ns - from_ns) / (wall_ms * 1e6))
    }

    /// Whether the machine does not keep the speed asked for.
    pub fn behind(&self) -> bool {
        match (self.speed, self.reached()) {
            (Speed::Times(times), Some(reached)) => reached < times * KEPT_SHARE,
            _ => false,
        }
    }

    /// Simulated nanoseconds per millisecond, as well as it is known.
    pub fn ns_per_ms(&self) -> f64 {
        match self.speed {
            Speed::Times(times) if !self.behind() => times * 1e6,
            Speed::Times(times) => self.reached().unwrap_or(times) * 1e6,
            Speed::FlatOut => self.reached().unwrap_or(1.0) * 1e6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs turns of `turn_ms` for a second on a machine that can do `able` times real time.
    fn second(pace: &mut Pace, from_ms: f64, from_ns: u64, turn_ms: f64, able: f64) -> u64 {
        let (mut wall, mut now) = (from_ms, from_ns);
        while wall < from_ms + 1_000.0 {
            wall += turn_ms;
            let to = now + pace.grant_ns(wall).min(turn_ms * able * 1e6) as u64;
            pace.advanced(now, to, wall);
            now = to;
        }
        now
    }

    #[test]
    fn keeps_real_time_and_slow_motion() {
        for times in [1.0, 0.001, 10.0] {
            let mut pace = Pace::new(Speed::Times(times), 0.0);
            let now = second(&mut pace, 0.0, 0, 8.0, 100.0);
            assert!((now as f64 / 1e9 - times).abs() < 0.01 * times);
            assert!(!pace.behind());
        }
    }

    #[test]
    fn a_slow_machine_says_so_and_does_not_catch_up() {
        let mut pace = Pace::new(Speed::Times(1.0), 0.0);
        let slow = second(&mut pace, 0.0, 0, 10.0, 0.7);
        assert!(pace.behind());
        assert!((pace.reached().unwrap() - 0.7).abs() < 0.01);
        // The machine gets fast again: it keeps pace from there, the lost 0.3 s stay lost.
        let fast = second(&mut pace, 1_000.0, slow, 10.0, 100.0);
        assert!((fast - slow) as f64 / 1e9 < 1.0 + CREDIT_MAX_MS / 1e3 + 0.01);
    }

    #[test]
    fn time_that_nobody_saw_is_not_run() {
        let mut pace = Pace::new(Speed::Times(1.0), 0.0);
        assert_eq!(pace.grant_ns(3_600_000.0), CREDIT_MAX_MS * 1e6);
    }
}
