//! How requests end: the counts of the whole design.

use crate::figures::reason::Reason;
use crate::mechanism::digest::Digest;
use crate::mechanism::histogram::LatencyHistogram;

/// Counts since the start, and the latencies since they were last taken.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// Requests started by users.
    pub arrived: u64,
    /// Answered well.
    pub completed: u64,
    /// Given up, by number of reason.
    pub failed: [u64; Reason::COUNT],
    /// Started and not ended.
    pub in_flight: u64,
    /// Further attempts sent.
    pub retries: u64,
    /// Writes given up of which nobody knows whether they were applied: an attempt ended without an answer.
    pub writes_unknown: u64,
    /// Writes applied once more, by another attempt.
    pub writes_applied_again: u64,
    /// Latencies of those completed since they were last taken, in nanoseconds.
    pub latency: LatencyHistogram,
    /// Integral of the number in flight over time, but for `in_flight` times the moment at which it is asked for.
    in_flight_area_ns: u64,
    digest: u64,
}

/// How a request ended for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered well.
    Completed,
    /// Given up.
    Failed(Reason),
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            arrived: 0,
            completed: 0,
            failed: [0; Reason::COUNT],
            in_flight: 0,
            retries: 0,
            writes_unknown: 0,
            writes_applied_again: 0,
            latency: LatencyHistogram::new(),
            in_flight_area_ns: 0,
            digest: 0,
        }
    }
}

impl Outcomes {
    /// Counts a request that ended: its number, when it started and when it ended.
    #[inline]
    pub fn end(&mut self, number: u32, started_ns: u64, ended_ns: u64, outcome: Outcome) {
        let result = match outcome {
            Outcome::Completed => {
                self.completed += 1;
                self.latency.record(ended_ns - started_ns);
                0
            }
            Outcome::Failed(reason) => {
                self.failed[reason as usize] += 1;
                reason as u64 + 1
            }
        };
        let mut digest = Digest::default();
        digest.mix(started_ns);
        digest.mix(ended_ns);
        digest.mix(u64::from(number) << 8 | result);
        // A sum, so that it does not matter which of two that end in one nanosecond is told first.
        self.digest = self.digest.wrapping_add(digest.value());
    }

    /// One more is in flight.
    #[inline]
    pub fn set_out(&mut self, now_ns: u64) {
        self.in_flight += 1;
        self.in_flight_area_ns = self.in_flight_area_ns.wrapping_sub(now_ns);
    }

    /// One less is in flight.
    #[inline]
    pub fn come_back(&mut self, now_ns: u64) {
        self.in_flight -= 1;
        self.in_flight_area_ns = self.in_flight_area_ns.wrapping_add(now_ns);
    }

    /// Integral of the number in flight over time, in nanoseconds, modulo 2^64: what it has grown by since another
    /// moment is right.
    pub fn in_flight_area_ns(&self, now_ns: u64) -> u64 {
        self.in_flight_area_ns
            .wrapping_add(self.in_flight.wrapping_mul(now_ns))
    }

    /// Digest of what became of every request that ended, whatever the events were that led to it.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Requests given up, whatever the reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDED: [(u32, u64, u64, Outcome); 2] = [
        (7, 10, 30, Outcome::Completed),
        (8, 20, 30, Outcome::Failed(Reason::TimedOut)),
    ];

    fn digest_of(ended: impl IntoIterator<Item = (u32, u64, u64, Outcome)>) -> u64 {
        let mut outcomes = Outcomes::default();
        for (number, started_ns, ended_ns, outcome) in ended {
            outcomes.end(number, started_ns, ended_ns, outcome);
        }
        outcomes.digest()
    }

    #[test]
    fn a_digest_of_outcomes_does_not_know_their_order() {
        let backwards = ENDED.into_iter().rev();
        assert_eq!(digest_of(ENDED), digest_of(backwards));
    }

    #[test]
    fn a_digest_of_outcomes_knows_all_that_is_said_of_each() {
        let [kept, (number, started_ns, ended_ns, outcome)] = ENDED;
        for other in [
            (number + 1, started_ns, ended_ns, outcome),
            (number, started_ns + 1, ended_ns, outcome),
            (number, started_ns, ended_ns + 1, outcome),
            (number, started_ns, ended_ns, Outcome::Completed),
            (
                number,
                started_ns,
                ended_ns,
                Outcome::Failed(Reason::QueueFull),
            ),
        ] {
            assert_ne!(digest_of(ENDED), digest_of([kept, other]), "{other:?}");
        }
    }
}
