//! What moves: the flights on the wires and the simulated time at which to draw them. It is no Yew
//! state: the handler of the worker's messages writes it, and the canvas reads it each frame.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use js_sys::Float64Array;

use crate::sampling::Sampling;

/// Numbers that one flight takes in a batch: start and end in nanoseconds, request, link, then the
/// instances as `from * 65536 + to`, then `class * 256 + flags`.
pub const STRIDE: usize = 6;

/// Link number of a name look-up, as in [`headroom_engine::flight::Flight::LOOKUP`].
pub const LOOKUP_LINK: f64 = 65_535.0;

/// A stage that its writer and its readers share; equal only to itself.
#[derive(Clone, Debug, Default)]
pub struct StageHandle(Rc<RefCell<Stage>>);

impl StageHandle {
    /// To read.
    pub fn borrow(&self) -> Ref<'_, Stage> {
        self.0.borrow()
    }

    /// To write, or to take what came in.
    pub fn borrow_mut(&self) -> RefMut<'_, Stage> {
        self.0.borrow_mut()
    }
}

impl PartialEq for StageHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What is in motion.
#[derive(Debug, Default)]
pub struct Stage {
    /// Grows with every run loaded or sought: dots of the one before are to be forgotten.
    pub epoch: u32,
    /// The simulated time to draw.
    pub clock: Clock,
    /// How many requests one dot stands for.
    pub sampling: Sampling,
    /// Batches of flights, [`STRIDE`] numbers each flight, that nobody has taken yet.
    pub incoming: Vec<Float64Array>,
}

/// Batches kept while nobody draws (a hidden page): some ten seconds of them.
const INCOMING_MAX: usize = 200;

impl Stage {
    /// Another run, or another moment of it: what was in motion is no more.
    pub fn restart(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.clock = Clock::default();
        self.incoming.clear();
    }

    /// Takes a batch in; the oldest goes when nobody draws.
    pub fn push(&mut self, flights: Float64Array) {
        if self.incoming.len() == INCOMING_MAX {
            self.incoming.remove(0);
        }
        self.incoming.push(flights);
    }
}

/// Carries the simulated time on between two messages of the worker.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    told_ns: f64,
    told_at_ms: f64,
    ns_per_ms: f64,
    moving: bool,
    shown_ns: f64,
}

/// The worker speaks some twenty times a second; when it stays silent for longer, time stands.
const CARRY_MAX_MS: f64 = 120.0;

impl Clock {
    /// The worker is at `now_ns` and runs so many simulated nanoseconds a millisecond of ours while it
    /// is moving.
    pub fn tell(&mut self, now_ns: f64, ns_per_ms: f64, moving: bool, performance_now_ms: f64) {
        self.told_ns = now_ns;
        self.told_at_ms = performance_now_ms;
        self.moving = moving;
        // A pause changes no picture. What never moved is drawn as if it did.
        if moving || self.ns_per_ms == 0.0 {
            self.ns_per_ms = ns_per_ms;
        }
    }

    /// Whether time stands.
    pub fn paused(&self) -> bool {
        !self.moving
    }

    /// Simulated seconds per second; while paused, those of the time before, or of the time to come.
    pub fn speed(&self) -> f64 {
        self.ns_per_ms / 1e6
    }

    /// The simulated time to draw, in nanoseconds. It never goes back within an epoch, and stands
    /// exactly at the worker's time when the run is paused.
    pub fn now_ns(&mut self, performance_now_ms: f64) -> f64 {
        let carried_ms = (performance_now_ms - self.told_at_ms).clamp(0.0, CARRY_MAX_MS);
        let carried_ns = self.told_ns + carried_ms * self.ns_per_ms;
        self.shown_ns = if self.moving {
            self.shown_ns.max(carried_ns)
        } else {
            self.told_ns
        };
        self.shown_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_carries_time_on_and_never_goes_back() {
        let mut clock = Clock::default();
        clock.tell(1_000.0, 10.0, true, 0.0);
        assert_eq!(clock.now_ns(5.0), 1_050.0);
        // The worker turned out slower than it had said.
        clock.tell(1_020.0, 10.0, true, 5.0);
        assert_eq!(clock.now_ns(6.0), 1_050.0);
        assert_eq!(clock.now_ns(10.0), 1_070.0);
    }

    #[test]
    fn clock_stands_when_the_worker_is_silent_or_paused() {
        let mut clock = Clock::default();
        clock.tell(0.0, 1.0, true, 0.0);
        assert_eq!(clock.now_ns(1e9), CARRY_MAX_MS);
        clock.tell(50.0, 9.0, false, 1e9);
        assert_eq!(clock.now_ns(2e9), 50.0);
        assert!(clock.paused());
        assert_eq!(clock.speed(), 1e-6, "a pause changes no picture");
    }

    #[test]
    fn a_moment_that_opens_paused_is_drawn_at_the_speed_it_would_have() {
        let mut clock = Clock::default();
        clock.tell(3e9, 1e6, false, 0.0);
        assert!(clock.paused());
        assert_eq!((clock.speed(), clock.now_ns(1e9)), (1.0, 3e9));
    }
}
