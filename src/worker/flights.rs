//! Packs flights into the numbers that the page draws.

use headroom_engine::flight::Flight;
use js_sys::Float64Array;

use crate::stage::STRIDE;

/// Most flights sent at once: a screen could not show more. The later ones count, those before them
/// are over first.
const BATCH_MAX: usize = 8_192;

/// Packs flights; the room is used again for the next batch.
#[derive(Debug, Default)]
pub struct FlightPacker {
    numbers: Vec<f64>,
}

impl FlightPacker {
    /// Takes flights in.
    pub fn pack(&mut self, flights: impl Iterator<Item = Flight>) {
        for flight in flights {
            if self.numbers.len() == BATCH_MAX * STRIDE {
                self.numbers.drain(..self.numbers.len() / 2);
            }
            self.numbers.extend_from_slice(&[
                flight.start_ns as f64,
                flight.end_ns as f64,
                flight.request as f64,
                f64::from(flight.link),
                f64::from(flight.from_instance) * 65_536.0 + f64::from(flight.to_instance),
                f64::from(flight.class) * 256.0 + f64::from(flight.flags),
            ]);
        }
    }

    /// The batch so far as an array to hand over, if there is one.
    pub fn take(&mut self) -> Option<Float64Array> {
        if self.numbers.is_empty() {
            return None;
        }
        let batch = Float64Array::from(self.numbers.as_slice());
        self.numbers.clear();
        Some(batch)
    }

    /// Forgets what was not sent.
    pub fn clear(&mut self) {
        self.numbers.clear();
    }
}
