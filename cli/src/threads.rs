//! The threads that bring the places of a run forward.

use std::thread;

use headroom_engine::time::SimTime;
use headroom_engine::{Crew, InTurn, Place};

/// Events of a window that are worth more than to start a thread for a part of them: some hundred microseconds.
const EVENTS_WORTH_IT: u64 = 2_000;

/// So many threads at most.
pub struct Threads {
    most: usize,
    /// Events before the present window, and in the last one.
    events: u64,
    lately: u64,
}

impl Threads {
    /// So many at most, and at least one.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            events: 0,
            lately: 0,
        }
    }
}

impl Crew for Threads {
    fn run(&mut self, places: &mut [Place], end: SimTime) {
        let each = places.len().div_ceil(self.most);
        if each == places.len() || self.lately < EVENTS_WORTH_IT {
            InTurn.run(places, end);
        } else {
            thread::scope(|scope| {
                for places in places.chunks_mut(each) {
                    scope.spawn(move || InTurn.run(places, end));
                }
            });
        }
        let events = places.iter().map(Place::events).sum();
        self.lately = events - std::mem::replace(&mut self.events, events);
    }
}
